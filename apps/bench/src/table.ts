/** Rows of the bench as they are told: medians, their spread, and what each is measured against. */
import { spread, type Spread } from './measure.js';

/** A ratio that the design aims at: `least` of it or more, or `most` of it. */
export interface Target {
  readonly least?: number;
  readonly most?: number;
}

export interface Row {
  readonly name: string;
  readonly value: Spread;
  readonly unit: string;
  readonly ratio?: { readonly of: string; readonly value: number; readonly target?: Target };
  readonly note?: string;
}

/** Runs measurements one after the other, round after round, so that a slow minute of the machine hits all of them. */
export const interleaved = async <K extends string>(
  rounds: number,
  measurements: Readonly<Record<K, () => Promise<number>>>,
  say: (line: string) => void,
): Promise<Readonly<Record<K, readonly number[]>>> => {
  const names = Object.keys(measurements) as K[];
  const found = Object.fromEntries(names.map((name) => [name, [] as number[]])) as Record<K, number[]>;
  for (let round = 1; round <= rounds; round += 1) {
    say(`  round ${round} of ${rounds}`);
    for (const name of names) found[name].push(await measurements[name]());
  }
  return found;
};

/** The median of the ratios of each round: what a slow round did to one, it did to the other. */
export const ratioOf = (ours: readonly number[], theirs: readonly number[]): number =>
  spread(ours.map((value, at) => value / theirs[at]!)).median;

const figures = (value: number): string =>
  value >= 1_000
    ? Math.round(value).toLocaleString('en')
    : value >= 100
      ? value.toFixed(0)
      : value >= 10
        ? value.toFixed(1)
        : value.toFixed(2);

const aim = ({ least, most }: Target): string => (least === undefined ? `≤ ${most}` : `≥ ${least}`);
export const met = (value: number, { least, most }: Target): boolean =>
  (least === undefined || value >= least) && (most === undefined || value <= most);

/** The rows as a Markdown table. */
export const tableOf = (rows: readonly Row[]): string =>
  [
    '| what | median | min..max | unit | ratio | to | aim |',
    '|---|---:|---|---|---:|---|---|',
    ...rows.map(({ name, value, unit, ratio, note }) => {
      const to = ratio ? `${figures(ratio.value)} × | ${ratio.of}` : ' | ';
      const target = ratio?.target ? `${aim(ratio.target)} ${met(ratio.value, ratio.target) ? '✓' : '✗'}` : '';
      const range = value.min === value.max ? '' : `${figures(value.min)}..${figures(value.max)}`;
      return `| ${name}${note ? ` (${note})` : ''} | ${figures(value.median)} | ${range} | ${unit} | ${to} | ${target} |`;
    }),
  ].join('\n');
