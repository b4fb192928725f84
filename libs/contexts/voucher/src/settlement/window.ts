/** A settlement window as this province states it: closed here, attested pair by pair, settled, netted (V18, V22). */
import { phrase, plain, refuse, type VoucherData, type VoucherEvent } from '@yrd/contracts';
import { toStream, foldOf, single, type Decision, type Handler } from '@yrd/ledger';
import { handler, mayAct } from '../handling.js';
import type { PrivateEvent } from '../private-events.js';
import { register, takeNumber } from '../register.js';
import type { Attestation } from './settlement.js';
import { windowRegister, windowStream } from '../streams.js';

export type WindowEvent =
  | VoucherEvent<'WindowClosed' | 'PairAttested' | 'PairSettled' | 'PairDiverged' | 'WindowNetted'>
  | PrivateEvent<'AttestationAsked' | 'SettlingContinued'>;

export type Agreed = Pick<VoucherData<'PairSettled'>, 'digest' | 'count' | 'sumFen'>;

export interface Window {
  readonly closed: boolean;
  /** Pair → digest this node attested. */
  readonly attested: Readonly<Record<string, string>>;
  /** Pair → what both sides attest alike; said anew when a line left it. */
  readonly settled: Readonly<Record<string, Agreed>>;
  /** Pair and other side → the digests that differed, so that a repeat says nothing new. */
  readonly diverged: Readonly<Record<string, string>>;
  readonly digest: string | null;
}

const initial: Window = { closed: false, attested: {}, settled: {}, diverged: {}, digest: null };

export const window = foldOf<Window, WindowEvent>('window', initial, {
  WindowClosed: (state) => ({ ...state, closed: true }),
  AttestationAsked: (state) => state,
  SettlingContinued: (state) => state,
  PairAttested: (state, { pair, digest }) => ({ ...state, attested: { ...state.attested, [pair]: digest } }),
  PairSettled: (state, { pair, digest, count, sumFen }) => ({ ...state, settled: { ...state.settled, [pair]: { digest, count, sumFen } } }),
  PairDiverged: (state, data) => ({
    ...state,
    diverged: { ...state.diverged, [`${data.pair} ${data.with}`]: `${data.firstMark} ${data.detail}` },
  }),
  WindowNetted: (state, { digest }) => ({ ...state, digest }),
});

export interface OfWindow {
  /** 1, 2, 3, …: every province closes each, in order, and none is left out. */
  readonly window: number;
}

/** CloseWindow (operator) → WindowClosed: the position of that entry is this province's cut. */
export const CloseWindow: Handler<OfWindow> = handler({
  target: (command: OfWindow) => windowStream(command.window),
  reads: (_: OfWindow, peek) => [{ province: peek.province, stream: windowRegister }],
  decide: (command, turn): Decision => {
    const no = mayAct(turn, 'CloseWindow');
    if (no) return no;
    if (turn.state(window, windowStream(command.window)).closed) return [];
    const counter = turn.state(register, windowRegister);
    if (command.window !== counter.last + 1) return refuse('E-STATE', { seen: plain(command.window), needed: plain(counter.last + 1) });
    return [
      ...toStream(windowStream(command.window), [{ type: 'WindowClosed', data: { window: command.window } }]),
      ...toStream(windowRegister, [takeNumber(counter)]),
    ];
  },
});

/** AskAttestation (operator) → looks again at every pair of the window, after something parked was mended. */
export const AskAttestation: Handler<OfWindow> = single(
  window,
  (command: OfWindow) => windowStream(command.window),
  (command, state, turn) => {
    const no = mayAct(turn, 'AskAttestation');
    if (no) return no;
    return state.closed
      ? [{ type: 'AttestationAsked', data: { window: command.window } }]
      : refuse('E-STATE', { seen: phrase('open'), needed: phrase('closedWindow') });
  },
);

const derived = <C extends OfWindow>(decide: (command: C, state: Window) => readonly WindowEvent[]): Handler<C> =>
  single(window, (command: C) => windowStream(command.window), decide);

export interface AttestPair extends Attestation {
  /** A line left the batch: what was settled is attested anew. */
  readonly anew: boolean;
}
/** Derived → PairAttested; none when attested so, or settled already and nothing left it. */
export const AttestPair = derived<AttestPair>((command, state) => {
  if (state.attested[command.pair] === command.digest || (state.settled[command.pair] && !command.anew)) return [];
  const { window: number, pair, cuts, foldVersion, count, sumFen, digest, marks } = command;
  return [
    { type: 'PairAttested', data: { window: number, pair, cuts: { ...cuts }, foldVersion, count, sumFen, digest, marks: [...marks] } },
  ];
});

/** Derived: both sides attest the same → PairSettled in the journal of each side; none when this side attests something newer by now. */
export const SettlePair = derived<VoucherData<'PairSettled'>>((command, state) =>
  state.settled[command.pair]?.digest === command.digest || state.attested[command.pair] !== command.digest
    ? []
    : [{ type: 'PairSettled', data: command }],
);

/** Derived: a page of a settled pair's lines was full → SettlingContinued: the lines behind it are settled next. */
export const ContinueSettling = derived<PrivateEvent<'SettlingContinued'>['data']>(({ window: number, pair, after }) => [
  { type: 'SettlingContinued', data: { window: number, pair, after } },
]);

/** Whether both sides of a pair stand apart: the other one attests something else, and nothing is settled. */
export const isDiverged = (state: Window, pair: string, other: string): boolean =>
  state.settled[pair] === undefined && state.diverged[`${pair} ${other}`] !== undefined;

/** Derived: the other side attests something else → PairDiverged, naming where (V22). */
export const MarkDiverged = derived<VoucherData<'PairDiverged'>>((command, state) =>
  state.settled[command.pair] || state.diverged[`${command.pair} ${command.with}`] === `${command.firstMark} ${command.detail}`
    ? []
    : [{ type: 'PairDiverged', data: command }],
);

/** Derived: all twelve pairs are settled → WindowNetted, and anew when a line has left one of them. */
export const NetWindow = derived<VoucherData<'WindowNetted'>>((command, state) =>
  state.digest === command.digest ? [] : [{ type: 'WindowNetted', data: command }],
);
