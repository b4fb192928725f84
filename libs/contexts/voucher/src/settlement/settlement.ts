/**
 * Settlement by cut: which lines a window holds, what a pair of provinces attests, and what everybody owes in the end.
 * Pure and complete: four nodes that hold the same entries compute the same bytes, in whatever order these arrived.
 */
import { fen, sum, type Fen } from '@yrd/ledger';

/** Changes when any rule of this file does; attestations of different versions never agree. */
export const FOLD_VERSION = 2;
/** More than this many marks would not help anybody to find a line, and a payload has a limit. */
const MARKS_MAX = 256;
const MARK_DIGITS = 16;

export const PROVINCES = ['31', '32', '33', '34'] as const;

/** The twelve ordered pairs, payer first: `31-32`. */
export const PAIRS: readonly string[] = PROVINCES.flatMap((payer) =>
  PROVINCES.filter((payee) => payee !== payer).map((payee) => `${payer}-${payee}`),
);

export const sidesOf = (pair: string): { readonly payer: string; readonly payee: string } => ({
  payer: pair.slice(0, 2),
  payee: pair.slice(3),
});

/** Whether the province is one of the two sides of a pair. */
export const isSide = (pair: string, province: string): boolean => Object.values(sidesOf(pair)).includes(province);

/** The side of a pair that this one is not. */
export const otherSide = (pair: string, province: string): string => {
  const { payer, payee } = sidesOf(pair);
  return province === payer ? payee : payer;
};

/** One debt between two provinces. It stands in its home journal, and rests on a prefix of the other side's. */
export interface Line {
  readonly order: string;
  readonly pair: string;
  /** Province in whose journal it is stated: one of the two sides. */
  readonly home: string;
  readonly amountFen: number;
  /** Journal size that includes the line. */
  readonly homeSize: number;
  /** Size of the other side's journal that includes all it rests on. */
  readonly foreignSize: number;
}

/** Province → size at which its journal was cut for a window. */
export type Sizes = Readonly<Record<string, number>>;

const covered = (line: Line, cuts: Sizes): boolean =>
  line.homeSize <= (cuts[line.home] ?? 0) && line.foreignSize <= (cuts[otherSide(line.pair, line.home)] ?? 0);

/** A line belongs to the first window whose cuts of both provinces cover all it rests on: by position, never by time. */
export const inWindow = (line: Line, cuts: Sizes, before: Sizes): boolean => covered(line, cuts) && !covered(line, before);

/** What both sides of a pair must state alike, and the witnesses too. */
export interface Attestation {
  readonly window: number;
  readonly pair: string;
  /** Journal → size and tree root (hex) of the cut. */
  readonly cuts: Readonly<Record<string, { readonly size: number; readonly root: string }>>;
  readonly foldVersion: number;
  readonly count: number;
  readonly sumFen: number;
  /** Over everything above and every line, hex. */
  readonly digest: string;
  /** The running digest after every n-th line, shortened, n a power of two: the first that differs tells about where two nodes part. */
  readonly marks: readonly string[];
}

/** SHA-256 of a text as hex; `turn.hash` or `found.hash`. */
export type Hash = (text: string) => string;

/** Sorts texts by their code units: alike everywhere, whatever the language of the machine. */
export const byCode = (one: string, other: string): number => (one < other ? -1 : one > other ? 1 : 0);

/** A whole number as a text that sorts as numbers do: a letter for how many digits it has, then these. */
const sortable = (size: number): string => {
  const digits = String(size);
  return `${String.fromCharCode(96 + digits.length)}${digits}`;
};

/**
 * Where a line is counted, as a text that sorts by code units: first what is at home with the payer, then with the payee; of each the
 * lines that an earlier cut of their home covered already, by `foreignSize`, then the others, by `homeSize`; ties by order id. Positions
 * come in the order in which a node holds its lines, so that it reads a million of them without sorting any.
 */
export const lineKey = ({ pair, home, homeSize, foreignSize, order }: Line, before: Sizes): string => {
  const late = homeSize <= (before[home] ?? 0);
  return `${home === sidesOf(pair).payer ? 0 : 1}${late ? 0 : 1}${sortable(late ? foreignSize : homeSize)}:${order}`;
};

/** The parts of a key; `place` is all of it but the order. */
export const partsOfKey = (key: string) => {
  const [place = '', order = ''] = key.split(':');
  return { home: key.startsWith('0') ? 0 : 1, late: key[1] === '0', size: Number(place.slice(3)), place, order };
};

/** Attests a pair in a window, line by line in the order of their keys: a million lines take the memory of one. */
export class PairCount {
  private count = 0;
  private sumFen = fen(0);
  private digest: string;
  private marks: string[] = [];
  /** Lines between two marks: doubled whenever there are too many marks. */
  private step = 1;
  private readonly of: Pick<Attestation, 'window' | 'pair' | 'cuts'>;

  constructor(
    { window, pair, cuts }: Pick<Attestation, 'window' | 'pair' | 'cuts'>,
    private readonly hash: Hash,
  ) {
    const sorted = Object.entries(cuts).sort(([one], [other]) => byCode(one, other));
    this.of = { window, pair, cuts: Object.fromEntries(sorted) };
    const stated = sorted.map(([journal, { size, root }]) => `${journal} ${size} ${root}`);
    this.digest = hash(['yrd.voucher.pair', FOLD_VERSION, window, pair, ...stated].join('\n'));
  }

  take({ order, home, amountFen }: Pick<Line, 'order' | 'home' | 'amountFen'>): boolean {
    this.count += 1;
    this.sumFen = fen(this.sumFen + amountFen);
    this.digest = this.hash(`${this.digest}\n${order} ${home} ${amountFen}`);
    if (this.count % this.step === 0) this.mark();
    return true;
  }

  private mark(): void {
    if (this.marks.length === MARKS_MAX) {
      this.step *= 2;
      this.marks = this.marks.filter((_, at) => at % 2 === 1);
      if (this.count % this.step !== 0) return;
    }
    this.marks.push(this.digest.slice(0, MARK_DIGITS));
  }

  /** What was counted so far. */
  get attestation(): Attestation {
    const { of, count, sumFen, marks } = this;
    const digest = this.hash(`${this.digest}\n${count} ${sumFen}`);
    return { ...of, foldVersion: FOLD_VERSION, count, sumFen, digest, marks: [...marks] };
  }
}

/** Both state the same. The digest covers window, pair, cuts, count, sum and lines. */
export const agree = (one: Attestation | undefined, other: Attestation | undefined): boolean =>
  one !== undefined && other !== undefined && one.foldVersion === other.foldVersion && one.digest === other.digest;

// `parting` begins with these words where the sides counted by something else; entries hold them.
const OTHER_VERSIONS = 'fold versions';
const OTHER_CUT = 'the cut';

/** Whether two attestations part in their lines, by the detail of `parting`: other cuts or versions are no matter of lines. */
export const partsInLines = (detail: string): boolean => !detail.startsWith(OTHER_CUT) && !detail.startsWith(OTHER_VERSIONS);

/** Where two attestations of a pair part: the cuts, the totals, or the first mark that differs (V22). Null when they agree. */
export const parting = (mine: Attestation, theirs: Attestation): { readonly firstMark: number; readonly detail: string } | null => {
  if (agree(mine, theirs)) return null;
  if (mine.foldVersion !== theirs.foldVersion)
    return { firstMark: 0, detail: `${OTHER_VERSIONS} ${mine.foldVersion} and ${theirs.foldVersion}` };
  for (const [journal, cut] of Object.entries(mine.cuts)) {
    const other = theirs.cuts[journal];
    if (other?.size !== cut.size || other.root !== cut.root) return { firstMark: 0, detail: `${OTHER_CUT} of ${journal}` };
  }
  const differs = mine.marks.findIndex((mark, at) => mark !== theirs.marks[at]);
  const detail =
    mine.count === theirs.count && mine.sumFen === theirs.sumFen
      ? 'lines'
      : `count ${mine.count} and ${theirs.count}, sum ${mine.sumFen} and ${theirs.sumFen} fen`;
  return { firstMark: differs < 0 ? Math.min(mine.marks.length, theirs.marks.length) : differs, detail };
};

/** What a window comes to, in fen (V21). */
export interface Statement {
  /** All pairs added up. */
  readonly grossFen: Fen;
  /** What moves when each two provinces net between themselves. */
  readonly bilateralFen: Fen;
  /** What moves when all four net together. */
  readonly multilateralFen: Fen;
  /** Province → what it receives (positive) or pays (negative); they sum to nothing. */
  readonly nets: Readonly<Record<string, Fen>>;
}

/** Nets the twelve pairs (`32-31` → fen that 32 owes 31; a missing pair owes nothing). */
export const netted = (owed: Readonly<Record<string, number>>): Statement => {
  const of = (payer: string, payee: string): number => owed[`${payer}-${payee}`] ?? 0;
  const others = (province: string) => PROVINCES.filter((each) => each !== province);
  const nets = Object.fromEntries(
    PROVINCES.map((mine) => [mine, sum(others(mine).map((other) => fen(of(other, mine) - of(mine, other))))]),
  );
  const couples = PROVINCES.flatMap((one, at) => PROVINCES.slice(at + 1).map((other) => fen(Math.abs(of(one, other) - of(other, one)))));
  return {
    grossFen: sum(PAIRS.map((pair) => fen(owed[pair] ?? 0))),
    bilateralFen: sum(couples),
    multilateralFen: sum(Object.values(nets).filter((net) => net > 0)),
    nets,
  };
};

/** The digest of a whole window over all twelve attested pairs and the nets; equal at all four nodes. */
export const windowDigest = (window: number, pairs: readonly Attestation[], statement: Statement, hash: Hash): string => {
  const rows = [...pairs]
    .sort((one, other) => byCode(one.pair, other.pair))
    .map(({ pair, count, sumFen, digest }) => `${pair} ${count} ${sumFen} ${digest}`);
  const { grossFen, bilateralFen, multilateralFen, nets } = statement;
  const totals = PROVINCES.map((province) => `${province} ${nets[province] ?? 0}`);
  return hash(['yrd.voucher.window', FOLD_VERSION, window, ...rows, grossFen, bilateralFen, multilateralFen, ...totals].join('\n'));
};
