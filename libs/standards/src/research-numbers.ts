// Numbers issued by others that a file of research or trade carries: ORCID, the all-digital invoice, the technology contract registration.
import { DIGITS, mod11x2 } from './check-digits.js';
import {
  type Bilingual, type Identifier, type Parsed, badDate, foreignCharacter, readText, unknownRegion, wrongCheckDigit, wrongForm, wrongLength,
} from './parsed.js';
import { nationalPrefixName } from './regions.js';

export type Orcid = string & { readonly kind: 'orcid' };
export type InvoiceNumber = string & { readonly kind: 'invoice' };
export type TechnologyContractNumber = string & { readonly kind: 'technology-contract' };

export interface InvoiceParts {
  /** Year of issue, four digits. */
  readonly year: number;
  /** Two digits of the tax authority. Cities planned on their own have codes outside GB/T 2260, so a name may be missing. */
  readonly taxRegion: string;
  readonly taxRegionName: Bilingual | undefined;
  readonly channel: string;
  readonly sequence: string;
}

export interface TechnologyContractParts {
  readonly form: '14' | '16';
  readonly year: number;
  /** Two digits of GB/T 2260. */
  readonly province: string;
  readonly city: string;
  readonly registry: string;
  readonly sequence: string;
}

/** Check character of the 15 digits of an ORCID: ISO 7064 MOD 11-2. */
export function orcidCheckDigit(first15: string): string {
  return mod11x2(first15);
}

function groupOrcid(digits: string): string {
  return `${digits.slice(0, 4)}-${digits.slice(4, 8)}-${digits.slice(8, 12)}-${digits.slice(12)}`;
}

function parseOrcid(text: unknown): Parsed<Orcid, Record<string, never>> {
  const typed = readText(orcid, text);
  if (typeof typed !== 'string') return typed;
  const bare = typed.replace(/^(HTTPS?:\/\/)?ORCID\.ORG\//, '');
  const hyphenated = bare.charAt(4) === '-' && bare.charAt(9) === '-' && bare.charAt(14) === '-';
  const code = hyphenated ? bare.slice(0, 4) + bare.slice(5, 9) + bare.slice(10, 14) + bare.slice(15) : bare;
  if (code.length !== 16) return wrongLength(orcid);
  const foreign = foreignCharacter(orcid, code.slice(0, 15), DIGITS) ?? foreignCharacter(orcid, code.slice(15), '0123456789X', 15);
  if (foreign) return foreign;
  if (orcidCheckDigit(code.slice(0, 15)) !== code.charAt(15)) return wrongCheckDigit(orcid);
  return { ok: true, value: groupOrcid(code) as Orcid, parts: {} };
}

function parseInvoice(text: unknown): Parsed<InvoiceNumber, InvoiceParts> {
  const code = readText(invoiceNumber, text);
  if (typeof code !== 'string') return code;
  if (code.length !== 20) return wrongLength(invoiceNumber);
  const foreign = foreignCharacter(invoiceNumber, code, DIGITS);
  if (foreign) return foreign;
  const taxRegion = code.slice(2, 4);
  if (taxRegion.startsWith('0')) return unknownRegion(invoiceNumber);
  const parts = {
    year: 2000 + Number(code.slice(0, 2)), taxRegion, taxRegionName: nationalPrefixName(taxRegion),
    channel: code.charAt(4), sequence: code.slice(5),
  };
  return { ok: true, value: code as InvoiceNumber, parts };
}

function parseTechnologyContract(text: unknown): Parsed<TechnologyContractNumber, TechnologyContractParts> {
  const code = readText(technologyContract, text);
  if (typeof code !== 'string') return code;
  if (code.length !== 14 && code.length !== 16) return wrongLength(technologyContract);
  const foreign = foreignCharacter(technologyContract, code, DIGITS);
  if (foreign) return foreign;
  const long = code.length === 16;
  const year = Number(long ? code.slice(0, 4) : `20${code.slice(0, 2)}`);
  // Registration began with the contract law's registers; a year outside this century is a shifted or invented number.
  if (year < 2000 || year > 2099) return badDate(technologyContract);
  const [province, city, registry] = [0, 2, 4].map((at) => code.slice(at + (long ? 4 : 2), at + (long ? 6 : 4)));
  if (province === undefined || city === undefined || registry === undefined) return wrongForm(technologyContract);
  if (!nationalPrefixName(province)) return unknownRegion(technologyContract);
  const parts = { form: long ? '16' : '14', year, province, city, registry, sequence: code.slice(-6) } as const;
  return { ok: true, value: code as TechnologyContractNumber, parts };
}

/** ORCID of a researcher; stored and shown in four groups. */
export const orcid: Identifier<Orcid, Record<string, never>> = {
  name: { zh: 'ORCID 研究者标识', en: 'The ORCID' },
  form: { zh: '15 位数字加 1 位校验码，如 0000-0002-1825-0097', en: '15 digits and a check digit, such as 0000-0002-1825-0097' },
  source: 'ISO 27729, ISO 7064 MOD 11-2',
  parse: parseOrcid,
  format: (value) => value,
};

/** 数电票号码. It has no check digit: what protects it is that it may be used once (V15). */
export const invoiceNumber: Identifier<InvoiceNumber, InvoiceParts> = {
  name: { zh: '数电票号码', en: 'The invoice number' },
  form: { zh: '20 位数字', en: '20 digits' },
  source: '数电票号码编制规则（国家税务总局）',
  parse: parseInvoice,
  format: (value) => value,
};

/** 技术合同登记编号: 16 digits now, 14 in older registers. The split of the 16 is inferred from the 14 and not yet confirmed. */
export const technologyContract: Identifier<TechnologyContractNumber, TechnologyContractParts> = {
  name: { zh: '技术合同登记编号', en: 'The technology contract registration number' },
  form: { zh: '16 位数字（旧编号 14 位）', en: '16 digits (14 in older registers)' },
  source: '技术合同认定登记编号规则',
  parse: parseTechnologyContract,
  format: (value) => value,
};
