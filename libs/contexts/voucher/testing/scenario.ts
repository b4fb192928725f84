/** A ready delta: packs adopted, a firm with a quota in Jiangsu, an agency with a product in each province, everybody recognised. */
import { tellAll, type Role, type VoucherPack } from '@yrd/contracts';
import type { Actor, Rejection } from '@yrd/ledger';
import { orderStream, order, quota, quotaStream } from '../src/index.js';
import { PROVINCE_CODES, type ProvinceCode } from './node.js';
import { World } from './world.js';

export const DAY_MS = 86_400_000;
/** 2026-03-02 10:00 in Shanghai, a Monday. */
export const START_MS = Date.UTC(2026, 2, 2, 2);
const HEX = 'abcdef0123456789';
/** A hash-like text that is different for each name. */
export const hex = (name: string): string => {
  let out = '';
  for (let at = 0; at < 64; at += 1) out += HEX[(name.charCodeAt(at % name.length) + at * name.length) % 16];
  return out;
};

export const pack = (province: ProvinceCode, change: Partial<VoucherPack> = {}): VoucherPack => ({
  province,
  scheme: 'cxq',
  title: 'test',
  version: `${province}-cxq-1`,
  from: '2025-09-01',
  modes: { home: ['tongyong', 'tongdui'], cross: ['tongyong', 'tongdui'] },
  subjects: { firm: { capFen: 10_000_000, tiers: [{ ratio: { of: 1, in: 2 } }], proofNeeded: true } },
  claimsPerYear: 1,
  split: { home: { of: 1, in: 1 }, agency: { of: 0, in: 1 } },
  clocks: {
    accept: { days: 5, unit: 'working' },
    contract: { days: 30, unit: 'calendar' },
    supplement: { days: 15, unit: 'working' },
    publicity: { days: 7, unit: 'calendar' },
    peerPatience: { days: 3, unit: 'calendar' },
  },
  use: { days: 365, lastDay: '12-31' },
  redeem: { days: 540, lastDay: '06-30' },
  stale: { afterMs: 900_000, limitFen: 1_000_000 },
  integrityUnknown: 'allow',
  files: { tongyong: ['contract', 'invoice', 'payment', 'result'], tongdui: ['contract', 'invoice', 'result'] },
  classes: ['*'],
  forbidden: [],
  notes: [{ field: '*', assumed: true, source: 'invented for tests' }],
  ...change,
});

export const actor = (province: ProvinceCode, role: Role, organisation = `dept-${province}`, person: string = role): Actor => ({
  person: `${province}-${person}`,
  organisation,
  province,
  roles: [role],
});
/** Who has all the keys of a small department but the treasury's. */
export const staff = (province: ProvinceCode): Actor => ({
  ...actor(province, 'reviewer', undefined, 'staff'),
  roles: ['reviewer', 'approver', 'supervisor'],
});
export const firm = actor('32', 'enterprise', 'org-s1');
export const agent = (province: ProvinceCode): Actor => actor(province, 'agency', `org-a${province}`);

const USCC = { 31: '91310000MAXXXX0150', 32: '91350100M000100Y43', 33: '91330000MAXXXX031X', 34: '91350100M000100Y43' } as const;
const must = (no: Rejection | null): void => {
  if (no) throw new Error(`The scenario was refused: ${no.rejected} ${JSON.stringify(no.facts)}`);
};

export interface Setup {
  readonly packs?: Partial<Record<ProvinceCode, Partial<VoucherPack>>>;
  readonly grantFen?: number;
}

/** The delta before any order. Subject `s1` (firm, 32) has a quota for 2026; agency `aNN` in each province lists `p1` at 1,000,000.00. */
export const delta = ({ packs = {}, grantFen = 10_000_000 }: Setup = {}): Delta => {
  const world = new World(START_MS);
  const run = (province: ProvinceCode, name: string, body: object, by: Actor): void => must(world.nodes[province].execute(name, body, by));
  for (const province of PROVINCE_CODES) {
    const clerk = staff(province);
    run(province, 'AdoptPolicy', { pack: pack(province, packs[province]) }, clerk);
    const id = `a${province}`;
    run(
      province,
      'AdmitAgency',
      { agency: id, organisation: `org-${id}`, name: `Agency ${province}`, uscc: USCC[province], classes: ['5', '11'] },
      clerk,
    );
    run(
      province,
      'ListProduct',
      { agency: id, product: 'p1', itemClass: '5', name: 'Composition analysis', priceFen: 100_000_000 },
      agent(province),
    );
    for (const other of PROVINCE_CODES) {
      if (other !== province) run(province, 'RecogniseAgency', { agencyProvince: other, agency: `a${other}`, classes: ['5'] }, clerk);
    }
  }
  const result = new Delta(world);
  result.enrol('32', 's1', grantFen, packs['32']?.scheme ?? 'cxq');
  world.settle();
  return result;
};

export interface Terms {
  readonly [field: string]: unknown;
  readonly agencyProvince?: ProvinceCode;
  readonly amountFen?: number;
}

/** A refusal as a person reads it, in English. */
const told = (no: Rejection | null): Rejection | null => no && { ...no, facts: tellAll(no.facts, 'en') };

/** Short words for the acts of the journeys; each throws when it is refused, except `tries`. */
export class Delta {
  constructor(readonly world: World) {}

  tries(province: ProvinceCode, name: string, body: object, by: Actor): Rejection | null {
    return told(this.world.nodes[province].execute(name, body, by));
  }

  does(province: ProvinceCode, name: string, body: object, by: Actor): void {
    must(this.tries(province, name, body, by));
  }

  /** A firm of the province that may have a quota, and has none. */
  register(province: ProvinceCode, subject: string, organisation = `org-${subject}`): void {
    const clerk = staff(province);
    this.does(
      province,
      'RegisterSubject',
      { subject, kind: 'firm', organisation, name: `Firm ${subject}`, uscc: '91350100M000100Y43' },
      clerk,
    );
    for (const [fact, value] of [
      ['status', 'active'],
      ['address', `${province}0100`],
      ['sme-year', '2026'],
    ]) {
      this.does(province, 'RecordSubjectFact', { subject, fact, value, source: 'test', asOf: '2026-01-05' }, clerk);
    }
  }

  /** A firm of the province with an active status and a granted quota; organisation `org-<id>`. */
  enrol(province: ProvinceCode, subject: string, grantFen: number, scheme = 'cxq'): void {
    const clerk = staff(province);
    this.register(province, subject);
    this.does(province, 'ApplyQuota', { subject, scheme, year: 2026, askedFen: grantFen }, actor(province, 'enterprise', `org-${subject}`));
    this.does(province, 'GrantQuota', { subject, scheme, year: 2026, amountFen: grantFen }, clerk);
  }

  placing(order: string, change: object = {}): object {
    return {
      order,
      subject: 's1',
      scheme: 'cxq',
      year: 2026,
      agencyProvince: '31',
      agency: 'a31',
      product: 'p1',
      mode: 'tongdui',
      amountFen: 8_000_000,
      ...change,
    };
  }

  order(id: string, province: ProvinceCode = '32') {
    return this.world.nodes[province].state(order, orderStream(id));
  }

  account(subject = 's1', province: ProvinceCode = '32', scheme = 'cxq') {
    return this.world.nodes[province].state(quota, quotaStream({ subject, scheme, year: 2026 }));
  }

  /** The acts from placing to an accepted service, in order; `until` names the last one to do. */
  serve(order: string, terms: Terms = {}, until = 'ConfirmAcceptance'): void {
    const at = terms.agencyProvince ?? '31';
    const by = { order, home: '32', agency: `a${at}` };
    const { nowMs } = this.world;
    const contract = {
      contractHash: hex(`contract ${order}`),
      amountFen: terms.amountFen ?? 8_000_000,
      signedMs: nowMs,
      startMs: nowMs,
      endMs: nowMs + DAY_MS,
    };
    const acts: readonly [ProvinceCode, string, object, Actor][] = [
      ['32', 'PlaceOrder', this.placing(order, { ...terms, agency: `a${at}` }), firm],
      [at, 'AcceptOrder', by, agent(at)],
      [at, 'SignAsAgency', { ...by, ...contract }, agent(at)],
      ['32', 'SignContract', { order, ...contract }, firm],
      [at, 'DeliverService', { ...by, deliverableHash: hex(`result ${order}`) }, agent(at)],
      ['32', 'ConfirmAcceptance', { order }, firm],
    ];
    for (const [province, name, body, who] of acts) {
      this.does(province, name, body, who);
      this.world.settle();
      if (name === until) return;
    }
  }

  file(order: string, kinds: readonly string[] = ['contract', 'invoice', 'payment', 'result']): object {
    return { files: kinds.map((kind) => ({ kind, hash: hex(`${kind} ${order}`) })) };
  }

  /** Asks for redemption in the order's mode, with an invoice of its own unless one is named. */
  redeem(order: string, change: object = {}): void {
    const { terms } = this.order(order);
    const at = terms?.agencyProvince ?? '31';
    const invoice = {
      invoiceKey: hex(`invoice ${order}`),
      invoiceTail: '0001',
      invoiceFen: 7_500_000,
      paidFen: 8_000_000,
      ...this.file(order),
      ...change,
    };
    if (terms?.mode === 'tongyong') this.does('32', 'SubmitRedemption', { order, ...invoice }, firm);
    else this.does(at, 'RequestRedemption', { order, home: '32', agency: `a${at}`, ...invoice }, agent(at));
    this.world.settle();
  }

  approve(order: string): void {
    this.does('32', 'ReviewRedemption', { order }, actor('32', 'reviewer'));
    this.does('32', 'ApproveRedemption', { order }, actor('32', 'approver'));
    this.world.settle();
  }

  publicise(order: string): void {
    this.does('32', 'PubliciseOrder', { order, batch: 'b1' }, staff('32'));
  }

  /** An order of Jiangsu at its own agency, under publicity. */
  publicised(order: string): void {
    this.serve(order, { amountFen: 4_000_000, agencyProvince: '32' });
    this.redeem(order, { invoiceFen: 4_000_000 });
    this.approve(order);
    this.publicise(order);
  }

  /** Publicity without objection. */
  show(order: string): void {
    this.publicise(order);
    this.world.pass(8 * DAY_MS);
  }

  close(window: number, provinces: readonly ProvinceCode[] = PROVINCE_CODES): void {
    for (const province of provinces) this.does(province, 'CloseWindow', { window }, actor(province, 'operator'));
    this.world.settle();
  }

  pay(order: string): void {
    this.does('32', 'InstructPayment', { order }, actor('32', 'finance'));
    this.does('32', 'ConfirmPaid', { order, receiptHash: hex(`receipt ${order}`) }, actor('32', 'finance'));
    this.world.settle();
  }
}
