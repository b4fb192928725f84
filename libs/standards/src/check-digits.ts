// The check-digit arithmetic that several identifiers share.

export const DIGITS = '0123456789';

/**
 * Sum of value × weight; a character's value is its place in `alphabet`. Throws a RangeError for a foreign character and when there
 * are not as many characters as weights.
 */
export function weightedSum(text: string, alphabet: string, weights: readonly number[]): number {
  if (text.length !== weights.length) {
    throw new RangeError(`This check sum runs over ${weights.length} characters; ${text.length} were given.`);
  }
  return weights.reduce((sum, weight, index) => {
    const value = alphabet.indexOf(text.charAt(index));
    if (value < 0) throw new RangeError(`"${text.charAt(index)}" has no value in a check sum; give characters of ${alphabet} only.`);
    return sum + value * weight;
  }, 0);
}

/**
 * ISO 7064 MOD 11-2: the check character, 0-9 or X, of a string of digits of any length.
 * Used by GB 11643, ORCID and the platform's own numbers; it detects every single error and every swap of neighbours.
 */
export function mod11x2(digits: string): string {
  let rest = 0;
  for (const digit of digits) {
    const value = DIGITS.indexOf(digit);
    if (value < 0) throw new RangeError(`"${digit}" is not a digit; ISO 7064 MOD 11-2 is computed over digits only.`);
    rest = ((rest + value) * 2) % 11;
  }
  return '0123456789X'.charAt((12 - rest) % 11);
}
