/** The way of the sample data into the four nodes: through their public HTTP API, as any user's data would come. */
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { createApi, fieldIn, textIn } from './samples-api.js';
import { readSamples, type Samples } from './samples-data.js';
import { settleFirstWindow, waitsForClock, walkToClock, walkToEnd } from './samples-orders.js';
import { routes } from './samples-routes.js';
import {
  adoptPolicies,
  keyOf,
  loadAgencies,
  loadEnterprises,
  loadFacts,
  loadProducts,
  loadQuotas,
  office,
  type DatedLoad,
  type Load,
} from './samples-setup.js';
import { say, secondsSince } from './say.js';

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

/** The hash of the samples that were last loaded whole. */
const readMark = (file: string): string => (existsSync(file) ? textIn(JSON.parse(readFileSync(file, 'utf8')), 'hash') : '');

/** The year of the quotas that an earlier load has asked for, if any. */
const knownYear = async ({ api, samples, ids }: Load): Promise<number | undefined> => {
  const first = samples.enterprises.find(({ id }) => samples.quotas.some(({ subject }) => subject === id));
  const id = first === undefined ? undefined : ids.get(first.id);
  if (!first || id === undefined) return undefined;
  const items = fieldIn(await api.get(office(first.province, 'supervisor'), routes.quotasOf(id)), 'items');
  const years = (Array.isArray(items) ? items : []).map((item: unknown) => Number(fieldIn(item, 'year')));
  return years.length === 0 ? undefined : Math.min(...years);
};

/**
 * The year that new samples belong to at a domain time, in Shanghai. Close to its end it is the next one, and the clock has to go on
 * to `fromMs` first: its sixth day, when offices are open again.
 */
export const yearAt = (nowMs: number): { readonly year: number; readonly fromMs: number | null } => {
  const year = new Date(nowMs + CHINA_MS).getUTCFullYear();
  const next = Date.UTC(year + 1, 0, 1) - CHINA_MS;
  return nowMs < next - ROOM_MS ? { year, fromMs: null } : { year: year + 1, fromMs: next + 5 * DAY_MS };
};

/** The year of an earlier load, else the clock's. */
const sampleYear = async (load: Load): Promise<number> => {
  const known = await knownYear(load);
  if (known !== undefined) return known;
  const operator = office('31', 'operator');
  const { year, fromMs } = yearAt(Number(fieldIn(await load.api.get(operator, routes.clock), 'now')));
  if (fromMs === null) return year;
  const body = { toIso: new Date(fromMs).toISOString() };
  await load.api.post({ as: operator, path: routes.clock, key: keyOf('clock', year), body });
  return year;
};

const countOf = ({ enterprises, agencies, products, quotas, orders }: Samples): number =>
  enterprises.length + agencies.length + products.length + quotas.length + orders.length;

/** Does one stage and prints one line for it: how many records, how long. */
const stage = async <T>(label: string, rows: readonly unknown[] | undefined, work: () => Promise<T>): Promise<T> => {
  const since = Date.now();
  const answer = await work();
  const count = rows?.length ?? (typeof answer === 'number' ? answer : '');
  say(`    ${label.padEnd(38)} ${String(count).padStart(4)} ${secondsSince(since).padStart(8)}`);
  return answer;
};

/** Loads what is not there yet; a repeated or interrupted load goes on where it was. Answers how many records are there now. */
export const loadSamples = async ({ root, nodes, issuer, signal }: SamplesOptions): Promise<number> => {
  const samples = readSamples(join(root, 'samples'));
  const file = markFile(root);
  if (readMark(file) === samples.hash) return countOf(samples);
  const api = createApi({ nodes, issuer, signal });
  const undated: Load = { samples, api, ids: new Map() };
  const { enterprises, agencies, products, quotas, orders } = samples;
  await stage('policy packs', undefined, () => adoptPolicies(undated));
  await stage('agencies with their recognition', agencies, () => loadAgencies(undated));
  await stage('products', products, () => loadProducts(undated));
  await stage('enterprises and teams', enterprises, () => loadEnterprises(undated));
  const load: DatedLoad = { ...undated, year: await sampleYear(undated) };
  await stage('their facts, with source and day', enterprises, () => loadFacts(load));
  await stage('quotas', quotas, () => loadQuotas(load));
  const through = orders.filter(waitsForClock);
  const walks = await stage('orders up to a time limit, and past it', through, () => walkToClock(load));
  await stage('first settlement window, four digests', undefined, () => settleFirstWindow(load));
  await stage('orders in every state', orders, () => walkToEnd(load, walks));
  writeFileSync(file, `${JSON.stringify({ hash: samples.hash })}\n`);
  return countOf(samples);
};
