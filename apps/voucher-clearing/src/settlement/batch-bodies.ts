/** What people send about clearing batches: paths and bodies, every field with its limits. */
import { AmountFen, CodeWord, DocumentHash, FromText, OneOf, TextField } from '@yrd/platform';
import { PAIRS, PROVINCES } from '@yrd/voucher';
import { WindowNumber } from '../fields.js';
import type { ProvinceCode } from '../orders/order-bodies.js';

/** An order, or an order with the number of a clawback. */
const LINE = /^[0-9a-f]{26}(~[1-9]\d{0,2})?$/;
const ACTS = ['move', 'compensate'] as const;

export class BatchPath {
  @FromText()
  @WindowNumber()
  window: number;

  @OneOf(PAIRS, { zh: '省际对，付方在前', en: 'pair of provinces, the payer first' })
  pair: string;
}
export class LinePath extends BatchPath {
  @TextField(
    LINE,
    30,
    { zh: '清算行：订单编号，追回加 ~序号', en: 'line: the order, of a clawback with ~ and its number' },
    'd4e5f60718293a4b5c6d7e8f90',
  )
  lineId: string;
}
export class LineBody {
  @OneOf(PROVINCES, { zh: '订单所在省', en: 'province in which the order is at home' })
  home: ProvinceCode;
}
export class LineReasonBody extends LineBody {
  @CodeWord({ zh: '理由代码', en: 'code of the reason' }, 'not-delivered')
  reason: string;
}
export class RepairBody extends LineBody {
  @OneOf(ACTS, {
    zh: 'move 移入下一批次；compensate 按约定金额移入',
    en: 'move: to the next batch; compensate: there, with an agreed amount',
  })
  act: (typeof ACTS)[number];

  @AmountFen({ zh: '双方约定的金额（分）', en: 'the amount to agree on, fen', optional: true }, 3_700_000, 0)
  amountFen?: number;
}
export class BatchReceiptBody {
  @DocumentHash({ zh: '国库回单 SHA-256', en: 'SHA-256 of the treasury’s receipt' })
  receiptHash: string;

  @AmountFen({ zh: '回单金额（分）', en: 'what the receipt says was moved, fen' }, 3_750_000, 0)
  receiptFen: number;
}
