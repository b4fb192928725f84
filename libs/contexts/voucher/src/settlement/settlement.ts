/**
 * Settlement by cut: which lines a window holds, what a pair of provinces attests, and what everybody owes in the end.
 * Pure and complete: four nodes that hold the same entries compute the same bytes, in whatever order these arrived.
 */
import { fen, sum, type Fen } from '@yrd/ledger';

/** Changes when any rule of this file does; attestations of different versions never agree. */
export const FOLD_VERSION = 1;
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
  /** The running digest after every n-th line, shortened: the first that differs tells where two nodes part. */
  readonly marks: readonly string[];
}

/** SHA-256 of a text as hex; `turn.hash` or `found.hash`. */
export type Hash = (text: string) => string;

/** Sorts texts by their code units: alike everywhere, whatever the language of the machine. */
export const byCode = (one: string, other: string): number => (one < other ? -1 : one > other ? 1 : 0);

/** Order in which lines are counted: by order id, in code units. */
export const sorted = (lines: readonly Line[]): readonly Line[] => [...lines].sort((one, other) => byCode(one.order, other.order));

/** How many lines lie between two marks. */
export const markStep = (count: number): number => Math.max(1, Math.ceil(count / MARKS_MAX));

/** Attests a pair in a window over exactly these lines. */
export const attest = (of: Pick<Attestation, 'window' | 'pair' | 'cuts'>, lines: readonly Line[], hash: Hash): Attestation => {
  const counted = sorted(lines);
  const sumFen = sum(counted.map(({ amountFen }) => fen(amountFen)));
  const cuts = Object.entries(of.cuts).sort(([one], [other]) => byCode(one, other));
  const head = [
    'yrd.voucher.pair',
    FOLD_VERSION,
    of.window,
    of.pair,
    ...cuts.map(([journal, { size, root }]) => `${journal} ${size} ${root}`),
    counted.length,
    sumFen,
  ];
  const step = markStep(counted.length);
  const marks: string[] = [];
  let digest = hash(head.join('\n'));
  counted.forEach(({ order, home, amountFen }, at) => {
    digest = hash(`${digest}\n${order} ${home} ${amountFen}`);
    if ((at + 1) % step === 0 || at + 1 === counted.length) marks.push(digest.slice(0, MARK_DIGITS));
  });
  return { ...of, cuts: Object.fromEntries(cuts), foldVersion: FOLD_VERSION, count: counted.length, sumFen, digest, marks };
};

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
