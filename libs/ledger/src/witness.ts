/**
 * The heartbeat. Every node cosigns its own durable heads and, after verifying them, the others' heads, also when idle.
 * It shows lost tails, gives freshness, spreads what everybody saw, is the trusted time, and is the watermark for time
 * limits. Order: the owner's signature, our root, our durable word, then the cosignature.
 */
import { base64, equal, fromBase64, hex, text, utf8 } from './bytes.js';
import { originOf, type CertifiedKey, type Federation } from './federation.js';
import { topics } from './ids.js';
import { parseCertified } from './key-events.js';
import { cosign, cosignatureTime, formatNote, keysOn, parseCheckpoint, parseNote, type Note, type Verifier } from './note.js';
import type { World } from './ports.js';
import type { Replica } from './replica.js';
import { Cosigned } from './tlog-proof.js';

/** What a node vouched for: a head, and its time when it did. */
export interface Heard {
  readonly size: number;
  readonly root: string;
  /** Domain ms (whole seconds, as cosignatures carry them). */
  readonly time: number;
  /** Our monotonic ms when we heard it. */
  readonly heardAt: number;
  /** The owner's note with this node's cosignature. */
  readonly note: Note;
}

interface Kept {
  readonly [journal: string]: { readonly size: number; readonly root: string; readonly time: number };
}

const COSIGNED = 'cosigned';
/** A beat names at most this many heads, and is at most this long. */
const HEADS_MAX = 64;
const BEAT_BYTES_MAX = 262_144;

/** The cosigners of a context, and keys that were certified after the federation file was written. */
export interface WitnessKeys {
  /** The key that this node cosigns with. */
  own(): Verifier;
  /** Those that a beat of a node may be signed with. */
  of(province: string): readonly Verifier[];
  /** What others need to follow keys whose entries they have not read yet. */
  stated(): readonly CertifiedKey[];
  offer(stated: CertifiedKey): void;
}

export class Witness {
  private readonly heard = new Map<string, Map<string, Heard>>();
  private readonly lastBeat = new Map<string, number>();
  private readonly cosigned = new Map<string, Cosigned>();
  private kept: { value: Kept; rev: number } = { value: {}, rev: 0 };

  constructor(
    private readonly world: World,
    private readonly at: { readonly province: string; readonly context: string; readonly federation: Federation },
    private readonly own: {
      readonly signedHead: () => Note | null;
      readonly journal: string;
      readonly pendingSince?: () => number | null;
    },
    private readonly keys: WitnessKeys,
    private readonly replicas: ReadonlyMap<string, Replica>,
  ) {}

  async open(): Promise<void> {
    const found = await this.world.storage.records.get<Kept>(COSIGNED, this.at.context);
    if (found) this.kept = found;
  }

  /** Cosigns all durable heads and tells everybody. */
  async beat(): Promise<void> {
    const cosigner = this.keys.own();
    const seconds = Math.floor(this.world.clock.now() / 1_000);
    // What is decided and not yet durable is not below our own head: nothing after its time is vouched for.
    const ownSeconds = Math.min(seconds, Math.floor((this.own.pendingSince?.() ?? Infinity) / 1_000));
    const own = this.own.signedHead();
    const notes = [...(own ? [{ journal: this.own.journal, note: own }] : []), ...(await this.foreignHeads())];
    const next: Record<string, Kept[string]> = { ...this.kept.value };
    const vouched: Note[] = [];
    for (const { journal, note } of notes) {
      const checkpoint = parseCheckpoint(note.text);
      const before = next[journal];
      // Never a smaller head than one already vouched for, and never another one of the same size.
      if (!checkpoint || (before && before.size > checkpoint.size)) continue;
      const root = hex(checkpoint.root);
      if (before && before.size === checkpoint.size && before.root !== root) continue;
      next[journal] = {
        size: checkpoint.size,
        root,
        time: Math.max(before?.time ?? 0, journal === this.own.journal ? ownSeconds : seconds),
      };
      vouched.push(note);
    }
    const written = await this.world.storage.records.write([{ table: COSIGNED, id: this.at.context, value: next, rev: this.kept.rev }]);
    if (!written) return this.open();
    this.kept = { value: next, rev: this.kept.rev + 1 };
    const heads = vouched.map((note) => {
      const journal = this.journalOf(note);
      const line = cosign(this.world.signer, cosigner, note.text, next[journal ?? '']!.time);
      const cosigned = { text: note.text, signatures: [...note.signatures, line] };
      if (journal !== null && journal !== this.own.journal) this.gather(journal, this.at.province, next[journal]!.size, cosigned);
      return formatNote(cosigned);
    });
    const beat = { from: this.at.province, context: this.at.context, heads };
    const signature = this.world.signer.sign(cosigner.name, beatText(beat), cosigner.keyId);
    // Beside what is signed: each of these bears the signature of its node's identity key.
    const keys = this.keys.stated();
    const message = utf8(JSON.stringify({ v: 1, ...beat, ...(keys.length > 0 && { keys }), signature: base64(signature) }));
    await this.world.bus.publish(topics.witness(this.at.province), message);
  }

  /**
   * Takes in another node's beat; with `speaker`, only that of the province whose topic it came on. What is malformed or
   * badly signed is dropped; what contradicts our replica quarantines.
   */
  async hear(value: Uint8Array, speaker?: string): Promise<readonly string[]> {
    const beat = parseBeat(value);
    if (!beat || (speaker !== undefined && beat.from !== speaker) || beat.context !== this.at.context || beat.from === this.at.province)
      return [];
    for (const stated of beat.keys) this.keys.offer(stated);
    const { signer } = this.world;
    const cosigner = this.keys
      .of(beat.from)
      .find(({ suite, publicKey }) => signer.verify(suite, publicKey, beatText(beat), beat.signature));
    if (!cosigner) return [];
    const journals: string[] = [];
    for (const head of beat.heads) {
      const note = parseNote(head);
      const journal = note && this.journalOf(note);
      const replica = journal ? this.replicas.get(journal) : undefined;
      if (!note || !journal || !replica) continue;
      const seconds = cosignatureTime(this.world.signer, cosigner, note);
      const checkpoint = seconds === null ? null : await replica.observe(head, { from: beat.from });
      if (!checkpoint || seconds === null) {
        this.world.notice({ level: 'warn', what: 'witness.bad-signature', facts: { from: beat.from, journal } });
        continue;
      }
      this.keep(journal, beat.from, {
        size: checkpoint.size,
        root: hex(checkpoint.root),
        time: seconds * 1_000,
        heardAt: this.world.clock.monotonic(),
        note,
      });
      // Signed by a key whose entry we have not read: it is not yet ours to pass on.
      const known = only(note, ...replica.keys.at(checkpoint.size), cosigner);
      const owned = known.signatures.some(({ name }) => name === replica.keys.name);
      if (owned && beat.from !== ownerOf(journal)) this.gather(journal, beat.from, checkpoint.size, known);
      journals.push(journal);
    }
    // Only now has it answered: recovery must not go on before it has seen the heads.
    this.lastBeat.set(beat.from, this.world.clock.monotonic());
    return journals;
  }

  private keep(journal: string, from: string, heard: Heard): void {
    const byNode = this.heard.get(journal) ?? new Map<string, Heard>();
    this.heard.set(journal, byNode);
    const before = byNode.get(from);
    // A late or repeated beat must not turn back what this node already vouched for.
    if (before && (before.time > heard.time || before.size > heard.size)) return;
    if (before?.time === heard.time && before.size === heard.size) return;
    byNode.set(from, heard);
  }

  /** What a node last vouched for about a journal. */
  word(journal: string, from: string): Heard | null {
    return this.heard.get(journal)?.get(from) ?? null;
  }

  /** Every journal of the context, the own one too. */
  get journals(): readonly string[] {
    return [...this.replicas.keys()];
  }

  /** The owner's last word on its own journal: everything up to its time is within its size. */
  watermark(journal: string): Heard | null {
    return this.word(journal, ownerOf(journal));
  }

  /** The newest head of a journal that a quorum of nodes other than its owner cosigned; null when there is none yet. */
  agreed(journal: string): Cosigned['newest'] {
    return this.cosigned.get(journal)?.newest ?? null;
  }

  /** Nodes from which any beat came within the last `ms` of real time. */
  present(ms: number): readonly string[] {
    const now = this.world.clock.monotonic();
    return [...this.lastBeat]
      .filter(([, at]) => now - at <= ms)
      .map(([from]) => from)
      .sort();
  }

  /** Nodes whose last cosignature over the journal covers this size. */
  cosignersOf(journal: string, size: number): readonly string[] {
    return [...(this.heard.get(journal) ?? [])]
      .filter(([, each]) => each.size >= size)
      .map(([from]) => from)
      .sort();
  }

  /**
   * Domain time that one liar cannot backdate or rush: the second-earliest of the others' words, aged by our monotonic
   * clock. Null with fewer than two.
   */
  trustedTime(): number | null {
    const now = this.world.clock.monotonic();
    const latest = new Map<string, number>();
    for (const byNode of this.heard.values()) {
      for (const [from, each] of byNode) latest.set(from, Math.max(latest.get(from) ?? 0, each.time + (now - each.heardAt)));
    }
    return [...latest.values()].sort((a, b) => a - b)[1] ?? null;
  }

  private gather(journal: string, from: string, size: number, note: Note): void {
    const cosigned = this.cosigned.get(journal) ?? new Cosigned();
    this.cosigned.set(journal, cosigned);
    cosigned.add(from, size, note);
  }

  private async foreignHeads(): Promise<readonly { readonly journal: string; readonly note: Note }[]> {
    const heads: { readonly journal: string; readonly note: Note }[] = [];
    for (const [journal, replica] of this.replicas) {
      if (journal === this.own.journal || replica.quarantined) continue;
      const newest = replica.journal.lastBlock?.note;
      const note = (await this.stated(journal, replica)) ?? (newest === undefined ? null : parseNote(newest));
      if (note) heads.push({ journal, note });
    }
    return heads;
  }

  /**
   * The head that the owner named in its last beat, while we hold it and have vouched for less. In a busy journal each node's
   * end is another one at any time; here their cosignatures meet. An owner that is silent is vouched for up to our end.
   */
  private async stated(journal: string, replica: Replica): Promise<Note | null> {
    const word = this.watermark(journal);
    const { size } = replica.journal;
    if (!word || word.size <= (this.kept.value[journal]?.size ?? 0) || word.size > size) return null;
    return hex(await replica.journal.rootAt(word.size)) === word.root ? only(word.note, ...replica.keys.at(word.size)) : null;
  }

  private journalOf(note: Note): string | null {
    const origin = note.text.slice(0, note.text.indexOf('\n'));
    const prefix = originOf(this.at.federation.federation, '');
    return origin.startsWith(prefix) ? origin.slice(prefix.length) : null;
  }
}

const ownerOf = (journal: string): string => journal.slice(0, journal.indexOf('/'));

/** A note with the lines of these keys only, and of the keys beside them. */
const only = ({ text: body, signatures }: Note, ...keys: readonly Verifier[]): Note => {
  const known = keys.flatMap(keysOn);
  return {
    text: body,
    signatures: signatures.filter((line) => known.some((key) => key.name === line.name && equal(key.keyId, line.keyId))),
  };
};

/** A beat without its signature: whose, in which context, and the cosigned heads. */
interface Beat {
  readonly from: string;
  readonly context: string;
  readonly heads: readonly string[];
}

/** What the cosigner key signs of a beat as a whole, also of an empty one: no other message of this ledger begins like it. */
export const beatText = ({ from, context, heads }: Beat): Uint8Array =>
  utf8(`yrd.ledger.beat.v1\n${JSON.stringify([from, context, heads])}`);

const parseBeat = (value: Uint8Array): (Beat & { readonly keys: readonly CertifiedKey[]; readonly signature: Uint8Array }) | null => {
  if (value.length > BEAT_BYTES_MAX) return null;
  try {
    const { v, from, context, heads, ...rest } = JSON.parse(text(value)) as Readonly<Record<string, unknown>>;
    const signature = typeof rest['signature'] === 'string' ? fromBase64(rest['signature']) : null;
    const good = v === 1 && typeof from === 'string' && typeof context === 'string' && Array.isArray(heads) && heads.length <= HEADS_MAX;
    const keys = (Array.isArray(rest['keys']) ? rest['keys'].slice(0, HEADS_MAX) : []).map(parseCertified).filter((key) => key !== null);
    return good && signature && heads.every((head) => typeof head === 'string') ? { from, context, heads, keys, signature } : null;
  } catch {
    return null;
  }
};
