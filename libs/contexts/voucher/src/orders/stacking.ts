/** Stacking (V26): the voucher and all other public support for one service stay within a share of its cost, and never exceed it. */
import { phrase, refuse, yuan, type VoucherPack } from '@yrd/contracts';
import { fen, portion, type Ratio, type Rejection } from '@yrd/ledger';
import { subsidyOf } from '../quotas/reservation.js';

const WHOLE: Ratio = { of: 1, in: 1 };

/** The most that all public support may be, fen. A pack may say less than the cost, never more. */
const most = (pack: VoucherPack, costFen: number): number => Math.min(costFen, portion(fen(costFen), pack.stacking?.most ?? WHOLE));

/** Amounts of one service, fen. */
export interface Support {
  readonly costFen: number;
  readonly subsidyFen: number;
  /** Other public support, as it was declared with the file. */
  readonly otherFen: number;
}

/** E-STACK when all support together is more than the pack allows. */
export const overstacked = (pack: VoucherPack, { costFen, subsidyFen, otherFen }: Support): Rejection | null => {
  const mostFen = most(pack, costFen);
  if (otherFen === 0 || subsidyFen + otherFen <= mostFen) return null;
  return refuse('E-STACK', {
    policy: pack.version,
    seen: yuan(subsidyFen + otherFen),
    needed: phrase('upToOf', { mostFen, costFen }),
  });
};

/** The same before anybody counted: with the least that any kind of subject would get, so that only what must fail is refused early. */
export const surelyOverstacked = (
  pack: VoucherPack,
  { costFen, otherFen, reservedFen }: Omit<Support, 'subsidyFen'> & { readonly reservedFen: number },
): Rejection | null => {
  const amounts = Object.values(pack.subjects).map((terms) => Math.min(subsidyOf(terms, costFen), reservedFen));
  return overstacked(pack, { costFen, otherFen, subsidyFen: Math.min(...amounts) });
};
