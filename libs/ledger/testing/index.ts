/** The simulated world and the suite that every set of adapters passes. */
export * from './broker.js';
export * from './contract.js';
export * from './federation-run.js';
export * from './gifts.js';
export * from './hostile-run.js';
export * from './invariants.js';
export * from './liar.js';
export * from './memory.js';
export * from './mischief.js';
export * from './quick-crypto.js';
export * from './scheduler.js';
export * from './simulated-world.js';
export * from './test-crypto.js';
export * from './traces.js';
