/** XML for banks: what is written can be read back, and what could harm is refused. */
import fc from 'fast-check';
import { element, readXml, xmlDocument, XmlFault } from './xml.js';

const NS = 'urn:test';
const read = (document: string, namespace = NS): readonly (readonly [string, string])[] => {
  const found: [string, string][] = [];
  readXml(document, namespace, { close: (path, text) => void found.push([path, text]) });
  return found;
};
const wrapped = (inside: string): string => `<?xml version="1.0"?><a xmlns="${NS}">${inside}</a>`;

test('any text that XML can hold is written so that it is read back as it was', () => {
  const printable = fc
    .string({ unit: 'grapheme', maxLength: 80 })
    .filter((text) => /^[\u0020-\uD7FF\uE000-\uFFFD\u{10000}-\u{10FFFF}]*$/u.test(text));
  fc.assert(
    fc.property(printable, (text) => {
      const document = xmlDocument(element('a', [element('b', text, { of: text })], { xmlns: NS }));
      const heard: string[] = [];
      readXml(document, NS, {
        open: (path, attributes) => void (path === 'a/b' && heard.push(attributes['of'] ?? '')),
        close: (path, said) => void (path === 'a/b' && heard.push(said)),
      });
      expect(heard).toEqual([text, text.trim()]);
    }),
  );
});

test('what XML cannot hold is not written', () => {
  for (const text of ['\u0000', 'a\u0008', '\uD800', '\uFFFF']) expect(() => element('a', text)).toThrow(RangeError);
});

test.each([
  ['a document type', '<!DOCTYPE a [<!ENTITY x "y">]>' + wrapped('<b>&x;</b>')],
  ['an external entity', `<!DOCTYPE a SYSTEM "file:///etc/passwd">${wrapped('')}`],
  ['an entity that XML does not define', wrapped('<b>&nbsp;</b>')],
  ['a document that is cut off', wrapped('<b>').slice(0, -4)],
  ['two roots', wrapped('') + wrapped('').slice(21)],
  ['another namespace', wrapped('').replace(NS, 'urn:other')],
  ['no namespace', '<a/>'],
  ['a text without end', wrapped(`<b>${'x'.repeat(2_000)}</b>`)],
  ['a depth without end', wrapped('<b>'.repeat(40) + '</b>'.repeat(40))],
  ['no XML', 'MsgId,Amt'],
])('%s is refused', (_, document) => {
  expect(() => read(document)).toThrow(XmlFault);
});

test('prefixes, comments, character references and CDATA are read as they mean', () => {
  expect(read(`<?xml version="1.0"?><x:a xmlns:x="${NS}"><!-- c --><x:b> &#x4e2d;&amp;<![CDATA[<>]]> </x:b></x:a>`)).toEqual([
    ['a/b', '中&<>'],
    ['a', ''],
  ]);
});
