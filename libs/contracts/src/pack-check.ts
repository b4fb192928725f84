/** Whether a document is a policy pack: what a service asks before it offers one for adoption, and what an author is told. */
import { Value, type ValueError } from '@sinclair/typebox/value';
import { noteFaults, packFaults, type PackFault } from './pack-faults.js';
import { readDocument } from './pack-document.js';
import { VoucherPack } from './voucher-pack.js';

/** How many faults of the schema are told at most. */
const FAULTS_MAX = 20;

export type ParsedPack = { readonly ok: true; readonly pack: VoucherPack } | { readonly ok: false; readonly faults: readonly string[] };

/** The document as a pack, or one sentence for each fault: where it is and what was expected there. */
export const parsePack = (document: unknown): ParsedPack => {
  if (Value.Check(VoucherPack, document)) return { ok: true, pack: document };
  const faults = [...Value.Errors(VoucherPack, document)].map(({ path, message }) => `${path === '' ? 'the document' : path}: ${message}`);
  return { ok: false, faults: faults.slice(0, FAULTS_MAX) };
};

/** A fault with the line of the file that it stands on, counted from 1. */
export interface LineFault extends PackFault {
  readonly line: number;
}

/** What a pack file holds: the pack where its schema is kept, and every fault with its line. */
export interface PackReading {
  readonly pack: VoucherPack | null;
  readonly faults: readonly LineFault[];
  /** The line of a place in the document. */
  readonly lineOf: (path: string) => number;
}

const SCHEMA = 'policies/policy.schema.json';

/** What the schema wanted at a place, in words that tell how to mend it. */
const needed = ({ schema, message }: ValueError, value: unknown): PackFault['needed'] => {
  const words = (schema as { readonly enum?: unknown }).enum;
  if (message === 'Unexpected property')
    return { en: `no such field: take it out, or correct its name (${SCHEMA})`, zh: `没有此字段：请删除，或更正名称（${SCHEMA}）` };
  if (value === undefined) return { en: `this field: write it (${SCHEMA})`, zh: `此字段：请补上（${SCHEMA}）` };
  if (Array.isArray(words)) return { en: `one of ${words.join(', ')}`, zh: `以下之一：${words.join('、')}` };
  return { en: `${message} (${SCHEMA})`, zh: `${message}（${SCHEMA}）` };
};

const schemaFaults = (content: unknown): readonly PackFault[] => {
  const found = new Map<string, PackFault>();
  // The first of a place tells it best: what is missing is told again as what is of the wrong kind.
  for (const error of Value.Errors(VoucherPack, content)) {
    if (found.size >= FAULTS_MAX) break;
    const { path, value } = error;
    if (!found.has(path)) found.set(path, { path, seen: value === undefined ? '–' : JSON.stringify(value), needed: needed(error, value) });
  }
  return [...found.values()];
};

/** Reads a pack file whole: YAML, schema, contradictions and missing notes, each with its line. Never throws. */
export const readPack = (text: string): PackReading => {
  const { faults: malformed, content, lineOf } = readDocument(text);
  if (malformed.length > 0) {
    const told = malformed.map(({ line, what }): LineFault => ({
      line,
      path: '',
      seen: what,
      needed: { en: 'well-formed YAML', zh: '格式正确的 YAML' },
    }));
    return { pack: null, faults: told, lineOf };
  }
  const lined = (faults: readonly PackFault[]): readonly LineFault[] =>
    faults.map((fault) => ({ ...fault, line: lineOf(fault.path) })).sort((one, other) => one.line - other.line);
  if (!Value.Check(VoucherPack, content)) return { pack: null, faults: lined(schemaFaults(content)), lineOf };
  return { pack: content, faults: lined([...packFaults(content), ...noteFaults(content)]), lineOf };
};
