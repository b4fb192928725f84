/** The one door to real Kafka and MongoDB, for `npm start` and `npm test` alike: whatever the way, two addresses come out. */
import { join } from 'node:path';
import { composeProject, containerHand, dockerCanRun, engineAnswers, imagesAtHand } from './docker.js';
import { hasNativeData, nativeFiles, startNativeKafka, startNativeMongo, type CrashTold, type NativePlace } from './native.js';
import { databaseOf, processKafka, processMongo } from '@yrd/platform';
import { CONTEXTS, PROVINCES } from './federation.js';
import { applyKafka, consumerGrants, nodeGrants } from './grants-kafka.js';
import { applyMongo } from './grants-mongo.js';
import { freePorts } from './ports.js';
import type { Child, Processes } from './processes.js';
import { GIVEN_MS, kafkaReady, mongoReady, newClusterId, replicaSet } from './ready.js';
import { Fault, step } from './say.js';
import { ADMIN, CONSUMER, kafkaAs, mongoUrlAs, nodeUser, nodeWires, provideSecured, type Secured } from './secured.js';
import { chooseWay, fingerprint, givenFrom, readWay, refuseOtherWires, writeWay, type Given, type Way, type WayRecord } from './way.js';

/** What can be done to a server on purpose, to see what the nodes make of it. */
export interface Hand {
  /** Ends it at once, as a power cut would. */
  kill(): Promise<void>;
  /** Starts it again and waits until it answers. */
  start(): Promise<void>;
  /** Holds it still until `resume`. */
  pause(): void | Promise<void>;
  resume(): void | Promise<void>;
}

/** Running servers; `Processes.stopAll` stops them after the nodes. */
export interface Servers extends Given {
  readonly way: Way;
  /** There when the servers are this run's own. */
  /** Secured ones: what a node is told of its users and certificates, and the files behind it. */
  readonly secured?: { readonly files: Secured; readonly mtlsBroker: string; wires(code: string): NodeJS.ProcessEnv };
  readonly hands?: { readonly kafka: Hand; readonly mongo: Hand };
}

/** Where and for whom servers run. */
export interface ServersOptions {
  readonly root: string;
  /** The folder of the data and the record. */
  readonly home: string;
  readonly processes: Processes;
  readonly onCrash: CrashTold;
  /** Tests: nothing is recorded, servers are their own even where addresses are given, Docker serves only with images at hand. */
  readonly throwAway?: boolean;
  /** With TLS, users and access rules, as a province runs them; native only. */
  readonly secured?: boolean;
}

const startGiven = async (given: Given): Promise<Servers> => {
  // With the users and certificates that the environment names, as the nodes will.
  const both = () => Promise.all([kafkaReady(processKafka(), undefined, GIVEN_MS), mongoReady(processMongo())]);
  await step('Kafka and MongoDB at the given addresses', both);
  return { ...given, way: 'given' };
};

const handOf = (child: Child, ready: () => Promise<unknown>): Hand => ({
  kill: () => child.kill(),
  start: async () => {
    child.start();
    await ready();
  },
  pause: () => child.pause(),
  resume: () => child.resume(),
});

/** The four nodes' users and grants, the same at every start. */
const grantLocally = async (brokers: string, mongoUrl: string, files: Secured): Promise<void> => {
  const grants = PROVINCES.flatMap(({ code }) => [...nodeGrants(code), ...consumerGrants(code, CONTEXTS, CONSUMER)]);
  await applyKafka(kafkaAs(files, brokers, ADMIN), { topics: [], grants });
  for (const { code } of PROVINCES) {
    // Locally the four share a demo clock in a database of its own.
    const databases = [...CONTEXTS.map((context) => databaseOf(code, context)), 'yrd_dev'];
    const user = nodeUser(code);
    await applyMongo(mongoUrlAs(files, mongoUrl, ADMIN), { user, password: files.password(user), databases });
  }
};

const startNative = async (o: ServersOptions, place: NativePlace): Promise<Servers> => {
  const files = await nativeFiles(o.root);
  const brokers = `127.0.0.1:${place.kafkaPort}`;
  const wired = place.secured?.files;
  const asked = wired ? kafkaAs(wired, brokers, ADMIN) : brokers;
  const kafka = async (): Promise<Hand> => {
    const child = await startNativeKafka(files, place, o.processes, o.onCrash);
    const ready = () => kafkaReady(asked, () => child.ended());
    await ready();
    return handOf(child, ready);
  };
  const mongo = async () => {
    const child = startNativeMongo(files, place, o.processes, o.onCrash);
    const ready = () => replicaSet(place.mongoPort, () => child.ended(), wired);
    return { url: await ready(), hand: handOf(child, ready) };
  };
  const [kafkaHand, { url, hand }] = await Promise.all([
    step(`Kafka, native, on port ${place.kafkaPort}`, kafka),
    step(`MongoDB, native, on port ${place.mongoPort}`, mongo),
  ]);
  const servers: Servers = { kafkaBrokers: brokers, mongoUrl: url, way: 'native', hands: { kafka: kafkaHand, mongo: hand } };
  if (!wired) return servers;
  await step('users and access rules', () => grantLocally(brokers, url, wired));
  const mtlsBroker = `127.0.0.1:${place.secured?.mtlsPort}`;
  return { ...servers, secured: { files: wired, mtlsBroker, wires: (code) => nodeWires(wired, code) } };
};

const startCompose = async (o: ServersOptions, place: NativePlace, keyed: boolean): Promise<Servers> => {
  const compose = await composeProject(o.root, o.home);
  if (keyed && !(await compose.hasData())) {
    throw new Fault("The servers' Docker volumes are gone while the nodes' keys are still here: forget the rest with `npm run reset`.");
  }
  const { kafkaPort, mongoPort, clusterId } = place;
  const ports = { YRD_KAFKA_PORT: String(kafkaPort), YRD_MONGO_PORT: String(mongoPort) };
  const brokers = `127.0.0.1:${kafkaPort}`;
  o.processes.atEnd([...compose.argv, 'stop']);
  const mongoUrl = await step(`Kafka and MongoDB in Docker, ports ${kafkaPort}, ${mongoPort}`, async () => {
    await compose.up({ ...process.env, ...ports, YRD_CLUSTER_ID: clusterId });
    const [, url] = await Promise.all([kafkaReady(brokers), replicaSet(mongoPort)]);
    return url;
  });
  return { kafkaBrokers: brokers, mongoUrl, way: 'docker' };
};

const startThrowAwayContainers = async (o: ServersOptions, place: NativePlace): Promise<Servers> => {
  const { startContainers } = await import('./containers.js');
  const brokers = `127.0.0.1:${place.kafkaPort}`;
  return step('Kafka and MongoDB in test containers', async () => {
    const names = [`yrd-test-kafka-${place.kafkaPort}`, `yrd-test-mongo-${place.mongoPort}`] as const;
    o.processes.atEnd(['docker', 'rm', '-fv', ...names]);
    await startContainers(place, names);
    const ready = { kafka: () => kafkaReady(brokers), mongo: () => replicaSet(place.mongoPort) };
    const [, mongoUrl] = await Promise.all([ready.kafka(), ready.mongo()]);
    const hands = { kafka: containerHand(names[0], ready.kafka), mongo: containerHand(names[1], ready.mongo) };
    return { kafkaBrokers: brokers, mongoUrl, way: 'docker' as const, hands };
  });
};

const placeFor = async (o: ServersOptions, record: WayRecord | undefined): Promise<NativePlace> => {
  const [kafkaPort = 0, controllerPort = 0, mongoPort = 0, mtlsPort = 0] = await freePorts(o.secured ? 4 : 3, record?.ports);
  const clusterId = record?.clusterId ?? newClusterId();
  const secured = o.secured ? { files: provideSecured(o.home), mtlsPort } : undefined;
  return { root: o.root, data: join(o.home, 'data'), kafkaPort, controllerPort, mongoPort, clusterId, secured };
};

/**
 * Starts Kafka and MongoDB the way that was recorded, or chooses one and records it before anything is written. Answers once
 * both answer. Throws a Fault when the recorded way is gone or a server does not come up.
 */
export const startServers = async (o: ServersOptions): Promise<Servers> => {
  if (o.throwAway) {
    const place = await placeFor(o, undefined);
    return !o.secured && (await imagesAtHand()) ? startThrowAwayContainers(o, place) : startNative(o, place);
  }
  const given = givenFrom(process.env);
  const record = readWay(o.home);
  const docker = o.secured ? async () => false : record ? engineAnswers : dockerCanRun;
  refuseOtherWires(record, o.secured === true);
  const way = await chooseWay(record, { given, docker, nativeData: hasNativeData(join(o.home, 'data')) });
  if (way === 'given' && given) {
    writeWay(o.home, { ...record, way, servers: fingerprint(given) });
    return startGiven(given);
  }
  const place = await placeFor(o, record);
  const { kafkaPort, controllerPort, mongoPort, clusterId } = place;
  const keyed = record?.keyed === true;
  if (way === 'native') await nativeFiles(o.root); // A machine that lacks Java is told so before a way is recorded.
  const ports = [kafkaPort, controllerPort, mongoPort, ...(place.secured ? [place.secured.mtlsPort] : [])];
  writeWay(o.home, { way, ports, clusterId, ...(keyed && { keyed }), ...(o.secured && { secured: true }) });
  return way === 'docker' ? startCompose(o, place, keyed) : startNative(o, place);
};
