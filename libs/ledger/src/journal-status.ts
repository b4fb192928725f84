/** What a node shows of each journal that it holds: sizes, lag, who cosigned, and whether it is believed. */
import { hex } from './bytes.js';
import type { Journal } from './journal.js';
import type { JournalStatus } from './node.js';
import type { Clock } from './ports.js';
import type { Running } from './running.js';

/** How a running node stands with one journal. */
export const journalStatus = (running: Running, journal: Journal, clock: Clock): JournalStatus => {
  const replica = running.replicas.get(journal.name)!;
  const mine = journal.name === running.own;
  const word = running.witness.watermark(journal.name);
  const { size, root } = journal.head;
  const head = Math.max(mine ? size : (word?.size ?? 0), replica.known);
  return {
    journal: journal.name,
    size,
    root: hex(root),
    head,
    lag: head - size,
    heardAt: mine ? clock.now() : (word?.time ?? null),
    silentMs: mine ? 0 : word && Math.round(clock.monotonic() - word.heardAt),
    state: stateOf(running, journal.name),
    cosigners: running.witness.cosignersOf(journal.name, size),
    setAside: replica.setAside.all.map(({ journal: _, ...head }) => head),
  };
};

const stateOf = (running: Running, journal: string): JournalStatus['state'] => {
  if (running.replicas.get(journal)?.quarantined) return 'quarantined';
  if (running.healing.isAsking(journal)) return 'healing';
  if (journal !== running.own || running.writing.sequencer) return 'live';
  return running.writing.notReady?.say === 'readOnlyWithoutPeers' ? 'read-only' : 'recovering';
};
