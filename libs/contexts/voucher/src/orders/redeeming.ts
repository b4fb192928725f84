/** Redemption at the order's home: asked, reviewed by one, approved by another (V16), shared with the agency's province (V19). */
import { moment, phrase, plain, refuse, until, word, yuan, type FileKind, type VoucherData, type VoucherPack } from '@yrd/contracts';
import { toStream, fen, portion, split, type Decision, type Handler, type Ratio, type Rejection, type Turn } from '@yrd/ledger';
import { workingDays } from '../policy/calendar-notice.js';
import { limitOf } from '../policy/clocks.js';
import { handler } from '../handling.js';
import { incomplete, overclaimed } from './invoice.js';
import { LEGAL } from './legality.js';
import { termsOf, type Order, type OrderEvent } from './order.js';
import { effective, policy, ratioFor } from '../policy/policy.js';
import { release, subsidyOf } from '../quotas/reservation.js';
import { late, orderAct, packOf, redeemable, taking, type OfOrder, type Statement } from './serving.js';
import { overstacked } from './stacking.js';
import { engagementStream, journalOf, policyStream, subjectStream } from '../streams.js';
import { subject } from '../quotas/subject.js';

export interface SubmitRedemption extends OfOrder {
  readonly invoiceKey: string;
  readonly invoiceTail: string;
  readonly invoiceFen: number;
  readonly paidFen: number;
  readonly otherSupportFen?: number;
  readonly files: readonly { readonly kind: FileKind; readonly hash: string }[];
}

/** SubmitRedemption (enterprise, 通用) → InvoiceClaimAsked, which its home answers (V15); E-FILE (V14), E-WINDOW (V13), E-STACK (V26). */
export const SubmitRedemption = orderAct<SubmitRedemption>('SubmitRedemption', (command, state, turn) => {
  const { mode, agencyProvince, agency } = termsOf(state);
  if (mode !== 'tongyong') return refuse('E-ROLE', { seen: word(mode), needed: phrase('agencyRedeems') });
  if (turn.now > state.redeemByMs) return refuse('E-WINDOW', { seen: moment(turn.now), needed: until(state.redeemByMs) });
  const pack = packOf(state, turn);
  const no = incomplete(pack?.files.tongyong ?? [], command.files) ?? (pack ? overclaimed(state, command, pack) : null);
  if (no) return no;
  const { order: id, invoiceKey, invoiceTail, invoiceFen, paidFen, files, otherSupportFen } = command;
  const before = state.redemption?.invoiceKey;
  const data: VoucherData<'InvoiceClaimAsked'> = {
    order: id,
    agencyProvince,
    agency,
    invoiceKey,
    invoiceTail,
    invoiceFen,
    paidFen,
    files: [...files],
    claimFen: Math.min(state.contract?.amountFen ?? 0, invoiceFen, paidFen),
    ...(before === undefined || before === invoiceKey ? {} : { replaces: before }),
    ...(otherSupportFen === undefined ? {} : { otherSupportFen }),
  };
  return { events: [{ type: 'InvoiceClaimAsked', data }] };
});

export interface TakeInvoiceAnswer extends Statement {
  readonly invoice: string;
  /** Null when it was claimed. */
  readonly refused: Rejection | null;
  /** Size of the agency's journal that holds the answer. */
  readonly size: number;
}
const DAY_MS = 86_400_000;

/** InvoiceClaimed → RedemptionSubmitted; InvoiceClaimRefused → InvoiceClaimFailed, and the enterprise may come with another invoice. */
export const TakeInvoiceAnswer = taking<TakeInvoiceAnswer>('invoice', ['InvoiceAsked'], (command, state, turn) => {
  const { asked } = state;
  if (!asked || asked.invoiceKey !== command.invoice)
    return refuse('E-STATE', { seen: phrase('answerOtherInvoice'), needed: phrase('invoiceAskedAbout') });
  const { order: id, agencyProvince: _province, agency: _agency, replaces: _replaces, ...file } = asked;
  if (command.refused) {
    // The answer may come after the window: a day is left to mend.
    const leastMs = turn.now + DAY_MS;
    const { redeem } = state.counted;
    const data = {
      order: id,
      code: command.refused.rejected,
      facts: command.refused.facts,
      redeemByMs: Math.max(state.redeemByMs, leastMs),
      ...(redeem ? { counted: { ...redeem, leastMs: Math.max(redeem.leastMs ?? 0, leastMs) } } : {}),
    };
    return { events: [{ type: 'InvoiceClaimFailed', data }] };
  }
  const restsOn = { journal: journalOf(command.from), size: command.size };
  return {
    events: [{ type: 'RedemptionSubmitted', data: { order: id, ...file, restsOn } }],
  };
});

export interface TakeRedemption extends Statement, Omit<VoucherData<'RedemptionSubmitted'>, 'order' | 'restsOn'> {
  readonly size: number;
}
/** RedemptionRequested (通兑) → RedemptionSubmitted. */
export const TakeRedemption = taking<TakeRedemption>('redemption', LEGAL.RequestRedemption, (command, state) => {
  const tooLate = late(command, state.redeemByMs);
  if (tooLate) return tooLate;
  if (termsOf(state).mode !== 'tongdui') return refuse('E-STATE', { seen: word(termsOf(state).mode), needed: word('tongdui') });
  const { order: id, invoiceKey, invoiceTail, invoiceFen, claimFen, paidFen, files, otherSupportFen, from, size } = command;
  const other = otherSupportFen === undefined ? {} : { otherSupportFen };
  return {
    events: [
      {
        type: 'RedemptionSubmitted',
        data: {
          order: id,
          invoiceKey,
          invoiceTail,
          invoiceFen,
          claimFen,
          paidFen,
          files,
          ...other,
          restsOn: { journal: journalOf(from), size },
        },
      },
    ],
  };
});

export const hand = (id: string, act: 'review' | 'approve' | 'instruct', turn: Turn): OrderEvent => ({
  type: 'HandRecorded',
  data: { order: id, act, person: turn.actor.person },
});

/** V16: one person puts one hand on a redemption. */
export const otherHands = (state: Order, turn: Turn, acts: readonly (keyof Order['hands'])[]): Rejection | null =>
  acts.some((act) => state.hands[act] === turn.actor.person)
    ? refuse('E-RECUSE', { seen: phrase('samePerson'), needed: phrase('otherPersonThanFor', { words: acts }) })
    : null;

/** ReviewRedemption (reviewer) → the review recorded, privately; approval needs it. */
export const ReviewRedemption = orderAct<OfOrder>('ReviewRedemption', ({ order: id }, state, turn) => ({
  events: state.hands.review === undefined ? [hand(id, 'review', turn)] : [],
}));

export interface ReturnRedemption extends OfOrder {
  readonly defects: readonly string[];
}
/** ReturnRedemption (reviewer) → RedemptionReturned with the whole list, once (V14). */
export const ReturnRedemption = orderAct<ReturnRedemption>('ReturnRedemption', ({ order: id, defects }, state, turn) => {
  if (state.returns > 0) return refuse('E-FILE', { seen: phrase('returnedBefore'), needed: phrase('oneListApprove') });
  if (defects.length === 0) return refuse('E-VALIDATION', { field: 'defects', seen: phrase('none'), needed: phrase('everyDefect') });
  const pack = packOf(state, turn);
  if (!pack) return refuse('E-NOTFOUND', { seen: phrase('noPolicy'), needed: plain(termsOf(state).policy) });
  const { lastMs, counting } = limitOf(turn.now, pack.clocks.supplement, workingDays(turn), { leastMs: state.redeemByMs });
  const data = { order: id, defects: [...defects], ...redeemable(state, lastMs), ...counting };
  return { events: [{ type: 'RedemptionReturned', data }] };
});

export interface RefuseRedemption extends OfOrder {
  readonly code: string;
}
/** RefuseRedemption (reviewer or approver) → RedemptionRefused + QuotaReleased. */
export const RefuseRedemption = orderAct<RefuseRedemption>('RefuseRedemption', ({ order: id, code }, state) => {
  const { agencyProvince, reservedFen } = termsOf(state);
  const invoiceKey = state.redemption?.invoiceKey ?? '';
  return {
    events: [{ type: 'RedemptionRefused', data: { order: id, agencyProvince, invoiceKey, code } }],
    more: release(state, reservedFen),
  };
});

/** V4: what the subsidy is counted on, fen. 通用: contract, invoice and payment; 通兑: contract and invoice; times the accepted share. */
export const baseOf = (state: Order): number => {
  const { redemption, contract, share } = state;
  if (!redemption || !contract) return 0;
  const paid = state.terms?.mode === 'tongyong' ? redemption.paidFen : Number.MAX_SAFE_INTEGER;
  const supportedFen = state.after.claims[redemption.invoiceKey] ?? redemption.claimFen; // A8
  return portion(fen(Math.min(contract.amountFen, redemption.claimFen, supportedFen, paid)), share);
};

/** V19, V20: who pays. In-province and after a refused share the home province pays all. */
export const payersOf = (subsidyFen: number, state: Order, pack: VoucherPack) =>
  payersBetween(subsidyFen, termsOf(state), pack, state.shareDeclined);

/** The same between two provinces, before there is an order. */
export const payersBetween = (
  subsidyFen: number,
  { home, agencyProvince }: { readonly home: string; readonly agencyProvince: string },
  pack: VoucherPack,
  declined = false,
): { readonly payers: Readonly<Record<string, number>>; readonly agencyShare: Ratio } => {
  const whole = agencyProvince === home || declined;
  const shares = whole ? { [home]: { of: 1, in: 1 } } : { [home]: pack.split.home, [agencyProvince]: pack.split.agency };
  const parts = Object.entries(split(fen(subsidyFen), shares)).filter(([, amount]) => amount > 0);
  return { payers: Object.fromEntries(parts), agencyShare: whole ? { of: 0, in: 1 } : pack.split.agency };
};

/** V18: when an approved redemption that nobody paid raises an alarm; nothing where the pack has no such limit. */
const alarmOf = ({ clocks: { unpaid } }: VoucherPack, turn: Turn): { readonly alarmMs?: number } =>
  unpaid ? { alarmMs: limitOf(turn.now, unpaid, workingDays(turn)).lastMs } : {};

/** ApproveRedemption (approver, another person than the reviewer) → RedemptionApproved; E-RECUSE (V16), E-STACK (V26), V4, V19. */
export const ApproveRedemption = orderAct<OfOrder>('ApproveRedemption', ({ order: id }, state, turn) => {
  const { home, agencyProvince, scheme, reservedFen, subject: who } = termsOf(state);
  if (state.hands.review === undefined) return refuse('E-STATE', { seen: phrase('notReviewed'), needed: phrase('reviewByOther') });
  const no = otherHands(state, turn, ['review']);
  if (no) return no;
  const pack = packOf(state, turn);
  const kind = turn.state(subject, subjectStream(who)).registered?.kind;
  const rules = kind && pack?.subjects[kind];
  if (!pack || !rules) return refuse('E-NOTFOUND', { seen: phrase('noPolicy'), needed: plain(termsOf(state).policy) });
  const baseFen = baseOf(state);
  const subsidyFen = Math.min(subsidyOf(rules, baseFen), reservedFen);
  if (subsidyFen <= 0) return refuse('E-QUOTA', { policy: pack.version, seen: yuan(baseFen), needed: phrase('baseWithSubsidy') });
  const stacked = overstacked(pack, { costFen: baseFen, subsidyFen, otherFen: state.redemption?.otherSupportFen ?? 0 });
  if (stacked) return stacked;
  const { payers, agencyShare } = payersOf(subsidyFen, state, pack);
  const askedFen = agencyProvince === home ? 0 : (payers[agencyProvince] ?? 0);
  const data: VoucherData<'RedemptionApproved'> = {
    order: id,
    scheme,
    agencyProvince,
    baseFen,
    ratio: ratioFor(rules, baseFen),
    subsidyFen,
    payers: { ...payers },
    ...alarmOf(pack, turn),
    ...(askedFen > 0 ? { asked: { province: agencyProvince, amountFen: askedFen, share: agencyShare } } : {}),
  };
  return { events: [{ type: 'RedemptionApproved', data }, hand(id, 'approve', turn)] };
});

export interface AnswerShare {
  readonly order: string;
  readonly home: '31' | '32' | '33' | '34';
  readonly scheme: string;
  /** The whole subsidy as approved at home, fen. */
  readonly subsidyFen: number;
  readonly amountFen: number;
  readonly share: Ratio;
}
export const within = (share: Ratio, most: Ratio | undefined): boolean =>
  most !== undefined && BigInt(share.of) * BigInt(most.in) <= BigInt(most.of) * BigInt(share.in);

/** The amount asked is the share of the subsidy, to the fen that a largest remainder may add (V19). */
const isShareOf = ({ amountFen, subsidyFen, share }: AnswerShare): boolean =>
  [amountFen, subsidyFen, share.of, share.in].every((each) => Number.isSafeInteger(each) && each >= 0) &&
  BigInt(amountFen) * BigInt(share.in) < BigInt(subsidyFen) * BigInt(share.of) + BigInt(share.in);

/** Derived, in the payer's province: ShareAccepted by its own adopted policy, or ShareRefused; always an entry. */
export const AnswerShare: Handler<AnswerShare> = handler({
  target: (command: AnswerShare) => engagementStream(command.order),
  reads: ({ scheme }: AnswerShare, peek) => [{ province: peek.province, stream: policyStream(scheme) }],
  decide: (command, turn): Decision => {
    const { order: id, home, scheme, amountFen, share } = command;
    const pack = effective(turn.state(policy, policyStream(scheme)), turn.now);
    if (!pack || !isShareOf(command) || !within(share, pack.shareAsAgency)) {
      return toStream(
        engagementStream(id),
        [{ type: 'ShareRefused', data: { order: id, home, amountFen, code: pack ? 'E-QUOTA' : 'E-NOTFOUND' } }],
        pack?.version,
      );
    }
    return toStream(
      engagementStream(id),
      [{ type: 'ShareAccepted', data: { order: id, home, amountFen, share, policy: pack.version } }],
      pack.version,
    );
  },
});

export interface TakeShareAnswer extends Statement {
  readonly accepted: boolean;
  readonly amountFen: number;
  readonly code: string;
  readonly size: number;
}
/** ShareAccepted → ShareConfirmed; ShareRefused → ShareDeclined, back to review: the home province pays all or refuses. */
export const TakeShareAnswer = taking<TakeShareAnswer>(
  'share',
  ['Approved'],
  ({ order: id, from, accepted, amountFen, code, size }, state) => {
    const asked = state.approval?.asked;
    if (!asked || asked.amountFen !== amountFen)
      return refuse('E-STATE', { seen: yuan(amountFen), needed: asked ? yuan(asked.amountFen) : phrase('noShareAsked') });
    if (state.shareSize !== null) return { events: [] };
    const province = from as typeof asked.province;
    return {
      events: [
        accepted
          ? { type: 'ShareConfirmed', data: { order: id, province, amountFen, size } }
          : { type: 'ShareDeclined', data: { order: id, province, code } },
      ],
    };
  },
);
