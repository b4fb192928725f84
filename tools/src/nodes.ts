/** The four nodes as processes: their environment, their start, and the wait until each says that it is ready. */
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { federationFile, keyFile, PROVINCES } from './federation.js';
import { rank, type Child, type Processes } from './processes.js';
import { Fault, until } from './say.js';
import type { Servers } from './servers.js';

/** What all nodes of one starter have in common. */
export interface NodesOptions {
  readonly root: string;
  readonly home: string;
  readonly servers: Pick<Servers, 'kafkaBrokers' | 'mongoUrl' | 'secured'>;
  /** The brokers of a province, where it has its own. */
  readonly brokersOf?: ((code: string) => string) | undefined;
  readonly issuer: string;
  readonly ports: ReadonlyMap<string, number>;
  readonly processes: Processes;
  /** Started again after a crash (`npm start`); tests see a crash as what it is. */
  readonly restart: boolean;
  /** More settings for all of them. */
  readonly env?: NodeJS.ProcessEnv;
}

const READY_MS = 90_000; // A first start creates topics and indexes on a busy machine; 5 s is usual.
const ASK_MS = 2_000;

/** The environment of one node's process. */
export const nodeEnvironment = (o: NodesOptions, code: string): NodeJS.ProcessEnv => ({
  KAFKAJS_NO_PARTITIONER_WARNING: '1',
  YRD_CLOCK: 'demo',
  ...o.env,
  ...process.env,
  YRD_PROVINCE: code,
  YRD_HOST: process.env['YRD_HOST'] ?? '127.0.0.1',
  YRD_PORT: String(o.ports.get(code)),
  YRD_KEYS: keyFile(o.home, code),
  YRD_FEDERATION: federationFile(o.home),
  // No two nodes share a folder of files: each sweeps by what it knows itself.
  YRD_FILES_FOLDER: join(process.env['YRD_FILES_FOLDER'] ?? join(o.home, 'data', 'files'), code),
  YRD_POLICIES: process.env['YRD_POLICIES'] ?? join(o.root, 'policies'),
  YRD_ISSUER: o.issuer,
  KAFKA_BROKERS: o.brokersOf?.(code) ?? o.servers.kafkaBrokers,
  MONGO_URL: o.servers.mongoUrl,
  ...o.servers.secured?.wires(code),
});

/** Where a node answers on this machine. */
export const nodeUrl = (ports: ReadonlyMap<string, number>, code: string): string => `http://127.0.0.1:${ports.get(code) ?? 0}`;

/** Starts the process of one node; does not wait. */
export const startNode = (o: NodesOptions, code: string): Child => {
  const program = join(o.root, 'apps', 'province-node', 'dist', 'main.js');
  if (!existsSync(program))
    throw new Fault('The node is not built (apps/province-node/dist/main.js): run `npm run build` and read its faults.');
  const env = nodeEnvironment(o, code);
  const args = ['--disable-warning=TimeoutNegativeWarning', program]; // The Kafka client's, about a timer of its own.
  return o.processes.start({ name: `node-${code}`, rank: rank.node, program: process.execPath, args, env, restart: o.restart });
};

/** Waits until a node's `/health/ready` answers 200. Throws a Fault with its last lines when it ends before or takes too long. */
export const nodeReady = async (o: NodesOptions, code: string, child: Child): Promise<void> => {
  const url = `${nodeUrl(o.ports, code)}/health/ready`;
  const asks = async (): Promise<boolean> => {
    try {
      return (await fetch(url, { signal: AbortSignal.timeout(ASK_MS) })).ok;
    } catch {
      return false;
    }
  };
  await until(`${url}`, asks, { timeoutMs: READY_MS, stop: () => child.ended() }).catch((error: unknown) => {
    if (!(error instanceof Fault) || child.ended() !== undefined) throw error;
    throw new Fault(`${error.message} Last lines of ${child.name}:\n${o.processes.tail(child.name)}`);
  });
};

/** Starts all four and waits for them together. Answers the children by province. */
export const startNodes = async (o: NodesOptions): Promise<Map<string, Child>> => {
  const children = new Map(PROVINCES.map(({ code }) => [code, startNode(o, code)]));
  await Promise.all([...children].map(([code, child]) => nodeReady(o, code, child)));
  return children;
};
