/** What the commands say to the person before the screen: tidy lines of progress, and faults with their mend. */

const STILL_MS = 15_000;

/** A fault of the machine or its settings, not of the program: its one sentence names what is wrong and how to mend it. */
export class Fault extends Error {}

/** Prints one line on standard output. */
export const say = (line: string): void => {
  process.stdout.write(`${line}\n`);
};

/** The time since `since` (ms since 1970) for people, as in `3.4 s`. */
export const secondsSince = (since: number): string => `${((Date.now() - since) / 1000).toFixed(1)} s`;

/** Does one step and prints one line for it with its time; a long step says now and then that it is still at work. */
export const step = async <T>(label: string, work: () => Promise<T>): Promise<T> => {
  const since = Date.now();
  const still = setInterval(() => say(`  … ${label}, ${secondsSince(since)} so far`), STILL_MS);
  try {
    const answer = await work();
    say(`  ✓ ${label.padEnd(44)} ${secondsSince(since).padStart(8)}`);
    return answer;
  } finally {
    clearInterval(still);
  }
};

/** Waits until `ready` answers true, asking every `everyMs`; throws a Fault with `what` after `timeoutMs` or once `stop` says why. */
export const until = async (
  what: string,
  ready: () => Promise<boolean>,
  o: { timeoutMs: number; everyMs?: number; stop?: () => string | undefined },
): Promise<void> => {
  const end = Date.now() + o.timeoutMs;
  for (;;) {
    if (await ready()) return;
    const stopped = o.stop?.();
    if (stopped !== undefined) throw new Fault(stopped);
    if (Date.now() > end) throw new Fault(`${what} did not answer within ${o.timeoutMs / 1000} s.`);
    await sleep(o.everyMs ?? 100);
  }
};

/** Resolves after `ms` milliseconds. */
export const sleep = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms));

const SHOWN_CHARS = 300; // Of a structured log's line the beginning tells what happened.

/** The last lines of a text, indented to stand below a heading. */
export const lastLines = (text: string, count: number): string =>
  text
    .trimEnd()
    .split('\n')
    .slice(-count)
    .map((line) => `    ${line.slice(0, SHOWN_CHARS)}`)
    .join('\n');
