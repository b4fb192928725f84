/**
 * ZIP archives (PKWARE APPNOTE 6.3.10), as much of them as workbooks need. Reading trusts nothing: what an archive says of itself is
 * bounded before anything is unpacked, and unpacking ends where it says more. Written are streams of any length.
 */
import { pipeline, Readable } from 'node:stream';
import { crc32, createDeflateRaw, createInflateRaw } from 'node:zlib';
import { codeOf, fault, type TableFault } from './table.js';

/** Entries of an archive at most; a workbook of a few sheets has some twenty. */
const ENTRIES_MAX = 256;
/** Bytes of all that is unpacked at most: 100,000 rows of thirty cells stay below it. */
const UNPACKED_MAX = 268_435_456;
/** How much larger than packed an entry may be: sheets come to 30, a bomb to 1,000. Small ones may be anything. */
const RATIO_MAX = 200;
const RATIO_FROM = 1_048_576;
/** The end record with the longest comment. */
const TAIL_MAX = 65_557;
const CHUNK = 65_536;

const SIGNATURE = { local: 0x04034b50, central: 0x02014b50, end: 0x06054b50, descriptor: 0x08074b50 };
const STORED = 0;
const DEFLATED = 8;
const ENCRYPTED = 0x1;
/** Lengths follow the content, and names are UTF-8. */
const STREAMED = 0x808;
const VERSION = 20;

interface Entry {
  readonly method: number;
  readonly crc: number;
  readonly packed: number;
  readonly unpacked: number;
  readonly offset: number;
}

const damaged = (): TableFault => fault('The workbook is damaged: save it anew as .xlsx.', '工作簿已损坏，请重新另存为 .xlsx。');
const refused = (): TableFault =>
  fault(
    'The workbook is encrypted or of an unusual kind: save it without a password as .xlsx.',
    '工作簿已加密或格式特殊，请取消密码后另存为 .xlsx。',
  );
const bomb = (): TableFault =>
  fault('The workbook would become too large once unpacked: send it in parts, or as CSV.', '工作簿解压后过大，请分批提交或改用 CSV。');

export class ZipArchive {
  private constructor(
    private readonly bytes: Buffer,
    private readonly entries: ReadonlyMap<string, Entry>,
  ) {}

  /** Reads the directory. @throws TableFault for what is no archive, encrypted, or a bomb by its own word. */
  static of(content: Uint8Array): ZipArchive {
    const bytes = Buffer.from(content.buffer, content.byteOffset, content.byteLength);
    try {
      return new ZipArchive(bytes, directoryOf(bytes));
    } catch (error) {
      // A place that is named and lies outside.
      throw ['ERR_OUT_OF_RANGE', 'ERR_BUFFER_OUT_OF_BOUNDS'].includes(codeOf(error)) ? damaged() : error;
    }
  }

  has(name: string): boolean {
    return this.entries.has(name);
  }

  /** What an entry holds, piece by piece. @throws TableFault when it is not there, or not what the directory says. */
  async *read(name: string): AsyncGenerator<Buffer> {
    const entry = this.entries.get(name);
    if (!entry) throw damaged();
    let [size, crc] = [0, 0];
    for await (const piece of this.unpack(entry)) {
      size += piece.length;
      if (size > entry.unpacked) throw bomb();
      crc = crc32(piece, crc);
      yield piece;
    }
    if (size !== entry.unpacked || crc !== entry.crc) throw damaged();
  }

  private async *unpack({ method, packed, offset }: Entry): AsyncGenerator<Buffer> {
    const content = this.content(offset, packed);
    if (method === STORED) return void (yield content);
    const inflate = createInflateRaw({ chunkSize: CHUNK });
    inflate.end(content);
    try {
      for await (const piece of inflate) yield piece as Buffer;
    } catch (error) {
      // zlib names what is wrong with bytes by codes of its own.
      throw codeOf(error).startsWith('Z_') ? damaged() : error;
    }
  }

  private content(offset: number, packed: number): Buffer {
    if (offset + 30 > this.bytes.length || this.bytes.readUInt32LE(offset) !== SIGNATURE.local) throw damaged();
    const from = offset + 30 + this.bytes.readUInt16LE(offset + 26) + this.bytes.readUInt16LE(offset + 28);
    if (from + packed > this.bytes.length) throw damaged();
    return this.bytes.subarray(from, from + packed);
  }
}

const directoryOf = (bytes: Buffer): ReadonlyMap<string, Entry> => {
  const end = endOf(bytes);
  const count = bytes.readUInt16LE(end + 10);
  let at = bytes.readUInt32LE(end + 16);
  // Archives beyond 4 GB, or in parts, say so by numbers that are all ones.
  if (count === 0xffff || at === 0xffff_ffff || bytes.readUInt16LE(end + 8) !== count) throw refused();
  if (count > ENTRIES_MAX) throw bomb();
  const entries = new Map<string, Entry>();
  let total = 0;
  for (let nth = 0; nth < count; nth += 1) {
    if (bytes.readUInt32LE(at) !== SIGNATURE.central) throw damaged();
    const name = bytes.toString('utf8', at + 46, at + 46 + bytes.readUInt16LE(at + 28));
    const entry = {
      method: bytes.readUInt16LE(at + 10),
      crc: bytes.readUInt32LE(at + 16),
      packed: bytes.readUInt32LE(at + 20),
      unpacked: bytes.readUInt32LE(at + 24),
      offset: bytes.readUInt32LE(at + 42),
    };
    if ((bytes.readUInt16LE(at + 8) & ENCRYPTED) !== 0 || ![STORED, DEFLATED].includes(entry.method)) throw refused();
    if (entries.has(name)) throw damaged();
    total += entry.unpacked;
    if (total > UNPACKED_MAX || (entry.unpacked > RATIO_FROM && entry.unpacked > RATIO_MAX * entry.packed)) throw bomb();
    entries.set(name, entry);
    at += 46 + bytes.readUInt16LE(at + 28) + bytes.readUInt16LE(at + 30) + bytes.readUInt16LE(at + 32);
  }
  return entries;
};

/** Where the end record begins: its comment reaches to the last byte, so that nothing is hidden behind it. */
const endOf = (bytes: Buffer): number => {
  for (let at = bytes.length - 22; at >= Math.max(0, bytes.length - TAIL_MAX); at -= 1)
    if (bytes.readUInt32LE(at) === SIGNATURE.end && at + 22 + bytes.readUInt16LE(at + 20) === bytes.length) return at;
  throw fault('The file is no workbook: save it as .xlsx, or as CSV.', '该文件不是工作簿，请另存为 .xlsx 或 CSV。');
};

/** A file of an archive to be written. */
export interface ZipPart {
  readonly name: string;
  readonly content: AsyncIterable<string> | Iterable<string>;
}

interface Written {
  readonly name: Buffer;
  readonly offset: number;
  readonly crc: number;
  readonly packed: number;
  readonly unpacked: number;
}

const header = (signature: number, size: number, fields: readonly (readonly [at: number, value: number, bytes: 2 | 4])[]): Buffer => {
  const bytes = Buffer.alloc(size);
  bytes.writeUInt32LE(signature);
  for (const [at, value, width] of fields) bytes.writeUIntLE(value, at, width);
  return bytes;
};

/** 1980-01-01: an archive of the same content is the same bytes. */
const DAY = 0x21;

/** An archive of these parts, as it grows. */
export async function* zipped(parts: readonly ZipPart[]): AsyncGenerator<Buffer> {
  const written: Written[] = [];
  let offset = 0;
  for (const { name: text, content } of parts) {
    const name = Buffer.from(text);
    const start = offset;
    const local = header(SIGNATURE.local, 30, [
      [4, VERSION, 2],
      [6, STREAMED, 2],
      [8, DEFLATED, 2],
      [12, DAY, 2],
      [26, name.length, 2],
    ]);
    yield Buffer.concat([local, name]);
    offset += local.length + name.length;
    const sum = { crc: 0, unpacked: 0 };
    const deflate = createDeflateRaw({ chunkSize: CHUNK });
    // What fails on its way fails where the deflated is read.
    pipeline(Readable.from(counted(content, sum)), deflate, () => undefined);
    let packed = 0;
    for await (const piece of deflate) {
      packed += (piece as Buffer).length;
      yield piece as Buffer;
    }
    yield header(SIGNATURE.descriptor, 16, [
      [4, sum.crc, 4],
      [8, packed, 4],
      [12, sum.unpacked, 4],
    ]);
    offset += packed + 16;
    written.push({ name, offset: start, packed, ...sum });
  }
  const directory = Buffer.concat(written.flatMap((each) => [centralOf(each), each.name]));
  yield directory;
  const [count, size] = [written.length, directory.length];
  yield header(SIGNATURE.end, 22, [
    [8, count, 2],
    [10, count, 2],
    [12, size, 4],
    [16, offset, 4],
  ]);
}

const centralOf = ({ name, offset, crc, packed, unpacked }: Written): Buffer =>
  header(SIGNATURE.central, 46, [
    [4, VERSION, 2],
    [6, VERSION, 2],
    [8, STREAMED, 2],
    [10, DEFLATED, 2],
    [14, DAY, 2],
    [16, crc, 4],
    [20, packed, 4],
    [24, unpacked, 4],
    [28, name.length, 2],
    [42, offset, 4],
  ]);

/** Bytes of the texts, gathered into pieces, with their sum on the side. */
async function* counted(content: ZipPart['content'], sum: { crc: number; unpacked: number }): AsyncGenerator<Buffer> {
  let gathered: string[] = [];
  let length = 0;
  const piece = (): Buffer => {
    const bytes = Buffer.from(gathered.join(''));
    [gathered, length] = [[], 0];
    sum.crc = crc32(bytes, sum.crc);
    sum.unpacked += bytes.length;
    return bytes;
  };
  for await (const text of content) {
    gathered.push(text);
    length += text.length;
    if (length >= CHUNK) yield piece();
  }
  yield piece();
}
