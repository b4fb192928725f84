/** The province that was away, in a thread of its own: it opens its node and tells when it holds all that it missed. */
import { parentPort, workerData } from 'node:worker_threads';
import { openNode, type Context, type Federation } from '@yrd/ledger';
import { openWorld, systemClock, type NodeSecret } from '@yrd/platform';
import { threadCpuMs as cpuMs } from './measure.js';
import type { Servers } from './nodes.js';
import { transfers } from './transfers.js';

/** What the thread is given. */
export interface Asking {
  readonly servers: Servers;
  readonly database: string;
  readonly keys: NodeSecret;
  readonly federation: Federation;
  /** Name of the context. */
  readonly name: string;
  readonly journal: string;
  readonly size: number;
}

/** What it answers: ms from its start, and the processor's ms of its own thread. */
export interface Held {
  readonly headMs: number;
  readonly heldMs: number;
  readonly cpuMs: number;
}

const { servers, database, keys, federation, name, journal, size } = workerData as Asking;
const kafka = { brokers: [...servers.brokers] };
const world = await openWorld({ mongoUrl: servers.mongoUrl, database, kafka, keys, clock: systemClock(), notice: () => undefined });
// Only receiving and verifying are measured: there is no view to fold into.
const context: Context = { ...transfers, name, views: [] };
const node = openNode({ world, province: keys.province, context, federation, instance: name });
const since = performance.now();
const before = cpuMs();
await node.start();
let headMs = 0;
for (;;) {
  const seen = node.status().journals.find((each) => each.journal === journal);
  if (headMs === 0 && (seen?.head ?? 0) >= size) headMs = performance.now() - since;
  if ((seen?.size ?? 0) >= size) break;
  await new Promise((resolve) => setTimeout(resolve, 20));
}
const held: Held = { headMs, heldMs: performance.now() - since, cpuMs: cpuMs() - before };
parentPort?.postMessage(held);
await node.stop();
await world.close();
