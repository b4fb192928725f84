/** Rows of the whole system: four nodes as they are deployed, met over HTTP; each processor second of theirs and their servers' counts. */
import { does, firm, type Market, office, openMarket, place, type Province, PROVINCES, redeem, serve } from '@yrd/e2e';
import { cpuSeconds, flood, spread, type Figure } from './measure.js';
import { interleaved, type Row } from './table.js';

const FOR_MS = 8_000;
const COMMANDS = 64;
const ORDERS = 16;
const ORDER_FEN = 1_000;

/** An order over a border, from placing to publicity: ten commands at two nodes, and the news between them. */
const carry = async (market: Market, n: number): Promise<void> => {
  const home = PROVINCES[n % 4]!;
  const at = PROVINCES[(n + 1 + (n % 3)) % 4]!;
  const terms = { home, at: at === home ? PROVINCES[(n + 1) % 4]! : at, mode: 'tongdui', amountFen: ORDER_FEN } as const;
  const order = await place(market, terms);
  await serve(market, terms, order);
  await redeem(market, terms, order);
};

/** Registers a team: the smallest command there is. */
const register = (province: Province, name: string): Promise<unknown> =>
  does(office(province), '/v1/subjects', { kind: 'team', organisation: firm(province, name).org, name: `示例团队 ${name}` });

/** Measures all rows of the whole system. `pidWords` find its processes. */
export const orderRows = async (rounds: number, pidWords: readonly string[], say: (line: string) => void): Promise<readonly Row[]> => {
  const market = await openMarket();
  const run = Date.now().toString(36);
  const p99: number[] = [];
  const perVcpu: number[] = [];
  let orders = 0;
  const costed = async (work: Promise<Figure>): Promise<number> => {
    const [since, before] = [performance.now(), cpuSeconds(pidWords)];
    const { perSecond } = await work;
    perVcpu.push(perSecond / (((cpuSeconds(pidWords) - before) * 1_000) / (performance.now() - since)));
    return perSecond;
  };
  const found = await interleaved(
    rounds,
    {
      http: async () => {
        const { perSecond, p99Ms } = await flood(COMMANDS, FOR_MS / 4, (n) => register('31', `bench-${run}-${n}-${p99.length}`));
        p99.push(p99Ms);
        return perSecond;
      },
      orders: () => costed(flood(ORDERS, FOR_MS, () => carry(market, (orders += 1)))),
    },
    say,
  );
  return [
    { name: `commands over HTTP at one of four nodes, ${COMMANDS}-way`, value: spread(found.http), unit: 'commands/s' },
    { name: 'the same, p99', value: spread(p99), unit: 'ms' },
    { name: `whole orders over a border, placing to publicity, ${ORDERS}-way`, value: spread(found.orders), unit: 'orders/s' },
    { name: 'the same for each vCPU of all nodes and servers', value: spread(perVcpu), unit: 'orders/s' },
  ];
};
