/** Payment files and receipts as text: the same rows the same bytes, amounts exact, and what could harm refused. */
import fc from 'fast-check';
import { readXml } from '@yrd/platform';
import { camt054 } from '../../testing/receipts.js';
import { PAIN, csvOf, decimal, painOf, type PaymentFile } from './payment-file.js';
import { camtReceipts, csvReceipts, fenOf } from './receipts.js';

const account = (name: string) => ({ payee: 'treasury', name, bank: '102301000012', account: '4301010012300001' });
const payment = (attempt: number, amountFen: number, name = '江苏创研仪器有限公司') => ({
  reference: `CXQ-32-2026-0000000${attempt}-X-1`,
  order: `o${attempt}`,
  province: '32',
  attempt,
  payee: 's1',
  window: 1,
  day: '2026-03-10',
  instructedMs: Date.UTC(2026, 2, 10, 1, 2, attempt),
  amountFen,
  state: 'instructed' as const,
  receiptHash: null,
  reason: null,
  half: null,
  to: account(name),
});
const file: PaymentFile = {
  province: '32',
  window: 1,
  day: '2026-03-10',
  from: account('江苏省国库支付中心'),
  payments: [payment(1, 3_750_000), payment(2, 1, 'A & B <Instruments> "Co."')],
};

test('amounts are written and read to the fen, and nothing else is an amount', () => {
  fc.assert(fc.property(fc.integer({ min: 0, max: 1_000_000_000_000 }), (fen) => expect(fenOf(decimal(fen))).toBe(fen)));
  expect(['37500', '37500.5', '37500.50000', '0.01'].map(fenOf)).toEqual([3_750_000, 3_750_050, 3_750_050, 1]);
  for (const amount of ['', '-1', '1,000.00', '1.001', '1e3', '０', '1.', '.5', '99999999999999']) expect(fenOf(amount)).toBeNull();
});

test('a payment file holds its control sums and every payment, with every character escaped', () => {
  const heard = new Map<string, string[]>();
  readXml(painOf(file), PAIN, {
    close: (path, text) =>
      void heard.set(path.split('/').slice(-2).join('/'), [...(heard.get(path.split('/').slice(-2).join('/')) ?? []), text]),
  });
  expect(heard.get('GrpHdr/MsgId')).toEqual(['PAY-32-1-20260310']);
  expect(heard.get('GrpHdr/CreDtTm')).toEqual(['2026-03-10T09:02:02+08:00']);
  expect([heard.get('GrpHdr/NbOfTxs'), heard.get('PmtInf/CtrlSum')]).toEqual([['2'], ['37500.01']]);
  expect(heard.get('PmtId/EndToEndId')).toEqual(['CXQ-32-2026-00000001-X-1', 'CXQ-32-2026-00000002-X-1']);
  expect(heard.get('Cdtr/Nm')).toEqual(['江苏创研仪器有限公司', 'A & B <Instruments> "Co."']);
  expect(painOf(file)).toBe(painOf({ ...file }));
});

test('the same as CSV ends with the control sums', () => {
  const lines = csvOf(file).trim().split('\r\n');
  expect(lines).toHaveLength(4);
  expect(lines.at(-1)).toBe('TOTAL,2,,,,37500.01,CNY');
});

test('a notification of the treasury is read payment by payment', () => {
  const document = camt054([
    { endToEndId: 'e1', amount: '37500.00' },
    { endToEndId: 'e2', amount: '1.00', returned: 'AC04' },
    { endToEndId: 'e3', amount: '1.00', currency: 'USD' },
    { endToEndId: 'e4', amount: '1.00', status: 'PDNG' },
  ]);
  expect(camtReceipts(document)).toEqual([
    { endToEndId: 'e1', amountFen: 3_750_000, currency: 'CNY', what: 'paid', reason: null },
    { endToEndId: 'e2', amountFen: 100, currency: 'CNY', what: 'returned', reason: 'AC04' },
    { endToEndId: 'e3', amountFen: 100, currency: 'USD', what: 'paid', reason: null },
    { endToEndId: 'e4', amountFen: 100, currency: 'CNY', what: 'other', reason: null },
  ]);
});

test('of an entry with several payments each says its own amount', () => {
  const details = ['e1', 'e2'].map(
    (id, at) => `<TxDtls><Refs><EndToEndId>${id}</EndToEndId></Refs><Amt Ccy="CNY">${at + 1}.00</Amt></TxDtls>`,
  );
  const document = camt054([{ endToEndId: 'x', amount: '3.00' }]).replace(/<TxDtls>.*<\/TxDtls>/s, details.join(''));
  expect(camtReceipts(document).map(({ endToEndId, amountFen }) => [endToEndId, amountFen])).toEqual([
    ['e1', 100],
    ['e2', 200],
  ]);
  expect(camtReceipts(document.replace(/<Amt Ccy="CNY">[12].00<\/Amt>/g, '')).map(({ amountFen }) => amountFen)).toEqual([null, null]);
});

test('the same as CSV, by its columns', () => {
  const csv = 'end_to_end_id,amount,currency,status,reason\ne1,37500.00,CNY,PAID,\ne2,1,CNY,RETURNED,AC04\ne3,x,CNY,LOST,\n';
  expect(csvReceipts(csv).map(({ what, amountFen, reason }) => [what, amountFen, reason])).toEqual([
    ['paid', 3_750_000, null],
    ['returned', 100, 'AC04'],
    ['other', null, null],
  ]);
  expect(() => csvReceipts('id,sum\n1,2\n')).toThrow(/columns/);
});

test('more payments than one file holds are refused', () => {
  const rows = Array.from({ length: 5_001 }, (_, at) => `e${at},1,CNY,PAID,`);
  expect(() => csvReceipts(`end_to_end_id,amount,currency,status,reason\n${rows.join('\n')}\n`)).toThrow(/at most 5000/);
});
