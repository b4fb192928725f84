/** An order as it is answered: its terms, where it stands, and what happened, without keys and without who put a hand on it. */
import { codes, factsInBoth } from '@yrd/contracts';
import type { Fact } from '@yrd/ledger';
import { deadlineOf, provisionalOf, type order as orderFold } from '@yrd/voucher';

type Order = (typeof orderFold)['initial'];

/** Without the keyed hash of the invoice: its tail is enough to recognise it. */
const withoutKey = <T extends { readonly invoiceKey: string }>(file: T | null): Omit<T, 'invoiceKey'> | null => {
  if (file === null) return null;
  const { invoiceKey: _key, ...shown } = file;
  return shown;
};

/** Why something was refused, by an entry: the code with its clause, and the facts, in both languages. */
export const shownWhy = (code: string, facts: Readonly<Record<string, Fact>>) => {
  const words = Object.entries(codes).find(([name]) => name === code)?.[1];
  return { code, clause: words?.clause ?? null, title: words && { zh: words.zh, en: words.en }, facts: factsInBoth(code, facts) };
};

const heldFor = ({ held }: Order, reason: string): object | null => {
  const facts = held[reason];
  return facts ? factsInBoth(reason, facts) : null;
};

/** A proposal that was refused: no order came of it, and its parties are told why, in both languages. Null where there is none. */
export const shownRefusal = ({ phase, refusedProposal }: Order, province: string): object | null => {
  if (refusedProposal === null) return null;
  const { order: id, code, facts, ...parties } = refusedProposal;
  return { id, state: phase, province, ...parties, proposalRefused: shownWhy(code, facts) };
};

/** Null when there is no such order: a proposal that was refused has no terms. */
export const shownOrder = (state: Order) => {
  const { terms } = state;
  if (terms === null) return null;
  // How its limit was counted is said in words with the limit.
  const { order: id, home, counted: _counted, ...rest } = terms;
  const { phase, holds, hands, redemption, asked, ...more } = state;
  const {
    signature,
    contract,
    deliverableHash,
    share,
    redeemByMs,
    returns,
    approval,
    shareSize,
    shareDeclined,
    line,
    lineSettled,
    instructed,
    after,
  } = more;
  return {
    id,
    state: phase,
    held: holds.length > 0,
    holds,
    holdFacts: Object.fromEntries(holds.map((reason) => [reason, heldFor(state, reason)])),
    province: home,
    ...rest,
    deadlineMs: deadlineOf(state),
    deadlineProvisional: provisionalOf(state),
    contractByMs: state.contractByMs,
    agencySigned: signature !== null,
    signature,
    contract,
    deliverableHash,
    share,
    redeemByMs,
    redemption: withoutKey(redemption ?? asked),
    returns,
    reviewed: hands.review !== undefined,
    approved: approval !== null,
    approval,
    shareAnswered: approval?.asked === undefined ? null : shareSize !== null ? 'confirmed' : 'awaited',
    shareDeclined,
    publicUntilMs: state.endsMs === 0 ? null : state.endsMs,
    line,
    lineSettled,
    instructed,
    budgetYear: state.after.budgetYear,
    instructions: after.instructions,
    clawbacks: after.clawbacks,
  };
};

export type ShownOrder = NonNullable<ReturnType<typeof shownOrder>>;
