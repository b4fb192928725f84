/** Entries of how an agency comes in and goes: rules, publicity, restriction, exclusion, the end. Self-assessments stay at home (§7.1). */
import { Type } from '@sinclair/typebox';
import { CodeWord, Id, Ms, Text, federal, oneOf, open } from './schema.js';
import { AgencyRules, Day } from './voucher-pack.js';

const classes = Type.Array(Type.String({ maxLength: 40 }), { maxItems: 200 });
const WATCHED = {
  complaint: { answer: { days: 10, unit: 'working' as const }, remindDays: 3 },
  appraisal: { lastDay: '03-31' },
  idleMonths: 24,
};
const RULES = { publicityDays: 7, suspension: { reinstates: true }, banYearsMax: 5, exclusionYears: 3, warnDays: 60, ...WATCHED };
const Year = Type.Integer({ minimum: 2000, maximum: 2200 });
const agency = { agency: Id };
const A = { agency: 'a1' };

export const admission = {
  AgencyRulesAdopted: open(Type.Object({ version: Type.String(), fromMs: Ms, rules: AgencyRules }), {
    version: '31-cxq-2025.1',
    fromMs: 1,
    rules: { entry: { forms: ['legal-entity'], operatingMonths: 24, declarations: ['fixed-place'] }, ...RULES },
  }),
  AgencyPublicised: open(
    Type.Object({
      ...agency,
      organisation: Id,
      name: Text,
      uscc: Type.String(),
      classes,
      endsMs: Ms,
    }),
    {
      ...A,
      organisation: 'org-a1',
      name: 'Invented Testing Institute',
      uscc: '91310000MAXXXX0150',
      classes: ['5', '11'],
      endsMs: 9,
    },
  ),
  AgencyObjected: open(Type.Object({ ...agency, grounds: CodeWord, leftMs: Ms }), { ...A, grounds: 'finance', leftMs: 4 }),
  AgencyObjectionUpheld: open(Type.Object({ ...agency }), A),
  AgencyRestricted: open(Type.Object({ ...agency, classes, reason: CodeWord }), { ...A, classes: ['5'], reason: 'scope' }),
  /** Its organisation may not come in again until `untilMs`. */
  AgencyRevoked: open(Type.Object({ ...agency, reason: CodeWord, untilMs: Ms, fraud: Type.Optional(Type.Boolean()) }), {
    ...A,
    reason: 'false-reports',
    untilMs: 9,
    fraud: true,
  }),
  AgencyExited: open(Type.Object({ ...agency }), A),
  /** Punished for false data: fiscal money buys nothing from it until `untilMs` (V9). */
  AgencyExcluded: open(
    Type.Object({ ...agency, decision: Text, decidedOn: Day, untilMs: Ms }),
    { ...A, decision: '沪市监处〔2026〕1号', decidedOn: '2026-01-05', untilMs: 9 },
    'SH-TESTING-21',
  ),
  AgencyExclusionEnded: open(Type.Object({ ...agency }), A, 'SH-TESTING-21'),
  AgencyObjectionRejected: open(Type.Object({ ...agency, endsMs: Ms }), { ...A, endsMs: 13 }),
  AgencyAppraised: open(Type.Object({ ...agency, year: Year, grade: oneOf('passed', 'failed') }), { ...A, year: 2026, grade: 'passed' }),
  AppraisalMissed: open(Type.Object({ ...agency, year: Year }), { ...A, year: 2026 }),
  /** A notice to leave: no order since then (M4). */
  AgencyIdle: open(Type.Object({ ...agency, sinceMs: Ms }), { ...A, sinceMs: 1 }),
  /** A certificate as the home province looked it up: which items, from which day to which (V9). */
  QualificationRecorded: open(
    Type.Object({ ...agency, certificate: CodeWord, kind: CodeWord, items: classes, fromOn: Day, untilOn: Day }),
    { ...A, certificate: 'CMA-0001', kind: 'CMA', items: ['5'], fromOn: '2025-01-01', untilOn: '2030-12-31' },
    'SH-TESTING-10',
  ),
  QualificationWithdrawn: open(
    Type.Object({ ...agency, certificate: CodeWord, reason: CodeWord }),
    { ...A, certificate: 'CMA-0001', reason: 'lapsed' },
    'SH-TESTING-10',
  ),
  /** A service that no certificate covered, found later. */
  OutOfScopeReported: federal(
    Type.Object({ ...agency, itemClass: Type.String({ maxLength: 40 }), servedOn: Day, order: Type.Optional(Id) }),
    { ...A, itemClass: '11', servedOn: '2026-02-02', order: 'b2f0c1' },
    'SH-TESTING-12',
  ),
};
