/** The sample files as typed records: five kinds of rows, each field checked when it is read. */
import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { readCsv, type CsvRow } from './samples-csv.js';
import { Fault } from './say.js';

export type Province = '31' | '32' | '33' | '34';

/** A firm or team of its home province. `asOf` is MM-DD of the samples' year; facts that are empty are not recorded. */
export interface EnterpriseRow {
  readonly row: CsvRow;
  readonly id: string;
  readonly kind: 'firm' | 'team';
  readonly province: Province;
  readonly name: string;
  readonly uscc: string;
  /** `org` of its people's tokens. */
  readonly organisation: string;
  /** Region code of the registered address, six digits. */
  readonly address: string;
  readonly status: string;
  /** Whether it is in this year's 科技型中小企业 register. */
  readonly sme: boolean;
  readonly teamCore: string;
  /** The group of one 实际控制人 (V3). */
  readonly group: string;
  /** Ids of enterprises and agencies that it is tied to by ownership. */
  readonly links: readonly string[];
  readonly source: string;
  readonly asOf: string;
}

export interface AgencyRow {
  readonly row: CsvRow;
  readonly id: string;
  readonly province: Province;
  readonly name: string;
  readonly uscc: string;
  readonly organisation: string;
  /** Two digits of the tax region that its invoice numbers carry. */
  readonly taxRegion: string;
  readonly classes: readonly string[];
  readonly recognisedBy: readonly Province[];
}

export interface ProductRow {
  readonly row: CsvRow;
  readonly id: string;
  readonly agency: string;
  readonly itemClass: string;
  readonly name: string;
  readonly priceFen: number;
}

export interface QuotaRow {
  readonly row: CsvRow;
  readonly subject: string;
  readonly scheme: string;
  readonly askedFen: number;
  /** 0 where nothing is granted. */
  readonly grantedFen: number;
  readonly reaches: string;
}

/** The script of one order: what is bought, and the steps (words of `samples-steps.ts`) that lead to the state it shall reach. */
export interface OrderRow {
  readonly row: CsvRow;
  readonly id: string;
  readonly subject: string;
  readonly scheme: string;
  readonly agency: string;
  readonly product: string;
  readonly mode: 'tongyong' | 'tongdui';
  readonly amountFen: number;
  readonly contractFen: number;
  /** Invoice number, 20 digits; empty where the script ends before it. */
  readonly invoice: string;
  readonly invoiceFen: number;
  readonly paidFen: number;
  readonly steps: readonly string[];
  readonly reaches: string;
  readonly held: boolean;
}

export interface Samples {
  readonly enterprises: readonly EnterpriseRow[];
  readonly agencies: readonly AgencyRow[];
  readonly products: readonly ProductRow[];
  readonly quotas: readonly QuotaRow[];
  readonly orders: readonly OrderRow[];
  /** SHA-256 over all files, hex: other samples, another hash. */
  readonly hash: string;
}

const odd = ({ file, line }: CsvRow, column: string, needed: string): Fault =>
  new Fault(`${file}, line ${line}: ${column} must be ${needed}.`);

const text = (row: CsvRow, column: string, form = /./): string => {
  const value = row.fields[column] ?? '';
  if (!form.test(value)) throw odd(row, column, `of the form ${form.source}`);
  return value;
};
const optional = (row: CsvRow, column: string): string => row.fields[column] ?? '';
const word = <W extends string>(row: CsvRow, column: string, words: readonly W[]): W => {
  const value = words.find((each) => each === row.fields[column]);
  if (value === undefined) throw odd(row, column, `one of ${words.join(', ')}`);
  return value;
};
const list = (row: CsvRow, column: string): readonly string[] => optional(row, column).split(' ').filter(Boolean);
/** A whole number of fen; an empty field is 0. */
const amount = (row: CsvRow, column: string): number => {
  const value = optional(row, column);
  if (!/^(0|[1-9]\d{0,12})?$/.test(value)) throw odd(row, column, 'a whole number of fen');
  return Number(value);
};
const yes = (row: CsvRow, column: string): boolean => word(row, column, ['yes', 'no']) === 'yes';

const PROVINCES: readonly Province[] = ['31', '32', '33', '34'];
const ID = /^[A-Za-z0-9-]{1,40}$/;

const enterprise = (row: CsvRow): EnterpriseRow => ({
  row,
  id: text(row, 'id', ID),
  kind: word(row, 'kind', ['firm', 'team']),
  province: word(row, 'province', PROVINCES),
  name: text(row, 'name'),
  uscc: optional(row, 'uscc'),
  organisation: text(row, 'organisation', ID),
  address: text(row, 'address', /^\d{6}$/),
  status: text(row, 'status'),
  sme: yes(row, 'sme'),
  teamCore: optional(row, 'team_core'),
  group: optional(row, 'group'),
  links: list(row, 'links'),
  source: text(row, 'source'),
  asOf: text(row, 'as_of', /^\d\d-\d\d$/),
});

const agency = (row: CsvRow): AgencyRow => ({
  row,
  id: text(row, 'id', ID),
  province: word(row, 'province', PROVINCES),
  name: text(row, 'name'),
  uscc: text(row, 'uscc'),
  organisation: text(row, 'organisation', ID),
  taxRegion: text(row, 'tax_region', /^\d\d$/),
  classes: list(row, 'classes'),
  recognisedBy: list(row, 'recognised_by').map((each) => PROVINCES.find((one) => one === each) ?? word(row, 'recognised_by', PROVINCES)),
});

const product = (row: CsvRow): ProductRow => ({
  row,
  id: text(row, 'id', ID),
  agency: text(row, 'agency', ID),
  itemClass: text(row, 'item_class'),
  name: text(row, 'name'),
  priceFen: amount(row, 'price_fen'),
});

const quota = (row: CsvRow): QuotaRow => ({
  row,
  subject: text(row, 'subject', ID),
  scheme: text(row, 'scheme', ID),
  askedFen: amount(row, 'asked_fen'),
  grantedFen: amount(row, 'granted_fen'),
  reaches: word(row, 'reaches', ['Granted', 'Submitted', 'Returned', 'Refused', 'Frozen']),
});

const order = (row: CsvRow): OrderRow => ({
  row,
  id: text(row, 'id', ID),
  subject: text(row, 'subject', ID),
  scheme: text(row, 'scheme', ID),
  agency: text(row, 'agency', ID),
  product: text(row, 'product', ID),
  mode: word(row, 'mode', ['tongyong', 'tongdui']),
  amountFen: amount(row, 'amount_fen'),
  contractFen: amount(row, 'contract_fen'),
  invoice: optional(row, 'invoice'),
  invoiceFen: amount(row, 'invoice_fen'),
  paidFen: amount(row, 'paid_fen'),
  steps: list(row, 'steps'),
  reaches: text(row, 'reaches'),
  held: yes(row, 'held'),
});

const COLUMNS = {
  'enterprises.csv': 'id,kind,province,name,uscc,organisation,address,status,sme,team_core,group,links,source,as_of,note',
  'agencies.csv': 'id,province,name,uscc,organisation,tax_region,classes,recognised_by,note',
  'products.csv': 'id,agency,item_class,name,price_fen,note',
  'quotas.csv': 'subject,scheme,asked_fen,granted_fen,reaches,note',
  'orders.csv': 'id,subject,scheme,agency,product,mode,amount_fen,contract_fen,invoice,invoice_fen,paid_fen,steps,reaches,held,note',
} as const;

/** Reads all five files of a folder. Throws a Fault that names the file, the line and the column. */
export const readSamples = (folder: string): Samples => {
  const hash = createHash('sha256');
  const rows = (file: keyof typeof COLUMNS): readonly CsvRow[] => {
    const content = readFileSync(join(folder, file), 'utf8');
    hash.update(`${file}\n${content.length}\n${content}`);
    return readCsv(file, content, COLUMNS[file].split(','));
  };
  return {
    enterprises: rows('enterprises.csv').map(enterprise),
    agencies: rows('agencies.csv').map(agency),
    products: rows('products.csv').map(product),
    quotas: rows('quotas.csv').map(quota),
    orders: rows('orders.csv').map(order),
    hash: hash.digest('hex'),
  };
};
