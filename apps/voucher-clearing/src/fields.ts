/** Fields of voucher clearing: schemes, packs, classes and products, and the identifiers that others issue. */
import { AmountFen, FromText, Issued, ListQuery, TextField, WholeNumber, WordList, type Words } from '@yrd/platform';
import { invoiceNumber, uscc } from '@yrd/standards';

export const SchemeName = (words: Words = { zh: '创新券方案', en: 'voucher scheme' }): PropertyDecorator =>
  TextField(/^[a-z][a-z0-9-]{1,30}$/, 31, words, 'cxq');
export const PackVersion = (): PropertyDecorator =>
  TextField(/^[a-z0-9.-]{1,40}$/, 40, { zh: '政策包版本', en: 'version of the pack' }, '32-cxq-2025.1');
export const WindowNumber = (): PropertyDecorator =>
  WholeNumber(1, 1_000_000, { zh: '清算窗口序号', en: 'number of the settlement window' }, 1);
/** A class of service, e.g. a use-direction code of the province. */
const CLASS = /^[A-Za-z0-9.-]{1,40}$/;
export const ItemClass = (words: Words = { zh: '服务类别', en: 'class of the service' }): PropertyDecorator =>
  TextField(CLASS, 40, words, '5');
/** The agency's own code of a product. */
export const ProductCode = (): PropertyDecorator =>
  TextField(/^[A-Za-z0-9_-]{1,40}$/, 40, { zh: '产品代码，由机构自定', en: 'code of the product, chosen by the agency' }, 'p1');
export const Classes = (): PropertyDecorator =>
  WordList(/^(\*|[A-Za-z0-9.-]{1,40})$/, 200, { zh: '服务类别；* 为全部', en: 'classes of service; * is every one' }, ['5', '11']);

export const Uscc = (words: Partial<Words> = {}): PropertyDecorator =>
  Issued('isUscc', uscc.parse, { zh: '统一社会信用代码', en: 'unified social credit code (GB 32100)', ...words }, '91310000MAXXXX0150');
export const InvoiceNumber = (): PropertyDecorator =>
  Issued(
    'isInvoiceNumber',
    invoiceNumber.parse,
    { zh: '数电票号码', en: 'number of the all-digital invoice, 20 digits' },
    '26310000000000000001',
  );

/** A list that is asked for by amount. */
export class AmountsQuery extends ListQuery {
  @FromText()
  @AmountFen({ zh: '金额自（分，含）', en: 'amount from this on, fen', optional: true })
  amountFrom?: number;

  @FromText()
  @AmountFen({ zh: '金额至（分，不含）', en: 'amount below this, fen', optional: true })
  amountTo?: number;
}
