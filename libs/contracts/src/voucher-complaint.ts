/** Entries of a complaint about an agency (M5): that there is one and when its first answer is due; words and papers are in none. */
import { Type } from '@sinclair/typebox';
import { CodeWord, Id, Ms, Province, federal } from './schema.js';
import { Counted, counting } from './voucher-calendar.js';

const complaint = { complaint: Id };
const C = { complaint: 'c1' };

export const complaints = {
  ComplaintLodged: federal(
    Type.Object({ ...complaint, subject: Id, agencyProvince: Province, agency: Id, grounds: CodeWord, order: Type.Optional(Id) }),
    { ...C, subject: 's1', agencyProvince: '31', agency: 'a1', grounds: 'late-report', order: 'b2f0c1' },
  ),
  /** Taken up in the agency's province; without rules in force it has no limit. */
  ComplaintTaken: federal(
    Type.Object({ ...complaint, agency: Id, from: Province, answerByMs: Type.Optional(Ms), remindMs: Type.Optional(Ms), ...counting }),
    { ...C, agency: 'a1', from: '32', answerByMs: 9, remindMs: 6 },
  ),
  ComplaintRefused: federal(Type.Object({ ...complaint, code: CodeWord }), { ...C, code: 'E-NOTFOUND' }),
  ComplaintReminded: federal(Type.Object({ ...complaint }), C),
  /** Counted again when it fell due: a notice adopted meanwhile made its working days end later. */
  ComplaintExtended: federal(Type.Object({ ...complaint, answerByMs: Ms, counted: Counted }), {
    ...C,
    answerByMs: 12,
    counted: { fromMs: 1, days: 10, awaits: [] },
  }),
  ComplaintOverdue: federal(Type.Object({ ...complaint, answerByMs: Ms }), { ...C, answerByMs: 9 }),
  ComplaintAnswered: federal(Type.Object({ ...complaint, answer: CodeWord }), { ...C, answer: 'upheld' }),
};
