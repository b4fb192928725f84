/** What needs neither Nest nor servers: hashing, keys, the federation file, checks of exports, tables. A command starts at once with it. */
export { checkExport, type ExportVerdict } from './audit/audit-check.js';
export { parseFederation } from './config/config-federation.js';
export { CSV_MARK, csvLine, type Cell } from './tables/csv.js';
export { nodeHasher, nodeKeys, nodeTools } from './keys/node-crypto.js';
