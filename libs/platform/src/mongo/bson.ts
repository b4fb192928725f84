/** Documents of MongoDB read from their bytes (BSON 1.1), where objects of the driver would cost more than what is done with them. */
import type { Scalar } from '@yrd/ledger';

const DOUBLE = 0x01;
const TEXT = 0x02;
const DOCUMENT = 0x03;
const ARRAY = 0x04;
const BINARY = 0x05;
const BOOLEAN = 0x08;
const NULL = 0x0a;
const INT32 = 0x10;
const INT64 = 0x12;

const MEND = 'restore the journal from a peer, or rebuild the view';

/** The bytes of a document. */
export interface Source {
  readonly bytes: Buffer;
  readonly view: DataView;
}

const int32At = ({ view }: Source, at: number): number => view.getInt32(at, true);

/** Bytes of an element's value. */
const sizeOf = (source: Source, type: number, at: number): number => {
  switch (type) {
    case DOUBLE:
    case INT64:
      return 8;
    case INT32:
      return 4;
    case TEXT:
      return 4 + int32At(source, at);
    case BINARY:
      return 5 + int32At(source, at);
    case DOCUMENT:
    case ARRAY:
      return int32At(source, at);
    case BOOLEAN:
      return 1;
    case NULL:
      return 0;
    default:
      throw new TypeError(`A stored document holds a field of the BSON type ${type}, which nothing stored here has: ${MEND}.`);
  }
};

/** Takes an element: where its name begins and ends, its type, and where its value begins. */
export type Take<T> = (into: T, source: Source, name: number, nameEnd: number, type: number, value: number) => void;

/** Where the elements of a document lie. */
export interface Elements {
  readonly from: number;
  readonly end: number;
}
export const elementsAt = (source: Source, at: number): Elements => ({ from: at + 4, end: at + int32At(source, at) - 1 });

/** Hands over at most so many elements; answers where the next one begins. */
export const walkSome = <T>(source: Source, { from, end }: Elements, most: number, into: T, take: Take<T>): number => {
  const { bytes } = source;
  let next = from;
  for (let taken = 0; next < end && taken < most; taken += 1) {
    const type = bytes[next]!;
    let nameEnd = next + 1;
    while (nameEnd < end && bytes[nameEnd] !== 0) nameEnd += 1;
    const size = sizeOf(source, type, nameEnd + 1);
    if (size < 0 || nameEnd + 1 + size > end) throw new RangeError(`A stored document ends inside a field: ${MEND}.`);
    take(into, source, next + 1, nameEnd, type, nameEnd + 1);
    next = nameEnd + 1 + size;
  }
  return next;
};

/** Hands over every element of the document at an offset. */
export const walk = <T>(source: Source, at: number, into: T, take: Take<T>): T => {
  walkSome(source, elementsAt(source, at), Infinity, into, take);
  return into;
};

export const numberAt = (source: Source, type: number, at: number): number => {
  if (type === INT32) return int32At(source, at);
  return type === DOUBLE ? source.view.getFloat64(at, true) : Number(source.view.getBigInt64(at, true));
};
export const textAt = (source: Source, at: number): string => {
  const size = int32At(source, at) - 1;
  return size === 0 ? '' : source.bytes.toString('utf8', at + 4, at + 4 + size);
};
export const bytesAt = (source: Source, at: number): Uint8Array =>
  new Uint8Array(source.bytes.buffer, source.bytes.byteOffset + at + 5, int32At(source, at));

/** The scalar of an element; null where it is a list, an object or bytes. */
export const scalarAt = (source: Source, type: number, at: number): Scalar => {
  switch (type) {
    case TEXT:
      return textAt(source, at);
    case BOOLEAN:
      return source.bytes[at] === 1;
    case DOUBLE:
    case INT32:
    case INT64:
      return numberAt(source, type, at);
    default:
      return null;
  }
};

/** Where a document's bytes are read. */
export const sourceOf = (bytes: Buffer): Source => ({ bytes, view: new DataView(bytes.buffer, bytes.byteOffset, bytes.length) });
