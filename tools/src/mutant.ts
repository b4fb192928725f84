/** A planted bug: where it is, what it changes, and what has to catch it. */
import type { Change } from './source-copy.js';

export interface Mutant extends Change {
  readonly name: string;
  /** The spec that catches it, as a pattern of its path; without one the simulation has to. */
  readonly spec?: string;
}

/** A planted bug of a file: its name, the text that is there once, and what stands in its place. */
export const mutantOf =
  (file: string) =>
  (name: string, find: string, replace: string, spec?: string): Mutant => ({
    name,
    file,
    find,
    replace,
    ...(spec !== undefined && { spec }),
  });
