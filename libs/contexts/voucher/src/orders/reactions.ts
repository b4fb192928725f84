/** Reactions about orders: a statement in one journal becomes a command in another, whose answer is always an entry. */
import type { VoucherEntryName } from '@yrd/contracts';
import type { DerivedCommand, Entry, Found, Reaction } from '@yrd/ledger';
import { engagement } from './engagement.js';
import { order } from './order.js';
import { dataOf, idOf, provinceOf, type DataOf } from '../reading.js';
import { engagementStream, invoiceStream, journalOf, orderStream } from '../streams.js';

interface Told<N extends VoucherEntryName> {
  readonly data: DataOf<N>;
  readonly entry: Entry;
  readonly found: Found;
}

/** Where and when a statement stands: whose journal, the size that includes it, the time of its entry. */
const standing = (entry: Entry) => ({ from: provinceOf(entry.journal), size: entry.index + 1, statedMs: entry.time });

const commandOf = (command: string, target: string, body: object): readonly DerivedCommand[] => [{ command, target, body }];

/** A reaction to one kind of entry of any journal. In-province orders take the same path: there both journals are one. */
const on = <N extends VoucherEntryName>(name: string, type: N, react: (told: Told<N>) => readonly DerivedCommand[]): Reaction => ({
  name,
  on: [type],
  from: 'any',
  react: (entry, found) => {
    const data = dataOf(entry, type);
    return data === null ? [] : react({ data, entry, found });
  },
});

type Statement =
  'AcceptanceStated' | 'DeclineStated' | 'CancellationStated' | 'ContractSignatureStated' | 'DeliveryStated' | 'RedemptionRequested';

/** A statement about an order goes to the order's home, with the journal and the size that it stands in. */
const takeUp = (name: string, type: Statement, command: string): Reaction =>
  on(name, type, ({ data, entry, found }) =>
    data.home === found.province ? commandOf(command, orderStream(data.order), { ...data, ...standing(entry) }) : [],
  );

const takeProposal = on('take-proposal', 'OrderProposed', ({ data, entry, found }) => {
  const { home, ...proposal } = data;
  const from = provinceOf(entry.journal);
  return home === found.province ? commandOf('TakeProposal', orderStream(data.order), { ...proposal, agencyProvince: from, from }) : [];
});

const claimInvoice = on('claim-invoice', 'InvoiceClaimAsked', ({ data, entry, found }) => {
  if (data.agencyProvince !== found.province) return [];
  const { order: id, agency, invoiceKey, invoiceTail, invoiceFen, claimFen, replaces } = data;
  const body = { invoice: invoiceKey, order: id, home: provinceOf(entry.journal), agency, tail: invoiceTail, invoiceFen, claimFen };
  return [
    ...commandOf('ClaimInvoice', invoiceStream(invoiceKey), body),
    ...(replaces === undefined ? [] : commandOf('ReleaseInvoice', invoiceStream(replaces), { invoice: replaces, order: id })),
  ];
});

/** Only the answer to a question goes back: a claim that the agency made itself (通兑) travels with its request. */
const awaitsInvoice = (reaction: Reaction): Reaction => ({
  ...reaction,
  needs: (entry) => [{ journal: journalOf(String(entry.data.home)), stream: orderStream(String(entry.data.order)) }],
});
const answered = (found: Found, id: string): boolean =>
  found.state(order, journalOf(found.province), orderStream(id)).phase === 'InvoiceAsked';

const invoiceClaimed = awaitsInvoice(
  on('invoice-claimed', 'InvoiceClaimed', ({ data, entry, found }) => {
    if (data.home !== found.province || !answered(found, data.order)) return [];
    const body = {
      order: data.order,
      invoice: data.invoice,
      refused: null,
      ...standing(entry),
    };
    return commandOf('TakeInvoiceAnswer', orderStream(data.order), body);
  }),
);
const invoiceRefused = awaitsInvoice(
  on('invoice-claim-refused', 'InvoiceClaimRefused', ({ data, entry, found }) => {
    if (data.home !== found.province || !answered(found, data.order)) return [];
    const { order: id, invoice, code, facts } = data;
    const body = { order: id, invoice, refused: { rejected: code, facts }, ...standing(entry) };
    return commandOf('TakeInvoiceAnswer', orderStream(id), body);
  }),
);

/** A8: what a red letter left of a claim goes to the order that rests on it. */
const takeRedLetter = on('take-red-letter', 'InvoiceClaimReduced', ({ data, entry, found }) =>
  data.home === found.province ? commandOf('TakeRedLetter', orderStream(data.order), { ...data, ...standing(entry) }) : [],
);

const answerShare = on('answer-share', 'RedemptionApproved', ({ data, entry, found }) => {
  const { asked, order: id, scheme, subsidyFen } = data;
  const home = provinceOf(entry.journal);
  if (asked?.province !== found.province || home === found.province) return [];
  return commandOf('AnswerShare', engagementStream(id), {
    order: id,
    home,
    scheme,
    subsidyFen,
    amountFen: asked.amountFen,
    share: asked.share,
  });
});
const takeShare = (name: string, type: 'ShareAccepted' | 'ShareRefused'): Reaction =>
  on(name, type, ({ data, entry, found }) => {
    if (data.home !== found.province) return [];
    const code = 'code' in data ? data.code : '';
    const body = {
      order: data.order,
      accepted: entry.type === 'ShareAccepted',
      amountFen: data.amountFen,
      code,
      ...standing(entry),
    };
    return commandOf('TakeShareAnswer', orderStream(data.order), body);
  });

/** A redemption that came to nothing frees its invoice, in the agency's province. */
const freeInvoice = (name: string, type: 'RedemptionRefused' | 'OrderLapsed'): Reaction =>
  on(name, type, ({ data, found }) => {
    if (data.agencyProvince !== found.province || data.invoiceKey === undefined) return [];
    return commandOf('ReleaseInvoice', invoiceStream(data.invoiceKey), { invoice: data.invoiceKey, order: data.order });
  });
/** A request that the home could not take up frees its invoice too: the agency's own engagement knows which. */
const freeRefused: Reaction = {
  name: 'free-invoice-of-refused-request',
  on: ['StatementRefused'],
  from: 'any',
  needs: (entry, found) =>
    entry.data.statement === 'redemption' ? [{ journal: journalOf(found.province), stream: engagementStream(idOf(entry.stream)) }] : [],
  react: (entry, found) => {
    if (entry.data.statement !== 'redemption') return [];
    const id = idOf(entry.stream);
    const { requested } = found.state(engagement, journalOf(found.province), engagementStream(id));
    if (requested?.home !== provinceOf(entry.journal)) return [];
    return commandOf('ReleaseInvoice', invoiceStream(requested.invoiceKey), { invoice: requested.invoiceKey, order: id });
  },
};

export const orderReactions: readonly Reaction[] = [
  takeProposal,
  takeUp('take-acceptance', 'AcceptanceStated', 'TakeAcceptance'),
  takeUp('take-decline', 'DeclineStated', 'TakeDecline'),
  takeUp('take-cancellation', 'CancellationStated', 'TakeCancellation'),
  takeUp('take-signature', 'ContractSignatureStated', 'TakeSignature'),
  takeUp('take-delivery', 'DeliveryStated', 'TakeDelivery'),
  takeUp('take-redemption', 'RedemptionRequested', 'TakeRedemption'),
  claimInvoice,
  invoiceClaimed,
  invoiceRefused,
  takeRedLetter,
  answerShare,
  takeShare('take-share', 'ShareAccepted'),
  takeShare('take-share-refusal', 'ShareRefused'),
  freeInvoice('free-invoice-of-refused', 'RedemptionRefused'),
  freeInvoice('free-invoice-of-lapsed', 'OrderLapsed'),
  freeRefused,
];
