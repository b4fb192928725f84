/** Amounts as people read them; apart from tables, so that the help loads no ledger. */
import { yuan as written, type Fen } from '@yrd/ledger';

/** `1234567` fen → `12,345.67`: what a node says is shown as it says it, in range or not. */
export const yuan = (amountFen: number): string => written(amountFen as Fen);

/** A number of fen that stands to the right as a text does not: `+12.00`, `0.00`. */
export const signedYuan = (amountFen: number): string => (amountFen > 0 ? `+${yuan(amountFen)}` : yuan(amountFen));
