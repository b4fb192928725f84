/**
 * The files that this node holds: the store with their bytes, and beside it a table that says of each who handed it in and when. A file is
 * noted before it is kept, so that no bytes lie in the store that nobody knows of; one that nothing refers to is swept after some days.
 */
import { createHash } from 'node:crypto';
import { Readable } from 'node:stream';
import type { LedgerNode, Recorded, Records } from '@yrd/ledger';
import { sleepMs } from '../clock.js';
import type { FilesConfig } from '../config/config-files.js';
import type { Log } from '../log.js';
import { Problem, retryAfter } from '../http/problem.js';
import type { RecordIndexes } from '../mongo/mongo-records.js';
import { FileRefused, type StoredFile } from './arrivals.js';
import type { FileStore } from './file-store.js';
import { typesOf } from './file-types.js';

const TABLE = 'files';
export const fileIndexes: RecordIndexes = { [TABLE]: [['state', 'atMs']] };

/** How often it is looked whether so much domain time went by that files are to be swept, real ms and domain ms. */
const LOOK_MS = 1_000;
const SWEEP_MS = 3_600_000;
const SWEPT_AT_ONCE = 100;
const DAY_MS = 86_400_000;
/** Others that change the same row are waited for so often. */
const TRIES = 20;

/** What is noted of a file. `arriving`: its bytes may not be here yet. `named`: something refers to it, for ever. `going`: being swept. */
export interface KeptFile extends StoredFile {
  /** Organisations that handed it in. */
  readonly by: readonly string[];
  /** When it was last handed in, named, or begun to be swept, domain ms. */
  readonly atMs: number;
  readonly state: 'arriving' | 'waiting' | 'named' | 'going';
}

export interface KeptFilesOptions {
  readonly store: FileStore;
  readonly rules: Pick<FilesConfig, 'bytesMax' | 'kinds' | 'days' | 'demanded'>;
  readonly node: Pick<LedgerNode, 'status' | 'reach'>;
  readonly ground: { readonly records: () => Records; readonly log: Log };
  /** Whether an entry that this node has folded refers to the file. */
  readonly refersTo: (hash: string) => Promise<boolean>;
}

/** Whether its bytes are here. */
const isHeld = ({ state }: KeptFile): boolean => state === 'waiting' || state === 'named';

/** The refusal of a file, in words; what of it is still on its way is not waited for. */
const refusalOf = ({ why }: FileRefused, { bytesMax, kinds }: KeptFilesOptions['rules']): Problem => {
  if (why === 'empty') return Problem.malformed('The body is empty: send the bytes of the file.', '请求体为空：请直接发送文件内容。');
  const headers = { Connection: 'close' };
  if (why === 'too large') return new Problem('E-TOO-LARGE', { facts: { limitBytes: bytesMax }, headers });
  return new Problem('E-DOCUMENT', { facts: { types: typesOf(kinds).join(', ') }, headers });
};

/** Passes on what has the hash that it should have. The last part is held back until that is known, so that no damaged file looks whole. */
async function* proven(content: Readable, hash: string): AsyncGenerator<Buffer> {
  const sha256 = createHash('sha256');
  let last: Buffer | null = null;
  for await (const part of content as AsyncIterable<Buffer>) {
    sha256.update(part);
    if (last) yield last;
    last = part;
  }
  if (sha256.digest('hex') !== hash) throw new Problem('E-FILE-DAMAGED', { facts: { hash } });
  if (last) yield last;
}

export class KeptFiles {
  private readonly halt = new AbortController();
  private looking: Promise<void> | null = null;

  constructor(private readonly o: KeptFilesOptions) {}

  /** Begins to sweep, by the node's clock. */
  start(): void {
    this.looking ??= this.look();
  }

  async stop(): Promise<void> {
    this.halt.abort();
    await this.looking;
  }

  /**
   * Keeps a file for an organisation. The same bytes again are the same answer, whoever had handed them in before.
   * @throws Problem E-MALFORMED, E-TOO-LARGE, E-DOCUMENT, E-BUSY, E-UNAVAILABLE, and what `content` failed by.
   */
  async take(content: Readable, organisation: string): Promise<StoredFile> {
    try {
      const file = await this.o.store.put(content, async (each) => {
        await this.change(each.hash, (known) => {
          if (known?.state === 'going') throw new Problem('E-BUSY', { headers: retryAfter(5_000) });
          const by = [...new Set([...(known?.by ?? []), organisation])];
          return { ...each, by, atMs: this.now(), state: known?.state ?? 'arriving' };
        });
      });
      await this.change(file.hash, (known) => (known?.state === 'arriving' ? { ...known, state: 'waiting' } : known));
      return file;
    } catch (error) {
      if (error instanceof FileRefused) throw refusalOf(error, this.o.rules);
      throw error instanceof Problem ? error : this.storeFailed(error);
    }
  }

  /** Those of these files that this node holds, by hash. */
  async held(hashes: readonly string[]): Promise<ReadonlyMap<string, KeptFile>> {
    const found = await this.o.ground.records().getMany<KeptFile>(TABLE, [...new Set(hashes)]);
    return new Map(found.filter(({ value }) => isHeld(value)).map(({ id, value }) => [id, value]));
  }

  /**
   * The bytes of a file that is held. They are read twice: once to see that they are what was handed in, then to be sent.
   * @throws Problem E-FILE-DAMAGED, E-UNAVAILABLE.
   */
  async open({ hash }: StoredFile): Promise<AsyncGenerator<Buffer>> {
    try {
      for await (const part of proven(await this.stored(hash), hash)) void part;
      return proven(await this.stored(hash), hash);
    } catch (error) {
      if (!(error instanceof Problem)) throw this.storeFailed(error);
      this.o.ground.log.error({ file: hash }, 'a file in the store is gone or not what was handed in');
      throw error;
    }
  }

  /**
   * A command of this organisation is about to name files: what it handed in is kept from the sweep meanwhile.
   * @throws Problem E-FILE-MISSING when this node demands that named files are handed in, and one was not.
   */
  async naming(organisation: string, hashes: readonly string[]): Promise<void> {
    if (hashes.length === 0) return;
    const held = await this.held(hashes);
    const missing = hashes.filter((hash) => held.get(hash)?.by.includes(organisation) !== true);
    if (this.o.rules.demanded && missing.length > 0) throw new Problem('E-FILE-MISSING', { facts: { hashes: missing.join(' ') } });
    // What is named already stays anyhow.
    for (const { hash } of [...held.values()].filter(({ state }) => state === 'waiting'))
      await this.change(hash, (known) => (known?.state === 'waiting' ? { ...known, atMs: this.now() } : known));
  }

  /** Removes files that nothing has referred to for the days of the setting. False when it cannot be known yet what refers to them. */
  async sweep(): Promise<boolean> {
    const { journals, province, context } = this.o.node.status();
    const own = journals.find(({ journal }) => journal === `${province}/${context}`);
    // Views that are being folded anew know only a part of what refers to files.
    if (!own || !(await this.o.node.reach({ journal: own.journal, size: own.size }, LOOK_MS))) return false;
    const before = this.now() - this.o.rules.days * DAY_MS;
    // One that a crash left in the middle is begun anew after a while.
    await this.sweepAll('going', this.now() - SWEEP_MS);
    for (const state of ['arriving', 'waiting'] as const) await this.sweepAll(state, before);
    return true;
  }

  private async sweepAll(state: KeptFile['state'], before: number): Promise<void> {
    for (let more = true; more;) {
      const query = { where: { state, atMs: { lt: before } }, order: { field: 'atMs' }, limit: SWEPT_AT_ONCE };
      const due = await this.o.ground.records().find<KeptFile>(TABLE, query);
      for (const each of due) await this.sweepOne(each);
      more = due.length === SWEPT_AT_ONCE && !this.halt.signal.aborted;
    }
  }

  /** Claims the row first: who hands the file in at that moment is told to come back, and who sweeps beside us finds it claimed. */
  private async sweepOne({ id, value, rev }: Recorded<KeptFile>): Promise<void> {
    const records = this.o.ground.records();
    const named = await this.o.refersTo(id);
    const next: KeptFile = { ...value, state: named ? 'named' : 'going', atMs: this.now() };
    if (!(await records.write([{ table: TABLE, id, value: next, rev }])) || named) return;
    await this.o.store.remove(id);
    await records.write([{ table: TABLE, id, value: null, rev: rev + 1 }]);
  }

  private async look(): Promise<void> {
    await this.o.store.clear().catch((error: unknown) => this.o.ground.log.warn({ err: error }, 'broken uploads could not be cleared'));
    for (let sweptAt = -Infinity; !this.halt.signal.aborted; await sleepMs(LOOK_MS, this.halt.signal)) {
      try {
        const now = this.now();
        if (now - sweptAt >= SWEEP_MS && (await this.sweep())) sweptAt = now;
      } catch (error) {
        // Storage is not reached yet, or not now.
        this.o.ground.log.debug({ err: error }, 'files wait to be swept');
      }
    }
  }

  private async stored(hash: string): Promise<Readable> {
    const content = await this.o.store.get(hash);
    if (content === null) throw new Problem('E-FILE-DAMAGED', { facts: { hash } });
    return content;
  }

  private storeFailed(error: unknown): Problem {
    this.o.ground.log.error({ err: error }, 'the store of files failed');
    return Problem.unavailable('The store of files does not answer.', '文件存储暂时无法使用。', 5_000);
  }

  /** Changes what is noted of a file; as it is, or null where nothing is to be noted, writes nothing. */
  private async change(hash: string, next: (known: KeptFile | null) => KeptFile | null): Promise<void> {
    const records = this.o.ground.records();
    for (let tries = 0; tries < TRIES; tries += 1) {
      const found = await records.get<KeptFile>(TABLE, hash);
      const value = next(found?.value ?? null);
      if (value === null || value === found?.value) return;
      if (await records.write([{ table: TABLE, id: hash, value, rev: found?.rev ?? 0 }])) return;
    }
    throw new Problem('E-BUSY', { headers: retryAfter(1_000) });
  }

  private now(): number {
    return this.o.node.status().now;
  }
}
