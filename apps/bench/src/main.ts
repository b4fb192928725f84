/** The program behind `npm run bench`: measures the ledger in this process against the servers given, and prints its rows. */
import { carryingRows } from './carrying.js';
import { orderRows } from './orders.js';
import { readingRows } from './reading.js';
import { tableOf, type Row } from './table.js';
import { writingRows } from './writing.js';

interface Order {
  readonly mongoUrl: string;
  readonly brokers: readonly string[];
  readonly rounds: number;
  /** Size of the large ledger. */
  readonly entries: number;
  /** Parts to run: `writing`, `carrying`, `reading`; `orders` needs four nodes, whose addresses are in the environment. */
  readonly parts: readonly string[];
  /** What the command lines of MongoDB and Kafka hold. */
  readonly pidWords: readonly string[];
}

const order = JSON.parse(process.env['YRD_BENCH'] ?? '{}') as Order;
const servers = { mongoUrl: order.mongoUrl, brokers: order.brokers };
const say = (line: string): void => void process.stdout.write(`${line}\n`);

const parts: Readonly<Record<string, () => Promise<readonly Row[]>>> = {
  writing: () => writingRows(servers, order.rounds, order.pidWords, say),
  carrying: () => carryingRows(servers, order.rounds, say),
  orders: () => orderRows(order.rounds, order.pidWords, say),
  reading: () => readingRows(servers, order.rounds, order.entries, say),
};

const rows: Row[] = [];
for (const part of order.parts) {
  say(`${part}`);
  rows.push(...((await parts[part]?.()) ?? []));
}
say(`\n${tableOf(rows)}`);
process.exit(0);
