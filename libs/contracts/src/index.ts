/** What others may read: entry contracts, policy packs, refusal codes. Data and types only. */
export * from './access-scopes.js';
export * from './access-record.js';
export * from './access-table.js';
export * from './border.js';
export * from './codes.js';
export * from './deciding.js';
export * from './entry-check.js';
export * from './persons.js';
export { parseRetention, type Retention } from './retention.js';
export { type EntryContract } from './schema.js';
export { type Counted } from './voucher-calendar.js';
export { HOLDER_KINDS, TIES, type Ownership, type Tie } from './voucher-ownership.js';
export { LISTED_MAX, STRETCHES_MAX } from './voucher-batch.js';
export * from './voucher-pack.js';
export * from './voucher.js';
export { packDocument, readDocument } from './pack-document.js';
export { parsePack, readPack, type LineFault, type PackReading, type ParsedPack } from './pack-check.js';
export { noteFaults, packFaults, seriesFaults, type PackFault, type SeriesFault } from './pack-faults.js';
