/** Orders of the firm of a market, walked through HTTP from placing to payable as a province's people do it. */
import { createHash } from 'node:crypto';
import { DAY_MS, type Json, type RunningDelta, type Who } from '@yrd/platform/testing';
import { agent, clerk, firm, type Market } from './market.js';

/** The hash of a paper of this name. */
export const hash = (name: string): string => createHash('sha256').update(name).digest('hex');
/** Somebody of a province's office, by his role. */
export const staff = (role: string, province = '32'): Who => ({ province, role });
/** The papers of a redemption, a file of each kind. */
export const files = ['contract', 'invoice', 'payment', 'result'].map((kind) => ({ kind, hash: hash(kind) }));

/** Refusals that news from another province may take away. */
const WAITING = ['E-NOTFOUND', 'E-STATE', 'E-RECOG', 'E-AGENCY', 'E-STALE'];

/** What the firm asks for when it places an order. */
export interface Wanted {
  readonly subject: string;
  readonly scheme: string;
  readonly year: number;
  readonly agencyProvince: string;
  readonly agency: string | undefined;
  readonly product: string;
  readonly mode: string;
  readonly amountFen: number;
}

/** Orders of one firm in one market, in a year. */
export class Orders {
  constructor(
    private readonly delta: RunningDelta,
    private readonly market: Market,
    private readonly year: number,
  ) {}

  /** A service of an agency of Jiangsu, which redeems it (通兑), unless it is changed. */
  wanted(change: Partial<Wanted> = {}): Wanted {
    const { agencyProvince = '32' } = change;
    const { subject, agencies } = this.market;
    const terms = { scheme: 'cxq', year: this.year, product: 'p1', mode: 'tongdui', amountFen: 4_000_000 };
    return { subject, agencyProvince, agency: agencies[agencyProvince], ...terms, ...change };
  }

  async stateOf(order: string): Promise<unknown> {
    return (await this.delta.get(firm, `/v1/orders/${order}`)).body['state'];
  }

  reaches(order: string, state: string): Promise<void> {
    return this.delta.until(async () => (await this.stateOf(order)) === state);
  }

  /** Until a refusal that only waits for news from another province goes away. */
  async patiently(who: Who, path: string, body: unknown): Promise<Json> {
    let last: Json = {};
    await this.delta.until(async () => {
      const answer = await this.delta.post(who, path, body);
      last = answer.body;
      if (answer.status < 300) return true;
      if (WAITING.includes(String(last['code']))) return false;
      throw new Error(`${path} answered ${JSON.stringify(last)}`);
    });
    return last;
  }

  /** A contract about so much, signed now, for a day; `paper` is what it is written in. */
  contract(amountFen: number, paper = 'contract') {
    const { nowMs } = this.delta;
    return { contractHash: hash(paper), amountFen, signedMs: nowMs, startMs: nowMs, endMs: nowMs + DAY_MS };
  }

  /** From placing to a delivered service. Answers the order. */
  async deliver(change: Partial<Wanted> = {}, result = (order: string): string => `result of ${order}`, paper?: string): Promise<string> {
    const wanted = this.wanted(change);
    const { agencyProvince, agency, amountFen } = wanted;
    const order = String((await this.patiently(firm, '/v1/orders', wanted))['id']);
    const [by, at] = [{ home: '32', agency }, agent(agencyProvince)];
    const contract = this.contract(amountFen, paper);
    await this.patiently(at, `/v1/engagements/${order}/acceptance`, by);
    await this.reaches(order, 'Accepted');
    await this.patiently(at, `/v1/engagements/${order}/signature`, { ...by, ...contract });
    await this.patiently(firm, `/v1/orders/${order}/contract`, contract);
    await this.patiently(at, `/v1/engagements/${order}/delivery`, { ...by, deliverableHash: hash(result(order)) });
    await this.reaches(order, 'Delivered');
    return order;
  }

  /** From placing to an accepted service. Answers the order. */
  async serve(change: Partial<Wanted> = {}): Promise<string> {
    const order = await this.deliver(change);
    await this.delta.does(firm, `/v1/orders/${order}/acceptance`);
    return order;
  }

  /** Once its file is under review, reviewed and approved. Answers the approval. */
  async approve(order: string): Promise<Json> {
    await this.reaches(order, 'UnderReview');
    await this.delta.does(staff('reviewer'), `/v1/orders/${order}/review`);
    return this.delta.does(staff('approver'), `/v1/orders/${order}/approval`);
  }

  /** From approved to payable. */
  async publicise(order: string): Promise<void> {
    await this.delta.does(clerk('32'), `/v1/orders/${order}/publicity`, { batch: '2026-01' });
    this.delta.pass(8 * DAY_MS);
    await this.reaches(order, 'Payable');
  }
}
