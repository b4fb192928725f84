/** Read model of complaints: who is to answer what until when, and what is late (M5). */
import type { View } from '@yrd/ledger';
import { complaint, type Complaint } from './complaint.js';
import { dueOf, until, type Due } from '../due.js';
import { eventOf, idIn, idOf, provinceOf } from '../reading.js';

export const COMPLAINT_STATES = ['Lodged', 'Taken', 'Refused', 'Answered'] as const;

export interface ComplaintRow extends Due {
  readonly id: string;
  readonly state: (typeof COMPLAINT_STATES)[number];
  /** Province of the agency, which answers. */
  readonly province: string;
  readonly agency: string;
  readonly from: string;
  readonly subject: string;
  readonly grounds: string;
  readonly order: string | null;
  readonly lodgedMs: number;
  readonly answerByMs: number | null;
  readonly reminded: boolean;
  readonly overdue: boolean;
  readonly answer: string | null;
}

interface Part {
  readonly id: string;
  readonly state: Complaint;
  readonly firstMs: number;
}

const stateOf = ({ taken, refused, answer }: Complaint): ComplaintRow['state'] => {
  if (answer !== null) return 'Answered';
  return refused ? 'Refused' : taken ? 'Taken' : 'Lodged';
};

/** The clock of the first answer, until there is one. */
const complaintDue = ({ taken, answer }: Complaint): Due =>
  dueOf([answer === null ? until('answer', taken?.answerByMs, taken?.counted?.awaits) : null]);

export const complaints: View<Part> = {
  name: 'complaints',
  on: [
    'ComplaintLodged',
    'ComplaintTaken',
    'ComplaintRefused',
    'ComplaintReminded',
    'ComplaintExtended',
    'ComplaintOverdue',
    'ComplaintAnswered',
  ],
  key: (entry) => idIn(entry, 'complaint'),
  fold: (part, entry) => ({
    id: idOf(entry.stream),
    state: complaint.evolve(part?.state ?? complaint.initial, eventOf(entry)),
    firstMs: part?.firstMs ?? entry.time,
  }),
  join: (parts): ComplaintRow | null => {
    const [from, first] = Object.entries(parts).find(([, { state }]) => state.lodged !== null) ?? [];
    const lodged = first?.state.lodged;
    if (from === undefined || !first || !lodged) return null;
    const told = Object.entries(parts).find(([journal]) => provinceOf(journal) === lodged.agencyProvince)?.[1].state ?? complaint.initial;
    return {
      id: first.id,
      state: stateOf(told),
      province: lodged.agencyProvince,
      agency: lodged.agency,
      from: provinceOf(from),
      subject: lodged.subject,
      grounds: lodged.grounds,
      order: lodged.order ?? null,
      lodgedMs: first.firstMs,
      answerByMs: told.taken?.answerByMs ?? null,
      reminded: told.reminded,
      overdue: told.overdue,
      answer: told.answer,
      ...complaintDue(told),
    };
  },
};
