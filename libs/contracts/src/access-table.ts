/**
 * Who may do and see what: one row for every command of a person and for every reading. Routes and decisions both go by it;
 * docs/ACCESS.md is printed from it. A role opens the door; the condition says whose things lie behind it.
 */
import { nodeRows } from './access-node.js';
import { registerRows } from './access-register.js';
import type { AccessRow } from './access-rows.js';
import { voucherRows } from './access-voucher.js';

export { CONDITIONS, isSensitive, isStaff, ROLES, type AccessRow, type Condition, type Role } from './access-rows.js';
export { nodeRows, registerRows, voucherRows };

/** Every row of the product, by name. */
export const accessTable = { ...voucherRows, ...registerRows, ...nodeRows } as const satisfies Readonly<Record<string, AccessRow>>;

export type AccessName = keyof typeof accessTable;
