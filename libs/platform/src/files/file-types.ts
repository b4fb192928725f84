/** Kinds of files, told by their first bytes: what a sender calls a file is not asked. */

const startsWith =
  (...bytes: readonly number[]) =>
  (head: Uint8Array): boolean =>
    bytes.every((byte, at) => head[at] === byte);

const isZip = startsWith(0x50, 0x4b, 0x03, 0x04);
/** The name of an archive's first entry stands behind 30 bytes of its header. */
const FIRST_ENTRY_AT = 30;
const OFD_ENTRY = 'OFD.xml';
const UTF8_MARK = startsWith(0xef, 0xbb, 0xbf);
const XML_BEGIN = /^<\?xml[ \t\r\n]/;

const textAt = (head: Uint8Array, from: number, length: number): string =>
  Buffer.from(head.subarray(from, from + length)).toString('latin1');

interface Kind {
  /** Media type that it is served as. */
  readonly type: string;
  readonly begins: (head: Uint8Array) => boolean;
}

/** The first that fits: an OFD (GB/T 33190) is an archive whose entry `OFD.xml` comes first; one that is packed otherwise is a ZIP. */
const KINDS = {
  pdf: { type: 'application/pdf', begins: startsWith(0x25, 0x50, 0x44, 0x46, 0x2d) },
  png: { type: 'image/png', begins: startsWith(0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a) },
  jpeg: { type: 'image/jpeg', begins: startsWith(0xff, 0xd8, 0xff) },
  ofd: { type: 'application/ofd', begins: (head) => isZip(head) && textAt(head, FIRST_ENTRY_AT, OFD_ENTRY.length) === OFD_ENTRY },
  zip: { type: 'application/zip', begins: isZip },
  xml: { type: 'application/xml', begins: (head) => XML_BEGIN.test(textAt(head, UTF8_MARK(head) ? 3 : 0, 6)) },
} as const satisfies Readonly<Record<string, Kind>>;

export type FileKindName = keyof typeof KINDS;
export const FILE_KINDS = Object.keys(KINDS) as readonly FileKindName[];
export type FileType = (typeof KINDS)[FileKindName]['type'];
export const FILE_TYPES: readonly FileType[] = Object.values(KINDS).map(({ type }) => type);

/** So many bytes tell every kind. */
export const HEAD_BYTES = FIRST_ENTRY_AT + OFD_ENTRY.length;

/** The media type of a file of one of these kinds that begins so; null when it is none of them. */
export const typeOf = (head: Uint8Array, kinds: readonly FileKindName[]): FileType | null => {
  const found = FILE_KINDS.find((name) => KINDS[name].begins(head));
  return found !== undefined && kinds.includes(found) ? KINDS[found].type : null;
};

/** The media types of these kinds. */
export const typesOf = (kinds: readonly FileKindName[]): readonly FileType[] => kinds.map((name) => KINDS[name].type);
