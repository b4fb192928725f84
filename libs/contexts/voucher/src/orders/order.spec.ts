/** The state machine of an order (domain §2.3): every command in every state, holds, retries, and derived commands. */
import { PHASES, bodyOf, reach } from '../../testing/phases.js';
import { actor, firm, hex, staff } from '../../testing/scenario.js';
import { derivedCommands } from '../handlers.js';
import type { Phase } from './order.js';

const OPEN = 'Placed Accepted InService Delivered Disputed ServiceAccepted InvoiceAsked UnderReview Approved Publicised Objected Payable';
/** Command → the states it is legal in and what the order becomes there, as the table of §2.3 says; `=` stays. */
const TABLE: Readonly<Record<string, readonly [from: string, to: Phase | '=']>> = {
  AcceptOrder: ['Placed', 'Accepted'],
  DeclineOrder: ['Placed', 'Closed'],
  CancelOrder: ['Queued Placed Accepted', 'Closed'],
  WithdrawFromOrder: ['Placed Accepted', 'Closed'],
  SignAsAgency: ['Accepted', '='],
  SignContract: ['Accepted', 'InService'],
  DeliverService: ['InService', 'Delivered'],
  ConfirmAcceptance: ['Delivered', 'ServiceAccepted'],
  RaiseDispute: ['Delivered', 'Disputed'],
  ResolveDispute: ['Disputed', 'ServiceAccepted'],
  RequestRedemption: ['ServiceAccepted', 'UnderReview'],
  SubmitRedemption: ['ServiceAccepted', 'UnderReview'],
  ReviewRedemption: ['UnderReview', '='],
  ReturnRedemption: ['UnderReview', 'ServiceAccepted'],
  RefuseRedemption: ['UnderReview', 'Closed'],
  ApproveRedemption: ['UnderReview', 'Approved'],
  PubliciseOrder: ['Approved', 'Publicised'],
  LodgeObjection: ['Publicised', 'Objected'],
  UpholdObjection: ['Objected', 'UnderReview'],
  RejectObjection: ['Objected', 'Publicised'],
  InstructPayment: ['Payable', '='],
  ConfirmPaid: ['Payable', 'Settled'],
  ReturnPayment: ['Payable Settled', 'Payable'],
  OrderClawback: ['Settled', '='],
  HoldOrder: [OPEN, '='],
  ReleaseOrder: [`${OPEN} Settled`, '='],
  ReviewSuspicion: [OPEN, '='],
  RecordReturnPayment: ['UnderReview Approved Publicised Objected Payable Settled', '='],
};
const COMMANDS = Object.keys(TABLE);
const legalIn = (command: string, phase: Phase): boolean => TABLE[command]?.[0].split(' ').includes(phase) ?? false;

describe.each(PHASES)('an order that is %s', (phase) => {
  test('is there, and refuses every command of another state with E-STATE, changing nothing', () => {
    const d = reach(phase);
    expect(d.order('o1').phase).toBe(phase);
    const before = d.world.nodes['31'].entries.length + d.world.nodes['32'].entries.length;
    const answers = COMMANDS.filter((command) => !legalIn(command, phase)).map((command) => {
      const { at, body, by } = bodyOf(command, d);
      return [command, d.tries(at, command, body, by)?.rejected];
    });
    expect(answers.filter(([, code]) => code !== 'E-STATE')).toEqual([]);
    expect(d.world.nodes['31'].entries.length + d.world.nodes['32'].entries.length).toBe(before);
  });

  const legal = COMMANDS.filter((command) => legalIn(command, phase));
  if (legal.length > 0) {
    test.each(legal)('obeys %s', (command) => {
      const d = reach(phase, command === 'SubmitRedemption' ? 'tongyong' : 'tongdui');
      const { at, body, by } = bodyOf(command, d);
      expect(d.tries(at, command, body, by)).toBeNull();
      d.world.settle();
      const to = TABLE[command]?.[1];
      // While the invoice's home is asked, its answer arrives with the same delivery.
      const after = to === '=' ? (phase === 'InvoiceAsked' ? 'UnderReview' : phase) : to;
      expect(d.order('o1').phase).toBe(after);
      if (after === 'Closed') expect(d.account()).toMatchObject({ reservedFen: 0, consumedFen: 0 });
    });
  }
});

test('nobody of another organisation, role or province may speak', () => {
  const d = reach('Delivered');
  const confirm = (by: typeof firm) => d.tries('32', 'ConfirmAcceptance', { order: 'o1' }, by)?.rejected;
  expect(confirm({ ...firm, organisation: 'org-other' })).toBe('E-ROW');
  expect(confirm(staff('32'))).toBe('E-ROLE');
  expect(confirm({ ...firm, province: '31' })).toBe('E-HOME');
  expect(d.tries('32', 'ConfirmAcceptance', { order: 'o9' }, firm)?.rejected).toBe('E-NOTFOUND');
});

test('a held order moves no money and signs nothing, but can still be left', () => {
  const held = (phase: Phase, command: string): string | undefined => {
    const d = reach(phase);
    d.does('32', 'HoldOrder', { order: 'o1', reason: 'audit' }, actor('32', 'supervisor'));
    d.world.settle();
    const { at, body, by } = bodyOf(command, d);
    return d.tries(at, command, body, by)?.rejected;
  };
  for (const [phase, command] of [
    ['Accepted', 'SignContract'],
    ['Delivered', 'ConfirmAcceptance'],
    ['UnderReview', 'ApproveRedemption'],
    ['Payable', 'ConfirmPaid'],
  ] as const) {
    expect([command, held(phase, command)]).toEqual([command, 'E-STATE']);
  }
  expect(held('Accepted', 'CancelOrder')).toBeUndefined();
});

test('a release gives the order back as it was', () => {
  const d = reach('Payable');
  d.does('32', 'HoldOrder', { order: 'o1', reason: 'audit' }, actor('32', 'supervisor'));
  d.does('32', 'ReleaseOrder', { order: 'o1', reason: 'audit' }, actor('32', 'supervisor'));
  expect(d.tries('32', 'ConfirmPaid', { order: 'o1', receiptHash: hex('receipt') }, actor('32', 'finance'))).toBeNull();
});

test('an upheld objection goes back to review and needs both hands anew', () => {
  const d = reach('Objected');
  d.does('32', 'UpholdObjection', { order: 'o1' }, actor('32', 'approver'));
  expect(d.tries('32', 'ApproveRedemption', { order: 'o1' }, actor('32', 'approver'))).toMatchObject({
    rejected: 'E-STATE',
    facts: { seen: 'not reviewed' },
  });
});

test('a dispute that finds nothing accepted closes the order; a partial one counts that part (A13)', () => {
  const none = reach('Disputed');
  none.does('32', 'ResolveDispute', { order: 'o1', outcome: 'none' }, actor('32', 'supervisor'));
  expect([none.order('o1').phase, none.account().reservedFen]).toEqual(['Closed', 0]);
  const partly = reach('Disputed');
  partly.does('32', 'ResolveDispute', { order: 'o1', outcome: 'partial', share: { of: 3, in: 5 } }, actor('32', 'supervisor'));
  partly.world.settle();
  partly.redeem('o1');
  partly.approve('o1');
  expect(partly.order('o1').approval).toMatchObject({ baseFen: 4_500_000, subsidyFen: 2_250_000 });
});

// Architecture §4: a derived command is never silently rejected.
const derived = Object.keys(derivedCommands).filter((name) =>
  /^(Take|Hold|Lapse|AdvanceQueue|Recompute|EndPublicity|SettleLine|ClaimInvoice|ReleaseInvoice|AnswerShare)/.test(name),
);
test.each(PHASES)('in %s no derived command rejects: it answers with an entry or with nothing', (phase) => {
  const body = {
    ...reach('Placed').placing('o1'),
    slice: 'x1',
    complaint: 'k1',
    grounds: 'x',
    objection: '31.o1',
    half: '2026H1',
    seed: hex('5'),
    count: 0,
    population: hex('6'),
    sample: [],
    voucherFen: 1,
    statedMs: 1,
    order: 'o1',
    from: '31',
    home: '32',
    agency: 'a31',
    cause: 'x',
    contractHash: hex('c'),
    amountFen: 1,
    signedMs: 1,
    startMs: 1,
    endMs: 2,
    deliverableHash: hex('d'),
    invoice: hex('i'),
    invoiceKey: hex('i'),
    invoiceTail: '1',
    tail: '1',
    invoiceFen: 1,
    claimFen: 1,
    paidFen: 1,
    files: [],
    claimed: true,
    code: '',
    size: 1,
    accepted: true,
    share: { of: 1, in: 3 },
    scheme: 'cxq',
    limit: 'accept',
    dueMs: 1,
    year: 2027,
    notice: 'x',
    reason: 'E-SPLIT',
    facts: {},
    window: 1,
    pair: '32-31',
  };
  for (const name of derived) {
    const d = reach(phase);
    const sizes = (): number => d.world.nodes['32'].entries.length;
    const before = sizes();
    expect([name, d.tries('32', name, body, { ...staff('32'), roles: ['node'] })]).toEqual([name, null]);
    if (name.startsWith('Take') && phase === 'Closed' && !['TakeProposal', 'TakeReturn'].includes(name))
      expect(sizes()).toBeGreaterThan(before);
  }
});
