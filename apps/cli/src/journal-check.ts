/**
 * A whole journal, checked from outside: every leaf hashed to the root that its owner signed and two others cosigned, and an earlier
 * checkpoint found in it as its beginning. Nothing that a node says is believed without a pinned key.
 */
import { base64, originOf, verifyProof, type Checkpoint, type Pinned, type Verifier } from '@yrd/ledger';
import {
  JournalReading,
  reaching,
  stated,
  type JournalFault,
  type JournalTrust,
  type Keys,
  type Progress,
  type ServedJournal,
} from './journal-reading.js';

export interface JournalAsked extends JournalTrust {
  /** An earlier checkpoint of it, as a note that was checked then. */
  readonly earlier: string | null;
  /** Later keys of the others' cosigners: asked for only where the pinned ones do not suffice. */
  readonly laterCosigners: () => Promise<readonly Verifier[]>;
}

export interface JournalVerdict {
  readonly journal: string;
  readonly size: number;
  /** Base64, as the checkpoint has it. */
  readonly root: string;
  readonly cosigners: readonly string[];
  /** Size up to which two others cosigned it. */
  readonly cosignedSize: number;
  /** Size of the earlier checkpoint that it continues; null without one. */
  readonly continues: number | null;
  readonly faults: readonly JournalFault[];
  /** The checkpoint, to be remembered where there is no fault. */
  readonly note: string;
}

/** Whether an earlier checkpoint is a beginning of what was read; its size, or null with a fault. */
const continued = (reading: JournalReading, head: Checkpoint, before: Checkpoint | null): number | null => {
  if (!before) return null;
  if (head.size < before.size)
    reading.fault('shrunk', `it had ${before.size} entries when it was looked at before, and now has ${head.size}`);
  else if (!reading.holds(before))
    reading.fault('rewritten', `its first ${before.size} entries are others than when it was looked at before`);
  else return before.size;
  return null;
};

/** The pinned cosigners of the nodes that a journal is not of: its own does not count. */
export const cosignersFor = (pinned: Pinned, journal: string): readonly Verifier[] =>
  [...pinned.cosigners].filter(([province]) => !journal.startsWith(province)).map(([, key]) => key);

/** Provinces whose cosignature over the last entry is good; null when the proof does not hold. */
const cosignersOf = async (
  { journal, pinned, tools, laterCosigners }: JournalAsked,
  keys: Keys,
  leaf: Uint8Array,
  proof: string,
): Promise<readonly string[] | null> => {
  const first = cosignersFor(pinned, journal);
  const by = (cosigners: readonly Verifier[]) => verifyProof(tools, { journal: keys.periods, cosigners }, leaf, proof);
  let verdict = by(first);
  if (!verdict.good && verdict.fault === 'cosignatures') verdict = by([...first, ...(await laterCosigners())]);
  return verdict.good ? verdict.cosigners.map((name) => name.split('/').at(-2) ?? name) : null;
};

/** Reads a journal whole and says what holds. `progress` hears how many leaves were hashed. */
export const checkJournal = async (served: ServedJournal, asked: JournalAsked, progress?: Progress): Promise<JournalVerdict> => {
  const { journal, federation, earlier } = asked;
  const first = stated(await served.checkpoint())?.size ?? 0;
  // The proof of the last entry first: what is then read reaches beyond what two others cosigned.
  const proof = first > 0 ? await served.proof(first - 1) : null;
  const cosigned = proof === null ? null : stated(proof.slice(proof.indexOf('\n\n') + 2));
  const note = await reaching(served, cosigned?.size ?? 0);
  const head = stated(note);
  if (head?.origin !== originOf(federation, journal)) {
    const faults: readonly JournalFault[] = [{ kind: 'checkpoint', detail: `what is served is no checkpoint of ${journal}` }];
    return { journal, size: 0, root: '', cosigners: [], cosignedSize: 0, continues: null, faults, note };
  }
  const before = earlier === null ? null : stated(earlier);
  const reading = new JournalReading(served, asked, new Set([head.size, cosigned?.size ?? 0, before?.size ?? 0]), first - 1);
  await reading.read(head.size, progress);
  const keys = await reading.judge(head, note);
  const cosigners = keys && proof !== null && reading.wanted ? await cosignersOf(asked, keys, reading.wanted, proof) : null;
  if (head.size > 0 && proof === null) reading.fault('cosignatures', 'two other provinces have not cosigned its newest entries');
  else if (head.size > 0 && (!cosigners || !cosigned || !reading.holds(cosigned)))
    reading.fault('cosignatures', 'the proof with the cosignatures does not hold');
  const continues = continued(reading, head, before);
  const { size } = head;
  const { faults } = reading;
  return { journal, size, root: base64(head.root), cosigners: cosigners ?? [], cosignedSize: cosigned?.size ?? 0, continues, faults, note };
};

/** The keys that the node of a journal cosigns with, by its own key entries; none unless the journal is signed and whole. */
export const cosignersSeen = async (served: ServedJournal, trust: JournalTrust): Promise<readonly Verifier[]> => {
  const note = await served.checkpoint();
  const head = stated(note);
  if (head?.origin !== originOf(trust.federation, trust.journal)) return [];
  const reading = new JournalReading(served, trust, new Set([head.size]));
  await reading.read(head.size);
  const keys = await reading.judge(head, note);
  if (reading.faults.length > 0) return [];
  return keys?.cosigners.filter(({ revokedFromMs }) => revokedFromMs === Infinity).map(({ key }) => key) ?? [];
};
