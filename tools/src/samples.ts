/** The way of the sample data into the four nodes: through their public HTTP API, as any user's data would come. */
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { createApi, fieldIn, type Api } from './samples-api.js';
import { readSamples, type Samples } from './samples-data.js';
import { settleFirstWindow, walkToClock, walkToEnd } from './samples-orders.js';
import { routes } from './samples-routes.js';
import { loadAgencies, loadEnterprises, loadProducts, loadQuotas, office, type Load } from './samples-setup.js';
import { say } from './say.js';

/** Where to send the samples and who vouches for the sender. */
export interface SamplesOptions {
  readonly root: string;
  /** Province → base URL. */
  readonly nodes: ReadonlyMap<string, string>;
  readonly issuer: string;
  /** Set once the starter is stopping. */
  readonly signal: AbortSignal;
}

const DAY_MS = 86_400_000;
const CHINA_MS = 8 * 3_600_000;
/** Publicity, a lapse and what comes after them need room before vouchers of the year end on 31 December. */
const ROOM_MS = 30 * DAY_MS;

/** The mark beside the data that all of these samples are there; it only saves time, the keys keep a second load from doing harm. */
const markFile = (root: string): string => join(resolve(root, process.env['YRD_HOME'] || '.run'), 'samples.json');

interface Mark {
  readonly hash: string;
  readonly year: number;
  readonly done: boolean;
}

const readMark = (file: string): Mark | undefined => {
  if (!existsSync(file)) return undefined;
  const mark: unknown = JSON.parse(readFileSync(file, 'utf8'));
  const [hash, year, done] = [fieldIn(mark, 'hash'), fieldIn(mark, 'year'), fieldIn(mark, 'done')];
  return typeof hash === 'string' && typeof year === 'number' && typeof done === 'boolean' ? { hash, year, done } : undefined;
};

/** The year that the samples belong to; close to its end the clock goes on to the next one. */
const sampleYear = async (api: Api): Promise<number> => {
  const operator = office('31', 'operator');
  const now = Number(fieldIn(await api.get(operator, routes.clock), 'now'));
  const year = new Date(now + CHINA_MS).getUTCFullYear();
  const next = Date.UTC(year + 1, 0, 1) - CHINA_MS;
  if (now < next - ROOM_MS) return year;
  const toIso = new Date(next + 5 * DAY_MS).toISOString();
  await api.post({ as: operator, path: routes.clock, key: `samples/${year + 1}/clock/new-year`, body: { toIso } });
  return year + 1;
};

const countOf = ({ enterprises, agencies, products, quotas, orders }: Samples): number =>
  enterprises.length + agencies.length + products.length + quotas.length + orders.length;

/** Loads what is not there yet; a repeated or interrupted load goes on where it was. Answers how many records are there now. */
export const loadSamples = async ({ root, nodes, issuer, signal }: SamplesOptions): Promise<number> => {
  const samples = readSamples(join(root, 'samples'));
  const file = markFile(root);
  const mark = readMark(file);
  if (mark?.done && mark.hash === samples.hash) return countOf(samples);
  const api = createApi({ nodes, issuer, signal });
  const year = mark?.year ?? (await sampleYear(api));
  const note = (done: boolean): void => writeFileSync(file, `${JSON.stringify({ hash: samples.hash, year, done } satisfies Mark)}\n`);
  note(false);
  const load: Load = { samples, api, year, ids: new Map() };
  const stage = async <T>(label: string, count: number, work: () => Promise<T>): Promise<T> => {
    const since = Date.now();
    const answer = await work();
    say(`    ${label.padEnd(42)} ${String(count).padStart(4)} ${((Date.now() - since) / 1_000).toFixed(1).padStart(5)} s`);
    return answer;
  };
  await stage('agencies with their recognition', samples.agencies.length, () => loadAgencies(load));
  await stage('products', samples.products.length, () => loadProducts(load));
  await stage('enterprises and teams', samples.enterprises.length, () => loadEnterprises(load));
  await stage('quotas', samples.quotas.length, () => loadQuotas(load));
  const settled = await stage('orders through a time limit', 0, () => walkToClock(load));
  await stage('first settlement window, four digests', 4, () => settleFirstWindow(load));
  await stage('orders in every state', samples.orders.length, () => walkToEnd(load, settled));
  note(true);
  return countOf(samples);
};
