/** The keys of one journal as far as this node has read it: judges notes, follows rotations, and says what the owner signs with. */
import { KEYS } from './builtin.js';
import type { StoredBlock } from './block.js';
import { equal } from './bytes.js';
import { readsOf, type ReadEntry } from './entry.js';
import type { CertifiedKey } from './federation.js';
import type { Journal } from './journal.js';
import { changesIn, type KeyChange } from './key-events.js';
import { certifiedVerifier, changedBy, groupsAt, isBelieved, type CosignerPeriod, type KeyPeriod, type KeyState } from './key-periods.js';
import { isSigned, keysOn, parseCheckpoint, parseNote, type Checkpoint, type Note, type Verifier } from './note.js';
import type { World } from './ports.js';

/** What the federation file says of a journal's keys. */
export interface PinnedKeys {
  /** Certifies all that follow. */
  readonly identity: Verifier;
  readonly state: KeyState;
}

/**
 * What a note is worth. `key`: signed by the keys of its size. `certified`: by a key that the owner's identity certifies, and that the
 * part of the journal read here does not name yet: it tells how far the owner is, and nothing more. `distrusted`: by a key of the
 * journal's name that must not be believed there. `nobody`: by none of its keys.
 */
export type Judged =
  | {
      readonly by: 'key' | 'certified';
      readonly checkpoint: Checkpoint;
      readonly note: Note;
      /** Domain ms up to which the newest of the keys is certified. */
      readonly notAfterMs: number;
      readonly keyId: Uint8Array;
    }
  | { readonly by: 'distrusted'; readonly checkpoint: Checkpoint; readonly keyId: Uint8Array; readonly why: string }
  | { readonly by: 'nobody' };

const NOBODY: Judged = { by: 'nobody' };
/** Certified keys that are remembered before their entry is read: an owner has one next key, and its cosigner another. */
const OFFERED_MAX = 4;

export class KeyRing {
  private state: KeyState;
  private readonly offered = new Map<string, { readonly key: Verifier; readonly notAfterMs: number }>();
  /** Counts changes: what was judged before one of them has to be judged again. */
  changes = 0;

  constructor(
    private readonly world: Pick<World, 'hasher' | 'signer' | 'notice'>,
    private readonly pinned: PinnedKeys,
  ) {
    this.state = pinned.state;
  }

  /** Reads the changes that a journal holds, and follows those to come. */
  async follow(journal: Journal): Promise<void> {
    let end = 0;
    for (const { first } of await journal.commitsOf(KEYS)) {
      if (first < end) continue;
      const [block] = await journal.blocks(first, 1);
      if (!block) continue;
      end = block.first + block.count;
      this.learn(block);
    }
    journal.onBlock = (block) => this.learn(block);
  }

  /** The name that all keys of the journal bear: its origin. */
  get name(): string {
    return this.inForce.key.name;
  }

  get periods(): readonly KeyPeriod[] {
    return this.state.periods;
  }

  get cosigners(): readonly CosignerPeriod[] {
    return this.state.cosigners;
  }

  /** The key that signs what is written now. */
  get inForce(): KeyPeriod {
    return this.state.periods.at(-1)!;
  }

  /** The key that the journal's node cosigns with. */
  get cosigner(): CosignerPeriod {
    return this.state.cosigners.at(-1)!;
  }

  /** Keys that a beat of the journal's node may be signed with: the one in force, and one that is certified and not read of yet. */
  get speakers(): readonly Verifier[] {
    const { key } = this.cosigner;
    return [key, ...[...this.offered.values()].map((each) => each.key).filter(({ kind }) => kind === 'cosignature')];
  }

  /** The keys that have to sign a head of this size, as its owner signs it. */
  signing(size: number): readonly Verifier[] {
    return (
      groupsAt(this.state.periods, size)
        .at(-1)
        ?.map(({ key }) => key) ?? []
    );
  }

  /** All keys, also of before, that may stand on a head of this size. */
  at(size: number): readonly Verifier[] {
    return groupsAt(this.state.periods, size).flatMap((group) => group.map(({ key }) => key));
  }

  /** The keys that this node signs a head of this size with; null when it does not hold them. */
  signers(size: number): readonly Verifier[] | null {
    const { signer } = this.world;
    const held = groupsAt(this.state.periods, size).findLast((group) =>
      group.every(({ key }) => keysOn(key).every(({ name, keyId }) => signer.holds(name, keyId))),
    );
    return held?.map(({ key }) => key) ?? null;
  }

  /** What a note about this journal is worth. */
  judge(source: string): Judged {
    const note = parseNote(source);
    const checkpoint = note && parseCheckpoint(note.text);
    if (!note || checkpoint?.origin !== this.name) return NOBODY;
    const { signer } = this.world;
    const groups = groupsAt(this.state.periods, checkpoint.size);
    const signed = groups.filter((group) => group.every(({ key }) => isSigned(signer, key, note)));
    const good = signed.find((group) => isBelieved(group, checkpoint.size))?.at(-1);
    const next = good ?? [...this.offered.values()].find(({ key }) => isSigned(signer, key, note));
    if (next) return { by: good ? 'key' : 'certified', checkpoint, note, notAfterMs: next.notAfterMs, keyId: next.key.keyId };
    const mine = note.signatures.find(({ name }) => name === this.name);
    if (!mine) return NOBODY;
    const stale = signed[0]?.at(-1)?.key ?? this.state.periods.find(({ key }) => isSigned(signer, key, note))?.key;
    if (stale) return { by: 'distrusted', checkpoint, keyId: stale.keyId, why: signed.length > 0 ? 'revoked' : 'not in force there' };
    const known = this.state.periods.some(({ key }) => equal(key.keyId, mine.keyId));
    return known ? NOBODY : { by: 'distrusted', checkpoint, keyId: mine.keyId, why: 'unknown' };
  }

  /**
   * Looks at the changes that a block of others brings: null when there are none, a sentence when they must not be believed, else
   * the key in force after it. Its head has to bear the signature of every key that hands over and of every one that takes over.
   */
  handover(reads: readonly ReadEntry[], end: number, note: Note): KeyPeriod | string | null {
    const changes = changesIn(reads);
    if (changes === null) return 'it changes keys in a form that nobody knows';
    if (changes.length === 0) return null;
    const next = this.after(changes, end);
    if (typeof next === 'string') return next;
    const handing = groupsAt(next.periods, end).find((group) => group.some(({ from, joint }) => joint && from === end)) ?? [];
    const unsigned = handing.some(({ key }) => !isSigned(this.world.signer, key, note));
    return unsigned ? 'its head does not bear the signatures of both keys' : next.periods.findLast(({ from }) => from <= end)!;
  }

  /** Why this change would not be believed if it were written next, in a sentence; null when it would. */
  refusal(change: KeyChange, size: number): string | null {
    const next = this.after([change], size + 1);
    return typeof next === 'string' ? next : null;
  }

  private after(changes: readonly KeyChange[], end: number): KeyState | string {
    return changedBy(this.world, this.pinned.identity, this.state, { end, changes });
  }

  /** Follows a durable block. */
  learn(block: StoredBlock): void {
    if (!block.commits.some(({ streams }) => streams.includes(KEYS))) return;
    const end = block.first + block.count;
    const changes = changesIn(readsOf(block));
    const next = changes && this.after(changes, end);
    if (next === null || typeof next === 'string') {
      // Nothing of this kind is taken from others; who finds it in his own journal should know.
      this.world.notice({ level: 'error', what: 'keys.not-followed', facts: { journal: this.name, end, why: next ?? 'malformed' } });
      return;
    }
    if (changes?.length === 0) return;
    this.state = next;
    this.changes += 1;
    for (const key of [...next.periods, ...next.cosigners]) this.offered.delete(key.key.line);
  }

  /** Keeps in mind a key that somebody says is certified, until its entry is read. */
  offer(stated: CertifiedKey): void {
    const { periods, cosigners } = this.state;
    if (this.offered.has(stated.key) || [...periods, ...cosigners].some(({ key }) => key.line === stated.key)) return;
    const verifier = certifiedVerifier(this.world, this.pinned.identity, stated);
    if (verifier?.name !== this.name && verifier?.name !== this.cosigner.key.name) return;
    this.offered.set(stated.key, { key: verifier, notAfterMs: stated.notAfterMs ?? Infinity });
    if (this.offered.size > OFFERED_MAX) this.offered.delete(this.offered.keys().next().value!);
  }

  /** The keys in force as entries certify them: for who has not read those yet. */
  get stated(): readonly CertifiedKey[] {
    return [...this.inForce.certified.slice(0, 1), ...this.cosigner.certified];
  }
}
