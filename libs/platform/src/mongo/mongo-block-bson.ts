/**
 * A block's document, read straight from its bytes (BSON 1.1): the driver would make an object and two arrays of its own for every
 * field of every commit, and reading journals is mostly that.
 */
import type { StoredBlock, StoredCommit } from '@yrd/ledger';

const DOUBLE = 0x01;
const TEXT = 0x02;
const DOCUMENT = 0x03;
const ARRAY = 0x04;
const BINARY = 0x05;
const BOOLEAN = 0x08;
const NULL = 0x0a;
const INT32 = 0x10;
const INT64 = 0x12;

/** The bytes of a document. */
interface Source {
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
      throw new TypeError(`A stored block holds a field of the BSON type ${type}, which no block has: restore the journal from a peer.`);
  }
};

/** Takes an element: where its name begins and ends, its type, and where its value begins. */
type Take<T> = (into: T, source: Source, name: number, nameEnd: number, type: number, value: number) => void;

/** Hands over every element of the document at an offset. */
const walk = <T>(source: Source, at: number, into: T, take: Take<T>): T => {
  const { bytes } = source;
  const end = at + int32At(source, at) - 1;
  for (let next = at + 4; next < end;) {
    const type = bytes[next]!;
    let nameEnd = next + 1;
    while (nameEnd < end && bytes[nameEnd] !== 0) nameEnd += 1;
    const size = sizeOf(source, type, nameEnd + 1);
    if (size < 0 || nameEnd + 1 + size > end) throw new RangeError('A stored block ends inside a field: restore the journal from a peer.');
    take(into, source, next + 1, nameEnd, type, nameEnd + 1);
    next = nameEnd + 1 + size;
  }
  return into;
};

const numberAt = (source: Source, type: number, at: number): number => {
  if (type === INT32) return int32At(source, at);
  return type === DOUBLE ? source.view.getFloat64(at, true) : Number(source.view.getBigInt64(at, true));
};
const textAt = (source: Source, at: number): string => {
  const size = int32At(source, at) - 1;
  return size === 0 ? '' : source.bytes.toString('utf8', at + 4, at + 4 + size);
};
const bytesAt = (source: Source, at: number): Uint8Array =>
  new Uint8Array(source.bytes.buffer, source.bytes.byteOffset + at + 5, int32At(source, at));

const text: Take<string[]> = (texts, source, _name, _end, _type, value) => texts.push(textAt(source, value));
const number: Take<number[]> = (numbers, source, _name, _end, type, value) => numbers.push(numberAt(source, type, value));

type Changing<T> = { -readonly [K in keyof T]: T[K] };

const EMPTY = new Uint8Array(0);

const field: Take<Changing<StoredCommit>> = (commit, source, name, _end, type, value) => {
  switch (String.fromCharCode(source.bytes[name]!)) {
    case 'f':
      commit.first = numberAt(source, type, value);
      break;
    case 'n':
      commit.count = numberAt(source, type, value);
      break;
    case 's':
      commit.streams = walk(source, value, [], text);
      break;
    case 'v':
      commit.versions = walk(source, value, [], number);
      break;
    case 'k':
      commit.command = textAt(source, value);
      break;
    case 'h':
      commit.body = textAt(source, value);
      break;
    case 'b':
      commit.bytes = bytesAt(source, value);
  }
};

const commit: Take<StoredCommit[]> = (commits, source, _name, _end, _type, value) =>
  commits.push(walk(source, value, { first: 0, count: 0, streams: [], versions: [], command: '', body: '', bytes: EMPTY }, field));

const part: Take<Changing<StoredBlock>> = (block, source, name, end, type, value) => {
  switch (source.bytes.toString('latin1', name, end)) {
    case '_id':
      block.first = numberAt(source, type, value);
      break;
    case 'n':
      block.count = numberAt(source, type, value);
      break;
    case 'root':
      block.root = bytesAt(source, value);
      break;
    case 'epoch':
      block.epoch = numberAt(source, type, value);
      break;
    case 'at':
      block.at = numberAt(source, type, value);
      break;
    case 'note':
      block.note = textAt(source, value);
      break;
    case 'commits':
      block.commits = walk(source, value, [], commit);
  }
};

/** A small document is copied, so that keeping it does not keep the whole answer of the server. */
const COPIED_BYTES = 65_536;

/**
 * The block in a document as `mongo-blocks.ts` writes it. Its arrays of bytes are parts of one copy of the document. Throws
 * TypeError or RangeError when the bytes are no such document.
 */
export const blockFromBson = (document: Uint8Array): StoredBlock => {
  const bytes = document.length < COPIED_BYTES ? Buffer.from(document) : Buffer.from(document.buffer, document.byteOffset, document.length);
  const source = { bytes, view: new DataView(bytes.buffer, bytes.byteOffset, bytes.length) };
  return walk(source, 0, { first: 0, count: 0, root: EMPTY, epoch: 0, at: 0, commits: [] }, part);
};
