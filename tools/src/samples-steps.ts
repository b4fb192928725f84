/**
 * The words that an order's script is made of: who does what at whose node, from which state to which (domain §2.3).
 * Two words are no request: they wait for the clock.
 */
import { createHash } from 'node:crypto';
import type { AgencyRow, OrderRow, Province } from './samples-data.js';
import { routes } from './samples-routes.js';

/** Phases of an order as the view `orders` names them, and `None` before it is placed. */
export type Phase =
  | 'None'
  | 'Placed'
  | 'Accepted'
  | 'InService'
  | 'Delivered'
  | 'Disputed'
  | 'ServiceAccepted'
  | 'InvoiceAsked'
  | 'UnderReview'
  | 'Approved'
  | 'Publicised'
  | 'Objected'
  | 'Payable'
  | 'Settled'
  | 'Closed';

export type OfficeRole = 'reviewer' | 'approver' | 'finance' | 'supervisor' | 'operator';

/** What a request about an order is made of. */
export interface OrderFacts {
  readonly row: OrderRow;
  /** Id that the home node gave the order. */
  readonly order: string;
  readonly home: Province;
  readonly agency: AgencyRow;
  /** Id that the agency's node gave the agency. */
  readonly agencyId: string;
  /** When it was placed, ms: documents of the same day keep a repeated request the same. */
  readonly placedMs: number;
}

export interface Step {
  readonly from: readonly Phase[];
  /** Phase afterwards; null when it stays as it is. */
  readonly to: Phase | null;
  /** The two sides act by their own people, the rest by an office of the home province. */
  readonly by: 'enterprise' | 'agency' | OfficeRole;
  readonly path: (facts: OrderFacts) => string;
  readonly body?: (facts: OrderFacts) => object;
}

const DAY_MS = 86_400_000;
const SERVICE_DAYS = 30;

/** SHA-256 of a document that the sample only pretends to have. */
export const documentHash = (id: string, document: string): string => createHash('sha256').update(`sample ${id} ${document}`).digest('hex');

const contract = ({ row, placedMs }: OrderFacts): object => ({
  contractHash: documentHash(row.id, 'contract'),
  amountFen: row.contractFen,
  signedMs: placedMs,
  startMs: placedMs,
  endMs: placedMs + SERVICE_DAYS * DAY_MS,
});
const files = ({ row }: OrderFacts): object =>
  (['contract', 'invoice', 'payment', 'result'] as const).map((kind) => ({ kind, hash: documentHash(row.id, kind) }));
const redemption = (facts: OrderFacts): object => {
  const { invoice, invoiceFen, paidFen } = facts.row;
  return { invoiceNumber: invoice, invoiceFen, paidFen, files: files(facts) };
};
const byAgency =
  (body: (facts: OrderFacts) => object) =>
  (facts: OrderFacts): object => ({ home: facts.home, agency: facts.agencyId, ...body(facts) });
const nothing = (): object => ({});

const order =
  (noun: string) =>
  ({ order: id }: OrderFacts): string =>
    routes.order(id, noun);
const engagement =
  (noun: string) =>
  ({ order: id }: OrderFacts): string =>
    routes.engagement(id, noun);

/** A step of the agency: it acts at its own node, and what the order becomes shows at the order's home. */
const agencyStep = (from: Phase, to: Phase, noun: string, body: (facts: OrderFacts) => object = nothing): Step => ({
  from: [from],
  to,
  by: 'agency',
  path: engagement(noun),
  body: byAgency(body),
});
const step = (from: readonly Phase[], to: Phase | null, by: Step['by'], noun: string, body?: (facts: OrderFacts) => object): Step => ({
  from,
  to,
  by,
  path: order(noun),
  ...(body === undefined ? {} : { body }),
});

const OPEN: readonly Phase[] = [
  'Placed',
  'Accepted',
  'InService',
  'Delivered',
  'ServiceAccepted',
  'UnderReview',
  'Approved',
  'Publicised',
  'Payable',
];

/** Whether the agency proposes the order in the enterprise's name: the first word, and the only one that needs no order before it. */
export const isProposed = ({ steps }: Pick<OrderRow, 'steps'>): boolean => steps[0] === 'propose';

/** Every word but the clock's. `submit` is the enterprise's in 通用, `request` the agency's in 通兑. */
export const STEPS: Readonly<Record<string, Step>> = {
  propose: { from: ['None'], to: 'Accepted', by: 'agency', path: () => routes.engagements },
  accept: agencyStep('Placed', 'Accepted', 'acceptance'),
  decline: agencyStep('Placed', 'Closed', 'decline', () => ({ cause: '检测设备排期已满' })),
  withdraw: agencyStep('Accepted', 'Closed', 'withdrawal', () => ({ cause: '仪器故障，无法按期服务' })),
  cancel: step(['Placed', 'Accepted'], 'Closed', 'enterprise', 'cancellation', () => ({ cause: '研发计划调整' })),
  sign: agencyStep('Accepted', 'Accepted', 'signature', contract),
  countersign: step(['Accepted'], 'InService', 'enterprise', 'contract', contract),
  deliver: agencyStep('InService', 'Delivered', 'delivery', ({ row }) => ({ deliverableHash: documentHash(row.id, 'result') })),
  confirm: step(['Delivered'], 'ServiceAccepted', 'enterprise', 'acceptance'),
  dispute: step(['Delivered'], 'Disputed', 'enterprise', 'dispute', () => ({ reason: 'incomplete' })),
  'resolve-partial': step(['Disputed'], 'ServiceAccepted', 'supervisor', 'resolution', () => ({
    outcome: 'partial',
    share: { of: 3, in: 5 },
  })),
  'resolve-none': step(['Disputed'], 'Closed', 'supervisor', 'resolution', () => ({ outcome: 'none' })),
  submit: step(['ServiceAccepted'], 'UnderReview', 'enterprise', 'redemption', redemption),
  request: agencyStep('ServiceAccepted', 'UnderReview', 'redemption', redemption),
  return: step(['UnderReview'], 'ServiceAccepted', 'reviewer', 'return', () => ({ defects: ['payment', 'result'] })),
  review: step(['UnderReview'], null, 'reviewer', 'review'),
  refuse: step(['UnderReview'], 'Closed', 'reviewer', 'refusal', () => ({ code: 'E-STATUTORY' })),
  approve: step(['UnderReview'], 'Approved', 'approver', 'approval'),
  publicise: step(['Approved'], 'Publicised', 'reviewer', 'publicity', ({ home }) => ({ batch: `sample-${home}-1` })),
  object: step(['Publicised'], 'Objected', 'enterprise', 'objection', () => ({ grounds: 'related-party' })),
  'reject-objection': step(['Objected'], 'Publicised', 'approver', 'objection/rejection'),
  'uphold-objection': step(['Objected'], 'UnderReview', 'approver', 'objection/upholding'),
  instruct: step(['Payable'], null, 'finance', 'payment-instruction'),
  pay: step(['Payable'], 'Settled', 'finance', 'payment', ({ row }) => ({ receiptHash: documentHash(row.id, 'receipt') })),
  hold: step(OPEN, null, 'supervisor', 'hold', () => ({ reason: 'audit' })),
};

/** Words that wait for the clock: what fires by itself, and where it leads. */
export const CLOCK_STEPS: Readonly<Record<string, Pick<Step, 'from' | 'to'>>> = {
  lapse: { from: ['Placed'], to: 'Closed' },
  'publicity-end': { from: ['Publicised'], to: 'Payable' },
};

/**
 * The phases that a script passes, `Placed` first (`None` where the agency proposes); null when a word is unknown or not
 * legal where it stands.
 */
export const phasesOf = (words: readonly string[]): readonly Phase[] | null => {
  const phases: Phase[] = [isProposed({ steps: words }) ? 'None' : 'Placed'];
  for (const word of words) {
    const now = phases.at(-1) ?? 'None';
    const next = STEPS[word] ?? CLOCK_STEPS[word];
    if (!next?.from.includes(now)) return null;
    phases.push(next.to ?? now);
  }
  return phases;
};
