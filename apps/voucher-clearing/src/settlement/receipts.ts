/** What a treasury or a bank says was booked: read from ISO 20022 camt.054.001.08 or from CSV, one row for each payment it names. */
import { csvRows, readXml } from '@yrd/platform';

export const CAMT = 'urn:iso:std:iso:20022:tech:xsd:camt.054.001.08';
/** Rows of one file at most. */
export const RECEIPTS_MAX = 5_000;

export interface Receipt {
  readonly endToEndId: string;
  readonly amountFen: number | null;
  readonly currency: string;
  /** `paid`: left the account; `returned`: came back; `other`: neither is booked. */
  readonly what: 'paid' | 'returned' | 'other';
  /** Code of the bank for a return, AC04 and the like. */
  readonly reason: string | null;
}

/** More rows, or other columns, than a file of receipts has. */
export class ReceiptFault extends Error {
  override readonly name = 'ReceiptFault';
}

/** `37500.00` and `37500` are 3750000 fen; null for what is no amount to the fen. */
export const fenOf = (amount: string): number | null => {
  const found = /^(\d{1,13})(?:\.(\d{1,2})0{0,3})?$/.exec(amount);
  if (!found) return null;
  const fen = Number(found[1]) * 100 + Number((found[2] ?? '').padEnd(2, '0'));
  return Number.isSafeInteger(fen) ? fen : null;
};

/** Fields of an entry, and of each of its payments, as they were last heard. */
interface Heard {
  amount?: string;
  currency?: string;
  direction?: string;
  status?: string;
  endToEndId?: string;
  reason?: string;
}
const ENTRY = 'Document/BkToCstmrDbtCdtNtfctn/Ntfctn/Ntry';
const DETAIL = `${ENTRY}/NtryDtls/TxDtls`;
const FIELDS: Readonly<Record<string, keyof Heard>> = {
  [`${ENTRY}/Amt`]: 'amount',
  [`${ENTRY}/CdtDbtInd`]: 'direction',
  [`${ENTRY}/Sts/Cd`]: 'status',
  [`${DETAIL}/Amt`]: 'amount',
  [`${DETAIL}/CdtDbtInd`]: 'direction',
  [`${DETAIL}/Refs/EndToEndId`]: 'endToEndId',
  [`${DETAIL}/RtrInf/Rsn/Cd`]: 'reason',
};

const receiptOf = ({ amount = '', currency = '', direction, status, endToEndId = '', reason }: Heard): Receipt => {
  const booked = status === 'BOOK';
  const what =
    booked && direction === 'DBIT' && reason === undefined
      ? 'paid'
      : booked && direction === 'CRDT' && reason !== undefined
        ? 'returned'
        : 'other';
  return { endToEndId, amountFen: fenOf(amount), currency, what, reason: reason ?? null };
};

/** Reads a camt.054. @throws XmlFault, ReceiptFault. */
export const camtReceipts = (document: string): readonly Receipt[] => {
  const found: Receipt[] = [];
  let entry: Heard = {};
  let details: Heard[] = [];
  const heard = (path: string): Heard => (path.startsWith(DETAIL) ? (details.at(-1) ?? entry) : entry);
  readXml(document, CAMT, {
    open: (path, attributes) => {
      if (path === ENTRY) [entry, details] = [{}, []];
      if (path === DETAIL) details.push({});
      if (FIELDS[path] === 'amount') heard(path).currency = attributes['Ccy'] ?? '';
    },
    close: (path, text) => {
      const field = FIELDS[path];
      if (field) heard(path)[field] = text;
      if (path !== ENTRY) return;
      // Of several payments in one entry each says its own amount; of one alone the entry's is its.
      const own = details.length > 1 ? { ...entry, amount: '' } : entry;
      found.push(...details.map((detail) => receiptOf({ ...own, ...detail })));
      if (found.length > RECEIPTS_MAX) throw new ReceiptFault(`a file holds at most ${RECEIPTS_MAX} payments`);
    },
  });
  return found;
};

const COLUMNS = ['end_to_end_id', 'amount', 'currency', 'status', 'reason'] as const;
const STATUS: Readonly<Record<string, Receipt['what']>> = { PAID: 'paid', RETURNED: 'returned' };

/** Reads the same as CSV: end_to_end_id, amount, currency, status (PAID or RETURNED), reason. @throws TableFault, ReceiptFault. */
export const csvReceipts = (document: string): readonly Receipt[] => {
  const found: Receipt[] = [];
  let header = true;
  for (const { cells } of csvRows([document.replace(/^\ufeff/, '')])) {
    const [endToEndId = '', amount = '', currency = '', status = '', reason = ''] = cells.map((cell) => String(cell).trim());
    if (header) {
      if (COLUMNS.some((column, at) => String(cells[at] ?? '').trim() !== column))
        throw new ReceiptFault(`the columns are ${COLUMNS.join(', ')}`);
      header = false;
      continue;
    }
    found.push({ endToEndId, amountFen: fenOf(amount), currency, what: STATUS[status] ?? 'other', reason: reason === '' ? null : reason });
    if (found.length > RECEIPTS_MAX) throw new ReceiptFault(`a file holds at most ${RECEIPTS_MAX} payments`);
  }
  return found;
};
