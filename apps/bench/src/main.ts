/** The program behind `npm run bench`: measures the ledger in this process against the servers given, and prints its rows. */
import { absenceRows } from './absence.js';
import { carryingRows } from './carrying.js';
import { benchConfig } from './config.js';
import { orderRows } from './orders.js';
import { readingRows } from './reading.js';
import { settlingRows } from './settling.js';
import { tableOf, type Row } from './table.js';
import { writingRows } from './writing.js';

const order = benchConfig();
const servers = { mongoUrl: order.mongoUrl, brokers: order.brokers };
const say = (line: string): void => void process.stdout.write(`${line}\n`);

const parts: Readonly<Record<string, () => Promise<readonly Row[]>>> = {
  writing: () => writingRows(servers, order.rounds, order.pidWords, say),
  carrying: () => carryingRows(servers, order.rounds, say),
  orders: () => orderRows(order.rounds, order.pidWords, say),
  reading: () => readingRows(servers, order.rounds, order.entries, say),
  settlement: () => settlingRows(servers, order.lines, order.pidWords, say),
  absence: () => absenceRows(servers, Math.min(order.entries, 1_000_000), say),
};

const rows: Row[] = [];
for (const part of order.parts) {
  say(`${part}`);
  rows.push(...((await parts[part]?.()) ?? []));
}
say(`\n${tableOf(rows)}`);
process.exit(0);
