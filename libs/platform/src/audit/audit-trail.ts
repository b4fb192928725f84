/**
 * The audit trail of a process: records wait here until the access node has made them durable. Who acts does not wait for it; a crash
 * loses at most what was noted in the last second. What cannot be written is kept up to a bound, told in health, and counted beyond.
 */
import { randomBytes } from 'node:crypto';
import { ABOUT_MAX, BATCH_MAX, phrase, type AccessRecord } from '@yrd/contracts';
import { Busy, logged, Unavailable, type Answer, type LedgerNode, type Said, type SaidPart } from '@yrd/ledger';
import { sleepMs } from '../clock.js';
import type { Log } from '../log.js';

/** How long a record waits for others at most, ms: with the write it is durable within a second. */
const GATHER_MS = 500;
/** Records kept while nothing can be written: some ten megabytes. */
const WAITING_MAX = 20_000;
/** Refusals of unknown callers: so many networks and codes are told apart within one gathering, the rest is only counted. */
const GROUPS_MAX = 32;
/** How long the last records may take when the process stops, ms. */
const STOP_MS = 3_000;
const RETRY_MS = 250;
/** Owners of things that are remembered. */
const OWNERS_MAX = 10_000;

/** A request that was refused to somebody unknown. */
export interface Stranger {
  readonly at: number;
  readonly code: string;
  readonly row: string;
  /** The network of his address. */
  readonly network: string | null;
}

export interface AuditTrailOptions {
  readonly province: string;
  readonly log: Log;
  /** Domain time, ms. */
  readonly now: () => number;
  /** The access node; null where this process serves none: then the log is all there is. */
  readonly node: Pick<LedgerNode, 'execute'> | null;
  /** Organisations whose thing this is (`order/0f3c…`); none when nobody here knows. */
  readonly owners: (thing: string) => Promise<readonly string[]>;
}

interface Batch {
  readonly key: string;
  readonly body: { readonly hour: string; readonly records: readonly AccessRecord[] };
}

const NOBODY = { person: null, organisation: null, province: null, purpose: null, policyVersion: null, trace: null, position: null };

export class AuditTrail {
  private readonly waiting: AccessRecord[] = [];
  private strangers = new Map<string, AccessRecord>();
  private readonly owners = new Map<string, readonly string[]>();
  /** No two processes, nor two starts of one, name their batches alike. */
  private readonly process = randomBytes(16).toString('hex');
  private batches = 0;
  /** Under way: tried again under the same key until it is known to be written, so that nothing is recorded twice. */
  private batch: Batch | null = null;
  /** Records that are no longer in line and not yet durable. */
  private underWay = 0;
  private unkept = 0;
  private unkeptEver = 0;
  private timer: NodeJS.Timeout | null = null;
  private writing: Promise<void> | null = null;
  private stopping = false;
  /** Why the batch under way could not be written so far; null when nothing hinders. */
  private trouble: SaidPart | null = null;

  constructor(private readonly options: AuditTrailOptions) {}

  get now(): number {
    return this.options.now();
  }

  /** Records that are noted and not yet durable. */
  get size(): number {
    return this.waiting.length + this.underWay;
  }

  /** Records that could not be kept since the process started. */
  get lost(): number {
    return this.unkeptEver;
  }

  /** What an operator should mend; nothing when all is well. */
  get warnings(): readonly Said[] {
    return [
      ...(this.trouble === null ? [] : [phrase('auditWaits', { count: this.size, parts: [this.trouble] })]),
      ...(this.unkeptEver > 0 ? [phrase('auditUnkept', { count: this.unkeptEver })] : []),
    ];
  }

  /** Notes a record. Never waits, never fails. */
  note(record: AccessRecord): void {
    if (this.options.node === null) this.options.log.info({ audit: record }, 'audit');
    else if (this.size >= WAITING_MAX) this.drop(record.count);
    else {
      this.waiting.push(record);
      this.wake();
    }
  }

  /** Notes a refusal to somebody unknown: those alike are counted in one record, so that a flood of them is a few records. */
  refused({ at, code, row, network }: Stranger): void {
    const key = `${code} ${network ?? '-'}`;
    const known = this.strangers.get(key);
    if (!known && this.strangers.size >= GROUPS_MAX) return this.drop(1);
    const first = { ...NOBODY, at, outcome: 'refused' as const, row, code, roles: [], about: [], parties: [], address: network, count: 0 };
    const { count, row: before } = known ?? first;
    this.strangers.set(key, { ...(known ?? first), row: before === row ? row : '-', count: count + 1 });
    this.wake();
  }

  /** Writes what waits, if it can within a few seconds; afterwards only the log is left. */
  async stop(): Promise<void> {
    this.stopping = true;
    if (this.timer) clearTimeout(this.timer);
    for (const end = performance.now() + STOP_MS; ;) {
      await this.write();
      if (this.size + this.strangers.size + this.unkept === 0) return;
      if (performance.now() > end) break;
      await sleepMs(RETRY_MS);
    }
    this.options.log.error(
      { records: this.size, unkept: this.unkept, why: this.trouble && logged(this.trouble) },
      'audit records are lost: they could not be written',
    );
  }

  private drop(count: number): void {
    this.unkept += count;
    this.unkeptEver += count;
    this.wake();
  }

  /** A full batch goes at once, anything else when it has gathered. */
  private wake(): void {
    if (this.stopping) return;
    if (this.waiting.length >= BATCH_MAX && !this.writing && !this.trouble) void this.write();
    else
      this.timer ??= setTimeout(
        () => {
          this.timer = null;
          void this.write();
        },
        this.trouble ? RETRY_MS : GATHER_MS,
      );
  }

  private write(): Promise<void> {
    this.writing ??= this.writeAll().finally(() => {
      this.writing = null;
      if (this.size + this.strangers.size + this.unkept > 0) this.wake();
    });
    return this.writing;
  }

  private async writeAll(): Promise<void> {
    this.gather();
    while (this.size > 0) {
      this.batch ??= await this.nextBatch();
      const why = await this.writeBatch(this.batch);
      if (why !== null) {
        this.trouble = why;
        return;
      }
      this.batch = null;
      this.underWay = 0;
      this.trouble = null;
    }
  }

  /** Puts what was only counted into line, where there is room. */
  private gather(): void {
    const room = WAITING_MAX - this.size;
    if (this.strangers.size + 1 > room) return;
    const strangers = [...this.strangers.values()];
    this.strangers = new Map();
    if (this.options.node === null) {
      for (const record of strangers) this.note(record);
      this.unkept = 0;
      return;
    }
    this.waiting.push(...strangers);
    if (this.unkept === 0) return;
    const unkept = {
      ...NOBODY,
      at: this.now,
      outcome: 'dropped' as const,
      row: '-',
      code: null,
      roles: [],
      about: [],
      parties: [],
      address: null,
    };
    this.waiting.push({ ...unkept, count: this.unkept });
    this.unkept = 0;
  }

  private async nextBatch(): Promise<Batch> {
    const taken = this.waiting.splice(0, BATCH_MAX);
    this.underWay = taken.length;
    const records = await Promise.all(taken.map(async (record) => ({ ...record, parties: await this.partiesOf(record.about) })));
    this.batches += 1;
    return { key: `${this.process}-${this.batches}`, body: { hour: new Date(records[0]?.at ?? 0).toISOString().slice(0, 13), records } };
  }

  /** Null once the batch is durable, or can never be; else why it is not yet. */
  private async writeBatch({ key, body }: Batch): Promise<SaidPart | null> {
    const { node, province, log } = this.options;
    const actor = { person: 'node', organisation: `node/${province}`, province, roles: ['node'] };
    let answer: Answer | undefined;
    let why: unknown;
    try {
      answer = await node?.execute({ command: 'RecordAccess', body, actor, idempotencyKey: key, trace: body.records[0]?.trace ?? '' });
    } catch (error) {
      if (error instanceof Unavailable || error instanceof Busy) return error.why;
      why = error;
    }
    if (answer?.ok === true) return null;
    if (answer?.rejected === 'E-FROZEN') return phrase('auditFrozen');
    // Trying again would change nothing, and everything behind it would wait for ever.
    log.error(
      { err: why, rejected: answer?.rejected, facts: answer?.facts, records: body.records.length },
      'audit records were refused by the access node',
    );
    this.drop(body.records.length);
    return null;
  }

  private async partiesOf(about: readonly string[]): Promise<string[]> {
    const found = await Promise.all(about.map((thing) => this.ownersOf(thing)));
    return [...new Set(found.flat())].slice(0, ABOUT_MAX);
  }

  private async ownersOf(thing: string): Promise<readonly string[]> {
    const known = this.owners.get(thing);
    if (known) return known;
    const found = await this.options.owners(thing).catch(() => []);
    // Whose a thing is does not change; a thing that is not there may come.
    if (found.length > 0) this.owners.set(thing, found);
    for (const oldest of this.owners.keys()) {
      if (this.owners.size <= OWNERS_MAX) break;
      this.owners.delete(oldest);
    }
    return found;
  }
}
