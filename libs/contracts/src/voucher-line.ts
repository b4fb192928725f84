/** A line of settlement as entries state it: what one province owes another for an order. */
import { Type } from '@sinclair/typebox';
import { Fen, Province, Size } from './schema.js';

/** At most one an order when it becomes payable, and one for each clawback; stated where the order is at home. */
export const Line = Type.Object({ payer: Province, payee: Province, amountFen: Fen, foreign: Type.String(), foreignSize: Size });
