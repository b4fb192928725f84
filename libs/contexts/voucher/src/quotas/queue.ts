/** The line before an exhausted pool (V27): orders wait in the order of the home journal, nobody overtakes, a release goes to the head. */
import { phrase, refuse, type VoucherPack } from '@yrd/contracts';
import { toStream, type Append, type DerivedCommand, type Entry, type Reaction, type Rejection } from '@yrd/ledger';
import { pool, type Ceiling } from './ceiling.js';
import { termsOf, type Order } from '../orders/order.js';
import { idIn } from '../reading.js';
import { journalOf, poolStream } from '../streams.js';

/** Null when one more may stand in line; else why not: `no` is what the pool itself said. */
export const lineClosed = (pack: VoucherPack, { queue }: Ceiling, no: Rejection | null): Rejection | null => {
  const waiting = { policy: pack.version, seen: phrase('ordersWait', { count: queue.length }) };
  if (!pack.queue) return no ?? refuse('E-POOL', { ...waiting, needed: phrase('nobodyInLine') });
  return queue.length < pack.queue.most ? null : refuse('E-POOL', { ...waiting, needed: phrase('fewerThan', { count: pack.queue.most }) });
};

/** An order that waits leaves the line; nothing where it does not. */
export const leaveLine = (state: Order): readonly Append[] => {
  if (state.phase !== 'Queued') return [];
  const { order, scheme, year, policy } = termsOf(state);
  return toStream(poolStream(scheme, year), [{ type: 'QueueLeft', data: { order } }], policy);
};

/** The head of the line stays there, and is looked at again once the province of its agency is heard. */
export const holdLine = (state: Order): readonly Append[] => {
  const { order, scheme, year, policy, agencyProvince: awaits, patienceMs } = termsOf(state);
  return toStream(poolStream(scheme, year), [{ type: 'QueueHeld', data: { order, awaits, patienceMs } }], policy);
};

/** The pool that an entry is about: its scheme and year. */
export const poolOf = (entry: Entry): { readonly scheme: string; readonly year: number } | null => {
  const [scheme, year] = idIn(entry, 'pool')?.split('.') ?? [];
  return scheme === undefined || year === undefined ? null : { scheme, year: Number(year) };
};

/** What looks at the head of a line. */
export const looking = ({ scheme, year }: { readonly scheme: string; readonly year: number }): DerivedCommand => ({
  command: 'AdvanceQueue',
  target: poolStream(scheme, year),
  body: { scheme, year },
});

/** Money came back, or somebody left the line: whoever is at its head now is looked at. */
export const advanceQueue: Reaction = {
  name: 'advance-queue',
  on: ['CeilingReturned', 'QueueLeft'],
  from: 'own',
  needs: (entry, found) => (poolOf(entry) ? [{ journal: journalOf(found.province), stream: entry.stream }] : []),
  react: (entry, found) => {
    const of = poolOf(entry);
    return of && found.state(pool, journalOf(found.province), entry.stream).queue.length > 0 ? [looking(of)] : [];
  },
};
