/** The simulated world and the suite that every set of adapters passes. */
export * from './contract.js';
export * from './federation-run.js';
export * from './gifts.js';
export * from './memory.js';
export * from './scheduler.js';
export * from './simulated-world.js';
