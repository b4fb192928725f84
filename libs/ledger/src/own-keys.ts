/** The keys that this node itself signs with in one context: how long they last, whether they are here, and how they change. */
import { parseRevocation, parseRotation, type KeyChange } from './key-events.js';
import type { KeyRing } from './key-ring.js';
import { fingerprintOf, keysOn } from './note.js';
import type { World } from './ports.js';
import { say, type SaidPart } from './rejection.js';

const DAY_MS = 86_400_000;
/** Nothing is decided so shortly before a key expires, ms: it has still to become durable, to be signed and to reach the others. */
const LAST_MS = 60_000;
/** Days before the expiry of a key at which its node warns, unless its configuration says otherwise. */
export const WARNING_DAYS: readonly number[] = [60, 30, 7];

/** A key that signs now, as its node shows it. */
export interface KeyStatus {
  readonly name: string;
  /** Its verifier line. */
  readonly line: string;
  readonly fingerprint: string;
  /** Domain ms; null when it never expires. */
  readonly notAfterMs: number | null;
  /** Whole days until then, 0 on the last day, negative when it has expired. */
  readonly daysLeft: number | null;
  /** The smallest warning that has been reached, days; null when there is none. */
  readonly warning: number | null;
}

export interface OwnKeysOptions {
  readonly warningDays: readonly number[];
  /** Trusted time, domain ms; null when it is not known. */
  trusted(): number | null;
}

/** Trusted time is asked for this often at most, real ms: every command asks whether a key has expired. */
const TRUSTED_MS = 1_000;

/** `becauseWord`: the sentence in which the ring of keys logs it, which is its code too. */
const refusedFor = (becauseWord: string): SaidPart => say('keyChangeRefused', { becauseWord });

export class OwnKeys {
  private trusted: { readonly at: number; readonly time: number } | null = null;
  /** The state of the ring that this process was found to hold all keys of. */
  private heldAt = -1;

  constructor(
    private readonly world: Pick<World, 'clock' | 'hasher' | 'signer'>,
    readonly ring: KeyRing,
    private readonly options: OwnKeysOptions,
  ) {}

  private get now(): number {
    const at = this.world.clock.monotonic();
    if (!this.trusted || at - this.trusted.at >= TRUSTED_MS) this.trusted = { at, time: this.options.trusted() ?? 0 };
    return Math.max(this.world.clock.now(), this.trusted.time);
  }

  private get periods() {
    return [this.ring.inForce, this.ring.cosigner];
  }

  status(): readonly KeyStatus[] {
    const { now } = this;
    return this.periods.flatMap(({ key, notAfterMs }) =>
      keysOn(key).map(({ name, line }) => {
        const daysLeft = notAfterMs === Infinity ? null : Math.floor((notAfterMs - now) / DAY_MS);
        const reached = this.options.warningDays.filter((days) => daysLeft !== null && daysLeft < days);
        return {
          name,
          line,
          fingerprint: fingerprintOf(this.world.hasher, line),
          notAfterMs: notAfterMs === Infinity ? null : notAfterMs,
          daysLeft,
          warning: reached.length > 0 ? Math.min(...reached) : null,
        };
      }),
    );
  }

  /** Why this process cannot sign at all, in a sentence; null when it can. */
  missing(): SaidPart | null {
    const { signer } = this.world;
    if (this.heldAt === this.ring.changes) return null;
    const gone = this.periods.flatMap(({ key }) => keysOn(key)).find(({ name, keyId }) => !signer.holds(name, keyId));
    if (!gone) this.heldAt = this.ring.changes;
    return gone ? say('keyMissing', { key: gone.name, fingerprint: fingerprintOf(this.world.hasher, gone.line) }) : null;
  }

  /** What has expired, or is about to; null when all keys are good. Nothing is written then but the next keys. */
  expired(): SaidPart | null {
    const { inForce, cosigner } = this.ring;
    const first = inForce.notAfterMs <= cosigner.notAfterMs ? inForce : cosigner;
    const gone = first.notAfterMs !== Infinity && this.now > first.notAfterMs - LAST_MS ? first : null;
    if (!gone) return null;
    const { key, notAfterMs: untilMs } = gone;
    return say('keyExpired', { key: key.name, fingerprint: fingerprintOf(this.world.hasher, key.line), untilMs });
  }

  /** Why a command about keys would not be believed by the others; null when it would, or is none. */
  refusal(command: string, body: object, size: number): SaidPart | null {
    if (command !== 'RotateKey' && command !== 'RevokeKey') return null;
    const change = this.change(command, { ...body });
    if (!change) return refusedFor('it names no key, certificate and reason in their form');
    if (change.type === 'KeyRotated') {
      const { key, sm2, notAfterMs = Infinity } = change.data;
      // What is in force by now was rotated to by this very command: its handler answers the repeat.
      if (this.periods.some((each) => each.key.line === key)) return null;
      const missing = [key, ...(sm2 ? [sm2.key] : [])].find((line) => !this.holds(line));
      if (missing !== undefined) return say('nextKeyMissing', { key: missing.split('+')[0] ?? '' });
      // Whatever else an expired key signs would be taken by nobody, also not later.
      if (this.ring.cosigner.key.line === change.data.old && this.now > this.ring.inForce.notAfterMs - LAST_MS)
        return refusedFor("the journal's key has expired and is rotated first, then the cosigner's");
      if (notAfterMs - LAST_MS <= this.now) return refusedFor('its next key has expired already');
    }
    const why = this.ring.refusal(change, size);
    return why === null ? null : refusedFor(why);
  }

  private change(command: 'RotateKey' | 'RevokeKey', body: Readonly<Record<string, unknown>>): KeyChange | null {
    const at = this.world.clock.now();
    if (command === 'RevokeKey') {
      const data = parseRevocation(body);
      return data && { type: 'KeyRevoked', data, at };
    }
    const data = parseRotation(body);
    return data && { type: 'KeyRotated', data, at };
  }

  private holds(line: string): boolean {
    const [name = '', id = ''] = line.split('+');
    return this.world.signer.holds(
      name,
      Uint8Array.from(id.match(/../g) ?? [], (pair) => parseInt(pair, 16)),
    );
  }
}
