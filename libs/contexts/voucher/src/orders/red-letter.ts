/** Red-letter invoices (红字发票, A8): the invoice's home states them, and what they leave of each claim; each order's home reacts. */
import { phrase, refuse, upTo, yuan, type VoucherData } from '@yrd/contracts';
import { toStream, type Decision, type Handler } from '@yrd/ledger';
import { agency } from '../agencies/agency.js';
import { handler, positive } from '../handling.js';
import { agencyParty, interestPlaces, mayDecide } from './interests.js';
import { invoice, type Invoice, type InvoiceEvent } from './invoice.js';
import { agencyStream, invoiceStream } from '../streams.js';

export interface RecordRedLetter {
  /** HMAC of the invoice's number, and of the red letter's own. */
  readonly invoiceKey: string;
  readonly redKey: string;
  readonly redFen: number;
}

/** Claims that the invoice no longer supports whole, cut from the newest on: what was redeemed first stands first. */
const cut = (state: Invoice, key: string, leftFen: number): readonly VoucherData<'InvoiceClaimReduced'>[] => {
  let overFen = Object.values(state.claims).reduce((total, each) => total + each, 0) - leftFen;
  return Object.entries(state.claims)
    .reverse()
    .flatMap(([order, claimFen]) => {
      const home = state.homes[order];
      const cutFen = Math.min(overFen, claimFen);
      if (cutFen <= 0 || home === undefined) return [];
      overFen -= cutFen;
      return [{ invoice: key, order, home, claimFen: claimFen - cutFen }];
    });
};

/** RecordRedLetter (reviewer, at the invoice's home) → InvoiceRedLettered, and InvoiceClaimReduced for each claim that it cuts (A8). */
export const RecordRedLetter: Handler<RecordRedLetter> = handler({
  target: (command: RecordRedLetter) => invoiceStream(command.invoiceKey),
  reads: (command: RecordRedLetter, peek) => {
    const of = peek.state(invoice, invoiceStream(command.invoiceKey))?.registered?.agency;
    if (of === undefined) return [];
    return [{ province: peek.province, stream: agencyStream(of) }, ...interestPlaces([agencyParty(peek.province, of)], peek)];
  },
  decide: ({ invoiceKey, redKey, redFen }, turn): Decision => {
    const state = turn.state(invoice, invoiceStream(invoiceKey));
    const by = state.registered?.agency;
    const issuer = by === undefined ? null : turn.state(agency, agencyStream(by)).organisation;
    const no = mayDecide(turn, 'RecordRedLetter', { agency: issuer }, by === undefined ? [] : [agencyParty(turn.province, by)]);
    if (no) return no;
    if (!state.registered) return refuse('E-NOTFOUND', { seen: phrase('noSuchInvoice'), needed: phrase('supportingInvoice') });
    if (state.reds.includes(redKey)) return [];
    const leftFen = state.registered.amountFen - state.redFen - redFen;
    const wrong = positive('redFen', redFen);
    if (wrong) return wrong;
    if (leftFen < 0)
      return refuse('E-VALIDATION', { field: 'redFen', seen: yuan(redFen), needed: upTo(state.registered.amountFen - state.redFen) });
    const events: readonly InvoiceEvent[] = [
      { type: 'InvoiceRedLettered', data: { invoice: invoiceKey, red: redKey, redFen, leftFen } },
      ...cut(state, invoiceKey, leftFen).map((data) => ({ type: 'InvoiceClaimReduced', data }) as const),
    ];
    return toStream(invoiceStream(invoiceKey), events);
  },
});
