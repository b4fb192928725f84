/** How a command ends: exit codes that scripts may rely on, and failures that say in one sentence what is wrong and how to mend it. */
import type { Words } from './words.js';

/** Additions only: scripts of operators ask for these numbers (docs/CLI.md). */
export const EXIT = {
  /** Done, and nothing was found. */
  ok: 0,
  /** Done, and something was found that somebody should look at: a divergence, a fault, something parked. */
  finding: 1,
  /** The command line, a setting or a file given to it is wrong. */
  usage: 2,
  /** A node or the identity provider did not answer. */
  unreachable: 3,
  /** A node answered and refused. */
  refused: 4,
  /** A fault of this program. */
  broken: 70,
} as const;

export type ExitCode = (typeof EXIT)[keyof typeof EXIT];

/** Ends the command with this code and sentence. */
export class Failure extends Error {
  override readonly name = 'Failure';
  constructor(
    readonly code: ExitCode,
    readonly words: Words,
    /** The code of a refusal, such as E-ROLE. */
    readonly rejection?: string,
  ) {
    super(words.en);
  }
}

/** A failure of whoever called: what he wrote, set or gave. */
export const misused = (en: string, zh: string): Failure => new Failure(EXIT.usage, { en, zh });
