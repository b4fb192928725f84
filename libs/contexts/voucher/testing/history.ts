/** One history: four nodes with the voucher context live through a market day under planned faults, heal, and are audited. */
import { Chance, complaintsOf, HostileRun, journalsOf, planFaults, unrest, type PlannedFault, type Speed } from '@yrd/ledger/testing';
import { voucher } from '../src/index.js';
import { auditBooks, linesSettled, ordersAcross, type Journals } from './books.js';
import { DAY_MS } from './scenario.js';
import { Trade } from './trade.js';
import type { ProvinceCode } from './node.js';

export const STAGES = ['opening', 'trading', 'serving', 'redeeming', 'settling'] as const;
const FAULTS_PLANNED = 32;
/** A history bears at least this much, or it proves nothing. */
const LEAST = { commands: 200, orders: 40, lines: 1, faults: 20, kinds: 6 } as const;
const STAGE_MAX_MS = 40_000;
const REST_MAX_MS = 90_000;
/** How long it takes at most, where no fault delays it, until all have beaten past a limit and it has fired, ms. */
const PUBLICITY_ENDS_MS = 3_000;
/** Nothing may change for this long before a federation is called at rest, ms: a lost block shows at the second beat. */
const REST_MS = 5_000;
/** How often is looked, ms: each look asks every node for all it knows. */
const LOOK_MS = 1_000;

export interface Telling {
  readonly seed: number;
  /** Faults of the plan to leave out, by id. */
  readonly without?: ReadonlySet<number>;
  /** How many deals are made. */
  readonly deals?: number;
}

export interface Told {
  readonly seed: number;
  /** What must not be; none when all is well. */
  readonly complaints: readonly string[];
  readonly struck: readonly PlannedFault[];
  readonly coverage: HostileRun['coverage'];
  readonly commands: number;
  readonly orders: number;
  readonly entries: number;
  readonly virtualMs: number;
  /** A number over everything that happened, in order. */
  readonly trace: string;
}

/** Lets stage after stage happen, each with the faults planned for it. A stage that faults hold up is left when its time is over. */
const live = async (run: HostileRun, trade: Trade): Promise<void> => {
  const stage = async (name: (typeof STAGES)[number], work: () => Promise<unknown>): Promise<void> => {
    run.begin(name);
    let over = false;
    void work().then(() => (over = true));
    await run.scheduler.until(() => over, STAGE_MAX_MS);
  };
  await stage('opening', async () => {
    await Promise.all(run.provinces.map((province) => run.start(province)));
    await trade.open();
  });
  await stage('trading', () => Promise.all([trade.trade(), trade.rotate()]));
  await stage('serving', () => trade.serve());
  await stage('redeeming', () => trade.redeem());
  // Past the publicity and past the limit for accepting: what nobody answered lapses.
  run.world.forward(9 * DAY_MS);
  await stage('settling', async () => {
    // Publicity ends once the others have vouched past its limit (V17): a window that closes before it has nothing to pay.
    await run.scheduler.sleep(PUBLICITY_ENDS_MS);
    await trade.close(1);
    await trade.pay();
  });
};

/** Waits until nothing moves any more; a sentence when that does not come. */
const rest = async (run: HostileRun, restMs = REST_MS): Promise<string | null> => {
  let since = run.scheduler.now;
  let before = -1;
  let why: string | null = null;
  const still = (): boolean => {
    const size = run.honest.reduce(
      (all, each) => all + [...run.world.disks.get(each)!.blocks.values()].reduce((sum, shelf) => sum + shelf.size, 0),
      0,
    );
    // While entries are written nobody is at rest.
    why = size === before ? unrest(run) : 'entries are still written';
    if (why !== null) [before, since] = [size, run.scheduler.now];
    return why === null && run.scheduler.now - since >= restMs;
  };
  const until = run.scheduler.now + REST_MAX_MS;
  while (!still()) {
    if (run.scheduler.now > until) return `The federation did not come to rest: ${why ?? 'it was still for too short a time'}.`;
    await run.scheduler.pass(LOOK_MS);
  }
  return null;
};

/** Lives one history through. The same telling gives the same history, to the byte. */
export const history = async ({ seed, without = new Set(), deals = Infinity }: Telling, speed?: Speed): Promise<Told> => {
  const chance = new Chance(seed ^ 0x5eed);
  const plan = planFaults(seed, chance, ['31', '32', '33', '34'], STAGES, FAULTS_PLANNED).filter(({ id }) => !without.has(id));
  const run = new HostileRun(seed, voucher, plan, speed);
  const trade = new Trade(run, chance, deals);
  await live(run, trade);
  run.heal();
  const complaints: string[] = [];
  // Here it is enough that nothing is under way: whether anything was lost shows at the end.
  let restless = await rest(run, 0);
  if (restless === null && run.liar === null && ordersAcross(journalsOf(run)) < LEAST.orders) {
    await run.scheduler.resolve(trade.makeUp());
    restless = await rest(run, 0);
  }
  if (restless === null && !trade.rotated && run.liar === null) {
    await run.scheduler.resolve(trade.rotate());
    if (!trade.rotated) complaints.push('No key was rotated.');
  }
  if (restless) complaints.push(restless);
  else {
    const alive = await run.scheduler.resolve(
      Promise.all(run.honest.map((province) => trade.live(province as ProvinceCode, 'after healing'))),
    );
    run.honest.forEach((province, at) => alive[at] || complaints.push(`${province} takes no commands after healing`));
    // What faults kept from being asked is asked now.
    for (let round = 1; run.asked < LEAST.commands && round <= LEAST.commands; round += 1)
      await run.scheduler.resolve(Promise.all(run.honest.map((province) => trade.live(province as ProvinceCode, `round ${round}`))));
    if (run.liar === null) await run.scheduler.resolve(trade.close(1));
    const rests = [await rest(run)];
    let journals = journalsOf(run);
    // Whose publicity ended behind the first cut waits for the next one.
    if (run.liar === null && linesSettled(journals) === 0) {
      await run.scheduler.resolve(trade.close(2));
      rests.push(await rest(run));
      journals = journalsOf(run);
    }
    complaints.push(...rests.filter((each) => each !== null));
    complaints.push(...trade.surprises, ...complaintsOf(run, journals), ...auditBooks(run, journals));
    if (without.size === 0 && deals === Infinity) complaints.push(...thin(run, journals));
    return told(
      run,
      complaints,
      ordersAcross(journals),
      [...journals.values()].reduce((all, { entries }) => all + entries.length, 0),
    );
  }
  return told(run, complaints, 0, 0);
};

/** A history that bore too little. */
const thin = (run: HostileRun, journals: Journals): readonly string[] => {
  const kinds = new Set(run.struck.map(({ fault }) => fault)).size;
  // Where somebody lied, the deals with him stand still.
  const deals = run.liar === null ? { orders: ordersAcross(journals), lines: linesSettled(journals) } : LEAST;
  const bore = { ...deals, commands: run.asked, faults: run.struck.length, kinds };
  return Object.entries(LEAST).flatMap(([what, least]) =>
    bore[what as keyof typeof bore] < least ? [`The history bore ${bore[what as keyof typeof bore]} ${what}, and not ${least}`] : [],
  );
};

const told = (run: HostileRun, complaints: readonly string[], orders: number, entries: number): Told => ({
  seed: run.seed,
  complaints,
  struck: run.struck,
  coverage: run.coverage,
  commands: run.asked,
  orders,
  entries,
  virtualMs: run.scheduler.now,
  trace: run.world.trace.toString(16),
});
