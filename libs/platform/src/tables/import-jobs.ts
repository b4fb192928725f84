/**
 * Imports as they are kept: a job, the file that it reads, and what came of each row, in tables of the service's own database. All that
 * a job needs to go on after a crash is here; whoever carries it on has claimed it, and what another did meanwhile is never written over.
 */
import { say, Unavailable, type Actor, type Records, type RecordQuery, type RowPage } from '@yrd/ledger';
import type { ContextGround } from '../context-ground.js';
import { ImportFiles } from './import-files.js';
import type { RowResult } from './import-kind.js';
import type { RecordIndexes } from '../mongo/mongo-records.js';
import { Problem, Refused, retryAfter } from '../http/problem.js';
import type { Words } from '../http/problem-codes.js';
import type { TableFormat } from './table.js';
import type { TableFile } from './table-file.js';

const JOBS = 'imports';
const RESULTS = 'import-results';
/** Batches of results read at a time. */
const RESULTS_PAGE = 20;
/** Jobs of one organisation that wait or run at most. */
const OPEN_MAX = 20;
/** How long a job stays readable after its end, domain ms: a quarter. */
const KEEP_MS = 92 * 86_400_000;
/** How long somebody may take to send a file again that broke off, domain ms. */
const RECEIVE_MS = 3_600_000;
/** How long a claim holds without a word of whoever holds it, real ms. */
const CLAIM_MS = 60_000;
const SWEPT = 20;

export const IMPORT_STATES = ['receiving', 'waiting', 'running', 'done', 'cancelled', 'failed'] as const;
export type ImportState = (typeof IMPORT_STATES)[number];
const OPEN: readonly ImportState[] = ['waiting', 'running'];
const OVER: readonly ImportState[] = ['done', 'cancelled', 'failed'];
export const isOver = ({ state }: Pick<ImportJob, 'state'>): boolean => OVER.includes(state);

export interface ImportJob {
  readonly id: string;
  readonly kind: string;
  readonly dryRun: boolean;
  readonly state: ImportState;
  /** Why it failed; null otherwise. */
  readonly why: Words | null;
  readonly organisation: string;
  /** Who asked for it: each row is carried out as his command. */
  readonly actor: Actor;
  readonly trace: string;
  readonly format: TableFormat;
  readonly charset: string | null;
  /** What its file is known again by, as `ImportFiles.kept` makes it. */
  readonly digest: string;
  readonly bytes: number;
  /** Whom its file is sealed to; null where it lies open. */
  readonly sealedTo: string | null;
  /** Something of its file may still be here. */
  readonly held: boolean;
  /** Rows of the file without its header. */
  readonly rows: number;
  /** Of these, rows whose outcome is known. */
  readonly read: number;
  readonly done: number;
  readonly unchanged: number;
  readonly refused: number;
  /** Records of results. */
  readonly batches: number;
  readonly cancelAsked: boolean;
  readonly createdMs: number;
  readonly updatedMs: number;
  readonly finishedMs: number | null;
  /** The process that carries it on, and until when its claim holds, real ms. */
  readonly owner: string | null;
  /** How often it was claimed: who did so last carries it on, and nobody of the same name beside him. */
  readonly claims: number;
  readonly claimedUntilMs: number;
}

/** Another process carries the job on. */
export class Lost extends Error {
  override readonly name = 'Lost';
}

/** What came of the rows of one batch. */
interface Results {
  readonly results: readonly RowResult[];
}

export const importIndexes: RecordIndexes = {
  [JOBS]: [['createdMs'], ['organisation', 'createdMs'], ['state', 'createdMs'], ['state', 'finishedMs'], ['held', 'state']],
};

const nth = (id: string, at: number): string => `${id}.${String(at).padStart(6, '0')}`;

export class ImportJobs {
  readonly files: ImportFiles;

  constructor(private readonly ground: Pick<ContextGround, 'records' | 'custody'>) {
    this.files = new ImportFiles(ground);
  }

  /** Keeps a file with its job. The same one again is the job that there is. @throws Refused E-IDEMPOTENCY, Problem E-BUSY. */
  async receive(wanted: ImportJob, bytes: Uint8Array): Promise<ImportJob> {
    const { id } = wanted;
    const job = (await this.get(id)) ?? (await this.begun(wanted));
    if (job.digest !== wanted.digest || job.kind !== wanted.kind || job.dryRun !== wanted.dryRun)
      throw new Refused('imports', { rejected: 'E-IDEMPOTENCY', facts: { import: id } });
    if (job.state !== 'receiving') return job;
    await this.files.write(job, bytes);
    const kept = await this.change(id, (each) => (each.state === 'receiving' ? { ...each, state: 'waiting' } : each));
    // Who sent it twice at once may have written parts after the other one's job was over.
    if (isOver(kept)) await this.files.drop(kept);
    return kept;
  }

  /** The job as it now is, by whomever it was begun: of two who send at once, the first one's. */
  private async begun(job: ImportJob): Promise<ImportJob> {
    const where = { organisation: job.organisation, state: { in: OPEN } };
    if ((await this.find({ where, limit: OPEN_MAX })).length >= OPEN_MAX) throw new Problem('E-BUSY', { headers: retryAfter(60_000) });
    await this.records.write([{ table: JOBS, id: job.id, value: job, rev: 0 }]);
    return (await this.get(job.id)) ?? job;
  }

  /** Null when there is none. */
  async get(id: string): Promise<ImportJob | null> {
    return (await this.records.get<ImportJob>(JOBS, id))?.value ?? null;
  }

  async find(query: RecordQuery): Promise<readonly ImportJob[]> {
    return (await this.records.find<ImportJob>(JOBS, query)).map(({ value }) => value);
  }

  /** A page of them, as a list of rows is read. */
  async rows(_view: string, query: RecordQuery): Promise<RowPage<ImportJob>> {
    const found = await this.find(query);
    const last = found.length < query.limit ? undefined : found.at(-1);
    return {
      rows: found.map((row) => ({ id: row.id, row })),
      next: last ? { value: last.createdMs, id: last.id } : null,
      positions: [],
    };
  }

  /** @throws TableFault, Lost. */
  async file(job: ImportJob): Promise<TableFile> {
    const file = await this.files.read(job);
    if (!file) throw new Lost(`A part of the file of ${job.id} is gone.`);
    return file;
  }

  /** The oldest job that nobody carries on, claimed for this process; null when there is none. */
  async claim(owner: string, except: ReadonlySet<string>, nowMs: number): Promise<ImportJob | null> {
    const open = await this.find({ where: { state: { in: OPEN } }, order: { field: 'createdMs' }, limit: 10 * OPEN_MAX });
    const free = open.find((job) => !except.has(job.id) && (job.owner === null || job.owner === owner || job.claimedUntilMs < Date.now()));
    if (!free) return null;
    const claimed = await this.change(free.id, (job) =>
      isOver(job) || (job.owner !== free.owner && job.owner !== owner)
        ? job
        : { ...job, state: 'running', owner, claims: job.claims + 1, claimedUntilMs: Date.now() + CLAIM_MS, updatedMs: nowMs },
    );
    return claimed.state === 'running' && claimed.owner === owner ? claimed : null;
  }

  /** Keeps what came of a batch of rows with the progress, in one write. @throws Lost when another has claimed the job meanwhile. */
  async keep(mine: ImportJob, results: readonly RowResult[], nowMs: number): Promise<ImportJob> {
    const count = (outcome: RowResult['outcome']): number => results.filter((each) => each.outcome === outcome).length;
    return this.change(
      mine.id,
      (before) => {
        const job = still(mine, before);
        const counted = {
          read: job.read + results.length,
          done: job.done + count('done'),
          unchanged: job.unchanged + count('unchanged'),
          refused: job.refused + count('refused'),
          batches: job.batches + 1,
        };
        const kept = { ...job, ...counted, claimedUntilMs: Date.now() + CLAIM_MS, updatedMs: nowMs };
        return job.cancelAsked ? over(kept, 'cancelled', nowMs) : kept;
      },
      ({ id, batches }) => [{ table: RESULTS, id: nth(id, batches - 1), value: { results } satisfies Results }],
    );
  }

  /** Rows of the batch under way whose outcome was kept before its end, by a process that died in it. */
  async settled({ id, batches }: ImportJob): Promise<readonly RowResult[]> {
    return (await this.records.get<Results>(RESULTS, nth(id, batches)))?.value.results ?? [];
  }

  /** Keeps what is known of the batch under way, and the claim. @throws Lost when another has claimed the job meanwhile. */
  async settle(mine: ImportJob, results: readonly RowResult[]): Promise<void> {
    await this.change(
      mine.id,
      (job) => ({ ...still(mine, job), claimedUntilMs: Date.now() + CLAIM_MS }),
      ({ id, batches }) => [{ table: RESULTS, id: nth(id, batches), value: { results } satisfies Results }],
    );
  }

  /** Ends a job, and lets its file go. @throws Lost when another has claimed the job meanwhile. */
  async end(mine: ImportJob, state: ImportState, nowMs: number, why: Words | null = null): Promise<void> {
    const job = await this.change(mine.id, (each) => (isOver(each) ? each : { ...over(still(mine, each), state, nowMs), why }));
    if (isOver(job)) await this.letGo(job);
  }

  /** Asks for an end: at once where nobody carries it on, else after the rows under way. */
  async cancel(id: string, nowMs: number): Promise<ImportJob> {
    const job = await this.change(id, (each) => {
      if (isOver(each)) return each;
      return each.state === 'running' ? { ...each, cancelAsked: true } : over(each, 'cancelled', nowMs);
    });
    if (isOver(job)) await this.letGo(job);
    return job;
  }

  /** What came of the rows so far, in the order of the table. */
  async *results({ id, batches }: ImportJob): AsyncGenerator<RowResult> {
    for (let at = 0; at < batches; at += RESULTS_PAGE) {
      const ids = Array.from({ length: Math.min(RESULTS_PAGE, batches - at) }, (_, more) => nth(id, at + more));
      const found = await this.records.getMany<Results>(RESULTS, ids);
      const byId = new Map(found.map((each) => [each.id, each.value.results]));
      for (const each of ids) yield* byId.get(each) ?? [];
    }
  }

  /** Lets go of the files of jobs that are over, where whoever ended them could not. */
  async letGoOfOver(): Promise<void> {
    for (const job of await this.find({ where: { held: true, state: { in: OVER } }, limit: SWEPT })) await this.letGo(job);
  }

  /** Lets go of jobs that are long over, and of files that never came whole. */
  async sweep(nowMs: number): Promise<void> {
    const ended = { state: { in: OVER }, finishedMs: { lt: nowMs - KEEP_MS } };
    const stale = { state: 'receiving', createdMs: { lt: nowMs - RECEIVE_MS } };
    for (const where of [ended, stale])
      for (const job of await this.find({ where, limit: SWEPT })) {
        await this.files.drop(job);
        // One more than it counts: of the batch that it ended in, something may be kept.
        for (let at = 0; at <= job.batches; at += 1) await this.records.write([{ table: RESULTS, id: nth(job.id, at), value: null }]);
        await this.records.write([{ table: JOBS, id: job.id, value: null }]);
      }
  }

  private get records(): Records {
    return this.ground.records();
  }

  private async letGo(job: ImportJob): Promise<void> {
    await this.files.drop(job);
    await this.change(job.id, (each) => (each.held ? { ...each, held: false } : each));
  }

  /** Changes a job as it is now, also where others change it at the same time. */
  private async change(
    id: string,
    next: (job: ImportJob) => ImportJob,
    more: (job: ImportJob) => readonly { readonly table: string; readonly id: string; readonly value: object }[] = () => [],
  ): Promise<ImportJob> {
    for (let tries = 0; tries < 20; tries += 1) {
      const found = await this.records.get<ImportJob>(JOBS, id);
      if (!found) throw new Lost(`${id} is gone.`);
      const value = next(found.value);
      if (value === found.value) return value;
      if (await this.records.write([{ table: JOBS, id, value, rev: found.rev }, ...more(value)])) return value;
    }
    throw new Unavailable(say('tooManyChanges'));
  }
}

/** The job as it now is, under the claim that it was taken up with. @throws Lost when that does not hold any more. */
const still = ({ claims }: ImportJob, job: ImportJob): ImportJob => {
  if (job.claims !== claims || job.state !== 'running') throw new Lost(`${job.id} is carried on by another process.`);
  return job;
};

const over = (job: ImportJob, state: ImportState, finishedMs: number): ImportJob => ({
  ...job,
  state,
  finishedMs,
  updatedMs: finishedMs,
  owner: null,
});
