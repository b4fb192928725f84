/**
 * A payment file: what one province pays on one day for one window, as ISO 20022 pain.001.001.09 or as CSV, with control sums. The same
 * rows give the same bytes, so a file can be fetched again and compared.
 */
import { csvLine, element, xmlDocument, type Element } from '@yrd/platform';
import type { Account, PaymentRow } from '@yrd/voucher';

export const PAIN = 'urn:iso:std:iso:20022:tech:xsd:pain.001.001.09';

export interface Payment extends PaymentRow {
  readonly to: Account;
}

export interface PaymentFile {
  readonly province: string;
  readonly window: number;
  /** Shanghai day of the instructions. */
  readonly day: string;
  readonly from: Account;
  /** Sorted by their references. */
  readonly payments: readonly Payment[];
}

/** Yuan as banks write them: 3750000 fen is `37500.00`. */
export const decimal = (amountFen: number): string => `${Math.trunc(amountFen / 100)}.${String(amountFen % 100).padStart(2, '0')}`;
const CURRENCY = 'CNY';

export const sumOf = ({ payments }: Pick<PaymentFile, 'payments'>): number =>
  payments.reduce((total, { amountFen }) => total + amountFen, 0);

/** `PAY-32-1-20260310`: names the file and its one block of payments. */
export const fileName = ({ province, window, day }: Pick<PaymentFile, 'province' | 'window' | 'day'>): string =>
  `PAY-${province}-${window}-${day.replaceAll('-', '')}`;

const text = (name: string, value: string): Element => element(name, value);
const name = ({ name: of }: Account): Element => text('Nm', of.slice(0, 140));
const accountId = ({ account }: Account): Element => element('Id', [element('Othr', [text('Id', account)])]);
/** A bank by its number in the national clearing system. */
const bank = ({ bank: number }: Account): Element =>
  element('FinInstnId', [element('ClrSysMmbId', [element('ClrSysId', [text('Cd', 'CNAPS')]), text('MmbId', number)])]);

const transfer = ({ reference, order, amountFen, to }: Payment): Element =>
  element('CdtTrfTxInf', [
    element('PmtId', [text('InstrId', reference), text('EndToEndId', reference)]),
    element('Amt', [element('InstdAmt', decimal(amountFen), { Ccy: CURRENCY })]),
    element('CdtrAgt', [bank(to)]),
    element('Cdtr', [name(to)]),
    element('CdtrAcct', [accountId(to)]),
    element('RmtInf', [text('Ustrd', `创新券兑付 ${order}`)]),
  ]);

/** The file as pain.001.001.09. The time is that of the last instruction, in Shanghai. */
export const painOf = (file: PaymentFile): string => {
  const { payments, from, day } = file;
  const id = fileName(file);
  const totals = [text('NbOfTxs', String(payments.length)), text('CtrlSum', decimal(sumOf(file)))];
  const lastMs = Math.max(...payments.map(({ instructedMs }) => instructedMs));
  const SHANGHAI_MS = 28_800_000;
  const header = element('GrpHdr', [
    text('MsgId', id),
    text('CreDtTm', `${new Date(lastMs + SHANGHAI_MS).toISOString().slice(0, 19)}+08:00`),
    ...totals,
    element('InitgPty', [name(from)]),
  ]);
  const block = element('PmtInf', [
    text('PmtInfId', id),
    text('PmtMtd', 'TRF'),
    text('BtchBookg', 'false'),
    ...totals,
    element('ReqdExctnDt', [text('Dt', day)]),
    element('Dbtr', [name(from)]),
    element('DbtrAcct', [accountId(from), text('Ccy', CURRENCY)]),
    element('DbtrAgt', [bank(from)]),
    ...payments.map(transfer),
  ]);
  return xmlDocument(element('Document', [element('CstmrCdtTrfInitn', [header, block])], { xmlns: PAIN }));
};

/** The same as CSV; the last line holds the control sums. */
export const csvOf = (file: PaymentFile): string =>
  [
    csvLine(['end_to_end_id', 'order', 'name', 'bank', 'account', 'amount', 'currency']),
    ...file.payments.map(({ reference, order, amountFen, to }) =>
      csvLine([reference, order, to.name, `'${to.bank}`, `'${to.account}`, decimal(amountFen), CURRENCY]),
    ),
    csvLine(['TOTAL', String(file.payments.length), '', '', '', decimal(sumOf(file)), CURRENCY]),
  ].join('');
