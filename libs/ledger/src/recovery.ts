/**
 * Own recovery: before its first write a sequencer compares its head with the end of its own topic and with the heads its
 * peers hold. What is missing comes back from replicas; a restored backup can therefore never fork a province.
 */
import { decodeWire } from './block.js';
import type { Healing } from './healing.js';
import { markRestored } from './loss.js';
import type { World } from './ports.js';
import { topicOf } from './publisher.js';
import type { Replica } from './replica.js';
import type { Witness } from './witness.js';
import { say, type SaidPart } from './rejection.js';

/** All peers are waited for this long, then one is enough, ms. */
const ALL_PEERS_MS = 4_000;
/** A journal that was never written opens alone when nobody answers within this, ms. */
const FIRST_OPENING_MS = 6_000;
const LOOK_MS = 100;

export interface RecoveryOptions {
  readonly world: World;
  /** The own journal, seen as a replica: the same checks as for anybody's. */
  readonly own: Replica;
  readonly witness: Witness;
  readonly healing: Healing;
  readonly peers: readonly string[];
  readonly openAlone: boolean;
  readonly stopped: () => boolean;
  /** Told what recovery waits for. */
  readonly tell: (why: SaidPart) => void;
}

/** Resolves true when the journal may be written; false when the node stopped first or its journal contradicts what it signed. */
export const recover = async (options: RecoveryOptions): Promise<boolean> => {
  const { world, own, healing, tell, stopped } = options;
  const journal = own.journal.name;
  tell(say('comparingJournal'));
  const last = await world.bus.last(topicOf(journal));
  const wire = last && decodeWire(last.value);
  if (wire) await own.observe(wire.note);
  if (!(await peersAnswered(options))) return false;
  if (own.journal.size < own.known) await markRestored(world.storage.records, journal, own.journal.size);
  while (own.journal.size < own.known && !own.quarantined && !stopped()) {
    tell(say('takingBack', { from: own.journal.size, to: own.known }));
    const { size } = own.journal;
    await healing.heal(journal);
    // Healing that has ended answers at once: nobody else would get a turn, the stop that this loop waits for neither.
    if (own.journal.size === size) await world.clock.sleep(LOOK_MS);
  }
  if (own.quarantined) tell(say('contradictsItself', { size: own.quarantined.size }));
  return own.journal.size >= own.known && !own.quarantined && !stopped();
};

const peersAnswered = async ({ world, own, witness, peers, openAlone, stopped, tell }: RecoveryOptions): Promise<boolean> => {
  const began = world.clock.monotonic();
  while (!stopped()) {
    const waited = world.clock.monotonic() - began;
    const present = witness.present(FIRST_OPENING_MS).length;
    if (present >= peers.length || (present > 0 && waited >= ALL_PEERS_MS)) return true;
    const neverWritten = own.journal.size === 0 && own.known === 0;
    if ((neverWritten && waited >= FIRST_OPENING_MS) || (openAlone && waited >= ALL_PEERS_MS)) return true;
    tell(present === 0 ? say('readOnlyWithoutPeers') : say('waitingForPeers', { present, peers: peers.length }));
    await world.clock.sleep(LOOK_MS);
  }
  return false;
};
