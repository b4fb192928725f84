/** Orders as people read them: lists, counts, one order from its home journal or from a replica of it. */
import { Controller, Get, Param, Query } from '@nestjs/common';
import { ApiOkResponse } from '@nestjs/swagger';
import type { Actor } from '@yrd/ledger';
import { Allows, Call, CurrentActor, CurrentCall, MadeId, OneOf, PageQuery, Problem, readPage, ReadQuery, RowsPage } from '@yrd/platform';
import { journalOf, order, orderStream, PHASES, PROVINCES, type OrderRow } from '@yrd/voucher';
import { Desk } from './desk.js';
import { OrderPath, type ProvinceCode } from './order-bodies.js';
import { shownOrder } from './order-shown.js';
import { OrderTally } from './order-tally.js';
import { only, orderOf, sorts } from './rows.js';
import { Sight } from './sight.js';

const SORTS = sorts('placedMs', 'updatedMs', 'deadlineMs', 'amountFen', 'number');
const HOME = { zh: '企业所在省', en: 'province of the enterprise', optional: true };

class OrdersQuery extends PageQuery {
  @OneOf(PHASES, { zh: '状态', en: 'state', optional: true })
  state?: (typeof PHASES)[number];

  @OneOf(PROVINCES, HOME)
  province?: ProvinceCode;

  @OneOf(PROVINCES, { zh: '服务机构所在省', en: 'province of the agency', optional: true })
  agencyProvince?: ProvinceCode;

  @MadeId({ zh: '用券主体', en: 'subject', optional: true })
  subject?: string;

  @MadeId({ zh: '服务机构', en: 'agency', optional: true })
  agency?: string;

  @OneOf(SORTS, { zh: '排序，- 为降序', en: 'order; - is descending', optional: true })
  sort?: (typeof SORTS)[number];
}

class SummaryQuery extends ReadQuery {
  @OneOf(PROVINCES, HOME)
  province?: ProvinceCode;
}

class OrderQuery extends ReadQuery {
  @OneOf(PROVINCES, {
    zh: '订单所属省，默认本省；外省订单读其副本',
    en: 'home of the order, here by default; another’s is read from its replica',
    optional: true,
  })
  province?: ProvinceCode;
}

@Controller('v1/orders')
export class OrdersReadingController {
  constructor(
    private readonly desk: Desk,
    private readonly sight: Sight,
    private readonly tally: OrderTally,
  ) {}

  @Get()
  @Allows('ReadOrders')
  @ApiOkResponse({ type: RowsPage })
  async list(@Query() query: OrdersQuery, @CurrentActor() actor: Actor): Promise<object> {
    const { state, province, agencyProvince, subject, agency, sort = '-placedMs' } = query;
    const whose = await this.sight.narrow(actor, only({ agencyProvince, subject, agency }));
    return readPage<OrderRow>(this.desk.node, { view: 'orders', where: only({ state, province, ...whose }), order: orderOf(sort) }, query);
  }

  @Get('summary')
  @Allows('CountOrders')
  summary(@Query() { province }: SummaryQuery): Promise<object> {
    return this.tally.count(province);
  }

  @Get(':order')
  @Allows('ReadOrder')
  async read(
    @Param() path: OrderPath,
    @Query() query: OrderQuery,
    @CurrentActor() actor: Actor,
    @CurrentCall() call: Call,
  ): Promise<object> {
    const found = await this.desk.node.read(order, orderStream(path.order), journalOf(query.province ?? this.desk.province));
    const shown = shownOrder(found.state);
    if (shown === null || found.state.terms === null || !(await this.sight.ofOrder(actor, found.state.terms)))
      throw Problem.unseen(shown !== null);
    call.stamp(found);
    return shown;
  }
}
