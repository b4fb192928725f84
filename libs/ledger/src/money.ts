/** Money: whole fen (分) of CNY, exact, and the largest-remainder split that shares it out (V4, V19). */

/** An amount in fen. Always a safe integer; negative only where a rule says so (a refund, a net position). */
export type Fen = number & { readonly fen: unique symbol };

/** The largest amount that one value may hold: 90 trillion yuan would no longer be exact. */
const FEN_MAX = Number.MAX_SAFE_INTEGER;

/** Takes a whole number of fen. Throws RangeError when it is not a safe integer. */
export const fen = (amount: number): Fen => {
  if (!Number.isSafeInteger(amount)) throw new RangeError(`An amount is a whole number of fen up to ${FEN_MAX}, not ${amount}.`);
  return (amount === 0 ? 0 : amount) as Fen;
};

/** The sum, in fen. Throws RangeError on overflow. */
export const sum = (amounts: readonly Fen[]): Fen => fen(Number(amounts.reduce((total, each) => total + BigInt(each), 0n)));

/** A share of a whole as an exact fraction: 2/3 is `{ of: 2, in: 3 }`. */
export interface Ratio {
  readonly of: number;
  readonly in: number;
}

const checked = ({ of, in: whole }: Ratio): readonly [bigint, bigint] => {
  if (!Number.isSafeInteger(of) || !Number.isSafeInteger(whole) || of < 0 || whole <= 0) {
    throw new RangeError(`A ratio is two whole numbers with a positive second one, not ${of}/${whole}.`);
  }
  return [BigInt(of), BigInt(whole)];
};

/** floor(amount × ratio) in fen: the rule that makes rounding farms worthless (V4, A15). */
export const portion = (amount: Fen, ratio: Ratio): Fen => {
  const [of, whole] = checked(ratio);
  if (amount < 0) throw new RangeError('A portion is taken of an amount that is not negative.');
  return fen(Number((BigInt(amount) * of) / whole));
};

/**
 * Shares a non-negative amount out by ratios that sum to one; remainders go to the largest fractions, ties to the
 * smaller name. The parts sum to the amount, to the fen (V19).
 */
export const split = (amount: Fen, shares: Readonly<Record<string, Ratio>>): Readonly<Record<string, Fen>> => {
  if (amount < 0) throw new RangeError('A split is taken of an amount that is not negative; split its refund instead.');
  const names = Object.keys(shares).sort();
  const whole = names.reduce((product, name) => product * checked(shares[name]!)[1], 1n);
  const numerators = names.map((name) => {
    const [of, part] = checked(shares[name]!);
    return of * (whole / part);
  });
  if (numerators.reduce((total, each) => total + each, 0n) !== whole) throw new RangeError('The shares of a split sum to one.');
  const exact = numerators.map((numerator) => BigInt(amount) * numerator);
  const parts = exact.map((each) => each / whole);
  let left = BigInt(amount) - parts.reduce((total, each) => total + each, 0n);
  const byFraction = names.map((_, at) => at).sort((a, b) => Number((exact[b]! % whole) - (exact[a]! % whole)) || a - b);
  for (const at of byFraction) {
    if (left === 0n) break;
    parts[at] = parts[at]! + 1n;
    left -= 1n;
  }
  return Object.fromEntries(names.map((name, at) => [name, fen(Number(parts[at]))]));
};

/** Yuan with two decimals for people: 333333 → "3,333.33". */
export const yuan = (amount: Fen): string => {
  const absolute = Math.abs(amount);
  const whole = Math.trunc(absolute / 100)
    .toString()
    .replace(/\B(?=(\d{3})+$)/g, ',');
  return `${amount < 0 ? '-' : ''}${whole}.${(absolute % 100).toString().padStart(2, '0')}`;
};
