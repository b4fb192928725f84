/** A policy pack as a file holds it: YAML, without what can multiply a small file into a huge one. */
import { parseDocument, visit, type Document } from 'yaml';

const hasAlias = (document: Document): boolean => {
  let found = false;
  visit(document, {
    Alias: () => {
      found = true;
      return visit.BREAK;
    },
  });
  return found;
};

/** The content of a YAML document, or what is wrong with it, one sentence each. A pack needs no aliases, so none are followed. */
export const packDocument = (
  text: string,
): { readonly ok: true; readonly content: unknown } | { readonly ok: false; readonly faults: readonly string[] } => {
  const document = parseDocument(text, { schema: 'core', uniqueKeys: true });
  if (document.errors.length > 0) return { ok: false, faults: document.errors.map(({ message }) => message.split('\n')[0] ?? message) };
  if (hasAlias(document)) return { ok: false, faults: ['it has an alias (*name): write the value out where it is meant'] };
  return { ok: true, content: document.toJS() as unknown };
};
