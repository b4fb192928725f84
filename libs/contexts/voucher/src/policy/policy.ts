/** Policy of one scheme in this province: the packs adopted so far. A decision pins the version it was made under (V6). */
import { packFaults, phrase, plain, refuse, type Terms, type VoucherEvent, type VoucherPack } from '@yrd/contracts';
import { alike, foldOf, toStream, type Decision, type Handler, type Ratio, type Rejection } from '@yrd/ledger';
import { dayEndMs, dayStartMs } from './clocks.js';
import { handler, mayAct } from '../handling.js';
import { agencyRulesStream, policyStream } from '../streams.js';

interface Adopted {
  readonly fromMs: number;
  readonly pack: VoucherPack;
}

export interface Policy {
  readonly adopted: readonly Adopted[];
}

export const policy = foldOf<Policy, VoucherEvent<'PolicyAdopted'>>(
  'policy',
  { adopted: [] },
  {
    PolicyAdopted: (state, { fromMs, pack }) => ({ adopted: [...state.adopted, { fromMs, pack }] }),
  },
);

/**
 * The pack in force: the latest start not after `nowMs`; of equal starts the one adopted last. Null when there is none, or when that
 * one has ended: a pack before it does not come back.
 */
export const effective = (state: Policy, nowMs: number): VoucherPack | null => {
  let best: Adopted | null = null;
  for (const each of state.adopted) if (each.fromMs <= nowMs && (best === null || each.fromMs >= best.fromMs)) best = each;
  const ended = best?.pack.until !== undefined && nowMs > dayEndMs(best.pack.until);
  return ended ? null : (best?.pack ?? null);
};

/** E-NOTFOUND where a scheme has no pack in force. */
export const noPolicy = (scheme: string): Rejection =>
  refuse('E-NOTFOUND', { seen: phrase('noPolicyFor', { scheme }), needed: phrase('adoptedPack') });

/** The pack that a decision pinned. Null when it was never adopted here. */
export const pinned = (state: Policy, version: string): VoucherPack | null =>
  state.adopted.find(({ pack }) => pack.version === version)?.pack ?? null;

/** The ratio of the first tier that the base falls under (V4). */
export const ratioFor = (terms: Terms, baseFen: number): Ratio => {
  const tier = terms.tiers.find(({ belowFen }) => belowFen === undefined || baseFen < belowFen);
  return tier?.ratio ?? { of: 0, in: 1 };
};

/** Whether the scheme pays for this class of item. */
export const covers = (classes: readonly string[], itemClass: string): boolean => classes.includes('*') || classes.includes(itemClass);

export interface AdoptPolicy {
  readonly pack: VoucherPack;
}

/** AdoptPolicy (supervisor) → PolicyAdopted, and AgencyRulesAdopted where the pack speaks of agencies. Once a version, by its province. */
export const AdoptPolicy: Handler<AdoptPolicy> = handler({
  target: ({ pack }: AdoptPolicy) => policyStream(pack.scheme),
  reads: ({ pack }: AdoptPolicy, peek) => (pack.agencies ? [{ province: peek.province, stream: agencyRulesStream }] : []),
  decide: ({ pack }, turn): Decision => {
    const no = mayAct(turn, 'AdoptPolicy');
    if (no) return no;
    if (pack.province !== turn.province) return refuse('E-HOME', { seen: plain(pack.province), needed: plain(turn.province) });
    const [fault] = packFaults(pack);
    if (fault) return refuse('E-VALIDATION', { field: fault.path, seen: plain(fault.seen), needed: phrase('packChecked') });
    const before = pinned(turn.state(policy, policyStream(pack.scheme)), pack.version);
    if (before) {
      if (alike(before, pack)) return [];
      return refuse('E-STATE', { seen: phrase('otherContent', { version: pack.version }), needed: phrase('newVersionName') });
    }
    const { scheme, version, agencies: rules } = pack;
    const fromMs = dayStartMs(pack.from);
    return [
      ...toStream(policyStream(scheme), [{ type: 'PolicyAdopted', data: { scheme, version, fromMs, pack } }]),
      ...(rules ? toStream(agencyRulesStream, [{ type: 'AgencyRulesAdopted', data: { version, fromMs, rules } }], version) : []),
    ];
  },
});
