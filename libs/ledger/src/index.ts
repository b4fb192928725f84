/** The ledger: signed journals, replicas, folds. Pure TypeScript over ports. */
export * from './block.js';
export * from './decider.js';
export * from './federation.js';
export * from './money.js';
export * from './node.js';
export * from './ports.js';
