/** A run under faults from outside: load, faults from a seed, the time until all four provinces hear each other again, and the audit. */
import { setTimeout as sleep } from 'node:timers/promises';
import type { Admin } from 'kafkajs';
import { Chance, FAULTS, openAdmin, type Fault } from './chaos-faults.js';
import { keepPromises, register, startLoad, type Load, type Promised } from './chaos-load.js';
import { agreement, ask, bodyOf, door, openMarket, PROVINCES, sending, type Province } from './delta.js';
import { eventually } from './http.js';
import { closeWindow, netted, publicityEnds, reaches } from './order.js';

export interface ChaosOptions {
  readonly seconds: number;
  readonly seed: number;
  /** Only faults whose name holds these words. */
  readonly only?: string;
  /** File of the client's own journal. */
  readonly journal: string;
  say(line: string): void;
}

/** A fault that struck: what, and how long after its end everything worked again, ms. */
interface Struck {
  readonly name: string;
  readonly healMs: number;
}

/** Longer than any fault and its healing: who is not answered in this time is not answered at all. */
const PATIENCE_MS = 180_000;

const sizeAt = async (province: Province, journal: string): Promise<number> => {
  const { contexts } = bodyOf(await ask(null, '/v1/status', province)) as { contexts: { journals: { journal: string; size: number }[] }[] };
  return contexts.flatMap(({ journals }) => journals).find((each) => each.journal === journal)?.size ?? 0;
};

/** Each province takes a command, and every other one has received it. */
const allHearAll = async (probe: number): Promise<void> => {
  await Promise.all(
    PROVINCES.map(async (home) => {
      const [journal = '', size = ''] = (await register(home, `probe-${probe}`)).split('@');
      const others = PROVINCES.filter((each) => each !== home);
      const heard = (each: Province) => async () => (await sizeAt(each, journal)) >= Number(size);
      await Promise.all(others.map((each) => eventually(`${journal}@${size} at ${each}`, heard(each), PATIENCE_MS)));
    }),
  );
};

const strikeAll = async (o: ChaosOptions, admin: Admin, possible: readonly Fault[]): Promise<readonly Struck[]> => {
  const chance = new Chance(o.seed);
  const struck: Struck[] = [];
  const end = Date.now() + o.seconds * 1_000;
  // Every fault once before any comes again.
  for (let deck = chance.shuffled(possible); Date.now() < end; deck = deck.length > 1 ? deck.slice(1) : chance.shuffled(possible)) {
    const fault = deck[0]!;
    await sleep(chance.between(300, 1_500));
    const began = Date.now();
    const what = await fault.strike({ chance, admin });
    const over = Date.now();
    await allHearAll(struck.length);
    const healMs = Date.now() - over;
    struck.push({ name: fault.name, healMs });
    o.say(`  ${fault.name} (${what}): over after ${over - began} ms, healed ${healMs} ms later`);
  }
  return struck;
};

/** All four agree on every journal and on the window of the orders that were carried through. */
const settle = async (load: Load): Promise<readonly string[]> => {
  await publicityEnds();
  await Promise.all(load.orders.map(({ terms, order }) => reaches(terms.home, order, 'Payable')));
  await closeWindow(1);
  await netted(1);
  return agreement();
};

const audit = async (promised: readonly Promised[]) => {
  const byHome = await Promise.all(
    PROVINCES.map(async (home) => {
      const own = promised.filter(({ province }) => province === home);
      return (await door(`/acknowledged/${home}`, 'POST', own)) as { commands: number; lost: unknown[]; doubled: unknown[] };
    }),
  );
  const states = await Promise.all(PROVINCES.map((each) => ask(null, '/v1/status', each)));
  const contexts = states.flatMap((reply) => (bodyOf(reply) as { contexts: { parked: number; loss: unknown }[] }).contexts);
  return {
    commands: byHome.reduce((sum, each) => sum + each.commands, 0),
    lost: byHome.flatMap((each) => each.lost),
    doubled: byHome.flatMap((each) => each.doubled),
    unsound: contexts.filter(({ parked, loss }) => parked > 0 || loss !== null || JSON.stringify(contexts).includes('"quarantined"'))
      .length,
  };
};

const table = (struck: readonly Struck[]): readonly string[] =>
  [...new Set(struck.map(({ name }) => name))].sort().map((name) => {
    const times = struck
      .filter((each) => each.name === name)
      .map(({ healMs }) => healMs)
      .sort((a, b) => a - b);
    const [median, most] = [times[Math.floor(times.length / 2)] ?? 0, times.at(-1) ?? 0];
    return `  ${name.padEnd(26)} ${String(times.length).padStart(3)} × ${String(median).padStart(7)} ms ${String(most).padStart(7)} ms`;
  });

/** Runs it all. Answers whether nothing was lost, nothing doubled, and all agree. */
export const runChaos = async (o: ChaosOptions): Promise<boolean> => {
  const { own, disk, kafkaBrokers } = (await door('/servers', 'GET')) as { own: boolean; disk: boolean; kafkaBrokers: string };
  const allowed: Readonly<Record<Fault['needs'], boolean>> = { nodes: true, servers: own, disk };
  const possible = FAULTS.filter(({ name, needs }) => allowed[needs] && name.includes(o.only ?? ''));
  if (possible.length === 0) throw new Error(`There is no fault "${o.only}": name one of ${FAULTS.map(({ name }) => name).join(', ')}.`);
  for (const { name, needs } of FAULTS) if (!allowed[needs]) o.say(`  ! ${name}: left out, the run has no ${needs} of its own here`);
  const market = await openMarket();
  sending.patienceMs = PATIENCE_MS;
  const promises = keepPromises(o.journal);
  const admin = await openAdmin(kafkaBrokers);
  const load = startLoad(market);
  const began = Date.now();
  const struck = await strikeAll(o, admin, possible);
  await load.stop();
  const loadedMs = Date.now() - began;
  const heads = await settle(load);
  await admin.disconnect();
  const promised = promises.read();
  const found = await audit(promised);
  for (const complaint of load.complaints) o.say(`  ! ${complaint}`);
  const seconds = Math.round(loadedMs / 1_000);
  const orders = `${load.orders.length} orders across borders`;
  o.say(`\n  fault                      times   healed in: median      most\n${table(struck).join('\n')}\n`);
  o.say(`  ${promised.length} acknowledged commands in ${seconds} s, ${orders}; seed ${o.seed}`);
  o.say(`  ${found.lost.length} lost, ${found.doubled.length} doubled among ${found.commands} commands in four journals`);
  o.say(`  roots equal on all four: ${heads.join(' ').replace(/:[0-9a-f]+/g, '')}; statements of the window equal`);
  for (const each of [...found.lost, ...found.doubled].slice(0, 20)) o.say(`  ! ${JSON.stringify(each)}`);
  return found.lost.length + found.doubled.length + found.unsound + load.complaints.length === 0;
};
