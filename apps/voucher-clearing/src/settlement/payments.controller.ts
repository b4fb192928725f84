/** Between finance and its treasury: accounts, payment files out, receipts in. */
import { createHash } from 'node:crypto';
import { Body, Controller, Get, Param, Post, Query, Res } from '@nestjs/common';
import { ApiCreatedResponse } from '@nestjs/swagger';
import { allOf, inBoth, phrase, refuse, yuan } from '@yrd/contracts';
import type { Fact } from '@yrd/ledger';
import {
  Allows,
  answerList,
  Call,
  CurrentCall,
  Day,
  FreeText,
  FromText,
  Lists,
  MadeId,
  Offers,
  OneOf,
  pagesOf,
  Problem,
  ReadQuery,
  Refused,
  Sends,
  TableFault,
  TextField,
  TimeMs,
  WholeNumber,
  XmlFault,
  type HttpResponse,
} from '@yrd/platform';
import { TREASURY, account, accountStream, type Account, type PaymentRow } from '@yrd/voucher';
import { Desk } from '../desk.js';
import { AmountsQuery } from '../fields.js';
import { csvOf, fileName, painOf, sumOf, decimal, type Payment, type PaymentFile } from './payment-file.js';
import { ReceiptFault, camtReceipts, csvReceipts, type Receipt } from './receipts.js';
import { only, orderOf, range, sorts } from '../rows.js';
import { PaymentListed, ReceiptsTaken } from './settlement-answers.js';

/** A subject, `31.` with an agency, or the own treasury. */
const PAYEE = /^(treasury|[0-9a-f]{26}|3[1-4]\.[0-9a-f]{26})$/;
const SORTS = sorts('instructedMs', 'amountFen', 'reference');
const STATES = ['instructed', 'paid', 'returned'] as const;
const FILES = ['pain.001', 'csv'] as const;
const RECEIPTS = ['camt.054', 'csv'] as const;
/** Payments of one file at most; a province pays some hundred on a day. */
const PAYMENTS_MAX = 10_000;
const PAGE = 1_000;
/** Characters of a receipt file at most; a body holds no more. */
const RECEIPT_MAX = 250_000;

class PaymentsQuery extends AmountsQuery {
  @OneOf(STATES, { zh: '状态', en: 'state', optional: true })
  state?: (typeof STATES)[number];

  @FromText()
  @WholeNumber(0, 1_000_000, { zh: '清算窗口；0 为省内订单', en: 'settlement window; 0 within the province', optional: true }, 1)
  window?: number;

  @MadeId({ zh: '订单编号', en: 'id of the order', optional: true })
  order?: string;

  @TextField(PAYEE, 29, { zh: '收款方', en: 'payee', optional: true }, '31.0f3c5a9b1d2e4f60718293a4b5')
  payee?: string;

  @FromText()
  @TimeMs({ zh: '指令时间自（毫秒，含）', en: 'instructed from this time on, ms', optional: true })
  instructedFrom?: number;

  @FromText()
  @TimeMs({ zh: '指令时间至（毫秒，不含）', en: 'instructed before this time, ms', optional: true })
  instructedTo?: number;

  @OneOf(SORTS, { zh: '排序，- 为降序', en: 'order; - is descending', optional: true })
  sort?: (typeof SORTS)[number];
}
class FilePath {
  @FromText()
  @WholeNumber(0, 1_000_000, { zh: '清算窗口；0 为省内订单', en: 'settlement window; 0 within the province' }, 1)
  window: number;

  @Day({ zh: '付款指令日期', en: 'day of the instructions' })
  day: string;
}
class FileQuery extends ReadQuery {
  @OneOf(FILES, { zh: '格式', en: 'format', optional: true })
  format?: (typeof FILES)[number];
}
class AccountBody {
  @TextField(
    PAYEE,
    29,
    { zh: '收款方：主体编号、省.机构编号，或 treasury 本省国库', en: 'payee: a subject, 31.agency, or treasury for the own' },
    'treasury',
  )
  payee: string;

  @FreeText(140, { zh: '户名', en: 'name of the account' }, '江苏省国库支付中心')
  name: string;

  @TextField(/^[0-9]{12}$/, 12, { zh: '开户行联行号（12 位）', en: 'clearing number of the bank, 12 digits' }, '102301000012')
  bank: string;

  @TextField(/^[0-9A-Za-z-]{4,34}$/, 34, { zh: '账号', en: 'number of the account' }, '4301010012300001')
  account: string;
}
class ReceiptsBody {
  @OneOf(RECEIPTS, { zh: '格式：camt.054（001.08）或 csv', en: 'format: camt.054 (001.08) or csv' })
  format: (typeof RECEIPTS)[number];

  @TextField(/^[\s\S]+$/, RECEIPT_MAX, { zh: '文件全文', en: 'the whole file' }, 'end_to_end_id,amount,currency,status,reason\n')
  content: string;
}

/** Why a receipt changed nothing here. */
interface Mismatch {
  readonly endToEndId: string;
  readonly why: string;
  readonly seen: ReturnType<typeof inBoth>;
  readonly needed: ReturnType<typeof inBoth>;
}

@Controller('v1')
export class PaymentsController {
  constructor(private readonly desk: Desk) {}

  @Post('accounts')
  @Offers('RecordAccount')
  record(@Body() body: AccountBody, @CurrentCall() call: Call) {
    return this.desk.act(call, 'RecordAccount', { ...body });
  }

  @Get('payments')
  @Allows('ReadPayments')
  @Lists(PaymentListed)
  list(@Query() query: PaymentsQuery, @CurrentCall() call: Call) {
    const { state, window, order, payee, sort = '-instructedMs' } = query;
    const instructedMs = range(query.instructedFrom, query.instructedTo);
    const amountFen = range(query.amountFrom, query.amountTo);
    const where = { province: this.desk.province, ...only({ state, window, order, payee, instructedMs, amountFen }) };
    return answerList<PaymentRow>(call, this.desk.node, { view: 'payments', where, order: orderOf(sort), row: PaymentListed }, query);
  }

  @Get('payment-files/:window/:day')
  @Allows('ReadPaymentFile')
  @Sends('Payments of a window and day, for the bank.', 'application/xml', 'text/csv')
  async file(
    @Param() path: FilePath,
    @Query() { format = 'pain.001' }: FileQuery,
    @Res({ passthrough: true }) response: HttpResponse,
  ): Promise<string> {
    const file = await this.fileOf(path);
    const xml = format === 'pain.001';
    response.setHeader('Content-Type', xml ? 'application/xml; charset=utf-8' : 'text/csv; charset=utf-8');
    response.setHeader('Content-Disposition', `attachment; filename="${fileName(file)}.${xml ? 'xml' : 'csv'}"`);
    response.setHeader('Yrd-Payments', String(file.payments.length));
    response.setHeader('Yrd-Control-Sum', decimal(sumOf(file)));
    return xml ? painOf(file) : csvOf(file);
  }

  /** Each receipt is matched by its end-to-end id; the same file again changes nothing. */
  @Post('treasury-receipts')
  @Allows('ImportReceipts')
  @ApiCreatedResponse({ type: ReceiptsTaken })
  async receipts(@Body() { format, content }: ReceiptsBody, @CurrentCall() call: Call): Promise<object> {
    const receiptHash = createHash('sha256').update(content).digest('hex');
    const counts = { paid: 0, returned: 0, repeated: 0 };
    const mismatches: Mismatch[] = [];
    const receipts = read(format, content);
    for (const receipt of receipts) {
      const outcome = await this.match(receipt, receiptHash, call);
      if (typeof outcome === 'string') counts[outcome] += 1;
      else mismatches.push(outcome);
    }
    return { receiptHash, receipts: receipts.length, ...counts, mismatches };
  }

  private async match(receipt: Receipt, receiptHash: string, call: Call): Promise<'paid' | 'returned' | 'repeated' | Mismatch> {
    const { endToEndId, amountFen, currency, what, reason } = receipt;
    const not = (why: string, seen: Fact | undefined, needed: Fact | undefined): Mismatch => ({
      endToEndId: endToEndId.slice(0, 60),
      why,
      seen: inBoth(seen),
      needed: inBoth(needed),
    });
    const where = { reference: endToEndId, province: this.desk.province };
    const row = (await this.desk.node.rows<PaymentRow>('payments', { where, limit: 1 })).rows[0]?.row;
    if (!row) return not('unknown', null, phrase('paymentOfProvince'));
    if (currency !== 'CNY') return not('currency', currency.slice(0, 10), 'CNY');
    if (amountFen !== row.amountFen) return not('amount', amountFen === null ? null : yuan(amountFen), yuan(row.amountFen));
    if (what === 'other') return not('not-booked', null, phrase('bookedEntry'));
    if (row.receiptHash === receiptHash) return 'repeated';
    const key = `receipt.${receiptHash}.${endToEndId}`;
    try {
      const { repeated } =
        what === 'paid'
          ? await call.run(this.desk.node, 'ConfirmPaid', { order: row.order, receiptHash }, { key })
          : await call.run(this.desk.node, 'ReturnPayment', { order: row.order, receiptHash, reason: codeOf(reason) }, { key });
      return repeated ? 'repeated' : what;
    } catch (error) {
      if (!(error instanceof Refused)) throw error;
      const { rejected, facts } = error.rejection;
      return not(rejected, facts['seen'], facts['needed']);
    }
  }

  private async fileOf({ window, day }: FilePath): Promise<PaymentFile> {
    const where = { province: this.desk.province, window, day };
    const rows: PaymentRow[] = [];
    const asked = { where, order: { field: 'reference' }, limit: PAGE };
    for await (const page of pagesOf<PaymentRow>(this.desk.node, 'payments', asked)) {
      rows.push(...page.map(({ row }) => row));
      if (rows.length > PAYMENTS_MAX) throw new Problem('E-TOO-LARGE', { facts: { payments: rows.length, most: PAYMENTS_MAX } });
    }
    if (rows.length === 0) throw new Problem('E-NOTFOUND', { facts: { window, day } });
    const known = new Map<string, Account | null>();
    for (const payee of new Set([TREASURY, ...rows.map((row) => row.payee)]))
      known.set(payee, (await this.desk.node.read(account, accountStream(payee))).state.known);
    const missing = [...known].filter(([, found]) => found === null).map(([payee]) => payee);
    const from = known.get(TREASURY);
    if (missing.length > 0 || !from)
      throw new Refused('voucher', refuse('E-FILE', { defects: allOf(missing.slice(0, 50)), needed: phrase('accountForEach') }));
    const payments: readonly Payment[] = rows.flatMap((row) => {
      const to = known.get(row.payee);
      return to ? [{ ...row, to }] : [];
    });
    return { province: this.desk.province, window, day, from, payments };
  }
}

/** The bank's reason as a code word; banks may say in words of their own what no code fits. */
const codeOf = (reason: string | null): string => (reason !== null && /^[A-Za-z0-9][A-Za-z0-9._-]{0,39}$/.test(reason) ? reason : 'NARR');

/** @throws Problem E-VALIDATION for what is no file of receipts. */
const read = (format: (typeof RECEIPTS)[number], content: string): readonly Receipt[] => {
  try {
    return format === 'csv' ? csvReceipts(content) : camtReceipts(content);
  } catch (error) {
    if (!(error instanceof XmlFault || error instanceof ReceiptFault || error instanceof TableFault)) throw error;
    const words = { en: `the file cannot be read: ${error.message}`, zh: '回单文件无法读取，请按 camt.054.001.08 或 CSV 模板重新导出' };
    throw Problem.invalid({ field: '/content', rule: 'matches', message: words });
  }
};
