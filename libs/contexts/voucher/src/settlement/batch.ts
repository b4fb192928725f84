/**
 * A clearing batch: a pair within a window, as one of its two sides keeps it (domain §2.3). Matched by both sides' attestations; then
 * lines are disputed, both sides confirm, the payer pays, both reconcile. Where the sides differ, they say what they counted and mend it.
 */
import { phrase, plain, refuse, yuan, type AccessName, type VoucherData, type VoucherEvent } from '@yrd/contracts';
import { foldOf, toStream, type Decision, type Handler, type Rejection, type Turn } from '@yrd/ledger';
import { handler, mayAct } from '../handling.js';
import { lineOfId } from './line-views.js';
import { isSide, otherSide, sidesOf } from './settlement.js';
import { batchStream, look, orderStream, windowStream } from '../streams.js';
import { window, type Window } from './window.js';

export type BatchEvent = VoucherEvent<
  | 'LinesSummed'
  | 'LinesListed'
  | 'DifferenceNamed'
  | 'RepairProposed'
  | 'RepairRefused'
  | 'LineMoved'
  | 'LineCompensated'
  | 'LineDisputed'
  | 'BatchConfirmed'
  | 'BatchInstructed'
  | 'BatchPaid'
  | 'BatchReconciled'
>;

type Proposal = VoucherData<'RepairProposed'>;

export interface Batch {
  /** What this side said of its lines, so that a repeat says nothing: stretch → what. */
  readonly said: Readonly<Record<string, string>>;
  /** Line → the repair that this side proposes. */
  readonly proposed: Readonly<Record<string, Proposal>>;
  /** Lines that this side took out: disputed, or moved by agreement. */
  readonly out: readonly string[];
  readonly confirmed: VoucherData<'BatchConfirmed'> | null;
  readonly instructed: VoucherData<'BatchInstructed'> | null;
  readonly paid: VoucherData<'BatchPaid'> | null;
  readonly reconciled: boolean;
}

const initial: Batch = { said: {}, proposed: {}, out: [], confirmed: null, instructed: null, paid: null, reconciled: false };

/** Where a statement about lines begins and ends, as a key. */
export const stretchOf = ({ after, until }: { readonly after: string | null; readonly until: string | null }): string =>
  `${after ?? ''}..${until ?? ''}`;
const note = (state: Batch, key: string, what: unknown): Batch => ({ ...state, said: { ...state.said, [key]: JSON.stringify(what) } });
// What a side has confirmed it moves no more; whoever says so all the same is not believed.
const without = (state: Batch, { lineId }: { readonly lineId: string }): Batch =>
  state.confirmed ? state : { ...state, out: [...state.out, lineId] };

export const batch = foldOf<Batch, BatchEvent>('batch', initial, {
  LinesSummed: (state, data) => note(state, `sum ${stretchOf(data)}`, data.stretches),
  LinesListed: (state, data) => note(state, `list ${stretchOf(data)}`, data.lines),
  DifferenceNamed: (state, { lineId, mineFen, theirFen }) => note(state, 'difference', [lineId, mineFen, theirFen]),
  RepairProposed: (state, data) => ({ ...state, proposed: { ...state.proposed, [data.lineId]: data } }),
  RepairRefused: (state) => state,
  LineMoved: without,
  LineCompensated: without,
  LineDisputed: without,
  BatchConfirmed: (state, confirmed) => ({ ...state, confirmed }),
  BatchInstructed: (state, instructed) => ({ ...state, instructed }),
  BatchPaid: (state, paid) => ({ ...state, paid }),
  BatchReconciled: (state) => ({ ...state, reconciled: true }),
});

/** Names a batch: `1`, `32-31`. */
export interface OfBatch {
  readonly window: number;
  readonly pair: string;
}

/** What a side decides on: its own batch and window, and the other side's batch as far as it is here. */
interface Sides {
  readonly mine: Batch;
  readonly theirs: Batch;
  readonly at: Window;
  readonly other: string;
}

export interface Named extends OfBatch {
  readonly lineId?: string;
  readonly home?: string;
}

/** An act of one side of a pair on its batch. */
export const batchAct = <C extends Named>(
  act: AccessName,
  decide: (command: C, sides: Sides, turn: Turn) => readonly BatchEvent[] | Rejection,
): Handler<C> =>
  handler({
    target: batchStream,
    reads: (command: C, { province }) => [
      { province, stream: windowStream(command.window) },
      { province: otherSide(command.pair, province), stream: batchStream(command) },
      ...(command.lineId !== undefined && command.home !== undefined
        ? [{ province: command.home, stream: orderStream(lineOfId(command.lineId).order) }]
        : []),
    ],
    decide: (command: C, turn): Decision => {
      const no = mayAct(turn, act);
      if (no) return no;
      if (!isSide(command.pair, turn.province))
        return refuse('E-STATE', { seen: plain(command.pair), needed: phrase('pairWith', { province: turn.province }) });
      const other = otherSide(command.pair, turn.province);
      const at = turn.state(window, windowStream(command.window));
      const sides = {
        mine: turn.state(batch, batchStream(command)),
        theirs: look(turn, batch, { province: other, stream: batchStream(command) }),
        at,
        other,
      };
      if (!at.closed) return refuse('E-STATE', { seen: phrase('open'), needed: phrase('closedWindow') });
      const events = decide(command, sides, turn);
      return 'rejected' in events ? events : toStream(batchStream(command), events);
    },
  });

export const notMatched = (): Rejection => refuse('E-STATE', { seen: phrase('notMatched'), needed: phrase('bothAttest') });

/** ConfirmBatch (finance, of the payer and of the payee) → BatchConfirmed, for what both sides attest now. */
export const ConfirmBatch = batchAct<OfBatch>('ConfirmBatch', ({ window: number, pair }, { mine, at }) => {
  const agreed = at.settled[pair];
  if (!agreed || at.attested[pair] !== agreed.digest) return notMatched();
  if (mine.confirmed?.digest === agreed.digest) return [];
  return [{ type: 'BatchConfirmed', data: { window: number, pair, ...agreed } }];
});

/** What both sides confirmed alike; null until they did. */
const confirmedByBoth = ({ mine, theirs }: Sides): VoucherData<'BatchConfirmed'> | null =>
  mine.confirmed && mine.confirmed.digest === theirs.confirmed?.digest ? mine.confirmed : null;
const notConfirmed = (): Rejection => refuse('E-STATE', { seen: phrase('notConfirmedByBoth'), needed: phrase('confirmByBoth') });
const payerOnly = ({ pair }: OfBatch, turn: Turn): Rejection | null =>
  sidesOf(pair).payer === turn.province
    ? null
    : refuse('E-STATE', { seen: plain(turn.province), needed: phrase('payerIs', { province: sidesOf(pair).payer }) });

/** InstructBatch (finance of the payer) → BatchInstructed: only what both sides confirmed is paid. */
export const InstructBatch = batchAct<OfBatch>('InstructBatch', (command, sides, turn) => {
  const no = payerOnly(command, turn);
  if (no) return no;
  const agreed = confirmedByBoth(sides);
  if (!agreed) return notConfirmed();
  const { window: number, pair } = command;
  return sides.mine.instructed
    ? []
    : [{ type: 'BatchInstructed', data: { window: number, pair, digest: agreed.digest, amountFen: agreed.sumFen } }];
});

export interface BatchReceipt extends OfBatch {
  /** SHA-256 of the treasury's receipt, and what it says was moved. */
  readonly receiptHash: string;
  readonly receiptFen: number;
}
const otherAmount = (seen: number, needed: number): Rejection =>
  refuse('E-VALIDATION', { field: 'receiptFen', seen: yuan(seen), needed: yuan(needed) });

/** RecordBatchPaid (finance of the payer, on the treasury's receipt) → BatchPaid. */
export const RecordBatchPaid = batchAct<BatchReceipt>('RecordBatchPaid', (command, { mine }, turn) => {
  const no = payerOnly(command, turn);
  if (no) return no;
  if (!mine.instructed) return refuse('E-STATE', { seen: phrase('notInstructed'), needed: phrase('instructBatchFirst') });
  const { window: number, pair, receiptHash, receiptFen } = command;
  if (mine.paid) return [];
  const { amountFen } = mine.instructed;
  return receiptFen === amountFen
    ? [{ type: 'BatchPaid', data: { window: number, pair, amountFen, receiptHash } }]
    : otherAmount(receiptFen, amountFen);
});

/** ReconcileBatch (finance of each side) → BatchReconciled: the own treasury shows what both ledgers say. */
export const ReconcileBatch = batchAct<BatchReceipt>('ReconcileBatch', (command, sides, turn) => {
  const { window: number, pair, receiptHash, receiptFen } = command;
  const agreed = confirmedByBoth(sides);
  if (!agreed) return notConfirmed();
  const { mine, theirs } = sides;
  const paid = sidesOf(pair).payer === turn.province ? mine.paid : theirs.paid;
  if (agreed.sumFen > 0 && !paid) return refuse('E-STATE', { seen: phrase('notPaid'), needed: phrase('batchPaidByPayer') });
  if (receiptFen !== agreed.sumFen) return otherAmount(receiptFen, agreed.sumFen);
  return mine.reconciled ? [] : [{ type: 'BatchReconciled', data: { window: number, pair, amountFen: receiptFen, receiptHash } }];
});
