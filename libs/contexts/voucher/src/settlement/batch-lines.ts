/** Lines of a clearing batch: disputed by one side, mended by both, and what each side states of them where the two differ (V22). */
import { phrase, plain, refuse, word, type VoucherData } from '@yrd/contracts';
import { toStream, type Append, type Decision, type Handler, type Rejection, type Turn } from '@yrd/ledger';
import { lineAt } from '../orders/afterwards.js';
import { batch, batchAct, notMatched, stretchOf, type Batch, type BatchEvent, type Named, type OfBatch } from './batch.js';
import { handler } from '../handling.js';
import { lineOfId } from './line-views.js';
import { order } from '../orders/order.js';
import { commit } from '../orders/serving.js';
import { isSide } from './settlement.js';
import { batchStream, look, orderStream } from '../streams.js';
import { isDiverged } from './window.js';

/** The line as its home states it; null where that order has no such line in the pair. */
const statedLine = (turn: Turn, { lineId, home, pair }: Required<Pick<Named, 'lineId' | 'home'>> & OfBatch) => {
  const { order: of, clawback } = lineOfId(lineId);
  if (!isSide(pair, home)) return null;
  const found = lineAt(look(turn, order, { province: home, stream: orderStream(of) }), clawback);
  return found?.line && `${found.line.payer}-${found.line.payee}` === pair
    ? { amountFen: found.line.amountFen, settledIn: found.settledIn }
    : null;
};
const noLine = (lineId: string): Rejection => refuse('E-NOTFOUND', { seen: plain(lineId), needed: phrase('lineOfPair') });

/** A line of a batch; `home` is the province whose order it is about. */
export interface OfLine extends OfBatch {
  readonly lineId: string;
  readonly home: '31' | '32' | '33' | '34';
}
const confirmedBefore = (): Rejection =>
  refuse('E-STATE', {
    seen: phrase('confirmedByThisSide'),
    needed: phrase('unconfirmedBatch'),
  });

export interface DisputeLine extends OfLine {
  readonly reason: string;
}
/** DisputeLine (finance, of either side) → LineDisputed: it comes back in the next batch, the rest goes on. */
export const DisputeLine = batchAct<DisputeLine>('DisputeLine', ({ window: number, pair, lineId, home, reason }, { mine, at }, turn) => {
  if (mine.confirmed) return confirmedBefore();
  if (mine.out.includes(lineId)) return [];
  if (!at.settled[pair]) return notMatched();
  const line = statedLine(turn, { window: number, pair, lineId, home });
  if (!line) return noLine(lineId);
  if (line.settledIn !== number)
    return refuse('E-STATE', { seen: line.settledIn === null ? phrase('noWindowYet') : plain(line.settledIn), needed: plain(number) });
  return [{ type: 'LineDisputed', data: { window: number, pair, lineId, home, reason } }];
});

export interface ProposeRepair extends OfLine {
  readonly act: 'move' | 'compensate';
  /** The amount to agree on instead, for `compensate`. */
  readonly amountFen?: number;
}
/** ProposeRepair (finance, of either side of a diverged pair) → RepairProposed; nothing changes before the other side agrees. */
export const ProposeRepair = batchAct<ProposeRepair>('ProposeRepair', (command, { mine, at, other }, turn) => {
  const { window: number, pair, lineId, home, act } = command;
  if (mine.confirmed) return confirmedBefore();
  if (!isDiverged(at, pair, other))
    return refuse('E-STATE', { seen: word(at.settled[pair] ? 'matched' : 'cut'), needed: phrase('divergedPair') });
  const line = statedLine(turn, command);
  if (!line) return noLine(lineId);
  const amountFen = act === 'move' ? line.amountFen : command.amountFen;
  if (amountFen === undefined || !Number.isSafeInteger(amountFen) || amountFen < 0)
    return refuse('E-VALIDATION', {
      field: 'amountFen',
      seen: amountFen === undefined ? phrase('none') : plain(amountFen),
      needed: phrase('amountAgreed'),
    });
  const before = mine.proposed[lineId];
  if (before?.act === act && before.amountFen === amountFen) return [];
  return [{ type: 'RepairProposed', data: { window: number, pair, lineId, home, act, amountFen } }];
});

/** AgreeRepair (finance, of the other side) → LineMoved | LineCompensated: the line is counted in the next batch, never re-cut. */
export const AgreeRepair = batchAct<OfLine>('AgreeRepair', ({ window: number, pair, lineId, home }, { mine, theirs, at, other }) => {
  if (mine.confirmed) return confirmedBefore();
  if (mine.out.includes(lineId)) return [];
  if (!isDiverged(at, pair, other)) return refuse('E-STATE', { seen: phrase('notDiverged'), needed: phrase('divergedPair') });
  const proposal = theirs.proposed[lineId];
  if (proposal?.home !== home) return refuse('E-NOTFOUND', { seen: plain(lineId), needed: phrase('repairOf', { province: other }) });
  const data = { window: number, pair, lineId, home, amountFen: proposal.amountFen };
  return [proposal.act === 'move' ? { type: 'LineMoved', data } : { type: 'LineCompensated', data }];
});

export interface RefuseRepair extends OfLine {
  readonly reason: string;
}
/** RefuseRepair (finance, of the other side) → RepairRefused. */
export const RefuseRepair = batchAct<RefuseRepair>('RefuseRepair', ({ window: number, pair, lineId, home, reason }, { theirs, other }) =>
  theirs.proposed[lineId]
    ? [{ type: 'RepairRefused', data: { window: number, pair, lineId, home, reason } }]
    : refuse('E-NOTFOUND', { seen: plain(lineId), needed: phrase('repairOf', { province: other }) }),
);

export interface UnsettleLine extends OfBatch {
  readonly order: string;
  readonly lineId: string;
  /** Province whose statement took the line out. */
  readonly by: string;
}
/** Derived: a line left its batch → LineUnsettled, unless its payment is under way; none when it is of another window by now. */
export const UnsettleLine: Handler<UnsettleLine> = handler({
  target: (command: UnsettleLine) => orderStream(command.order),
  reads: (command: UnsettleLine) => [{ province: command.by, stream: batchStream(command) }],
  decide: ({ order: id, lineId, window: number, pair, by }, turn): readonly Append[] => {
    const state = turn.state(order, orderStream(id));
    const { clawback } = lineOfId(lineId);
    const of = lineAt(state, clawback);
    const going =
      clawback === null
        ? state.instructed || state.phase === 'Settled'
        : state.after.clawbacks.some((each) => each.number === clawback && each.recovered);
    const believed = look(turn, batch, { province: by, stream: batchStream({ window: number, pair }) }).out.includes(lineId);
    if (!of?.lineSettled || of.settledIn !== number || going || !believed) return [];
    const decision = commit(state, {
      events: [{ type: 'LineUnsettled', data: { order: id, window: number, pair, ...(clawback === null ? {} : { clawback }) } }],
    });
    return 'rejected' in decision ? [] : decision;
  },
});

const derived = <C extends OfBatch>(decide: (command: C, state: Batch) => readonly BatchEvent[]): Handler<C> =>
  handler({
    target: batchStream,
    decide: (command: C, turn): Decision => toStream(batchStream(command), decide(command, turn.state(batch, batchStream(command)))),
  });
/** The event, unless this side said the very same of that stretch before. */
const once = (state: Batch, key: string, what: unknown, event: BatchEvent): readonly BatchEvent[] =>
  state.said[key] === JSON.stringify(what) ? [] : [event];

/** Derived: sums over stretches of the own lines → LinesSummed. */
export const SumLines = derived<VoucherData<'LinesSummed'>>((data, state) =>
  once(state, `sum ${stretchOf(data)}`, data.stretches, { type: 'LinesSummed', data }),
);
/** Derived: the own lines of a stretch that differs → LinesListed. */
export const ListLines = derived<VoucherData<'LinesListed'>>((data, state) =>
  once(state, `list ${stretchOf(data)}`, data.lines, { type: 'LinesListed', data }),
);
/** Derived: the first line that differs → DifferenceNamed (V22). */
export const NameDifference = derived<VoucherData<'DifferenceNamed'>>((data, state) =>
  once(state, 'difference', [data.lineId, data.mineFen, data.theirFen], { type: 'DifferenceNamed', data }),
);
