/**
 * A complaint about an agency (M5): lodged in the complainant's province, taken up and answered in the agency's, where the clock for the
 * first answer runs. Words and papers stay with who holds them; the entries say that there is one, about what, and when it is due.
 */
import { phrase, refuse, type VoucherData, type VoucherEvent } from '@yrd/contracts';
import {
  foldOf,
  toStream,
  type Decision,
  type Entry,
  type Handler,
  type Peek,
  type Reaction,
  type TimerChange,
  type Turn,
} from '@yrd/ledger';
import { agency } from './agency.js';
import { agencyRules, rulesAt } from './agency-rules.js';
import { workingDays } from '../policy/calendar-notice.js';
import { limitOf, recount } from '../policy/clocks.js';
import { handler, mayAct, missing } from '../handling.js';
import { agencyParty, interestPlaces, mayDecide, type Party } from '../orders/interests.js';
import { dataOf, idOf, provinceOf } from '../reading.js';
import { agencyRulesStream, agencyStream, calendarStream, complaintStream, placesIn, subjectStream } from '../streams.js';
import { ownerOf, subject, subjectParties } from '../quotas/subject.js';

export type ComplaintEvent = VoucherEvent<
  | 'ComplaintLodged'
  | 'ComplaintTaken'
  | 'ComplaintRefused'
  | 'ComplaintReminded'
  | 'ComplaintExtended'
  | 'ComplaintOverdue'
  | 'ComplaintAnswered'
>;

export interface Complaint {
  readonly lodged: VoucherData<'ComplaintLodged'> | null;
  /** As the agency's province took it up, with the limit in force. */
  readonly taken: VoucherData<'ComplaintTaken'> | null;
  readonly refused: boolean;
  readonly reminded: boolean;
  readonly overdue: boolean;
  readonly answer: string | null;
}

export const complaint = foldOf<Complaint, ComplaintEvent>(
  'complaint',
  { lodged: null, taken: null, refused: false, reminded: false, overdue: false, answer: null },
  {
    ComplaintLodged: (state, lodged) => ({ ...state, lodged }),
    ComplaintTaken: (state, taken) => ({ ...state, taken }),
    ComplaintRefused: (state) => ({ ...state, refused: true }),
    ComplaintReminded: (state) => ({ ...state, reminded: true }),
    ComplaintExtended: (state, { answerByMs, counted }) => ({ ...state, taken: state.taken && { ...state.taken, answerByMs, counted } }),
    ComplaintOverdue: (state) => ({ ...state, overdue: true }),
    ComplaintAnswered: (state, { answer }) => ({ ...state, answer }),
  },
);

export interface LodgeComplaint {
  readonly complaint: string;
  readonly subject: string;
  readonly agencyProvince: '31' | '32' | '33' | '34';
  readonly agency: string;
  readonly grounds: string;
  readonly order?: string;
}
/** LodgeComplaint (enterprise) → ComplaintLodged → in the agency's province ComplaintTaken, or ComplaintRefused. */
export const LodgeComplaint: Handler<LodgeComplaint> = handler({
  target: (command: LodgeComplaint) => complaintStream(command.complaint),
  reads: (command: LodgeComplaint, peek) => [{ province: peek.province, stream: subjectStream(command.subject) }],
  decide: (command, turn): Decision => {
    const who = turn.state(subject, subjectStream(command.subject));
    if (!who.registered) return missing('subject');
    const no = mayAct(turn, 'LodgeComplaint', { subject: ownerOf(who) });
    if (no) return no;
    if (turn.state(complaint, complaintStream(command.complaint)).lodged)
      return refuse('E-STATE', { seen: phrase('complaintIdTaken'), needed: phrase('newComplaintId') });
    const { complaint: id, subject: from, agencyProvince, agency: about, grounds, order } = command;
    const data = { complaint: id, subject: from, agencyProvince, agency: about, grounds, ...(order === undefined ? {} : { order }) };
    return toStream(complaintStream(id), [{ type: 'ComplaintLodged', data }]);
  },
});

export interface TakeComplaint {
  readonly complaint: string;
  readonly agency: string;
  readonly from: '31' | '32' | '33' | '34';
}
/** Derived, in the agency's province → ComplaintTaken with the limit of the pack, or ComplaintRefused; always an entry. */
export const TakeComplaint: Handler<TakeComplaint> = handler({
  target: (command: TakeComplaint) => complaintStream(command.complaint),
  reads: (command: TakeComplaint, peek) => placesIn(peek.province, [agencyStream(command.agency), agencyRulesStream, calendarStream]),
  decide: ({ complaint: id, agency: about, from }, turn): Decision => {
    const { taken, refused } = turn.state(complaint, complaintStream(id));
    if (taken || refused) return [];
    if (turn.state(agency, agencyStream(about)).phase === 'None')
      return toStream(complaintStream(id), [{ type: 'ComplaintRefused', data: { complaint: id, code: 'E-NOTFOUND' } }]);
    const adopted = rulesAt(turn.state(agencyRules, agencyRulesStream), turn.now);
    const rule = adopted?.rules.complaint;
    const data = { complaint: id, agency: about, from };
    if (!rule) return toStream(complaintStream(id), [{ type: 'ComplaintTaken', data }]);
    const { unit, days } = rule.answer;
    const limit = limitOf(turn.now, rule.answer, workingDays(turn));
    const remind = limitOf(turn.now, { unit, days: Math.max(0, days - rule.remindDays) }, workingDays(turn));
    const due = { answerByMs: limit.lastMs, remindMs: remind.lastMs, ...limit.counting };
    return toStream(complaintStream(id), [{ type: 'ComplaintTaken', data: { ...data, ...due } }], adopted.version);
  },
});

export interface AnswerComplaint {
  readonly complaint: string;
  /** Code of the first answer. */
  readonly answer: string;
}
/** The complainant, as it now is, where it is of this province; another province's subject nobody here can name. */
const complainantOf = ({ lodged }: Complaint, read: Pick<Turn, 'state'> | Peek): readonly Party[] =>
  lodged ? subjectParties(lodged.subject, read.state(subject, subjectStream(lodged.subject))) : [];

/** AnswerComplaint (supervisor of the agency's province) → ComplaintAnswered: the first answer, which stops the clock. */
export const AnswerComplaint: Handler<AnswerComplaint> = handler({
  target: (command: AnswerComplaint) => complaintStream(command.complaint),
  reads: (command: AnswerComplaint, peek) => {
    const state = peek.state(complaint, complaintStream(command.complaint));
    if (!state?.taken) return [];
    const { agency: about } = state.taken;
    const subjects = state.lodged ? [subjectStream(state.lodged.subject)] : [];
    return [
      ...placesIn(peek.province, [agencyStream(about), ...subjects]),
      ...interestPlaces([agencyParty(peek.province, about), ...complainantOf(state, peek)], peek),
    ];
  },
  decide: ({ complaint: id, answer }, turn): Decision => {
    const state = turn.state(complaint, complaintStream(id));
    const { taken, answer: before } = state;
    const about = taken ? turn.state(agency, agencyStream(taken.agency)).organisation : null;
    const parties = taken ? [agencyParty(turn.province, taken.agency), ...complainantOf(state, turn)] : [];
    const no = mayDecide(turn, 'AnswerComplaint', { agency: about }, parties);
    if (no) return no;
    if (!taken) return refuse('E-NOTFOUND', { seen: phrase('noSuchComplaint'), needed: phrase('complaintOfThisProvince') });
    if (before !== null)
      return before === answer
        ? []
        : refuse('E-STATE', { seen: phrase('answeredBefore', { answer: before }), needed: phrase('noFirstAnswer') });
    return toStream(complaintStream(id), [{ type: 'ComplaintAnswered', data: { complaint: id, answer } }]);
  },
});

export interface OfComplaint {
  readonly complaint: string;
}
/** Derived from a timer → ComplaintReminded, while nobody has answered. */
export const RemindComplaint: Handler<OfComplaint> = handler({
  target: (command: OfComplaint) => complaintStream(command.complaint),
  decide: ({ complaint: id }, turn): Decision => {
    const { answer, reminded } = turn.state(complaint, complaintStream(id));
    return answer === null && !reminded ? toStream(complaintStream(id), [{ type: 'ComplaintReminded', data: { complaint: id } }]) : [];
  },
});
/** Derived from a timer → ComplaintOverdue; or ComplaintExtended where a notice adopted since made the working days end later. */
export const EndComplaintClock: Handler<OfComplaint> = handler({
  target: (command: OfComplaint) => complaintStream(command.complaint),
  reads: (_: OfComplaint, peek) => placesIn(peek.province, [calendarStream]),
  decide: ({ complaint: id }, turn): Decision => {
    const { answer, taken, overdue } = turn.state(complaint, complaintStream(id));
    if (answer !== null || overdue || !taken) return [];
    const again = taken.counted ? recount(taken.counted, workingDays(turn)) : null;
    const event: ComplaintEvent =
      again && again.lastMs >= turn.now
        ? { type: 'ComplaintExtended', data: { complaint: id, answerByMs: again.lastMs, counted: again.counted } }
        : { type: 'ComplaintOverdue', data: { complaint: id, answerByMs: taken.answerByMs ?? turn.now } };
    return toStream(complaintStream(id), [event]);
  },
});

export const takeComplaint: Reaction = {
  name: 'take-complaint',
  on: ['ComplaintLodged'],
  from: 'any',
  react: (entry, found) => {
    const lodged = dataOf(entry, 'ComplaintLodged');
    if (lodged?.agencyProvince !== found.province) return [];
    const body = { complaint: lodged.complaint, agency: lodged.agency, from: provinceOf(entry.journal) };
    return [{ command: 'TakeComplaint', target: complaintStream(lodged.complaint), body }];
  },
};

/** The clock of a first answer and its reminder. */
export const complaintTimers = (entry: Entry): readonly TimerChange[] => {
  const id = idOf(entry.stream);
  const at = (command: 'RemindComplaint' | 'EndComplaintClock', lastMs: number): TimerChange => ({
    set: `${command}/${id}`,
    dueMs: lastMs + 1,
    fires: { command, target: complaintStream(id), body: { complaint: id } },
  });
  const { answerByMs, remindMs } = dataOf(entry, 'ComplaintTaken') ?? {};
  const extended = dataOf(entry, 'ComplaintExtended');
  if (extended) return [at('EndComplaintClock', extended.answerByMs)];
  if (entry.type === 'ComplaintAnswered') return [{ clear: `RemindComplaint/${id}` }, { clear: `EndComplaintClock/${id}` }];
  return answerByMs === undefined || remindMs === undefined ? [] : [at('RemindComplaint', remindMs), at('EndComplaintClock', answerByMs)];
};
