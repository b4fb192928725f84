/** An order's way in short words, from placing to the treasury's receipt; each step waits for the news it needs. */
import {
  agent,
  ask,
  type Body,
  bodyOf,
  clock,
  DAY_MS,
  does,
  firm,
  forward,
  hashOf,
  type Market,
  office,
  type Province,
  PROVINCES,
  sending,
  staff,
} from './delta.js';
import { eventually, type Person } from './http.js';

const FILES = ['contract', 'invoice', 'payment', 'result'].map((kind) => ({ kind, hash: hashOf(kind) }));
let invoices = 0;

/** 20 digits: year, region, channel, sequence. */
export const invoiceNumber = (province: Province): string => `26${province}1${String((invoices += 1)).padStart(15, '0')}`;

export interface Terms {
  readonly home: Province;
  readonly at: Province;
  readonly mode: 'tongyong' | 'tongdui';
  /** The fee, fen. */
  readonly amountFen: number;
  readonly scheme?: string;
  readonly who?: Person;
  readonly subject?: string;
}

export const placing = ({ agencies, subjects, year }: Market, { home, at, mode, amountFen, scheme = 'cxq', subject }: Terms): Body => ({
  subject: subject ?? subjects[home],
  scheme,
  year,
  agencyProvince: at,
  agency: agencies[at],
  product: 'p1',
  mode,
  amountFen,
});

/** An order as its home shows it to its enterprise. */
export const orderOf = async (home: Province, id: string, who: Person = firm(home)): Promise<Body> =>
  bodyOf(await ask(who, `/v1/orders/${id}`));

export const reaches = (home: Province, id: string, state: string, who?: Person): Promise<Body> =>
  eventually(
    `order ${id} in ${home} ${state}`,
    async () => {
      const order = await orderOf(home, id, who);
      return order['state'] === state && order;
    },
    // News is waited for as long as an answer: whoever is struck by faults on the way needs both.
    sending.patienceMs,
  );

/** Places an order. Answers its id. */
export const place = async (market: Market, terms: Terms): Promise<string> =>
  String((await does(terms.who ?? firm(terms.home), '/v1/orders', placing(market, terms)))['id']);

/** From a placed order to an accepted service. */
export const serve = async (market: Market, terms: Terms, order: string): Promise<void> => {
  const { home, at, amountFen, who = firm(home) } = terms;
  const by = { home, agency: market.agencies[at] };
  await does(agent(at), `/v1/engagements/${order}/acceptance`, by);
  await reaches(home, order, 'Accepted', who);
  const now = await clock();
  const contract = { contractHash: hashOf(`contract ${order}`), amountFen, signedMs: now, startMs: now, endMs: now + DAY_MS };
  await does(agent(at), `/v1/engagements/${order}/signature`, { ...by, ...contract });
  await does(who, `/v1/orders/${order}/contract`, contract);
  await does(agent(at), `/v1/engagements/${order}/delivery`, { ...by, deliverableHash: hashOf(`result ${order}`) });
  await reaches(home, order, 'Delivered', who);
  await does(who, `/v1/orders/${order}/acceptance`);
};

/** Asks for redemption in the order's mode, and has it reviewed, approved and publicised. */
export const redeem = async (market: Market, terms: Terms, order: string, invoice = invoiceNumber(terms.at)): Promise<void> => {
  const { home, at, mode, amountFen, who = firm(home) } = terms;
  const file = { invoiceNumber: invoice, invoiceFen: amountFen, paidFen: amountFen, files: FILES };
  if (mode === 'tongyong') await does(who, `/v1/orders/${order}/redemption`, file);
  else await does(agent(at), `/v1/engagements/${order}/redemption`, { home, agency: market.agencies[at], ...file });
  await reaches(home, order, 'UnderReview', who);
  await does(staff(home, 'reviewer'), `/v1/orders/${order}/review`);
  await does(staff(home, 'approver'), `/v1/orders/${order}/approval`);
  await does(office(home), `/v1/orders/${order}/publicity`, { batch: 'journey' });
};

/** Lets publicity run out. */
export const publicityEnds = (): Promise<void> => forward({ forwardDays: 8 });

/** Finance instructs, the treasury's receipt comes in: the order is settled. */
export const pay = async ({ home, who = firm(home) }: Terms, order: string): Promise<Body> => {
  await does(staff(home, 'finance'), `/v1/orders/${order}/payment-instruction`);
  await does(staff(home, 'finance'), `/v1/orders/${order}/payment`, { receiptHash: hashOf(`receipt ${order}`) });
  return reaches(home, order, 'Settled', who);
};

export const closeWindow = async (window: number, provinces: readonly Province[] = PROVINCES): Promise<void> => {
  await Promise.all(provinces.map((province) => does(staff(province, 'operator'), `/v1/windows/${window}/close`)));
};

interface WindowBody extends Body {
  readonly equal: boolean;
  readonly digests: Readonly<Record<string, string | null>>;
  readonly statement: Body | null;
  readonly pairs: readonly { readonly pair: string; readonly state: string; readonly sumFen?: number }[];
}

export const windowAt = async (window: number, province: Province): Promise<WindowBody> =>
  bodyOf(await ask(null, `/v1/windows/${window}`, province)) as WindowBody;

/** The window as all four state it, once their digests are equal. */
export const netted = (window: number): Promise<readonly WindowBody[]> =>
  eventually(`window ${window} netted with four equal digests`, async () => {
    const seen = await Promise.all(PROVINCES.map((province) => windowAt(window, province)));
    return seen.every(({ equal }) => equal) && seen;
  });
