/** What several answers of voucher clearing tell in the same words. */
import { NULLABLE, OPTIONAL, shownRow, type ShownField } from '@yrd/platform';
import { PROVINCES } from '@yrd/voucher';

export const OF_PROVINCE = { enum: PROVINCES } as const;

/** An exact share: `of` out of `in`. */
export const RatioShown = shownRow<{ of: number; in: number }>('Ratio', {
  of: ['分子', 'numerator', 'whole'],
  in: ['分母', 'denominator, at least 1', 'whole'],
});
export const ratio = (zh: string, en: string, more: object = {}): ShownField => [zh, en, 'object', { of: () => RatioShown, ...more }];
/** Province → fen. */
export const fenByProvince = (zh: string, en: string): ShownField => [`${zh}（分）`, `province → ${en}, fen`, 'map', { each: 'whole' }];

/** That a limit may still move. */
export const ProvisionalShown = shownRow('Provisional', {
  awaits: ['待公布节假日安排的年度', 'years whose notice of holidays is awaited', 'wholes'],
  zh: ['说明', 'in Chinese'],
  en: ['英文说明', 'in English'],
});
export const provisional = (zh: string, en: string): ShownField => [zh, en, 'object', { ...NULLABLE, of: () => ProvisionalShown }];

/** A limit that comes near, as lists and single answers tell it. */
export const ReminderShown = shownRow('Reminder', {
  limit: ['时限种类', 'which limit', 'text', { enum: ['accept', 'contract', 'redeem', 'publicity'] }],
  lastMs: ['最后时刻', 'its last moment', 'time'],
  workingDaysLeft: ['剩余工作日，0 为最后一日', 'working days still to come; 0 on the last', 'whole'],
  zh: ['提醒', 'in Chinese'],
  en: ['英文提醒', 'in English'],
});

export const LineStated = shownRow('LineStated', {
  payer: ['付款省', 'paying province', 'text', OF_PROVINCE],
  payee: ['收款省', 'receiving province', 'text', OF_PROVINCE],
  amountFen: ['金额（分）', 'amount, fen', 'whole'],
  foreign: ['对方账本', 'the other journal that it rests on'],
  foreignSize: ['对方账本位置', 'size of that journal', 'whole'],
});

const RedemptionFile = shownRow('RedemptionFile', {
  kind: ['材料种类', 'kind of the paper', 'text', { enum: ['contract', 'invoice', 'payment', 'result'] }],
  hash: ['材料 SHA-256', 'SHA-256 of the paper'],
});

/** A contract as one side signed it, or both. */
export const signature = {
  order: ['订单编号', 'id of the order'],
  contractHash: ['合同 SHA-256', 'SHA-256 of the contract'],
  amountFen: ['合同金额（分）', 'amount of the contract, fen', 'whole'],
  signedMs: ['签订时间', 'when it was signed', 'time'],
  startMs: ['服务开始', 'when the service begins', 'time'],
  endMs: ['服务结束', 'when the service ends', 'time'],
} as const satisfies Readonly<Record<string, ShownField>>;

/** What a redemption brings, without the keyed hash of its invoice. */
export const redemption = {
  order: ['订单编号', 'id of the order'],
  invoiceTail: ['发票尾号', 'last digits of the invoice'],
  invoiceFen: ['发票金额（分）', 'amount of the invoice, fen', 'whole'],
  claimFen: ['申请额（分）', 'amount claimed on it, fen', 'whole'],
  paidFen: ['已付金额（分）', 'what the enterprise paid, fen', 'whole'],
  files: ['材料清单（仅杂凑）', 'papers, by hash', 'objects', { of: () => RedemptionFile }],
  otherSupportFen: ['其他财政支持（分）', 'other public support, fen', 'whole', OPTIONAL],
} as const satisfies Readonly<Record<string, ShownField>>;
