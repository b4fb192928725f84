/** What comes after a service or its payment went wrong, told as its steps: disputes (A13), and money that is taken back (V23, V24). */
import type { Actor } from '@yrd/ledger';
import type { Deal } from './deals.js';
import type { ProvinceCode } from './node.js';
import { actor, hex } from './scenario.js';

/** One step of somebody; true when it was taken. */
export type Act = (province: ProvinceCode, command: string, body: object, by: Actor, about: string) => Promise<boolean>;

/** How the disputes end, by turns: a part of the service counts, or nothing does and the quota is free again. */
const RESOLUTIONS = [{ outcome: 'partial', share: { of: 1, in: 2 } }, { outcome: 'none' }] as const;

/** The number that a deal has among those of its course. */
const nth = ({ id, course }: Deal): number => Number(id.slice(course.length + 1));

/** The firm does not accept what was delivered, and a supervisor of its province decides (A13). */
export const dispute = async (act: Act, deal: Deal, firm: Actor): Promise<void> => {
  const { id: order, home } = deal;
  if (!(await act(home, 'RaiseDispute', { order, reason: 'incomplete' }, firm, order))) return;
  const resolution = RESOLUTIONS[nth(deal) % RESOLUTIONS.length]!;
  await act(home, 'ResolveDispute', { order, ...resolution }, actor(home, 'supervisor'), order);
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
