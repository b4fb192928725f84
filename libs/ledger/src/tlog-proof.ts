/**
 * C2SP tlog-proof: one text that proves offline that an entry stands in a journal, and that others saw it there. It is the
 * index, the audit path, and the owner's checkpoint with the cosignatures of others. https://c2sp.org/tlog-proof
 */
import { base64, equal, fromBase64 } from './bytes.js';
import {
  cosignatureTime,
  formatNote,
  openCheckpoint,
  parseCheckpoint,
  parseNote,
  type Checkpoint,
  type Note,
  type NoteSignature,
  type Verifier,
} from './note.js';
import type { Hasher, Signer } from './ports.js';
import { leafHash, verifyInclusion } from './tree.js';
import { groupsAt, isBelieved, type SigningPeriod } from './key-periods.js';

const HEADER = 'c2sp.org/tlog-proof@v1';
/** A path in a tree of 2^53 leaves has 53 hashes. */
const HASHES_MAX = 53;
/** Two of the three others: one liar proves nothing. */
export const QUORUM = 2;

export interface TlogProof {
  readonly index: number;
  /** Audit path, leaf to root (RFC 6962 §2.1.1). */
  readonly hashes: readonly Uint8Array[];
  /** The signed and cosigned checkpoint, as a note. */
  readonly note: string;
  /** Here the leaf itself, so that the proof shows what it proves. Nothing vouches for it but the proof. */
  readonly extra?: Uint8Array;
}

export const formatProof = ({ index, hashes, note, extra }: TlogProof): string =>
  [HEADER, ...(extra ? [`extra ${base64(extra)}`] : []), `index ${index}`, ...hashes.map(base64), '', note].join('\n');

/** Parses a proof; null when it is malformed. Says nothing of whether it is true. */
export const parseProof = (source: string): TlogProof | null => {
  const gap = source.indexOf('\n\n');
  if (gap < 0) return null;
  const lines = source.slice(0, gap).split('\n');
  if (lines.shift() !== HEADER) return null;
  const extra = lines[0]?.startsWith('extra ') ? fromBase64(lines.shift()!.slice('extra '.length)) : undefined;
  const [, index] = /^index (0|[1-9][0-9]{0,15})$/.exec(lines.shift() ?? '') ?? [];
  const hashes = lines.map(fromBase64);
  if (extra === null || index === undefined || !Number.isSafeInteger(Number(index)) || hashes.length > HASHES_MAX) return null;
  if (!hashes.every((hash) => hash?.length === 32)) return null;
  return { index: Number(index), hashes: hashes as readonly Uint8Array[], note: source.slice(gap + 2), ...(extra && { extra }) };
};

/** Whom a verifier believes: the journal's owner, and the nodes whose cosignatures count. The owner's own counts for nothing. */
export interface Trust {
  /** Its one key, or its keys over time: a head is then judged by those of its size. */
  readonly journal: Verifier | readonly SigningPeriod[];
  readonly cosigners: readonly Verifier[];
  /** How many of them must have cosigned; `QUORUM` unless told. */
  readonly needed?: number;
}

/**
 * Why a proof is refused. `malformed`: no tlog-proof around a note. `origin`: a checkpoint of another journal.
 * `unsigned`: the pinned key did not sign it. `cosignatures`: too few others did. `beyond`: the entry lies past its end.
 * `path`: the hashes do not lead from the leaf to its root.
 */
export type ProofFault = 'malformed' | 'origin' | 'unsigned' | 'cosignatures' | 'beyond' | 'path';

export type ProofVerdict =
  | { readonly good: true; readonly checkpoint: Checkpoint; readonly index: number; readonly cosigners: readonly string[] }
  | { readonly good: false; readonly fault: ProofFault };

/** The known cosigners whose good cosignature a note bears, by key name, each once. */
export const cosignersOn = (signer: Signer, cosigners: readonly Verifier[], note: Note): readonly string[] => [
  ...new Set(cosigners.filter((each) => cosignatureTime(signer, each, note) !== null).map(({ name }) => name)),
];

const refused = (fault: ProofFault): ProofVerdict => ({ good: false, fault });

/** The keys that vouch for a head of this size: any one group of them, all of it. */
const keysAt = (journal: Trust['journal'], size: number): readonly (readonly Verifier[])[] =>
  'line' in journal
    ? [[journal]]
    : groupsAt(journal, size)
        .filter((group) => isBelieved(group, size))
        .map((group) => group.map(({ key }) => key));

/** Checks a proof of a leaf with nothing but pinned keys. Never throws, whatever it is given. */
export const verifyProof = (
  tools: { readonly hasher: Hasher; readonly signer: Signer },
  trust: Trust,
  leaf: Uint8Array,
  source: string,
): ProofVerdict => {
  const proof = parseProof(source);
  const note = proof && parseNote(proof.note);
  const stated = note && parseCheckpoint(note.text);
  if (!proof || !note || !stated) return refused('malformed');
  const groups = keysAt(trust.journal, stated.size);
  if (groups.flat().some(({ name }) => name !== stated.origin)) return refused('origin');
  const checkpoint = groups.map((keys) => openCheckpoint(tools.signer, keys, proof.note)).find((opened) => opened !== null);
  if (!checkpoint) return refused('unsigned');
  const cosigners = cosignersOn(tools.signer, trust.cosigners, note);
  if (cosigners.length < (trust.needed ?? QUORUM)) return refused('cosignatures');
  const { index, hashes } = proof;
  if (index >= checkpoint.size) return refused('beyond');
  const claim = { index, size: checkpoint.size, leaf: leafHash(tools.hasher, leaf), proof: hashes, root: checkpoint.root };
  return verifyInclusion(tools.hasher, claim) ? { good: true, checkpoint, index, cosigners } : refused('path');
};

interface Head {
  readonly size: number;
  readonly note: Note;
  readonly by: ReadonlySet<string>;
}

/** Heads waiting for a second cosigner, at most: three nodes at three places, and what is under way. */
const HEADS_KEPT = 12;

const sameKey = (a: NoteSignature, b: NoteSignature): boolean => a.name === b.name && equal(a.keyId, b.keyId);

/**
 * Heads that others than a journal's owner cosigned, until enough of them meet in one: the newest such head is what a proof
 * rests on. Whoever adds a note has verified each of its lines.
 */
export class Cosigned {
  private readonly waiting = new Map<string, Head>();
  private met: Head | null = null;

  /** The owner's checkpoint of this size with the cosignature of the province. */
  add(from: string, size: number, note: Note): void {
    if (this.met && size < this.met.size) return;
    const before = this.met?.note.text === note.text ? this.met : this.waiting.get(note.text);
    if (before?.by.has(from)) return;
    const lines = [...(before?.note.signatures ?? []), ...note.signatures];
    const signatures = lines.filter((line, at) => lines.findIndex((each) => sameKey(each, line)) === at);
    const head = { size, note: { text: note.text, signatures }, by: new Set([...(before?.by ?? []), from]) };
    if (head.by.size < QUORUM) this.waiting.set(note.text, head);
    else this.met = head;
    for (const [text, { size: other }] of this.waiting) {
      if (this.waiting.size > HEADS_KEPT || (this.met && other <= this.met.size)) this.waiting.delete(text);
    }
  }

  /** The newest head with a quorum, as a note with all their lines; null when there is none yet. */
  get newest(): { readonly size: number; readonly note: string } | null {
    return this.met && { size: this.met.size, note: formatNote(this.met.note) };
  }
}
