/** How an order gets into each of its states, and a lawful body and actor for every command of a person about it. */
import type { Actor } from '@yrd/ledger';
import type { Phase } from '../src/orders/order.js';

export { PHASES } from '../src/orders/order.js';
import { actor, agent, DAY_MS, delta, firm, hex, staff, type Delta } from './scenario.js';
import type { ProvinceCode } from './node.js';

const UNTIL: Readonly<Partial<Record<Phase, string>>> = {
  Queued: 'PlaceOrder',
  Placed: 'PlaceOrder',
  Accepted: 'SignAsAgency',
  InService: 'SignContract',
  Delivered: 'DeliverService',
  Disputed: 'DeliverService',
  Closed: 'PlaceOrder',
};

const STEPS: readonly [Phase, (d: Delta) => void][] = [
  [
    'UnderReview',
    (d) => {
      d.redeem('o1');
      d.does('32', 'ReviewRedemption', { order: 'o1' }, actor('32', 'reviewer'));
    },
  ],
  [
    'Approved',
    (d) => {
      d.does('32', 'ApproveRedemption', { order: 'o1' }, actor('32', 'approver'));
      d.world.settle();
    },
  ],
  [
    'Publicised',
    (d) => {
      d.does('32', 'PubliciseOrder', { order: 'o1', batch: 'b1' }, staff('32'));
      d.world.settle();
    },
  ],
  [
    'Payable',
    (d) => {
      d.world.pass(8 * DAY_MS);
      d.close(1);
      d.does('32', 'InstructPayment', { order: 'o1' }, actor('32', 'finance'));
    },
  ],
  ['Settled', (d) => d.does('32', 'ConfirmPaid', { order: 'o1', receiptHash: hex('receipt') }, actor('32', 'finance'))],
];

/** A delta whose order `o1` is in the phase, with what the next step of it needs already there. */
export const reach = (phase: Phase, mode: 'tongdui' | 'tongyong' = 'tongdui'): Delta => {
  // A pool without money: whatever is placed waits in line.
  const dry = { 32: { poolFen: 0, queue: { waitDays: 30, most: 9, whenShort: 'cut' } } } as const;
  const d = delta(phase === 'Queued' ? { packs: dry } : {});
  d.serve('o1', { mode: phase === 'InvoiceAsked' ? 'tongyong' : mode }, UNTIL[phase] ?? 'ConfirmAcceptance');
  if (phase === 'Closed') d.does('32', 'CancelOrder', { order: 'o1', cause: 'x' }, firm);
  if (phase === 'Disputed') d.does('32', 'RaiseDispute', { order: 'o1', reason: 'late' }, firm);
  if (phase === 'InvoiceAsked') d.does('32', 'SubmitRedemption', bodyOf('SubmitRedemption', d).body, firm);
  const last = phase === 'Objected' ? 'Publicised' : phase;
  const upTo = STEPS.findIndex(([name]) => name === last);
  for (const [, step] of STEPS.slice(0, upTo + 1)) step(d);
  if (phase === 'Objected') d.does('32', 'LodgeObjection', { order: 'o1', grounds: 'related' }, actor('32', 'supervisor'));
  d.world.deliver('31', '32');
  return d;
};

interface Act {
  readonly at: ProvinceCode;
  readonly body: object;
  readonly by: Actor;
}

const invoice = { invoiceKey: hex('invoice o1'), invoiceTail: '0001', invoiceFen: 7_500_000, paidFen: 8_000_000 };
const agencys: Readonly<Record<string, object>> = {
  AcceptOrder: {},
  DeclineOrder: { cause: 'x' },
  WithdrawFromOrder: { cause: 'x' },
  DeliverService: { deliverableHash: hex('result o1') },
};
const staffs: Readonly<Record<string, [Parameters<typeof actor>[1], object]>> = {
  ResolveDispute: ['supervisor', { outcome: 'full' }],
  ReviewRedemption: ['reviewer', {}],
  ReturnRedemption: ['reviewer', { defects: ['payment'] }],
  RefuseRedemption: ['reviewer', { code: 'E-STATUTORY' }],
  ApproveRedemption: ['approver', {}],
  PubliciseOrder: ['reviewer', { batch: 'b1' }],
  LodgeObjection: ['supervisor', { grounds: 'related' }],
  UpholdObjection: ['approver', {}],
  RejectObjection: ['approver', {}],
  InstructPayment: ['finance', {}],
  ConfirmPaid: ['finance', { receiptHash: hex('receipt') }],
  ReturnPayment: ['finance', { reason: 'AC04', receiptHash: hex('returned') }],
  OrderClawback: ['approver', { cause: 'fraud', against: 'agency' }],
  ConfirmRecovered: ['finance', { clawback: 1, receiptHash: hex('recovered') }],
  HoldOrder: ['supervisor', { reason: 'audit' }],
  ReleaseOrder: ['supervisor', { reason: 'audit' }],
  RecordReturnPayment: ['finance', { paidMs: 1, returnedMs: 2, amountFen: 1, to: 'enterprise', evidenceHash: hex('bank') }],
  ReviewSuspicion: ['reviewer', { reason: 'E-SPLIT', finding: 'x' }],
};
const firms: Readonly<Record<string, object>> = { CancelOrder: { cause: 'x' }, ConfirmAcceptance: {}, RaiseDispute: { reason: 'late' } };

/** Who says it, where, and with which words, so that only the state of the order can stand in the way. */
export const bodyOf = (command: string, d: Delta): Act => {
  const order = { order: 'o1' };
  const terms = d.order('o1').terms;
  const signed = terms?.placedMs ?? d.world.nowMs;
  const contract = { contractHash: hex('contract o1'), amountFen: 8_000_000, signedMs: signed, startMs: signed, endMs: signed + DAY_MS };
  const ofAgency = (body: object): Act => ({ at: '31', body: { ...order, home: '32', agency: 'a31', ...body }, by: agent('31') });
  const ofFirm = (body: object): Act => ({ at: '32', body: { ...order, ...body }, by: firm });
  const staff = staffs[command];
  if (staff) return { at: '32', body: { ...order, ...staff[1] }, by: actor('32', staff[0]) };
  if (agencys[command]) return ofAgency(agencys[command]);
  if (firms[command]) return ofFirm(firms[command]);
  if (command === 'SignAsAgency') return ofAgency(contract);
  if (command === 'SignContract') return ofFirm(contract);
  if (command === 'RequestRedemption') return ofAgency({ ...invoice, ...d.file('o1') });
  if (command === 'SubmitRedemption') return ofFirm({ ...invoice, ...d.file('o1') });
  throw new Error(`No body is known for ${command}.`);
};
