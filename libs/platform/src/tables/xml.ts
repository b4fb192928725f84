/**
 * XML that is exchanged with banks and treasuries: written with every character escaped, and read as a stream that refuses document
 * types, entities of its own, and anything longer, deeper or other than it should be.
 */
import { SaxesParser, type SaxesAttributeNS } from 'saxes';

const ESCAPED: Readonly<Record<string, string>> = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;' };
/** What XML 1.0 cannot hold at all. */
const FORBIDDEN = /[^\t\n\r\u0020-\uD7FF\uE000-\uFFFD\u{10000}-\u{10FFFF}]/u;

const escaped = (text: string): string => {
  if (FORBIDDEN.test(text)) throw new RangeError('A text has a character that XML cannot hold.');
  return text.replace(/[&<>"]/g, (each) => ESCAPED[each] ?? each);
};

/** One element; children are text, or elements written before. @throws RangeError for a character that XML cannot hold. */
export const element = (name: string, content: string | readonly Element[], attributes: Readonly<Record<string, string>> = {}): Element => {
  const opened = Object.entries(attributes).map(([key, value]) => ` ${key}="${escaped(value)}"`);
  const inside = typeof content === 'string' ? escaped(content) : content.map(({ xml }) => xml).join('');
  return { xml: `<${name}${opened.join('')}>${inside}</${name}>` };
};
/** A written element: text in its place is escaped, this is not. */
export interface Element {
  readonly xml: string;
}
export const xmlDocument = ({ xml }: Element): string => `<?xml version="1.0" encoding="UTF-8"?>\n${xml}\n`;

/** What is wrong with a document, for whoever sent it; it repeats nothing of its content. */
export class XmlFault extends Error {
  override readonly name = 'XmlFault';
}

export interface XmlListener {
  /** `path` is the names from the root on, without prefixes: `Document/GrpHdr/MsgId`. */
  open?(path: string, attributes: Readonly<Record<string, string>>): void;
  /** The whole text of an element without children, when it ends. */
  close?(path: string, text: string): void;
}

const DEPTH_MAX = 32;
const TEXT_MAX = 1_024;

/** Reads a document whose root is of this namespace. @throws XmlFault when it is no such document. */
export const readXml = (text: string, namespace: string, listener: XmlListener): void => {
  const parser = new SaxesParser({ xmlns: true });
  const path: string[] = [];
  let said = '';
  const refuse = (why: string) => (): never => {
    throw new XmlFault(why);
  };
  parser.on('doctype', refuse('it declares a document type, which none needs'));
  parser.on('error', refuse('it is not well-formed, or names an entity that XML itself does not define'));
  parser.on('opentag', ({ local, uri, attributes }) => {
    if (path.length === 0 && uri !== namespace) throw new XmlFault(`its root is not of ${namespace}`);
    path.push(local);
    if (path.length > DEPTH_MAX) throw new XmlFault(`it is deeper than ${DEPTH_MAX} elements`);
    said = '';
    const plain = Object.entries(attributes as Readonly<Record<string, SaxesAttributeNS>>).map(
      ([name, { value }]) => [name, value] as const,
    );
    listener.open?.(path.join('/'), Object.fromEntries(plain));
  });
  const take = (more: string): void => {
    said += more;
    if (said.length > TEXT_MAX) throw new XmlFault(`it has a text of more than ${TEXT_MAX} characters`);
  };
  parser.on('text', take);
  parser.on('cdata', take);
  parser.on('closetag', () => {
    listener.close?.(path.join('/'), said.trim());
    path.pop();
    said = '';
  });
  parser.write(text).close();
};
