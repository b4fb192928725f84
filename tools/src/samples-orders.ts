/** The orders of the samples, walked step by step as their people would, through the clock and the first settlement window. */
import { fieldIn, inParallel, Refusal, textIn, type Api, type Visitor } from './samples-api.js';
import type { AgencyRow, EnterpriseRow, OrderRow, Province } from './samples-data.js';
import { routes } from './samples-routes.js';
import { agencyOf, enterpriseOf, idIn, keyOf, office, type DatedLoad } from './samples-setup.js';
import { CLOCK_STEPS, isProposed, phasesOf, STEPS, type OrderFacts, type Phase, type Step } from './samples-steps.js';
import { Fault, say, sleep } from './say.js';

const PROVINCES: readonly Province[] = ['31', '32', '33', '34'];
/** Orders on their way at once: most of them wait for another province. */
const LANES = 24;
const FIRST_WINDOW = 1;
const WAIT_MS = 60_000;
const PAUSE_MIN_MS = 40;
const PAUSE_MAX_MS = 500;

/** Asks until the answer is there. Throws a Fault with `what` when it is not after a minute. */
const untilThere = async <T>(api: Api, what: () => string, ask: () => Promise<T | undefined>): Promise<T> => {
  const end = Date.now() + WAIT_MS;
  for (let pauseMs = PAUSE_MIN_MS; ; pauseMs = Math.min(PAUSE_MAX_MS, pauseMs * 1.5)) {
    api.goOn();
    const found = await ask();
    if (found !== undefined) return found;
    if (Date.now() > end) throw new Fault(`${what()} (waited ${WAIT_MS / 1_000} s).`);
    await sleep(pauseMs);
  }
};

/** One order on its way. */
interface Walk extends Omit<OrderFacts, 'order' | 'placedMs'> {
  readonly enterprise: EnterpriseRow;
  readonly phases: readonly Phase[];
  order: string;
  placedMs: number;
  /** A load that was interrupted for long finds that a time limit was faster than the script: such an order is left as it is. */
  overtaken: boolean;
}

const find = <T extends { readonly id: string }>(rows: readonly T[], id: string, row: OrderRow): T => {
  const found = rows.find((each) => each.id === id);
  if (!found) throw new Fault(`${row.row.file}, line ${row.row.line}: there is no ${id} in the other files.`);
  return found;
};

const walkOf = (load: DatedLoad, row: OrderRow): Walk => {
  const { enterprises, agencies } = load.samples;
  const phases = phasesOf(row.steps);
  if (!phases) throw new Fault(`${row.row.file}, line ${row.row.line}: the steps of ${row.id} do not follow from one another.`);
  const enterprise = find(enterprises, row.subject, row);
  const agency: AgencyRow = find(agencies, row.agency, row);
  return {
    row,
    enterprise,
    agency,
    home: enterprise.province,
    agencyId: idIn(load, agency.id),
    phases,
    order: '',
    placedMs: 0,
    overtaken: false,
  };
};

const visitorOf = (walk: Walk, by: Step['by']): Visitor => {
  if (by === 'enterprise') return enterpriseOf(walk.enterprise);
  return by === 'agency' ? agencyOf(walk.agency) : office(walk.home, by);
};

const orderAt = (load: DatedLoad, walk: Walk): Promise<unknown> =>
  load.api.get(office(walk.home, 'supervisor'), routes.oneOrder(walk.order));

/** Waits until the order shows one of the phases at its home. Answers what it shows. */
const shows = (load: DatedLoad, walk: Walk, phases: readonly string[]): Promise<unknown> => {
  let seen = 'nothing';
  const what = (): string => `orders.csv, line ${walk.row.row.line} (${walk.row.id}): the order shows ${seen}, not ${phases[0] ?? ''}`;
  return untilThere(load.api, what, async () => {
    const body = await orderAt(load, walk);
    seen = textIn(body, 'state') || seen;
    return phases.includes(seen) ? body : undefined;
  });
};

const overtake = (walk: Walk, why: string): void => {
  walk.overtaken = true;
  say(`    ${walk.row.id} is left as it is, since a time limit passed before its script was through: ${why}`);
};

/** Sends the order, or has the agency propose it with the enterprise's leave. Answers its id. */
const send = async (load: DatedLoad, { row, agency, agencyId, enterprise, home }: Walk): Promise<string> => {
  const { api, year } = load;
  const { scheme, mode, amountFen } = row;
  const as = enterpriseOf(enterprise);
  const subject = idIn(load, enterprise.id);
  const terms = { subject, scheme, year, agency: agencyId, product: idIn(load, row.product), mode, amountFen };
  const agencyProvince = agency.province;
  const key = keyOf('orders', year, row.id, 'place');
  if (!isProposed(row)) {
    return textIn(await api.post({ as, path: routes.orders, key, body: { ...terms, agencyProvince }, row: row.row, patient: true }), 'id');
  }
  const leave = { agencyProvince, agency: agencyId, uptoFen: amountFen };
  await api.post({ as, path: routes.proposers(subject), key: keyOf('proposers', year, row.id), body: leave, row: row.row });
  return textIn(await api.post({ as: agencyOf(agency), path: routes.engagements, key, body: { ...terms, home }, row: row.row }), 'id');
};

const place = async (load: DatedLoad, walk: Walk): Promise<void> => {
  try {
    walk.order = await send(load, walk);
  } catch (error) {
    if (!(error instanceof Refusal && error.code === 'E-WINDOW')) throw error; // Any other refusal is a fault of the samples.
    return overtake(walk, 'its quota has ended');
  }
  if (isProposed(walk.row))
    await untilThere(
      load.api,
      () => `${walk.row.id}: the proposal became no order`,
      () => orderAt(load, walk),
    );
  const order = await orderAt(load, walk);
  walk.placedMs = Number(fieldIn(order, 'placedMs'));
  const state = textIn(order, 'state');
  if (![...walk.phases, 'InvoiceAsked'].includes(state)) overtake(walk, `it shows ${state}`);
};

/** Goes from one word of the script to another. Words that are done already answer as they did; so a load goes on where it was. */
const walkOn = async (load: DatedLoad, walk: Walk, from: number, to: number): Promise<void> => {
  const { row, phases } = walk;
  for (let at = Math.max(from, isProposed(row) ? 1 : 0); at < to; at++) {
    const word = row.steps[at] ?? '';
    const step = STEPS[word];
    if (!step) throw new Fault(`orders.csv, line ${row.row.line} (${row.id}): the step ${word} waits for the clock and stands too late.`);
    const key = keyOf('orders', load.year, row.id, at, word);
    const as = visitorOf(walk, step.by);
    await load.api.post({ as, path: step.path(walk), key, body: step.body?.(walk) ?? {}, row: row.row, patient: true });
    // What another journal must take up first shows at home a moment later.
    if (step.by === 'agency' || word === 'submit') await shows(load, walk, phases.slice(at + 1));
  }
};

const clockAt = ({ steps }: OrderRow): number => steps.findIndex((word) => word in CLOCK_STEPS);

/** Whether the script of an order has a time limit that must pass. */
export const waitsForClock = (row: OrderRow): boolean => clockAt(row) >= 0;

/** Moves the demo clock just past the latest of these limits, if it is not there yet. */
const moveClock = async (load: DatedLoad, limitMs: number): Promise<void> => {
  const operator = office('31', 'operator');
  const now = Number(fieldIn(await load.api.get(operator, routes.clock), 'now'));
  if (now > limitMs) return;
  const body = { toIso: new Date(limitMs + 1_000).toISOString() };
  await load.api.post({ as: operator, path: routes.clock, key: keyOf('clock', limitMs), body });
};

/** Walks the orders that need the clock up to it, moves it once past all their limits, and waits until each limit has fired. */
export const walkToClock = async (load: DatedLoad): Promise<readonly Walk[]> => {
  const walks = load.samples.orders.filter(waitsForClock).map((row) => walkOf(load, row));
  const limits: number[] = [];
  await inParallel(walks, LANES, async (walk) => {
    const at = clockAt(walk.row);
    await place(load, walk);
    if (walk.overtaken) return;
    await walkOn(load, walk, 0, at);
    const body = await orderAt(load, walk);
    if (textIn(body, 'state') === walk.phases[at]) limits.push(Number(fieldIn(body, 'deadlineMs')));
  });
  if (limits.length > 0) await moveClock(load, Math.max(...limits));
  const going = walks.filter(({ overtaken }) => !overtaken);
  await inParallel(going, LANES, async (walk) => {
    await shows(load, walk, walk.phases.slice(clockAt(walk.row) + 1));
  });
  return going;
};

/** Closes the first window everywhere and waits for four equal digests. */
export const settleFirstWindow = async (load: DatedLoad): Promise<void> => {
  const body = {};
  await inParallel(PROVINCES, PROVINCES.length, async (province) => {
    const as = office(province, 'operator');
    await load.api.post({ as, path: routes.closeWindow(FIRST_WINDOW), key: keyOf('windows', FIRST_WINDOW), body });
  });
  const asks = async (): Promise<true | undefined> =>
    fieldIn(await load.api.get(office('31', 'operator'), routes.window(FIRST_WINDOW)), 'equal') === true ? true : undefined;
  await untilThere(load.api, () => `Window ${FIRST_WINDOW} has not four equal digests`, asks);
};

/** Walks what comes after the clock, and every order that never needed it. */
export const walkToEnd = async (load: DatedLoad, waiting: readonly Walk[]): Promise<void> => {
  const fresh = load.samples.orders.filter((row) => !waitsForClock(row)).map((row) => walkOf(load, row));
  await inParallel([...waiting, ...fresh], LANES, async (walk) => {
    const { row, phases } = walk;
    if (!waitsForClock(row)) await place(load, walk);
    if (walk.overtaken) return;
    await walkOn(load, walk, clockAt(row) + 1, row.steps.length);
    const body = await shows(load, walk, phases.slice(-1));
    if (fieldIn(body, 'held') !== row.held) {
      throw new Fault(
        `orders.csv, line ${row.row.line} (${row.id}): held is ${String(fieldIn(body, 'held'))}, the file says ${String(row.held)}.`,
      );
    }
  });
};
