/**
 * Finds the first line in which two sides of a pair differ, by what each states of its own lines: sums over stretches, ever shorter,
 * then the lines of the first stretch that differs (V22). A million lines take three rounds; no statement holds more than its limit, and
 * no reading keeps more lines than one statement.
 */
import { LISTED_MAX, STRETCHES_MAX, type VoucherData } from '@yrd/contracts';
import { fen } from '@yrd/ledger';
import type { LineSink } from './clearing-lines.js';
import { lineKey, partsOfKey, type Hash, type Line, type Sizes } from './settlement.js';

/** Lines behind one key and up to another, in the order of their keys; null is open. */
export interface Stretch {
  readonly after: string | null;
  readonly until: string | null;
}
export type Sums = VoucherData<'LinesSummed'>['stretches'];
export type Listed = VoucherData<'LinesListed'>['lines'];
type Sum = Sums[number];

const MARK_DIGITS = 16;
/** Differing lines that are named; the next ones are found once these are mended. */
const NAMED_MAX = 101;

/** What stretches are counted by. */
export interface Ruler {
  /** Province → its cut before, which keys rest on. */
  readonly before: Sizes;
  readonly hash: Hash;
}

/** A stretch while its lines are read. */
class Summing {
  count = 0;
  private sumFen = fen(0);
  private digest = '';

  constructor(private readonly hash: Hash) {}

  add({ order, home, amountFen }: Line): void {
    this.count += 1;
    this.sumFen = fen(this.sumFen + amountFen);
    this.digest = this.hash(`${this.digest}\n${order} ${home} ${amountFen}`);
  }

  sum(until: string | null): Sum {
    return { until, count: this.count, sumFen: this.sumFen, mark: this.digest.slice(0, MARK_DIGITS) };
  }
}

/** Reads a stretch as sums over shorter ones, which together cover it whole. `count`: about how many lines it holds. */
export class StretchSums implements LineSink {
  private readonly step: number;
  private readonly whole: Sum[] = [];
  private now: Summing;
  private last: string | null = null;

  constructor(
    readonly of: Stretch,
    count: number,
    private readonly by: Ruler,
  ) {
    this.step = Math.max(1, Math.ceil(count / STRETCHES_MAX));
    this.now = new Summing(by.hash);
  }

  take(line: Line): boolean {
    const key = lineKey(line, this.by.before);
    if (this.of.until !== null && key > this.of.until) return false;
    // The last one takes what is left, should there be more lines than were counted.
    if (this.now.count >= this.step && this.whole.length < STRETCHES_MAX - 1) {
      this.whole.push(this.now.sum(this.last));
      this.now = new Summing(this.by.hash);
    }
    this.now.add(line);
    this.last = key;
    return true;
  }

  get sums(): Sums {
    return [...this.whole, this.now.sum(this.of.until)];
  }
}

/** Reads the own lines along the other side's sums, up to the end of the first stretch that differs; all of it when none does. */
export class Comparing implements LineSink {
  private at = 0;
  private from: string | null;
  private now: Summing;
  private kept: Listed = [];
  private found: { readonly of: Stretch; readonly count: number; readonly list: Listed } | null = null;

  constructor(
    private readonly said: { readonly after: string | null; readonly stretches: Sums },
    private readonly by: Ruler,
  ) {
    this.from = said.after;
    this.now = new Summing(by.hash);
  }

  /** The stretch that is being read; undefined behind the last. */
  private get theirs(): Sum | undefined {
    return this.said.stretches[this.at];
  }

  take(line: Line): boolean {
    const key = lineKey(line, this.by.before);
    while (this.theirs && this.theirs.until !== null && key > this.theirs.until) if (this.closes(this.theirs)) return false;
    if (!this.theirs) return false;
    this.now.add(line);
    const { order: lineId, home, amountFen } = line;
    if (this.kept.length <= LISTED_MAX)
      this.kept.push({ position: partsOfKey(key).place, lineId, home: home as Listed[number]['home'], amountFen });
    return true;
  }

  /** What differs first, by the larger of both counts, with the own lines where one statement holds them; null where both are alike. */
  get differs(): { readonly of: Stretch; readonly count: number; readonly list: Listed | null } | null {
    while (this.theirs && !this.found) this.closes(this.theirs);
    return this.found && { ...this.found, list: this.found.count > LISTED_MAX ? null : this.found.list };
  }

  /** Compares a stretch that has ended, and begins the next; true when it differs. */
  private closes(theirs: Sum): boolean {
    if (this.found) return true;
    const mine = this.now.sum(theirs.until);
    const of = { after: this.from, until: theirs.until };
    if (mine.mark !== theirs.mark || mine.count !== theirs.count) {
      this.found = { of, count: Math.max(mine.count, theirs.count), list: this.kept };
      return true;
    }
    this.from = theirs.until;
    this.at += 1;
    this.now = new Summing(this.by.hash);
    this.kept = [];
    return false;
  }
}

/** A line that one side counted otherwise than the other. */
export type Difference = VoucherData<'DifferenceNamed'>['others'][number];

/** Reads the own lines of a stretch beside those that the other side lists, in the same order, and names those that differ. */
export class Differing implements LineSink {
  private readonly named: Difference[] = [];
  private at = 0;

  constructor(
    private readonly of: Stretch,
    private readonly theirs: Listed,
    private readonly by: Ruler,
  ) {}

  take(line: Line): boolean {
    const key = lineKey(line, this.by.before);
    if (this.of.until !== null && key > this.of.until) return false;
    this.upTo(key);
    const theirs = this.theirs[this.at];
    const same = theirs && keyOf(theirs) === key && theirs.home === line.home ? theirs : null;
    if (same) this.at += 1;
    const [mineFen, theirFen] = [line.amountFen, same?.amountFen ?? null];
    if (mineFen !== theirFen) this.named.push({ lineId: line.order, home: line.home as Difference['home'], mineFen, theirFen });
    return this.named.length < NAMED_MAX;
  }

  /** In the order of their keys, the first one first; a hundred and one at most. */
  get differences(): readonly Difference[] {
    this.upTo(null);
    return this.named.slice(0, NAMED_MAX);
  }

  /** What they list before this key, and this side has not come to, it does not have. */
  private upTo(key: string | null): void {
    for (let next = this.theirs[this.at]; next && (key === null || keyOf(next) < key); next = this.theirs[this.at]) {
      this.named.push({ lineId: next.lineId, home: next.home, mineFen: null, theirFen: next.amountFen });
      this.at += 1;
    }
  }
}
const keyOf = ({ position, lineId }: Listed[number]): string => `${position}:${lineId}`;
