/** An invoice in the journal of the agency that issued it: supports redemptions up to its amount, once, in all provinces (V15). */
import { allOf, phrase, refuse, word, yuan, type FileKind, type VoucherData, type VoucherEvent, type VoucherPack } from '@yrd/contracts';
import { fen, portion, toStream, foldOf, single, type Decision, type Handler, type Rejection } from '@yrd/ledger';
import { handler, inTime, under } from '../handling.js';
import { engagement, engagementReads, agencyMay, homeOrder, type OfOrder } from './engagement.js';
import { order as orderFold, termsOf, type Order } from './order.js';
import { pinned, policy } from '../policy/policy.js';
import { surelyOverstacked } from './stacking.js';
import { engagementStream, glance, invoiceStream, look, orderStream, policyStream } from '../streams.js';

export type InvoiceEvent = VoucherEvent<
  'InvoiceRegistered' | 'InvoiceClaimed' | 'InvoiceClaimRefused' | 'InvoiceClaimReleased' | 'InvoiceRedLettered' | 'InvoiceClaimReduced'
>;

export interface Invoice {
  readonly registered: { readonly agency: string; readonly amountFen: number } | null;
  /** Claims by order, oldest first, fen. */
  readonly claims: Readonly<Record<string, number>>;
  /** Order → where it is at home. */
  readonly homes: Readonly<Record<string, Claim['home']>>;
  /** Red letters so far, by their keys, and what they took back together. */
  readonly reds: readonly string[];
  readonly redFen: number;
}

export const invoice = foldOf<Invoice, InvoiceEvent>(
  'invoice',
  { registered: null, claims: {}, homes: {}, reds: [], redFen: 0 },
  {
    InvoiceRegistered: (state, { agency, amountFen }) => ({ ...state, registered: { agency, amountFen } }),
    InvoiceClaimed: (state, { order, home, claimFen }) => ({
      ...state,
      claims: { ...state.claims, [order]: claimFen },
      homes: { ...state.homes, [order]: home },
    }),
    InvoiceRedLettered: (state, { red, redFen }) => ({ ...state, reds: [...state.reds, red], redFen: state.redFen + redFen }),
    InvoiceClaimReduced: (state, { order, claimFen }) => ({ ...state, claims: { ...state.claims, [order]: claimFen } }),
    InvoiceClaimRefused: (state) => state,
    InvoiceClaimReleased: (state, { order }) => ({
      ...state,
      claims: Object.fromEntries(Object.entries(state.claims).filter(([each]) => each !== order)),
    }),
  },
);

export interface Claim {
  readonly invoice: string;
  readonly order: string;
  readonly home: '31' | '32' | '33' | '34';
  readonly agency: string;
  readonly tail: string;
  readonly invoiceFen: number;
  readonly claimFen: number;
}

/** Registers at the first claim, and claims; or why not: wrong party, another amount, used up by the order named (V15). */
export const claim = (state: Invoice, asked: Claim): readonly InvoiceEvent[] | Rejection => {
  const { invoice: key, order, home, agency, tail, invoiceFen, claimFen } = asked;
  if (state.registered && state.registered.agency !== agency)
    return refuse('E-INVOICE', { seen: phrase('anotherPartysInvoice'), needed: phrase('invoiceOfAgency'), reference: null });
  if (state.registered && state.registered.amountFen !== invoiceFen) {
    return refuse('E-INVOICE', { seen: yuan(invoiceFen), needed: yuan(state.registered.amountFen), reference: null });
  }
  if (claimFen <= 0) return refuse('E-INVOICE', { seen: yuan(claimFen), needed: phrase('amountToClaim'), reference: null });
  const others = Object.entries(state.claims).filter(([each]) => each !== order);
  const leftFen = invoiceFen - state.redFen - others.reduce((total, [, amount]) => total + amount, 0);
  if (claimFen > leftFen) return refuse('E-INVOICE', { seen: yuan(leftFen), needed: yuan(claimFen), reference: others[0]?.[0] ?? null });
  return [
    ...(state.registered ? [] : [{ type: 'InvoiceRegistered', data: { invoice: key, agency, tail, amountFen: invoiceFen } } as const]),
    { type: 'InvoiceClaimed', data: { invoice: key, order, home, claimFen } },
  ];
};

/** V14: the whole list of what the pack asks for and the file has not, at once. Null when it is complete. */
export const incomplete = (needed: readonly FileKind[], files: readonly { readonly kind: FileKind }[]): Rejection | null => {
  const defects = needed.filter((kind) => !files.some((file) => file.kind === kind));
  return defects.length === 0
    ? null
    : refuse('E-FILE', { seen: allOf(files.map(({ kind }) => kind)), needed: allOf(needed), defects: allOf(defects) });
};

export interface RequestRedemption extends OfOrder {
  /** HMAC of the invoice number under the four nodes' rotating key, computed at the edge. */
  readonly invoiceKey: string;
  readonly invoiceTail: string;
  readonly invoiceFen: number;
  readonly paidFen: number;
  /** Other public support for the same service, as the enterprise declared it to the agency (V26). */
  readonly otherSupportFen?: number;
  readonly files: readonly { readonly kind: FileKind; readonly hash: string }[];
}

/** V26 at the moment of asking: what is claimed, and what else was declared, fen. */
export const overclaimed = (
  state: Order,
  { invoiceFen, otherSupportFen = 0 }: { readonly invoiceFen: number; readonly otherSupportFen?: number },
  pack: VoucherPack,
): Rejection | null => {
  const costFen = portion(fen(Math.min(state.contract?.amountFen ?? 0, invoiceFen)), state.share);
  return surelyOverstacked(pack, { costFen, otherFen: otherSupportFen, reservedFen: termsOf(state).reservedFen });
};

/** RequestRedemption (agency, 通兑) → RedemptionRequested + InvoiceClaimed, one commit; E-INVOICE (V15), E-FILE (V14), E-STACK (V26). */
export const RequestRedemption: Handler<RequestRedemption> = handler({
  target: (command: RequestRedemption) => engagementStream(command.order),
  reads: (command: RequestRedemption, peek) => {
    const before = peek.state(engagement, engagementStream(command.order))?.requested?.invoiceKey;
    const keys = before === undefined || before === command.invoiceKey ? [command.invoiceKey] : [command.invoiceKey, before];
    const seen = glance(peek, orderFold, { province: command.home, stream: orderStream(command.order) });
    const rules = seen?.terms ? [{ province: command.home, stream: policyStream(seen.terms.scheme) }] : [];
    return [...engagementReads(command, peek), ...keys.map((key) => ({ province: peek.province, stream: invoiceStream(key) })), ...rules];
  },
  decide: (command, turn): Decision => {
    const no = agencyMay(turn, command, 'RequestRedemption');
    if (no) return no;
    const seen = homeOrder(turn, command);
    const { mode, scheme, policy: version } = termsOf(seen);
    if (mode !== 'tongdui') return refuse('E-ROLE', { seen: word(mode), needed: phrase('enterpriseRedeems') });
    const pack = pinned(look(turn, policy, { province: command.home, stream: policyStream(scheme) }), version);
    const late = inTime(turn, seen.redeemByMs);
    if (late) return under(version, late);
    const missing = incomplete(pack?.files.tongdui ?? [], command.files);
    if (missing) return under(version, missing);
    const stacked = pack && overclaimed(seen, command, pack);
    if (stacked) return stacked;
    const { order, home, agency, invoiceKey, invoiceTail, invoiceFen, paidFen } = command;
    const said = turn.state(engagement, engagementStream(order));
    // Each return of the file allows one more request: a second one meanwhile would be refused at home and free the claim.
    if (said.requests > seen.returns) return refuse('E-STATE', { seen: phrase('requestedBefore'), needed: phrase('answerOfHome') });
    const claimFen = Math.min(seen.contract?.amountFen ?? 0, invoiceFen);
    const claimed = claim(turn.state(invoice, invoiceStream(invoiceKey)), {
      invoice: invoiceKey,
      order,
      home,
      agency,
      tail: invoiceTail,
      invoiceFen,
      claimFen,
    });
    if ('rejected' in claimed) return under(version, claimed);
    const before = said.requested?.invoiceKey;
    const data: VoucherData<'RedemptionRequested'> = {
      order,
      home,
      invoiceKey,
      invoiceTail,
      invoiceFen,
      claimFen,
      paidFen,
      files: [...command.files],
      ...(command.otherSupportFen === undefined ? {} : { otherSupportFen: command.otherSupportFen }),
    };
    return [
      ...toStream(engagementStream(order), [{ type: 'RedemptionRequested', data }], version),
      ...toStream(invoiceStream(invoiceKey), claimed, version),
      ...(before === undefined || before === invoiceKey
        ? []
        : toStream(invoiceStream(before), [{ type: 'InvoiceClaimReleased', data: { invoice: before, order } }], version)),
    ];
  },
});

/** Derived, 通用: the enterprise's province asks → InvoiceClaimed | InvoiceClaimRefused, always an entry. */
export const ClaimInvoice: Handler<Claim> = single(
  invoice,
  (command: Claim) => invoiceStream(command.invoice),
  (command, state) => {
    const answer = claim(state, command);
    if (!('rejected' in answer)) return answer;
    const reference = typeof answer.facts.reference === 'string' ? answer.facts.reference : null;
    const { invoice: key, order, home } = command;
    return [{ type: 'InvoiceClaimRefused', data: { invoice: key, order, home, code: answer.rejected, reference, facts: answer.facts } }];
  },
);

export interface ReleaseInvoice {
  readonly invoice: string;
  readonly order: string;
}
/** Derived: the redemption came to nothing → InvoiceClaimReleased; none when nothing is claimed. */
export const ReleaseInvoice: Handler<ReleaseInvoice> = single(
  invoice,
  (command: ReleaseInvoice) => invoiceStream(command.invoice),
  ({ invoice: key, order }, state) =>
    state.claims[order] === undefined ? [] : [{ type: 'InvoiceClaimReleased', data: { invoice: key, order } }],
);
