/** Lists for the desks of the province's staff: redemptions under way, and the lines that provinces owe each other. */
import { Controller, Get, Query } from '@nestjs/common';
import { ApiOkResponse } from '@nestjs/swagger';
import { Allows, OneOf, PageQuery, readPage, RowsPage } from '@yrd/platform';
import { PROVINCES, type LineRow, PHASES } from '@yrd/voucher';
import { Desk } from './desk.js';
import { type ProvinceCode } from './order-bodies.js';
import { only, orderOf, sorts } from './rows.js';

const REDEMPTION_SORTS = sorts('updatedMs', 'deadlineMs', 'claimFen');
const LINE_SORTS = sorts('payableMs', 'amountFen');

class RedemptionsQuery extends PageQuery {
  @OneOf(PHASES, { zh: '状态', en: 'state', optional: true })
  state?: (typeof PHASES)[number];

  @OneOf(PROVINCES, { zh: '企业所在省', en: 'province of the enterprise', optional: true })
  province?: ProvinceCode;

  @OneOf(PROVINCES, { zh: '服务机构所在省', en: 'province of the agency', optional: true })
  agencyProvince?: ProvinceCode;

  @OneOf(REDEMPTION_SORTS, { zh: '排序', en: 'order', optional: true })
  sort?: (typeof REDEMPTION_SORTS)[number];
}

class LinesQuery extends PageQuery {
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
  @ApiOkResponse({ type: RowsPage })
  redemptions(@Query() query: RedemptionsQuery) {
    const { state, province, agencyProvince, sort = '-updatedMs' } = query;
    return readPage(this.desk.node, { view: 'redemptions', where: only({ state, province, agencyProvince }), order: orderOf(sort) }, query);
  }

  @Get('lines')
  @Allows('ReadLines')
  @ApiOkResponse({ type: RowsPage })
  lines(@Query() query: LinesQuery) {
    const { payer, payee, sort = 'payableMs' } = query;
    // The view also keeps where windows were cut, so that a cut is never newer than the lines below it.
    return readPage<LineRow>(
      this.desk.node,
      { view: 'lines', where: { kind: 'line', ...only({ payer, payee }) }, order: orderOf(sort) },
      query,
    );
  }
}
