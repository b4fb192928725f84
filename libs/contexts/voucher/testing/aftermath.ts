/** Where a deal is called into question, told as its steps: disputes (A13), objections (V17), money that is taken back (V23, V24). */
import type { Actor } from '@yrd/ledger';
import { nth, type Deal } from './deals.js';
import { PROVINCE_CODES, type ProvinceCode } from './node.js';
import { actor, agent, hex } from './scenario.js';

/** One step of somebody; true when it was taken. */
export type Act = (province: ProvinceCode, command: string, body: object, by: Actor, about: string) => Promise<boolean>;

/** How the disputes end, by turns: a part of the service counts, or nothing does and the quota is free again. */
const RESOLUTIONS = [{ outcome: 'partial', share: { of: 1, in: 2 } }, { outcome: 'none' }] as const;

/** The firm does not accept what was delivered, and a supervisor of its province decides (A13). */
export const dispute = async (act: Act, deal: Deal, firm: Actor): Promise<void> => {
  const { id: order, home } = deal;
  if (!(await act(home, 'RaiseDispute', { order, reason: 'incomplete' }, firm, order))) return;
  const resolution = RESOLUTIONS[nth(deal) % RESOLUTIONS.length]!;
  await act(home, 'ResolveDispute', { order, ...resolution }, actor(home, 'supervisor'), order);
};

/** Somebody of a third province objects to every other payment, at his own node; its home finds no ground, and publicity runs on (V17). */
export const object = async (act: Act, deal: Deal): Promise<void> => {
  const { id: order, home, at } = deal;
  const from = PROVINCE_CODES.find((each) => each !== home && each !== at);
  if (!from || nth(deal) % 2 > 0) return;
  const stated = { objection: `${from}.${order}`, order, home, grounds: 'related-party' };
  if (await act(from, 'StateObjection', stated, agent(from), order))
    await act(home, 'RejectObjection', { order }, actor(home, 'approver'), order);
};

/** Of what was paid one subsidy comes back in part after a refund (V23), one whole after a fraud (V24); the others stay. */
export const takeBack = async (act: Act, deal: Deal): Promise<void> => {
  const { id: order, home, voucherFen } = deal;
  const grounds = [
    { cause: 'refund', baseFen: voucherFen },
    { cause: 'fraud', against: 'agency' },
  ][nth(deal)];
  if (!grounds || !(await act(home, 'OrderClawback', { order, ...grounds }, actor(home, 'approver'), order))) return;
  const recovered = { order, clawback: 1, receiptHash: hex(`recovered ${order}`) };
  await act(home, 'ConfirmRecovered', recovered, actor(home, 'finance'), order);
};
