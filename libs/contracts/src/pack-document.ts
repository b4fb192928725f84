/** A policy pack as a file holds it: YAML, without what can multiply a small file into a huge one. */
import { isMap, isNode, isPair, isScalar, isSeq, LineCounter, parseDocument, visit, type Document, type Node } from 'yaml';

/** A fault of the text itself, with its line. */
export interface TextFault {
  readonly line: number;
  readonly what: string;
}

/** A document with the lines of its parts, counted from 1. */
export interface LinedDocument {
  readonly faults: readonly TextFault[];
  readonly content: unknown;
  /** The line of a JSON pointer, or of the nearest part above it that is there. */
  readonly lineOf: (path: string) => number;
}

const firstLine = (text: string): string => text.split('\n')[0] ?? text;

const aliasIn = (document: Document): Node | null => {
  let found: Node | null = null;
  visit(document, {
    Alias: (_, node) => {
      found = node;
      return visit.BREAK;
    },
  });
  return found;
};

/** The start of a part in the text: of its name where it has one, since that is what its author looks for. */
const startOf = (document: Document, path: string): number => {
  let node: unknown = document.contents;
  let start = isNode(node) ? (node.range?.[0] ?? 0) : 0;
  for (const name of path.split('/').slice(1)) {
    const pair = isMap(node) ? node.items.find(({ key }) => isScalar(key) && String(key.value) === name) : undefined;
    const next: unknown = isPair(pair) ? pair.value : isSeq(node) ? node.items[Number(name)] : undefined;
    const named = isPair(pair) ? pair.key : next;
    if (!isNode(named)) break;
    start = named.range?.[0] ?? start;
    node = next;
  }
  return start;
};

/** Reads a YAML document. Never throws; a pack needs no aliases, so none are followed. */
export const readDocument = (text: string): LinedDocument => {
  const lineCounter = new LineCounter();
  const document = parseDocument(text, { schema: 'core', uniqueKeys: true, lineCounter });
  const lineAt = (offset: number): number => Math.max(1, lineCounter.linePos(offset).line);
  const lineOf = (path: string): number => lineAt(startOf(document, path));
  const malformed = document.errors.map(({ pos, message }) => ({ line: lineAt(pos[0]), what: firstLine(message) }));
  if (malformed.length > 0) return { faults: malformed, content: null, lineOf };
  const alias = aliasIn(document);
  if (alias !== null) {
    const what = 'it has an alias (*name): write the value out where it is meant';
    return { faults: [{ line: lineAt(alias.range?.[0] ?? 0), what }], content: null, lineOf };
  }
  return { faults: [], content: document.toJS() as unknown, lineOf };
};

/** The content of a YAML document, or what is wrong with it, one sentence each. */
export const packDocument = (
  text: string,
): { readonly ok: true; readonly content: unknown } | { readonly ok: false; readonly faults: readonly string[] } => {
  const { faults, content } = readDocument(text);
  return faults.length > 0 ? { ok: false, faults: faults.map(({ what }) => what) } : { ok: true, content };
};
