/** Slices (A1) as steps of a history: a firm sets money aside for an agency of another province, which draws on it and returns the rest. */
import type { Actor } from '@yrd/ledger';
import type { Act } from './aftermath.js';
import { nth, type Deal } from './deals.js';
import { agent } from './scenario.js';

/** How long a slice may be drawn on. */
const DAYS = 5;

const atHolder = ({ id, home, at }: Deal) => ({ slice: id, home, agency: `a${at}` });

/** Grants a slice and draws an order on half of it; true once it is drawn. */
export const drawOnSlice = async (act: Act, deal: Deal, account: object, firm: Actor): Promise<boolean> => {
  const { id, home, at, mode, voucherFen } = deal;
  const granted = { slice: id, ...account, holder: at, agency: `a${at}`, amountFen: 2 * voucherFen, days: DAYS };
  if (!(await act(home, 'GrantSlice', granted, firm, id))) return false;
  const drawn = { ...atHolder(deal), order: id, product: 'p1', mode, amountFen: 2 * voucherFen, voucherFen };
  return act(at, 'DrawSlice', drawn, agent(at), id);
};

/** Every other slice is returned; the others run out. */
export const returnSlice = async (act: Act, deal: Deal): Promise<void> => {
  if (nth(deal) % 2 === 0) await act(deal.at, 'ReturnSlice', atHolder(deal), agent(deal.at), deal.id);
};
