/** Rows of the access register: who asked for what, and the persons whose data a node holds. */
import type { AccessRow } from './access-rows.js';

export const registerRows = {} as const satisfies Readonly<Record<string, AccessRow>>;
