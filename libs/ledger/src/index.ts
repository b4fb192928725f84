/** The ledger: signed journals, replicas, folds. Pure TypeScript over ports. */
export * from './block.js';
export * from './bytes.js';
export * from './canonical.js';
export * from './decider.js';
export * from './federation.js';
export * from './ids.js';
export * from './leaf.js';
export { boxKeyLine } from './lock.js';
export * from './money.js';
export * from './node.js';
export * from './note.js';
export { openNode } from './open-node.js';
export * from './ports.js';
export { readOn } from './recent-blocks.js';
export * from './tlog-proof.js';
export * from './tree.js';
