/** Entries as this context reads them: typed by their name. Payloads were checked against the contract when they arrived. */
import type { VoucherData, VoucherEntryName } from '@yrd/contracts';
import type { DomainEvent, Entry } from '@yrd/ledger';
import type { PrivateEvent, PrivateName } from './private-events.js';

export type EntryName = VoucherEntryName | PrivateName;

/** The payload of an entry by its name, shared or private. */
export type DataOf<N extends EntryName> = N extends VoucherEntryName
  ? VoucherData<N>
  : N extends PrivateName
    ? PrivateEvent<N>['data']
    : never;

/** The payload when the entry is of this name, else null. */
export const dataOf = <N extends EntryName>(entry: Entry, name: N): DataOf<N> | null =>
  entry.type === name ? (entry.data as DataOf<N>) : null;

/** `31/voucher` → `31`. */
export const provinceOf = (journal: string): string => journal.slice(0, 2);

/** `order/x` → `x`. */
export const idOf = (stream: string): string => stream.slice(stream.indexOf('/') + 1);

/** The id when the entry's stream is of this kind, else null. */
export const idIn = (entry: Entry, kind: string): string | null => (entry.stream.startsWith(`${kind}/`) ? idOf(entry.stream) : null);

/** The entry as an event of a fold, for a view that keeps the same state as an aggregate. */
export const eventOf = <E extends DomainEvent>(entry: Entry): E => ({ type: entry.type, data: entry.data }) as DomainEvent as E;
