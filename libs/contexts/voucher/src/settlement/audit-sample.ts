/**
 * The half-yearly audit sample (V25). A seed is published before the half-year ends, so nobody chooses what is looked at; afterwards each
 * order that was paid draws a lot, SHA-256 over the seed and its id, and those with the smallest lots are the sample. Whoever has the seed
 * and the list of paid orders draws the same (samples/audit-sample.mjs).
 */
import { moment, phrase, plain, refuse, SAMPLE_MAX, until, type VoucherData, type VoucherEvent } from '@yrd/contracts';
import { foldOf, invariant, toStream, type Decision, type Entry, type Handler, type Ratio, type Reaction } from '@yrd/ledger';
import { dayEndMs } from '../policy/clocks.js';
import { handler, mayAct } from '../handling.js';
import type { PaymentRow } from './payment-views.js';
import { effective, policy } from '../policy/policy.js';
import type { PrivateEvent } from '../private-events.js';
import { dataOf } from '../reading.js';
import { byCode, type Hash } from './settlement.js';
import { auditStream, policyStream } from '../streams.js';

type AuditEvent = VoucherEvent<'AuditSeedPublished' | 'AuditSampleDrawn'> | PrivateEvent<'AuditSampleAsked'>;

export const audit = foldOf<
  { readonly seed: string | null; readonly asked: boolean; readonly drawn: VoucherData<'AuditSampleDrawn'> | null },
  AuditEvent
>(
  'audit',
  { seed: null, asked: false, drawn: null },
  {
    AuditSeedPublished: (state, { seed }) => ({ ...state, seed }),
    AuditSampleAsked: (state) => ({ ...state, asked: true }),
    AuditSampleDrawn: (state, drawn) => ({ ...state, drawn }),
  },
);

/** Orders paid in a half-year that a node draws from; more is a sign of a fault, and parks. */
const POPULATION_MAX = 100_000;

/** `2026H1` → the last millisecond of 30 June in Shanghai. */
export const halfEndMs = (half: string): number => dayEndMs(`${half.slice(0, 4)}-${half.endsWith('1') ? '06-30' : '12-31'}`);
/** The half-year of a Shanghai day. */
export const halfOf = (day: string): string => `${day.slice(0, 4)}H${Number(day.slice(5, 7)) <= 6 ? 1 : 2}`;

/** Digest over the population, for whoever compares his list. */
export const populationDigest = (orders: readonly string[], hash: Hash): string => hash([...orders].sort(byCode).join('\n'));

/** V25: at least the share of the orders, by the smallest lots; of anything at least one. */
export const drawSample = (orders: readonly string[], { half, seed, share }: { half: string; seed: string; share: Ratio }, hash: Hash) => {
  const size = Math.ceil((orders.length * share.of) / share.in);
  const lots = orders.map((order) => ({ order, lot: hash(`yrd.voucher.audit\n${half}\n${seed}\n${order}`) }));
  return lots
    .sort((one, other) => byCode(one.lot, other.lot))
    .slice(0, size)
    .map(({ order }) => order);
};

export interface OfHalf {
  readonly half: string;
}
export interface PublishAuditSeed extends OfHalf {
  readonly seed: string;
}
/** PublishAuditSeed (supervisor) → AuditSeedPublished, before the half-year ends; there is one. */
export const PublishAuditSeed: Handler<PublishAuditSeed> = handler({
  target: ({ half }: PublishAuditSeed) => auditStream(half),
  decide: ({ half, seed }, turn): Decision => {
    const no = mayAct(turn, 'PublishAuditSeed');
    if (no) return no;
    const known = turn.state(audit, auditStream(half)).seed;
    if (known !== null) return known === seed ? [] : refuse('E-STATE', { seen: phrase('anotherSeed'), needed: phrase('seedPublished') });
    if (turn.now > halfEndMs(half)) return refuse('E-WINDOW', { seen: moment(turn.now), needed: until(halfEndMs(half)) });
    return toStream(auditStream(half), [{ type: 'AuditSeedPublished', data: { half, seed } }]);
  },
});

export interface DrawAuditSample extends OfHalf {
  /** Scheme whose pack says how large the sample is. */
  readonly scheme: string;
}
/** DrawAuditSample (supervisor), after the half-year → the sample of all that was paid in it, drawn by its seed. */
export const DrawAuditSample: Handler<DrawAuditSample> = handler({
  target: ({ half }: DrawAuditSample) => auditStream(half),
  reads: ({ scheme }: DrawAuditSample, { province }) => [{ province, stream: policyStream(scheme) }],
  decide: ({ half, scheme }, turn): Decision => {
    const no = mayAct(turn, 'DrawAuditSample');
    if (no) return no;
    const { seed, asked } = turn.state(audit, auditStream(half));
    const pack = effective(turn.state(policy, policyStream(scheme)), turn.now);
    if (asked) return [];
    if (seed === null) return refuse('E-STATE', { seen: phrase('noSeed'), needed: phrase('seedBeforeEnd') });
    if (turn.now <= halfEndMs(half))
      return refuse('E-WINDOW', { seen: moment(turn.now), needed: phrase('after', { atMs: halfEndMs(half) }) });
    if (!pack?.audit) return refuse('E-NOTFOUND', { seen: plain(scheme), needed: phrase('packWithSample') });
    return toStream(auditStream(half), [{ type: 'AuditSampleAsked', data: { half, seed, share: pack.audit.share } }], pack.version);
  },
});

/** Derived → AuditSampleDrawn, once. */
export const TakeAuditSample: Handler<VoucherData<'AuditSampleDrawn'>> = handler({
  target: ({ half }: VoucherData<'AuditSampleDrawn'>) => auditStream(half),
  decide: (data, turn): Decision =>
    turn.state(audit, auditStream(data.half)).drawn ? [] : toStream(auditStream(data.half), [{ type: 'AuditSampleDrawn', data }]),
});

const paidIn = (province: string, half: string) => ({ province, half, state: 'paid' });
const asked = (entry: Entry) => dataOf(entry, 'AuditSampleAsked');

/** All that this province paid in the half-year draws its lots. */
export const drawLots: Reaction = {
  name: 'draw-lots',
  on: ['AuditSampleAsked'],
  from: 'own',
  needs: (entry, found) => {
    const half = asked(entry)?.half;
    return half === undefined ? [] : [{ rows: 'payments', where: paidIn(found.province, half), limit: POPULATION_MAX }];
  },
  react: (entry, found) => {
    const what = asked(entry);
    if (!what) return [];
    const rows = found.rows<PaymentRow>('payments', paidIn(found.province, what.half));
    invariant(rows.length < POPULATION_MAX, `More than ${POPULATION_MAX} orders were paid in ${what.half}: draw by quarter instead.`);
    const hash: Hash = (text) => found.hash(text);
    const orders = rows.map(({ order }) => order);
    const sample = drawSample(orders, what, hash);
    invariant(sample.length <= SAMPLE_MAX, `A sample of ${sample.length} orders is larger than an entry holds: lower the share.`);
    const body = { ...what, count: orders.length, population: populationDigest(orders, hash), sample };
    return [{ command: 'TakeAuditSample', target: auditStream(what.half), body }];
  },
};
