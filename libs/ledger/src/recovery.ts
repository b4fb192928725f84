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
  /** Told in a sentence what recovery waits for. */
  readonly say: (why: string) => void;
}

/** Resolves true when the journal may be written; false when the node stopped first or its journal contradicts what it signed. */
export const recover = async (options: RecoveryOptions): Promise<boolean> => {
  const { world, own, healing, say, stopped } = options;
  const journal = own.journal.name;
  say('Comparing the own journal with its topic and with the heads that peers hold.');
  const last = await world.bus.last(topicOf(journal));
  const wire = last && decodeWire(last.value);
  if (wire) await own.observe(wire.note);
  if (!(await peersAnswered(options))) return false;
  if (own.journal.size < own.known) await markRestored(world.storage.records, journal, own.journal.size);
  while (own.journal.size < own.known && !own.quarantined && !stopped()) {
    say(`Taking entries ${own.journal.size} to ${own.known} of the own journal back from its replicas.`);
    const { size } = own.journal;
    await healing.heal(journal);
    // Healing that has ended answers at once: nobody else would get a turn, the stop that this loop waits for neither.
    if (own.journal.size === size) await world.clock.sleep(LOOK_MS);
  }
  if (own.quarantined)
    say(`The own journal contradicts a head that this node signed at size ${own.quarantined.size}: restore it, or open a successor.`);
  return own.journal.size >= own.known && !own.quarantined && !stopped();
};

const peersAnswered = async ({ world, own, witness, peers, openAlone, stopped, say }: RecoveryOptions): Promise<boolean> => {
  const began = world.clock.monotonic();
  while (!stopped()) {
    const waited = world.clock.monotonic() - began;
    const present = witness.present(FIRST_OPENING_MS).length;
    if (present >= peers.length || (present > 0 && waited >= ALL_PEERS_MS)) return true;
    const neverWritten = own.journal.size === 0 && own.known === 0;
    if ((neverWritten && waited >= FIRST_OPENING_MS) || (openAlone && waited >= ALL_PEERS_MS)) return true;
    say(
      present === 0
        ? 'Read-only, since no peer has answered yet. Start a peer, or tell this node once to open alone (YRD_OPEN_ALONE=yes).'
        : `Waiting for peers: ${present} of ${peers.length} have answered.`,
    );
    await world.clock.sleep(LOOK_MS);
  }
  return false;
};
