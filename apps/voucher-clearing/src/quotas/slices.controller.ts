/** Slices of a quota (A1): set aside at home for an agency of another province, drawn on there while the two are cut off. */
import { Body, Controller, Get, Param, Post, Query } from '@nestjs/common';
import { ApiOkResponse } from '@nestjs/swagger';
import type { Actor } from '@yrd/ledger';
import {
  Allows,
  AmountFen,
  Call,
  CurrentActor,
  CurrentCall,
  MadeId,
  Offers,
  OneOf,
  Problem,
  ReadQuery,
  WholeNumber,
  Year,
} from '@yrd/platform';
import { drawnFen, journalOf, openFen, PROVINCES, slice, sliceStream } from '@yrd/voucher';
import { Desk } from '../desk.js';
import { ProductCode, SchemeName } from '../fields.js';
import { MODES, type ProvinceCode } from '../orders/order-bodies.js';
import { Sight } from '../sight.js';
import { SliceShown } from './quota-answers.js';

const HOME = { zh: '额度所在省', en: 'province whose quota it is a part of' };
const AGENCY = { zh: '服务机构编号', en: 'id of the agency' };

class SlicePath {
  @MadeId({ zh: '额度切片编号', en: 'id of the slice' })
  slice: string;
}

class GrantSliceBody {
  @MadeId({ zh: '用券主体编号', en: 'id of the subject' })
  subject: string;

  @SchemeName()
  scheme: string;

  @Year()
  year: number;

  @OneOf(PROVINCES, { zh: '持有省', en: 'province that may draw on it' })
  holder: ProvinceCode;

  @MadeId({ zh: '可使用的服务机构编号', en: 'id of the agency that may draw on it' })
  agency: string;

  @AmountFen({ zh: '切片额度（分）', en: 'amount set aside, fen' }, 2_000_000)
  amountFen: number;

  @WholeNumber(1, 366, { zh: '有效天数（自然日）', en: 'calendar days in which it may be drawn on' }, 10)
  days: number;
}

class HolderBody {
  @OneOf(PROVINCES, HOME)
  home: ProvinceCode;

  @MadeId(AGENCY)
  agency: string;
}

class DrawSliceBody extends HolderBody {
  @ProductCode()
  product: string;

  @OneOf(MODES, { zh: 'tongyong 通用；tongdui 通兑', en: 'who redeems: tongyong the enterprise, tongdui the agency' })
  mode: (typeof MODES)[number];

  @AmountFen({ zh: '约定服务费（分）', en: 'agreed fee, fen' }, 4_000_000)
  amountFen: number;

  @AmountFen({ zh: '自切片使用的券额（分）', en: 'voucher part drawn on the slice, fen' }, 2_000_000)
  voucherFen: number;
}

class SliceQuery extends ReadQuery {
  @OneOf(PROVINCES, { ...HOME, optional: true })
  home?: ProvinceCode;
}

@Controller('v1/slices')
export class SlicesController {
  constructor(
    private readonly desk: Desk,
    private readonly sight: Sight,
  ) {}

  @Post()
  @Offers('GrantSlice', { creates: true })
  grant(@Body() body: GrantSliceBody, @CurrentCall() call: Call) {
    const at = (id: string): string => `/v1/slices/${id}`;
    return this.desk.create(call, 'GrantSlice', { kind: 'slice', at, body: (id) => ({ slice: id, ...body }) });
  }

  @Post(':slice/draws')
  @Offers('DrawSlice', { creates: true })
  draw(@Param() { slice: id }: SlicePath, @Body() body: DrawSliceBody, @CurrentCall() call: Call) {
    const at = (order: string): string => `/v1/orders/${order}?province=${body.home}`;
    return this.desk.create(call, 'DrawSlice', { kind: 'order', at, body: (order) => ({ slice: id, order, ...body }) });
  }

  @Post(':slice/return')
  @Offers('ReturnSlice')
  giveBack(@Param() { slice: id }: SlicePath, @Body() body: HolderBody, @CurrentCall() call: Call) {
    return this.desk.act(call, 'ReturnSlice', { slice: id, ...body });
  }

  @Get(':slice')
  @Allows('ReadSlice')
  @ApiOkResponse({ type: SliceShown })
  async read(
    @Param() path: SlicePath,
    @Query() query: SliceQuery,
    @CurrentActor() actor: Actor,
    @CurrentCall() call: Call,
  ): Promise<object> {
    const stream = sliceStream(path.slice);
    const home = query.home ?? this.desk.province;
    const found = await this.desk.node.read(slice, stream, journalOf(home));
    const { granted, takenFen, ended } = found.state;
    if (granted === null || !(await this.mine(actor, granted))) throw Problem.unseen(granted !== null);
    call.stamp(found);
    const holders = await this.desk.node.read(slice, stream, journalOf(granted.holder));
    const { slice: id, ...terms } = granted;
    const drawn = { drawnFen: drawnFen(holders.state), returned: holders.state.returned };
    return { id, ...terms, ended, takenFen, openFen: openFen(found.state), ...drawn };
  }

  /** The firm whose quota it is, the agency that may draw on it, and staff of both provinces. */
  private async mine(
    actor: Actor,
    of: { readonly home: string; readonly subject: string; readonly holder: string; readonly agency: string },
  ) {
    if (of.home === this.desk.province && (await this.sight.ofSubject(actor, of.subject))) return true;
    return this.sight.ofAgency(actor, of.holder, of.agency);
  }
}
