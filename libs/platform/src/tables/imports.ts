/**
 * Imports: tables that become commands, row by row, as long jobs. A row is its sender's own command, decided by the same rules as when he
 * sends it alone. It is named by its job and line, so that a crash repeats it and never doubles it; and what stands already is left as
 * it is, so that a second import of the same file changes nothing.
 */
import { createHash } from 'node:crypto';
import { Busy, Unavailable, type Answer, type LedgerNode } from '@yrd/ledger';
import { noteRow } from '../audit/audit-notes.js';
import { sleepMs } from '../clock.js';
import type { Call } from '../commands.js';
import { headerOf, readRow, refusalOf, type ImportKind, type ReadRow, type RowResult, type Wanted } from './import-kind.js';
import { ImportJobs, isOver, Lost, type ImportJob } from './import-jobs.js';
import { Problem } from '../http/problem.js';
import type { Words } from '../http/problem-codes.js';
import type { ContextGround } from '../context-ground.js';
import { fault, TableFault, type TableRow } from './table.js';
import { tableRows, type TableFile } from './table-file.js';

/** Rows whose outcome is kept in one write. */
const BATCH_ROWS = 100;
/** Rows carried out at the same time: few enough that people at their desks are not kept waiting. */
const LANES = 16;
/** Jobs carried on by one process at the same time; each holds its file in memory. */
const AT_ONCE = 3;
/** How often jobs are looked for that another process left behind, ms. */
const LOOK_MS = 2_000;
const SWEEP_MS = 3_600_000;
/** Pauses while the node takes no command, ms. */
const PAUSE_MS = 250;
const PAUSE_MAX_MS = 5_000;
/** Records of the audit that may wait before the next batch begins. */
const AUDIT_WAITS_MAX = 2_000;
/** What only an operator can mend, for every row alike: it is waited for. */
const FROZEN: readonly string[] = ['E-FROZEN', 'E-KEY'];
/** Refusals that may say that it stands already. */
const STANDS: readonly string[] = ['E-STATE', 'E-YEAR'];

export interface ImportsOptions {
  readonly node: LedgerNode;
  readonly kinds: readonly ImportKind[];
  /** Name of this process among those that carry jobs on; the same after a restart. */
  readonly instance: string;
  readonly ground: Pick<ContextGround, 'records' | 'trail' | 'log'>;
}

type Header = ReturnType<typeof headerOf>;

interface Batch {
  readonly header: Header;
  readonly rows: readonly TableRow[];
}

/** The rows behind a header, in batches, from the nth on. */
async function* batchesOf(kind: ImportKind, file: TableFile, from: number): AsyncGenerator<Batch> {
  let header: Header | null = null;
  let rows: TableRow[] = [];
  let count = 0;
  for await (const row of tableRows(file)) {
    if (!header) header = headerOf(kind, row);
    else if (count++ >= from) rows.push(row);
    if (!header || rows.length < BATCH_ROWS) continue;
    yield { header, rows };
    rows = [];
  }
  if (!header) throw fault('The table is empty: begin with a header.', '表格为空：首行须为表头。');
  if (rows.length > 0) yield { header, rows };
}

export class Imports {
  readonly jobs: ImportJobs;
  private readonly running = new Map<string, Promise<void>>();
  private readonly halt = new AbortController();
  private woken = new AbortController();
  private looking: Promise<void> | null = null;

  constructor(private readonly o: ImportsOptions) {
    this.jobs = new ImportJobs(o.ground.records);
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
    const sha256 = createHash('sha256').update(file.bytes).digest('hex');
    const { actor, trace } = call;
    const job: ImportJob = {
      ...{ id, kind: kind.name, dryRun, state: 'receiving', why: null, organisation: actor.organisation, actor, trace },
      ...{ format: file.format, charset: file.charset, sha256, bytes: file.bytes.length, rows, read: 0, done: 0, unchanged: 0, refused: 0 },
      ...{ batches: 0, cancelAsked: false, createdMs: now, updatedMs: now, finishedMs: null, owner: null, claimedUntilMs: 0 },
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
      for await (const { rows } of batchesOf(kind, file, 0)) count += rows.length;
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
    const { instance, ground, kinds } = this.o;
    const end = (state: ImportJob['state'], why: Words | null = null) => this.jobs.end(job.id, instance, state, this.now(), why);
    try {
      const kind = kinds.find(({ name }) => name === job.kind);
      if (!kind) throw fault(`This version has no import ${job.kind}.`, `此版本没有导入类型 ${job.kind}。`);
      if (!job.cancelAsked) await this.rows(kind, job);
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

  private async rows(kind: ImportKind, job: ImportJob): Promise<void> {
    for await (const batch of batchesOf(kind, await this.jobs.file(job), job.read)) {
      const results = await this.carryOut(kind, job, batch);
      if (isOver(await this.jobs.keep(job, this.o.instance, results, this.now()))) return;
    }
  }

  /** What comes of a batch. Rows about one thing follow each other, the rest goes side by side. */
  private async carryOut(kind: ImportKind, job: ImportJob, { header, rows }: Batch): Promise<readonly RowResult[]> {
    while (this.o.ground.trail.size > AUDIT_WAITS_MAX) await this.pause(PAUSE_MS);
    const results = new Map<number, RowResult>();
    const lanes = new Map<string, (() => Promise<void>)[]>();
    for (const read of await Promise.all(rows.map((row) => readRow(kind, header, row)))) {
      const { line, row, faults } = read;
      if (!row) results.set(line, { line, outcome: 'refused', faults });
      else {
        const wanted = await kind.wanted(row);
        const work = async (): Promise<void> => void results.set(line, await this.carryOutRow(kind, job, header, read, wanted));
        lanes.set(wanted.target, [...(lanes.get(wanted.target) ?? []), work]);
      }
    }
    const waiting = lanes.values();
    const lane = async (): Promise<void> => {
      for (const works of waiting) for (const work of works) await work();
    };
    await Promise.all(Array.from({ length: LANES }, lane));
    return rows.map(({ line }) => results.get(line)!);
  }

  private async carryOutRow(kind: ImportKind, job: ImportJob, header: Header, { line, row }: ReadRow, wanted: Wanted): Promise<RowResult> {
    const trial = kind.repeats ? await this.command({ ...job, dryRun: true }, line, wanted) : null;
    // What this job has done itself is no reason: it says so when it is sent again.
    if (trial?.ok && !trial.repeated && (await kind.stands?.(row!)) === true) return { line, outcome: 'unchanged', faults: [] };
    const answer = await this.command(job, line, wanted);
    if (answer.ok && answer.unchanged) return { line, outcome: 'unchanged', faults: [] };
    const mayStand = !answer.ok && STANDS.includes(answer.rejected);
    if (mayStand && (await kind.stands?.(row!)) === true) return { line, outcome: 'unchanged', faults: [] };
    if (!job.dryRun) noteRow(this.o.ground.trail, job, wanted.command, answer);
    return answer.ok ? { line, outcome: 'done', faults: [] } : { line, outcome: 'refused', faults: [refusalOf(header, answer)] };
  }

  /** Sends a row's command until the node has decided it. */
  private async command(job: ImportJob, line: number, { command, body }: Wanted): Promise<Answer> {
    const { actor, trace, dryRun } = job;
    const idempotencyKey = `import/${job.id}/${line}`;
    for (let pauseMs = PAUSE_MS; ; pauseMs = Math.min(PAUSE_MAX_MS, 2 * pauseMs)) {
      try {
        const answer = await this.o.node.execute({ command, body, actor, idempotencyKey, trace, ...(dryRun && { dry: true }) });
        if (answer.ok || !FROZEN.includes(answer.rejected)) return answer;
      } catch (error) {
        if (!(error instanceof Busy || error instanceof Unavailable)) return this.failed(job, line, error);
        pauseMs = Math.max(pauseMs, Math.min(error.retryAfterMs, PAUSE_MAX_MS));
      }
      await this.pause(pauseMs);
    }
  }

  /** A row that the node fails at is no reason to stop at the others. */
  private failed(job: ImportJob, line: number, error: unknown): Answer {
    this.o.ground.log.error({ err: error, import: job.id, line, trace: job.trace }, 'a row of an import failed unexpectedly');
    return { ok: false, rejected: 'E-INTERNAL', facts: {} };
  }

  private async pause(ms: number): Promise<void> {
    await sleepMs(ms, this.halt.signal);
    this.halt.signal.throwIfAborted();
  }
}
