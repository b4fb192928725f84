/** Derived ids and topic names. Every formula hashes length-prefixed parts, so that no two inputs meet. Frozen: docs/adr/0001. */
import { hex, u64, utf8 } from './bytes.js';
import type { Hasher } from './ports.js';

const derive = (hasher: Hasher, label: string, parts: readonly string[]): string =>
  hex(
    hasher.sha256(
      ...[label, ...parts].flatMap((part) => {
        const bytes = utf8(part);
        return [u64(bytes.length), bytes];
      }),
    ),
  );

/** The id of a command that a person or system sent: one per organisation, operation and `Idempotency-Key`. */
export const commandId = (hasher: Hasher, organisation: string, operation: string, idempotencyKey: string): string =>
  derive(hasher, 'yrd.command.v1', [organisation, operation, idempotencyKey]);

/** The id of a command derived from an entry: a second run of the reaction makes the same one. */
export const derivedId = (
  hasher: Hasher,
  source: {
    readonly journal: string;
    readonly index: number;
    readonly reaction: string;
    readonly target: string;
    readonly ordinal: number;
  },
): string =>
  derive(hasher, 'yrd.derived.v1', [source.journal, String(source.index), source.reaction, source.target, String(source.ordinal)]);

/** The id of a lapse: one per timer and deadline. */
export const timerId = (hasher: Hasher, journal: string, key: string, dueMs: number): string =>
  derive(hasher, 'yrd.timer.v1', [journal, key, String(dueMs)]);

/** The id part of a stream that a command creates: 26 hex digits of the command id's own hash. */
export const streamId = (hasher: Hasher, command: string, kind: string): string =>
  derive(hasher, 'yrd.stream.v1', [command, kind]).slice(0, 26);

/** Topics of a province; each has this one writer. A mirror flow out of 31 carries `yrd\.31\..*` and nothing else. */
export const topics = {
  journal: (province: string, context: string): string => `yrd.${province}.${context}.journal`,
  events: (province: string, context: string): string => `yrd.${province}.${context}.events`,
  sync: (province: string): string => `yrd.${province}.sync`,
  heal: (province: string): string => `yrd.${province}.heal`,
  witness: (province: string): string => `yrd.${province}.witness`,
};
