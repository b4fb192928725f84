/**
 * Files of imports while they wait: in parts, in records of the service's own database. Where their kind says so they lie sealed, each
 * under a key that is made for it, kept with the keys of persons and destroyed before the parts go: no backup of the records opens it.
 */
import { createHash, randomUUID } from 'node:crypto';
import type { Records } from '@yrd/ledger';
import type { ContextGround } from '../context-ground.js';
import { Erased } from '../keys/custody.js';
import { fault, type TableFormat } from './table.js';
import type { TableFile } from './table-file.js';

const FILES = 'import-files';
/** Bytes sealed at a time: as text they are as much as a sealed field holds. */
const PIECE_BYTES = 3_072;
const PIECES = 341;
/** Bytes of a file kept in one record: as text a third more, sealed three quarters, far below what a document may hold. */
const PART_BYTES = PIECES * PIECE_BYTES;

/** What has to be known of a file to find it again. */
export interface Filed {
  /** Of the job that it belongs to. */
  readonly id: string;
  readonly format: TableFormat;
  readonly charset: string | null;
  readonly bytes: number;
  /** Whom it is sealed to: made for this file, and nobody. Null where it lies open. */
  readonly sealedTo: string | null;
}

/** One part, in base64: as it is, or in pieces, each sealed to its place in the file. */
type Part = { readonly data: string } | { readonly pieces: readonly string[] };

const partId = (id: string, at: number): string => `${id}.${String(at).padStart(6, '0')}`;
const sliced = (bytes: Uint8Array, size: number): readonly Uint8Array[] =>
  Array.from({ length: Math.ceil(bytes.length / size) }, (_, at) => bytes.subarray(at * size, (at + 1) * size));
const text = (bytes: Uint8Array): string => Buffer.from(bytes).toString('base64');

/** The pieces of a part by their places in the file, which is also the order that an object keeps them in. */
const placed = (at: number, pieces: readonly string[]): Readonly<Record<string, string>> =>
  Object.fromEntries(pieces.map((piece, nth) => [at * PIECES + nth, piece]));

/** The key is gone though the job is not: its table came back from a backup that is older. */
const shut = () => fault('The file can no longer be opened: send it again.', '文件已无法解封，请重新提交。');

export class ImportFiles {
  constructor(private readonly ground: Pick<ContextGround, 'records' | 'custody'>) {}

  /** How a file is kept, and what it is known again by: of a sealed one no plain hash, by which its numbers could be guessed. */
  kept(bytes: Uint8Array, sealed: boolean): { readonly sealedTo: string | null; readonly digest: string } {
    const plain = createHash('sha256').update(bytes).digest('hex');
    if (!sealed) return { sealedTo: null, digest: plain };
    return { sealedTo: `import-${randomUUID()}`, digest: this.ground.custody.identityOf(`import\n${plain}`) };
  }

  /** Writes it; the same again is the same. What is dropped meanwhile is not written. */
  async write({ id, sealedTo }: Filed, bytes: Uint8Array): Promise<void> {
    for (const [at, part] of sliced(bytes, PART_BYTES).entries()) {
      const value = sealedTo === null ? { data: text(part) } : await this.sealed(sealedTo, at, part);
      if (value === null) return;
      await this.records.write([{ table: FILES, id: partId(id, at), value }]);
    }
  }

  /** The file; null when a part of it is gone. @throws TableFault when it does not open any more. */
  async read({ id, format, charset, bytes, sealedTo }: Filed): Promise<TableFile | null> {
    const parts: Buffer[] = [];
    for (let at = 0; at * PART_BYTES < bytes; at += 1) {
      const part = (await this.records.get<Part>(FILES, partId(id, at)))?.value;
      if (!part) return null;
      parts.push('data' in part ? Buffer.from(part.data, 'base64') : await this.opened(String(sealedTo), at, part.pieces));
    }
    return { format, charset, bytes: Buffer.concat(parts) };
  }

  /** Lets it go: of a sealed one the key first. */
  async drop({ id, bytes, sealedTo }: Filed): Promise<void> {
    if (sealedTo !== null) await this.ground.custody.destroy([sealedTo]);
    for (let at = 0; at * PART_BYTES < bytes; at += 1) await this.records.write([{ table: FILES, id: partId(id, at), value: null }]);
  }

  private get records(): Records {
    return this.ground.records();
  }

  private async sealed(to: string, at: number, part: Uint8Array): Promise<Part | null> {
    try {
      return { pieces: Object.values(await this.ground.custody.seal(to, to, placed(at, sliced(part, PIECE_BYTES).map(text)))) };
    } catch (error) {
      if (error instanceof Erased) return null;
      throw error;
    }
  }

  private async opened(subject: string, at: number, pieces: readonly string[]): Promise<Buffer> {
    const [opened] = await this.ground.custody.open([{ subject, sealed: placed(at, pieces) }]);
    if (typeof opened !== 'object') throw shut();
    return Buffer.concat(Object.values(opened).map((each) => Buffer.from(each, 'base64')));
  }
}
