/** Planted bugs of the voucher context. */
import { mutantOf, type Mutant } from './mutant.js';

const voucher = (file: string) => mutantOf(`libs/contexts/voucher/src/${file}.ts`);

export const VOUCHER_MUTANTS: readonly Mutant[] = [
  voucher('quotas/quota')(
    'count what is reserved as free',
    'state.grantedFen - state.reservedFen - state.consumedFen : 0',
    'state.grantedFen - state.consumedFen : 0',
  ),
  voucher('orders/serving')(
    'double a compensation',
    'more: [...release(state, termsOf(state).reservedFen), ...leaveLine(state)],\n}));\n\nexport interface SignContract',
    'more: [...release(state, 2 * termsOf(state).reservedFen), ...leaveLine(state)],\n}));\n\nexport interface SignContract',
  ),
  voucher('orders/serving')(
    'take up a statement in any state',
    "if (!phases.includes(state.phase)) return refuse('E-STATE', { seen: word(state.phase), needed: anyOf(phases) });",
    '',
  ),
  voucher('orders/serving')(
    'lapse without giving back',
    'more: [...release(state, state.terms.reservedFen), ...leaveLine(state)],',
    'more: [...leaveLine(state)],',
  ),
  voucher('settlement/paying')(
    'keep what was reserved and not paid',
    '...release(state, (state.after.heldFen ?? terms.reservedFen) - paidFen),',
    '',
  ),
  voucher('settlement/paying')(
    'pay before the line is settled',
    'if (state.line && !state.lineSettled)',
    'if (state.line?.pair)',
    'voucher/src/journeys',
  ),
  voucher('orders/redeeming')(
    'let one person approve what he reviewed',
    'acts.some((act) => state.hands[act] === turn.actor.person)',
    'acts.length === 0',
    'voucher/src/rules',
  ),
  voucher('orders/invoice')(
    'let an invoice support more than its amount',
    'if (claimFen > leftFen)',
    'if (claimFen > invoiceFen)',
    'voucher/src/rules',
  ),
  voucher('settlement/settlement')(
    'count a line in every window',
    'covered(line, cuts) && !covered(line, before)',
    'covered(line, cuts)',
    'voucher/src/settlement/settlement',
  ),
  voucher('settlement/clearing-lines')(
    'count a moved line where it was too',
    'return (this.moved.size > 0 && this.moved.has(nameOf(row))) || this.sink.take(row);',
    'return this.sink.take(row);',
    'voucher/src/settlement/clearing-lines',
  ),
  voucher('settlement/clearing-lines')(
    'leave out what only the other side’s cut was late for',
    'return mine.gte > 1 ? [late, others] : [others];',
    'return [others];',
    'voucher/src/settlement/clearing-lines',
  ),
  voucher('orders/placing')(
    'take an order that waits from whoever stands in line',
    "if (before.phase !== 'None' && !waited) return",
    "if (before.phase !== 'None' && before.phase !== 'Queued') return",
    'voucher/src/quotas/queue',
  ),
  voucher('quotas/slice')(
    'give a whole slice back when it ends',
    'const releasedFen = openFen(state);',
    'const releasedFen = granted.amountFen;',
  ),
  voucher('quotas/drawing')(
    'set a drawn order beside its slice',
    "{ type: 'QuotaUnsliced', data: { slice: id, amountFen: voucherFen, to: 'order' } },",
    '',
  ),
  voucher('orders/placing')(
    'take an order out of the line for a silence that passes',
    "if (answer.rejected === 'E-STALE') return holdLine(state);",
    '',
  ),
  voucher('quotas/reservation')(
    'keep the pool’s money of an order that ended',
    '...state.ceilings.flatMap((stream) => toStream(stream, [giveBack(terms.order, amountFen)], terms.policy)),',
    '',
  ),
  voucher('settlement/clearing-reactions')(
    'settle a pair that one side sees otherwise',
    'if (agree(mine, theirs)) {',
    'if (mine.pair === theirs.pair) {',
    'voucher/src/(settlement/settlement|views|journeys)',
  ),
  voucher('settlement/clawback')(
    'give the quota back after a fraud',
    "more: cause === 'fraud' ? [] : restored(state, amountFen)",
    'more: restored(state, amountFen)',
  ),
  voucher('orders/serving')(
    'keep the quota of a service that does not count',
    "outcome === 'none' ? release(state, reservedFen) : []",
    '[]',
  ),
];
