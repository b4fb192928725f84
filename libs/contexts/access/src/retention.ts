/** How long records with personal data must be kept in this province, and which duties a record falls under. */
import { allOf, mayEnter, phrase, plain, refuse, type PersonEvent, type Retention } from '@yrd/contracts';
import { alike, foldOf, single, type Handler, type Rejection } from '@yrd/ledger';
import { addDays, endOfDayMs, isLocalDate, localDate, startOfDayMs, toShanghaiDate } from '@yrd/standards';
import { retentionStream, type Hold } from './events.js';

export interface RetentionRules {
  readonly adopted: readonly { readonly fromMs: number; readonly pack: Retention }[];
}

export const retention = foldOf<RetentionRules, PersonEvent<'RetentionAdopted'>>(
  'retention',
  { adopted: [] },
  { RetentionAdopted: (state, { fromMs, pack }) => ({ adopted: [...state.adopted, { fromMs, pack }] }) },
);

/** The pack in force: the latest start not after `nowMs`; of equal starts the one adopted last. Null when there is none. */
export const retentionAt = ({ adopted }: RetentionRules, nowMs: number): Retention | null =>
  adopted.reduce<RetentionRules['adopted'][number] | null>(
    (best, each) => (each.fromMs <= nowMs && (best === null || each.fromMs >= best.fromMs) ? each : best),
    null,
  )?.pack ?? null;

/** The duties that these classes of records bring, counted from now; a refusal when the pack in force does not know one. */
export const holdsOf = (classes: readonly string[], pack: Retention | null, nowMs: number): readonly Hold[] | Rejection => {
  const holds: Hold[] = [];
  for (const name of classes) {
    const rule = pack?.classes.find((each) => each.class === name);
    if (!rule) {
      const known = pack ? allOf(pack.classes.map((each) => each.class)) : phrase('noRetentionPack');
      return refuse('E-VALIDATION', { field: 'records', seen: plain(name), needed: known });
    }
    holds.push({ class: rule.class, basis: rule.basis, untilMs: endOfDayMs(addDays(toShanghaiDate(nowMs), rule.days)) });
  }
  return holds;
};

/** The longest duty that still runs; null when the record may go. */
export const heldBy = (holds: readonly Hold[], nowMs: number): Hold | null =>
  holds.reduce<Hold | null>((longest, each) => (each.untilMs > nowMs && each.untilMs > (longest?.untilMs ?? 0) ? each : longest), null);

export interface AdoptRetention {
  readonly pack: Retention;
}

/** AdoptRetention (supervisor) → RetentionAdopted. A version is one content for ever; nobody adopts another province's pack. */
export const AdoptRetention: Handler<AdoptRetention> = single(
  retention,
  () => retentionStream,
  ({ pack }: AdoptRetention, state, turn) => {
    const no = mayEnter(turn, 'AdoptRetention');
    if (no) return no;
    if (pack.province !== turn.province) return refuse('E-HOME', { seen: plain(pack.province), needed: plain(turn.province) });
    if (!isLocalDate(pack.from)) return refuse('E-VALIDATION', { field: 'from', seen: plain(pack.from), needed: phrase('dayThatExists') });
    const before = state.adopted.find((each) => each.pack.version === pack.version);
    if (before) {
      if (alike(before.pack, pack)) return [];
      return refuse('E-STATE', { seen: phrase('otherContent', { version: pack.version }), needed: phrase('newVersionName') });
    }
    const fromMs = startOfDayMs(localDate(pack.from));
    return [{ type: 'RetentionAdopted', data: { version: pack.version, fromMs, pack } }];
  },
);
