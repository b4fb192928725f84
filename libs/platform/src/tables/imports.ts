/**
 * Imports: tables that become commands, row by row, as long jobs. A row is its sender's own command, decided by the same rules as when he
 * sends it alone. It is named by its job and line, so that a crash repeats it and never doubles it; and what stands already is left as
 * it is, so that a second import of the same file changes nothing.
 */
import { Unavailable, type LedgerNode } from '@yrd/ledger';
import { sleepMs } from '../clock.js';
import type { Call } from '../commands.js';
import type { ImportKind } from './import-kind.js';
import { ImportJobs, Lost, type ImportJob } from './import-jobs.js';
import { batchesOf } from './import-records.js';
import { ImportRun } from './import-run.js';
import { Problem } from '../http/problem.js';
import type { Words } from '../http/problem-codes.js';
import type { ContextGround } from '../context-ground.js';
import { fault, TableFault } from './table.js';
import type { TableFile } from './table-file.js';

/** Jobs carried on by one process at the same time; each holds its file in memory. */
const AT_ONCE = 3;
/** How often jobs are looked for that another process left behind, ms. */
const LOOK_MS = 2_000;
const SWEEP_MS = 3_600_000;

export interface ImportsOptions {
  readonly node: LedgerNode;
  readonly kinds: readonly ImportKind[];
  /** Name of this process among those that carry jobs on; the same after a restart. */
  readonly instance: string;
  readonly ground: Pick<ContextGround, 'records' | 'custody' | 'trail' | 'log'>;
}

export class Imports {
  readonly jobs: ImportJobs;
  private readonly running = new Map<string, Promise<void>>();
  private readonly halt = new AbortController();
  private woken = new AbortController();
  private looking: Promise<void> | null = null;

  constructor(private readonly o: ImportsOptions) {
    this.jobs = new ImportJobs(o.ground);
  }

  /** Begins to look for jobs. */
  start(): void {
    this.looking ??= this.look();
  }

  /** Leaves the jobs where they are. */
  async stop(): Promise<void> {
    this.halt.abort();
    this.woken.abort();
    await this.looking;
    await Promise.all(this.running.values());
  }

  /** Takes a table in, once it has been read to its end. @throws Problem E-TABLE and as `Call.file`, Refused E-IDEMPOTENCY. */
  async receive(call: Call, kind: ImportKind, dryRun: boolean): Promise<ImportJob> {
    const id = call.newId(`Import ${kind.name}`, 'import');
    const file = await call.file();
    const rows = await this.count(kind, file);
    const now = this.now();
    const { actor, trace } = call;
    const job: ImportJob = {
      ...{ id, kind: kind.name, dryRun, state: 'receiving', why: null, organisation: actor.organisation, actor, trace },
      ...{
        format: file.format,
        charset: file.charset,
        ...this.jobs.files.kept(file.bytes, kind.sealed === true),
        bytes: file.bytes.length,
      },
      ...{ held: true, rows, read: 0, done: 0, unchanged: 0, refused: 0, batches: 0, cancelAsked: false },
      ...{ createdMs: now, updatedMs: now, finishedMs: null, owner: null, claims: 0, claimedUntilMs: 0 },
    };
    const kept = await this.jobs.receive(job, file.bytes);
    this.woken.abort();
    return kept;
  }

  /** Asks for the end of an import: the rows that are done stay done. */
  cancel(id: string): Promise<ImportJob> {
    return this.jobs.cancel(id, this.now());
  }

  /** Rows of a table. What is wrong with it is found before anything is carried out. */
  private async count(kind: ImportKind, file: TableFile): Promise<number> {
    let count = 0;
    try {
      for await (const { rows } of batchesOf(kind, file, 0)) count += rows;
      return count;
    } catch (error) {
      if (!(error instanceof TableFault)) throw error;
      const { line, words } = error;
      const at = line === null ? { en: '', zh: '' } : { en: `Line ${line}: `, zh: `第 ${line} 行：` };
      throw new Problem('E-TABLE', { facts: { line, reason: at.en + words.en, reasonZh: at.zh + words.zh } });
    }
  }

  private now(): number {
    return this.o.node.status().now;
  }

  private async look(): Promise<void> {
    for (let sweptAt = -SWEEP_MS; !this.halt.signal.aborted;) {
      try {
        while (this.running.size < AT_ONCE && (await this.begin()));
        await this.jobs.letGoOfOver();
        if (performance.now() - sweptAt > SWEEP_MS) {
          await this.jobs.sweep(this.now());
          sweptAt = performance.now();
        }
      } catch (error) {
        // Storage is not reached yet, or not now.
        this.o.ground.log.debug({ err: error }, 'imports wait');
      }
      await sleepMs(LOOK_MS, this.woken.signal);
      if (!this.halt.signal.aborted) this.woken = new AbortController();
    }
  }

  /** Carries another job on; false when there is none. */
  private async begin(): Promise<boolean> {
    const job = await this.jobs.claim(this.o.instance, new Set(this.running.keys()), this.now());
    if (!job) return false;
    const carried = this.carryOn(job).then((ended) => {
      this.running.delete(job.id);
      if (ended) this.woken.abort();
    });
    this.running.set(job.id, carried);
    return true;
  }

  /** Carries a job on to its end. False when it has to be taken up again later, here or by another process. */
  private async carryOn(job: ImportJob): Promise<boolean> {
    const { ground, kinds, node } = this.o;
    const end = (state: ImportJob['state'], why: Words | null = null) => this.jobs.end(job, state, this.now(), why);
    try {
      const kind = kinds.find(({ name }) => name === job.kind);
      if (!kind) throw fault(`This version has no import ${job.kind}.`, `此版本没有导入类型 ${job.kind}。`);
      const run = { kind, node, ground, jobs: this.jobs, halt: this.halt.signal, now: () => this.now() };
      // Also of one that is to be cancelled: rows that a killed process had under way may be done, and the report says so.
      await new ImportRun(run, job).toItsEnd();
      await end(job.cancelAsked ? 'cancelled' : 'done');
      return true;
    } catch (error) {
      if (this.halt.signal.aborted || error instanceof Lost || error instanceof Unavailable) return false;
      const broken = error instanceof TableFault;
      if (!broken) ground.log.error({ err: error, import: job.id }, 'an import failed unexpectedly');
      const why = broken ? error.words : { en: 'It failed and was logged.', zh: '内部错误，已记录。' };
      return end('failed', why).then(
        () => true,
        () => false,
      );
    }
  }
}
