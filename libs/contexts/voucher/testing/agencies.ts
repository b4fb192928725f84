/** Agencies in the test world: the rules about them, and the acts of one that comes in by its own assessment. */
import type { AgencyRules, VoucherPack } from '@yrd/contracts';
import type { Rejection } from '@yrd/ledger';
import { agency, agencyStream } from '../src/index.js';
import type { ProvinceCode } from './node.js';
import { actor, agent, hex, pack, staff, type Delta } from './scenario.js';

export const RULES: AgencyRules = {
  entry: { forms: ['legal-entity', 'unincorporated'], operatingMonths: 24, declarations: ['fixed-place', 'team', 'sound-finance'] },
  publicityDays: 7,
  suspension: { reinstates: true },
  banYearsMax: 5,
  exclusionYears: 3,
  warnDays: 60,
  complaint: { answer: { days: 10, unit: 'working' }, remindDays: 3 },
  appraisal: { lastDay: '03-31' },
  idleMonths: 24,
};

/** The pack of the scenario with rules about agencies beside it: adopted by hand, so that most stories do without. */
export const ruled = (province: ProvinceCode, rules: AgencyRules = RULES): VoucherPack => ({
  ...pack(province),
  scheme: 'agencies',
  version: `${province}-agencies-1`,
  agencies: rules,
});

export const newcomer = actor('31', 'agency', 'org-new');
export const assessing = (change: object = {}): object => ({
  agency: 'new',
  organisation: 'org-new',
  name: 'New Institute',
  uscc: '91310000MAXXXX0150',
  classes: ['5'],
  form: 'legal-entity',
  founded: '2020-03-01',
  declares: ['fixed-place', 'team', 'sound-finance'],
  papers: [{ kind: 'licence', hash: hex('licence') }],
  ...change,
});

export const agencyIn = (d: Delta, id = 'a31', at: ProvinceCode = '31', home: ProvinceCode = at): typeof agency.initial =>
  d.world.nodes[at].state(agency, agencyStream(id), `${home}/voucher`);

/** An act of the agency's own province, by all its staff or by the agency itself. */
export const onAgency = (d: Delta, name: string, body: object = {}, by = staff('31')): Rejection | null => {
  const no = d.tries('31', name, { agency: 'a31', ...body }, by);
  if (!no) d.world.settle();
  return no;
};
export const asAgency = (d: Delta, name: string, body: object = {}): Rejection | null => onAgency(d, name, body, agent('31'));
