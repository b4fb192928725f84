/** For tests of services: provinces behind real HTTP, an issuer of tokens, and the interface as a node describes it. */
export * from './delta.js';
export * from './described.js';
export * from './issuer.js';
export * from './verifiers.js';
export * from './ground.js';
export * from './heap.js';
export * from './tables.js';
