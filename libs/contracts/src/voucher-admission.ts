/** Entries of how an agency comes to be admitted: the rules adopted, publicity, objections. Self-assessments stay at home (domain §7.1). */
import { Type } from '@sinclair/typebox';
import { CodeWord, Id, Ms, Text, open } from './schema.js';
import { AgencyRules } from './voucher-pack.js';

const agency = { agency: Id };
const A = { agency: 'a1' };

export const admission = {
  AgencyRulesAdopted: open(Type.Object({ version: Type.String(), fromMs: Ms, rules: AgencyRules }), {
    version: '31-cxq-2025.1',
    fromMs: 1,
    rules: { entry: { forms: ['legal-entity'], operatingMonths: 24, declarations: ['fixed-place'] }, publicityDays: 7 },
  }),
  AgencyPublicised: open(
    Type.Object({
      ...agency,
      organisation: Id,
      name: Text,
      uscc: Type.String(),
      classes: Type.Array(Type.String({ maxLength: 40 }), { maxItems: 200 }),
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
  AgencyObjectionRejected: open(Type.Object({ ...agency, endsMs: Ms }), { ...A, endsMs: 13 }),
};
