/**
 * One import being carried out, batch by batch: what each row asks for, in which order, and what came of it. A batch begins where the last
 * kept one ended, so everything here holds also for a process that takes over from one that was killed anywhere.
 */
import { allEnded, Busy, Unavailable, type Answer, type LedgerNode } from '@yrd/ledger';
import { noteRow } from '../audit/audit-notes.js';
import { sleepMs } from '../clock.js';
import type { ContextGround } from '../context-ground.js';
import { refusalOf, type Gathered, type ImportKind, type RowResult, type Wanted } from './import-kind.js';
import { isOver, Lost, type ImportJob, type ImportJobs } from './import-jobs.js';
import { batchesOf, readRecord, type Batch, type Header } from './import-records.js';

/** Commands carried out at the same time: few enough that people at their desks are not kept waiting. */
const LANES = 16;
/** Pauses while the node takes no command, ms. */
const PAUSE_MS = 250;
const PAUSE_MAX_MS = 5_000;
/** How old a claim may be, real ms, when a row is sent under it: a quarter of what it holds for. */
const HOLD_MS = 15_000;
/** Records of the audit that may wait before the next batch begins. */
const AUDIT_WAITS_MAX = 2_000;
/** What only an operator can mend, for every row alike: it is waited for. */
const FROZEN: readonly string[] = ['E-FROZEN', 'E-KEY'];
/** Refusals that may say that it stands already. */
const STANDS: readonly string[] = ['E-STATE', 'E-YEAR'];

export interface RunOptions {
  readonly kind: ImportKind;
  readonly node: LedgerNode;
  readonly jobs: ImportJobs;
  readonly ground: Pick<ContextGround, 'trail' | 'log'>;
  /** Ends it anywhere; the job is left where it is. */
  readonly halt: AbortSignal;
  /** Domain time, ms. */
  readonly now: () => number;
}

/** A command with the rows that ask for it. */
interface Asking {
  readonly lines: readonly number[];
  readonly rows: Gathered<object>;
  readonly wanted: Wanted;
}
/** What came of all of its rows. */
type Came = Pick<RowResult, 'outcome' | 'faults'>;

export class ImportRun {
  /** What is known of the batch under way, by line. */
  private results = new Map<number, RowResult>();
  private settling: Promise<void> = Promise.resolve();
  private next: Promise<void> | null = null;
  /** When the claim was surely there, by the monotonic clock. */
  private heldAtMs = performance.now();

  constructor(
    private readonly o: RunOptions,
    private job: ImportJob,
  ) {}

  /** Carries out what is left of it. @throws TableFault, Lost, Unavailable, and whatever `halt` was aborted with. */
  async toItsEnd(): Promise<void> {
    const { kind, jobs, now } = this.o;
    for await (const batch of batchesOf(kind, await jobs.file(this.job), this.job.read)) {
      await this.carryOut(batch);
      const heldAtMs = performance.now();
      const results = batch.records.flat().map(({ line }) => this.results.get(line)!);
      this.job = await jobs.keep(this.job, results, now());
      if (isOver(this.job)) return;
      this.heldAtMs = heldAtMs;
    }
  }

  /** What is about one thing follows each other, the rest goes side by side. */
  private async carryOut({ header, records }: Batch): Promise<void> {
    while (this.o.ground.trail.size > AUDIT_WAITS_MAX) await this.pause(PAUSE_MS);
    this.results = new Map((await this.o.jobs.settled(this.job)).map((each) => [each.line, each]));
    const waiting = (await this.byTarget(header, records)).values();
    const lane = async (): Promise<void> => {
      for (const asking of waiting) await this.follow(header, asking);
    };
    // All of them come to rest before anybody takes the job up again.
    await allEnded(Array.from({ length: LANES }, lane));
  }

  /** What is left to do, by what it is about. */
  private async byTarget(header: Header, records: Batch['records']): Promise<ReadonlyMap<string, readonly Asking[]>> {
    const { kind } = this.o;
    const byTarget = new Map<string, Asking[]>();
    const left = records.filter((record) => record.some(({ line }) => !this.results.has(line)));
    for (const [at, read] of (await Promise.all(left.map((record) => readRecord(kind, header, record)))).entries()) {
      if (read.rows) {
        const wanted = await kind.wanted(...read.rows);
        const asking = { lines: left[at]!.map(({ line }) => line), rows: read.rows, wanted };
        byTarget.set(wanted.target, [...(byTarget.get(wanted.target) ?? []), asking]);
      } else for (const each of read.results) this.results.set(each.line, each);
    }
    return byTarget;
  }

  /**
   * Commands about one thing, one after the other. One that writes nothing is remembered by no ledger: before a later one about the same
   * thing writes, its outcome is kept, else a crash would decide it again behind that one, and undo it.
   */
  private async follow(header: Header, asked: readonly Asking[]): Promise<void> {
    let unkept = false;
    for (const each of asked) {
      const came: Came = await this.carryOutOne(header, each, unkept).catch((error: unknown) => this.failed(header, each, error));
      for (const line of each.lines) this.results.set(line, { line, ...came });
      unkept = came.outcome !== 'done';
    }
  }

  /** `unkept`: some before it about the same thing wrote nothing, and that is kept nowhere yet. */
  private async carryOutOne(header: Header, { lines, rows, wanted }: Asking, unkept: boolean): Promise<Came> {
    const { kind, ground } = this.o;
    const { dryRun } = this.job;
    const [line = 0] = lines;
    const unchanged: Came = { outcome: 'unchanged', faults: [] };
    const trial = kind.repeats || (unkept && !dryRun) ? await this.command(line, wanted, true) : null;
    // What this job has done itself is no reason: it says so when it is sent again.
    if (kind.repeats && trial?.ok && !trial.repeated && (await kind.stands?.(...rows)) === true) return unchanged;
    const writes = trial === null || (trial.ok && !trial.unchanged);
    if (writes && unkept && !dryRun) await this.settle();
    const answer = writes ? await this.command(line, wanted, dryRun) : trial;
    if (answer.ok && answer.unchanged) return unchanged;
    const mayStand = !answer.ok && STANDS.includes(answer.rejected);
    if (mayStand && (await kind.stands?.(...rows)) === true) return unchanged;
    if (!dryRun) noteRow(ground.trail, this.job, wanted.command, answer);
    return answer.ok ? { outcome: 'done', faults: [] } : { outcome: 'refused', faults: [refusalOf(header, answer)] };
  }

  /** Keeps what is known, and the claim with it. Who asks while that is being written waits for the next write, which has his rows too. */
  private settle(): Promise<void> {
    this.next ??= this.settling = this.settling.then(async () => {
      this.next = null;
      const heldAtMs = performance.now();
      await this.o.jobs.settle(this.job, [...this.results.values()]);
      this.heldAtMs = heldAtMs;
    });
    return this.next;
  }

  /** Sends a command, named by its first row, until the node has decided it. */
  private async command(line: number, { command, body }: Wanted, dry: boolean): Promise<Answer> {
    const { actor, trace, id } = this.job;
    const idempotencyKey = `import/${id}/${line}`;
    for (let pauseMs = PAUSE_MS; ; pauseMs = Math.min(PAUSE_MAX_MS, 2 * pauseMs)) {
      // Who stood still for long may have been taken for dead: what he sends then would come behind rows that another one sent.
      if (performance.now() - this.heldAtMs > HOLD_MS) await this.settle();
      try {
        const answer = await this.o.node.execute({ command, body, actor, idempotencyKey, trace, ...(dry && { dry: true }) });
        if (answer.ok || !FROZEN.includes(answer.rejected)) return answer;
      } catch (error) {
        if (!(error instanceof Busy || error instanceof Unavailable)) throw error;
        pauseMs = Math.max(pauseMs, Math.min(error.retryAfterMs, PAUSE_MAX_MS));
      }
      await this.pause(pauseMs);
    }
  }

  /** One that the node fails at is no reason to stop at the others. @throws what says nothing about it. */
  private failed(header: Header, { lines, wanted }: Asking, error: unknown): Came {
    const { ground, halt } = this.o;
    if (halt.aborted || error instanceof Lost || error instanceof Unavailable) throw error;
    ground.log.error({ err: error, import: this.job.id, line: lines[0], trace: this.job.trace }, 'a row of an import failed unexpectedly');
    const answer = { ok: false, rejected: 'E-INTERNAL', facts: {} } as const;
    if (!this.job.dryRun) noteRow(ground.trail, this.job, wanted.command, answer);
    return { outcome: 'refused', faults: [refusalOf(header, answer)] };
  }

  private async pause(ms: number): Promise<void> {
    await sleepMs(ms, this.o.halt);
    this.o.halt.throwIfAborted();
  }
}
