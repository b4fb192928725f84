/** Rows of an absence: a province comes back after a week, and its neighbour publishes again what it missed. */
import { Worker } from 'node:worker_threads';
import { openNode, type Context, type Federation } from '@yrd/ledger';
import { createNodeKeys, openWorld, systemClock } from '@yrd/platform';
import type { Asking, Held } from './absence-asker.js';
import { fill } from './reading.js';
import { spread, threadCpuMs, until } from './measure.js';
import type { Servers } from './nodes.js';
import type { Row } from './table.js';
import { transfers } from './transfers.js';

/** A week of a province in steps of many commands each, and of few. */
const BLOCK_COMMITS = [500, 5] as const;
const TARGET_MS_PER_MILLION = 60_000;

const missed = async (
  servers: Servers,
  entries: number,
  blockCommits: number,
  say: (line: string) => void,
): Promise<Held & { readonly ownerCpuMs: number }> => {
  const name = `benchabsence${blockCommits}`;
  const [owner, asker] = ['31', '32'].map((province) =>
    createNodeKeys({ federation: `${name}.test`, province, name: province, url: `http://node-${province}.test`, contexts: [name] }),
  );
  const federation: Federation = { federation: `${name}.test`, nodes: [owner!.public, asker!.public] };
  const journal = `31/${name}`;
  const database = (province: string): string => `${name}_${province}_${process.pid}`;
  const kafka = { brokers: [...servers.brokers] };
  const given = { mongoUrl: servers.mongoUrl, kafka, clock: systemClock(), notice: () => undefined };
  const world = await openWorld({ ...given, database: database('31'), keys: owner!.secret });
  const context: Context = { ...transfers, name, views: [] };
  say(`  ${entries} entries in blocks of ${blockCommits}: written`);
  await fill(world.storage.blocks(journal), `${name}.test/log/31/${name}`, entries, entries / 10, blockCommits);
  const node = openNode({ world, province: '31', context, federation, instance: name, openAlone: true });
  await node.start();
  await until(
    () => node.status().notReady === null,
    () => `the owner is ready: ${JSON.stringify(node.status().notReady)}`,
  );
  await node.reach({ journal, size: entries }, 600_000);
  say(`  ${entries} entries in blocks of ${blockCommits}: the neighbour comes back`);
  const asking: Asking = { servers, database: database('32'), keys: asker!.secret, federation, name, journal, size: entries };
  const before = threadCpuMs();
  const worker = new Worker(new URL('./absence-asker.js', import.meta.url), { workerData: asking });
  const held = await new Promise<Held>((resolve, reject) => worker.once('message', resolve).once('error', reject));
  const ownerCpuMs = threadCpuMs() - before;
  await new Promise((resolve) => worker.once('exit', resolve));
  await node.stop();
  await world.close();
  return { ...held, ownerCpuMs };
};

/** Measures the absence; `entries` is what was missed. */
export const absenceRows = async (servers: Servers, entries: number, say: (line: string) => void): Promise<readonly Row[]> => {
  const rows: Row[] = [];
  for (const blockCommits of BLOCK_COMMITS) {
    const { headMs, heldMs, cpuMs, ownerCpuMs } = await missed(servers, entries, blockCommits, say);
    const tookMs = heldMs - headMs;
    const value = tookMs / (TARGET_MS_PER_MILLION * (entries / 1_000_000));
    rows.push({
      name: `${entries.toLocaleString('en')} missed entries in blocks of ${blockCommits}, asked for, verified and durable`,
      value: spread([tookMs / 1_000]),
      unit: 's',
      ratio: { of: '60 s a million', value, target: { most: 1 } },
    });
    for (const [who, ms] of [
      ['province that was away', cpuMs],
      ['neighbour', ownerCpuMs],
    ] as const)
      rows.push({ name: `the same, processor of the ${who}`, value: spread([ms / 1_000]), unit: 's' });
  }
  return rows;
};
