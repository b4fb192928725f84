/** Recognition: what this province allows a foreign agency to be paid for here, by class of item (M1). */
import { allOf, phrase, plain, refuse, word, type VoucherEvent } from '@yrd/contracts';
import { foldOf, isRejection, toStream, type Decision, type Handler, type Rejection } from '@yrd/ledger';
import { agency } from './agency.js';
import { handler } from '../handling.js';
import { agencyParty, interestPlaces, mayDecide } from '../orders/interests.js';
import { among, sameClasses, type Item } from './service-class.js';
import { agencyStream, look, recognitionStream, type Place } from '../streams.js';

export type RecognitionEvent = VoucherEvent<'RecognitionGranted' | 'RecognitionRestricted' | 'RecognitionWithdrawn'>;

export interface Recognition {
  readonly phase: 'None' | 'Granted' | 'Restricted' | 'Withdrawn';
  readonly classes: readonly string[];
}

export const recognition = foldOf<Recognition, RecognitionEvent>(
  'recognition',
  { phase: 'None', classes: [] },
  {
    RecognitionGranted: (_, { classes }) => ({ phase: 'Granted', classes }),
    RecognitionRestricted: (_, { classes }) => ({ phase: 'Restricted', classes }),
    RecognitionWithdrawn: () => ({ phase: 'Withdrawn', classes: [] }),
  },
);

/**
 * V7, second half: recognised here for this class; null where the class was asked already, when the order was placed: what a
 * restriction leaves out is for new orders only (A12). An agency of the own province needs no recognition.
 */
export const recognised = (state: Recognition, item: Item | null): Rejection | null => {
  if (state.phase === 'None' || state.phase === 'Withdrawn') return refuse('E-RECOG', { seen: word(state.phase), needed: word('Granted') });
  return item === null || among(item, state.classes) ? null : refuse('E-RECOG', { seen: plain(item.code), needed: allOf(state.classes) });
};

export interface OfAgency {
  readonly agencyProvince: '31' | '32' | '33' | '34';
  readonly agency: string;
}
export interface RecogniseAgency extends OfAgency {
  /** Classes of items, or `*`. */
  readonly classes: readonly string[];
}
export interface WithdrawRecognition extends OfAgency {
  readonly reason: string;
}

const there = ({ agencyProvince: province, agency: id }: OfAgency): Place => ({ province, stream: agencyStream(id) });

const supervision = <C extends OfAgency>(
  act: 'RecogniseAgency' | 'RestrictRecognition' | 'WithdrawRecognition',
  decide: (command: C, state: Recognition) => readonly RecognitionEvent[] | Rejection,
): Handler<C> =>
  handler({
    target: ({ agencyProvince, agency: id }: C) => recognitionStream(agencyProvince, id),
    reads: (command: C, peek) => [there(command), ...interestPlaces([agencyParty(command.agencyProvince, command.agency)], peek)],
    decide: (command, turn): Decision => {
      const { agencyProvince, agency: id } = command;
      const { organisation } = look(turn, agency, there(command));
      const no = mayDecide(turn, act, { agency: organisation }, [agencyParty(agencyProvince, id)]);
      if (no) return no;
      if (agencyProvince === turn.province)
        return refuse('E-VALIDATION', { seen: phrase('agencyOfThisProvince'), needed: phrase('foreignAgency') });
      const stream = recognitionStream(agencyProvince, id);
      const outcome = decide(command, turn.state(recognition, stream));
      return isRejection(outcome) ? outcome : toStream(stream, outcome);
    },
  });

/** RecogniseAgency (supervisor) → RecognitionGranted. */
export const RecogniseAgency = supervision<RecogniseAgency>('RecogniseAgency', ({ agencyProvince, agency: id, classes }, state) =>
  state.phase === 'Granted' && sameClasses(state.classes, classes)
    ? []
    : [{ type: 'RecognitionGranted', data: { agencyProvince, agency: id, classes: [...classes] } }],
);
/** RestrictRecognition (supervisor) → RecognitionRestricted: only these classes from now on; orders placed before stand (A12). */
export const RestrictRecognition = supervision<RecogniseAgency>('RestrictRecognition', (command, state) => {
  const { agencyProvince, agency: id, classes } = command;
  if (state.phase === 'None' || state.phase === 'Withdrawn') return refuse('E-STATE', { seen: word(state.phase), needed: word('Granted') });
  if (state.phase === 'Restricted' && sameClasses(state.classes, classes)) return [];
  return [{ type: 'RecognitionRestricted', data: { agencyProvince, agency: id, classes: [...classes] } }];
});
/** WithdrawRecognition (supervisor) → RecognitionWithdrawn: no new orders or contracts (V7); those signed run to their end (A12). */
export const WithdrawRecognition = supervision<WithdrawRecognition>(
  'WithdrawRecognition',
  ({ agencyProvince, agency: id, reason }, state) => {
    if (state.phase === 'None') return refuse('E-STATE', { seen: word(state.phase), needed: word('Granted') });
    return state.phase === 'Withdrawn' ? [] : [{ type: 'RecognitionWithdrawn', data: { agencyProvince, agency: id, reason } }];
  },
);
