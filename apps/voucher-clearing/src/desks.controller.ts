/** Lists for the desks of the province's staff: redemptions under way, and the lines that provinces owe each other. */
import { Controller, Get, Query } from '@nestjs/common';
import { Allows, answerList, Call, CurrentCall, Lists, OneOf } from '@yrd/platform';
import { PROVINCES, PHASES } from '@yrd/voucher';
import { Desk } from './desk.js';
import { answerDue, DueQuery } from './due.js';
import { type ProvinceCode } from './orders/order-bodies.js';
import { AmountsQuery } from './fields.js';
import { LineListed, RedemptionListed } from './list-rows.js';
import { only, orderOf, range, sorts } from './rows.js';

const REDEMPTION_SORTS = sorts('updatedMs', 'dueMs', 'claimFen');
const LINE_SORTS = sorts('payableMs', 'amountFen');

class RedemptionsQuery extends DueQuery {
  @OneOf(PHASES, { zh: '状态', en: 'state', optional: true })
  state?: (typeof PHASES)[number];

  @OneOf(PROVINCES, { zh: '企业所在省', en: 'province of the enterprise', optional: true })
  province?: ProvinceCode;

  @OneOf(PROVINCES, { zh: '服务机构所在省', en: 'province of the agency', optional: true })
  agencyProvince?: ProvinceCode;

  @OneOf(REDEMPTION_SORTS, { zh: '排序', en: 'order', optional: true })
  sort?: (typeof REDEMPTION_SORTS)[number];
}

class LinesQuery extends AmountsQuery {
  @OneOf(PROVINCES, { zh: '付款省', en: 'paying province', optional: true })
  payer?: ProvinceCode;

  @OneOf(PROVINCES, { zh: '收款省', en: 'receiving province', optional: true })
  payee?: ProvinceCode;

  @OneOf(LINE_SORTS, { zh: '排序', en: 'order', optional: true })
  sort?: (typeof LINE_SORTS)[number];
}

@Controller('v1')
export class DesksController {
  constructor(private readonly desk: Desk) {}

  @Get('redemptions')
  @Allows('ReadRedemptions')
  @Lists(RedemptionListed)
  redemptions(@Query() query: RedemptionsQuery, @CurrentCall() call: Call) {
    const { state, province, agencyProvince } = query;
    const where = only({ state, province, agencyProvince });
    return answerDue(call, this.desk, { view: 'redemptions', where, usual: '-updatedMs', row: RedemptionListed }, query);
  }

  @Get('lines')
  @Allows('ReadLines')
  @Lists(LineListed)
  lines(@Query() query: LinesQuery, @CurrentCall() call: Call) {
    const { payer, payee, sort = 'payableMs' } = query;
    // The view also keeps where windows were cut, so that a cut is never newer than the lines below it.
    const where = { kind: 'line', ...only({ payer, payee, amountFen: range(query.amountFrom, query.amountTo) }) };
    return answerList(call, this.desk.node, { view: 'lines', where, order: orderOf(sort), row: LineListed }, query);
  }
}
