/** Orders as people read them: lists, counts, one order from its home journal or from a replica of it. */
import { Controller, Get, Param, Query } from '@nestjs/common';
import { ApiExtraModels, ApiOkResponse, getSchemaPath } from '@nestjs/swagger';
import type { Actor } from '@yrd/ledger';
import {
  Allows,
  AmountFen,
  Call,
  CurrentActor,
  CurrentCall,
  FromText,
  Lists,
  MadeId,
  OneOf,
  Problem,
  ReadQuery,
  TimeMs,
} from '@yrd/platform';
import {
  journalOf,
  order,
  orderStream,
  PHASES,
  PROVINCES,
  calendarStream,
  notices,
  pinned,
  policy,
  policyStream,
  reminderOf,
  ticking,
} from '@yrd/voucher';
import { Desk } from '../desk.js';
import { answerDue, DueQuery } from '../due.js';
import { ItemClass, SchemeName } from '../fields.js';
import { OrderListed } from '../list-rows.js';
import { MODES, OrderPath, type ProvinceCode } from './order-bodies.js';
import { shownOrder, shownRefusal } from './order-shown.js';
import { OrderTally } from './order-tally.js';
import { only, range, sorts } from '../rows.js';
import { Sight } from '../sight.js';
import { OrderCounts, OrderShown, RefusedProposalShown } from './order-answers.js';

const SORTS = sorts('placedMs', 'updatedMs', 'dueMs', 'amountFen', 'number');
const HOME = { zh: '企业所在省', en: 'province of the enterprise', optional: true };

class OrdersQuery extends DueQuery {
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

  @SchemeName({ zh: '方案', en: 'scheme', optional: true })
  scheme?: string;

  @ItemClass({ zh: '服务类别', en: 'class of the service', optional: true })
  itemClass?: string;

  @OneOf(MODES, { zh: '兑付方式', en: 'who redeems', optional: true })
  mode?: (typeof MODES)[number];

  @FromText()
  @TimeMs({ zh: '下单时间自（毫秒，含）', en: 'placed from this time on, ms', optional: true })
  placedFrom?: number;

  @FromText()
  @TimeMs({ zh: '下单时间至（毫秒，不含）', en: 'placed before this time, ms', optional: true })
  placedTo?: number;

  @FromText()
  @AmountFen({ zh: '服务费自（分，含）', en: 'agreed fee from this on, fen', optional: true })
  amountFrom?: number;

  @FromText()
  @AmountFen({ zh: '服务费至（分，不含）', en: 'agreed fee below this, fen', optional: true })
  amountTo?: number;

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
  @Lists(OrderListed)
  async list(@Query() query: OrdersQuery, @CurrentActor() actor: Actor, @CurrentCall() call: Call) {
    const { state, province, agencyProvince, subject, agency, scheme, itemClass, mode } = query;
    const placedMs = range(query.placedFrom, query.placedTo);
    const amountFen = range(query.amountFrom, query.amountTo);
    const whose = await this.sight.narrow(actor, only({ agencyProvince, subject, agency }));
    const where = only({ state, province, scheme, itemClass, mode, placedMs, amountFen, ...whose });
    return answerDue(call, this.desk, { view: 'orders', where, usual: '-placedMs', row: OrderListed }, query);
  }

  @Get('summary')
  @Allows('CountOrders')
  @ApiOkResponse({ type: OrderCounts })
  summary(@Query() { province, at }: SummaryQuery): Promise<object> {
    return this.tally.count(province, at !== undefined);
  }

  @Get(':order')
  @Allows('ReadOrder')
  @ApiExtraModels(OrderShown, RefusedProposalShown)
  @ApiOkResponse({ schema: { oneOf: [OrderShown, RefusedProposalShown].map((type) => ({ $ref: getSchemaPath(type) })) } })
  async read(
    @Param() path: OrderPath,
    @Query() query: OrderQuery,
    @CurrentActor() actor: Actor,
    @CurrentCall() call: Call,
  ): Promise<object> {
    const home = query.province ?? this.desk.province;
    const found = await this.desk.node.read(order, orderStream(path.order), journalOf(home));
    const { state } = found;
    const shown = shownOrder(state) ?? shownRefusal(state, home);
    if (shown === null || !(await this.sight.ofState(actor, home, state))) throw Problem.unseen(shown !== null);
    call.stamp(found);
    return state.terms === null ? shown : { ...shown, reminder: await this.reminder(state, state.terms) };
  }

  /** By the pack and the calendar of the order's home, which are read only where a limit runs. */
  private async reminder(
    state: (typeof order)['initial'],
    { home, scheme, policy: version }: { readonly home: string; readonly scheme: string; readonly policy: string },
  ) {
    if (ticking(state) === null) return null;
    const journal = journalOf(home);
    const [packs, calendar] = await Promise.all([
      this.desk.node.read(policy, policyStream(scheme), journal),
      this.desk.node.read(notices, calendarStream, journal),
    ]);
    return reminderOf(state, pinned(packs.state, version), calendar.state, this.desk.node.status().now);
  }
}
