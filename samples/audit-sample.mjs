// Draws a province's half-yearly audit sample again (V25), with nothing but Node: what GET /v1/audit-samples/2026H1 answers comes in on
// standard input, and the lots say whether seed, population and sample belong together. Exit code 1 when they do not.
import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';

const sha256 = (text) => createHash('sha256').update(text).digest('hex');
const { half, seed, share, population, sample, orders } = JSON.parse(readFileSync(0, 'utf8'));

const size = Math.ceil((orders.length * share.of) / share.in);
const lots = orders.map((order) => [sha256(`yrd.voucher.audit\n${half}\n${seed}\n${order}`), order]).sort();
const drawn = lots.slice(0, size).map(([, order]) => order);

const faults = [
  ...(sha256([...orders].sort().join('\n')) === population ? [] : ['the list of orders is not the one that the entry speaks of']),
  ...(JSON.stringify(drawn) === JSON.stringify(sample) ? [] : ['the sample is not what the lots give']),
];
console.log(faults.length === 0 ? `${half}: ${size} of ${orders.length} orders, drawn as stated` : faults.join('\n'));
process.exitCode = faults.length === 0 ? 0 : 1;
