/** Kafka and MongoDB as plain processes of this machine: the same servers and code paths as in containers. */
import { execFile } from 'node:child_process';
import { existsSync, mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { rank, type Child, type Processes } from './processes.js';
import { Fault } from './say.js';
import { mongodArguments, scramArguments, securedListeners, type Secured } from './secured.js';

const exec = promisify(execFile);

/** Where the fetched files lie. */
export interface NativeFiles {
  readonly java: string;
  readonly kafkaJars: string;
  readonly mongod: string;
}

/** Where native servers work, and on which ports. */
export interface NativePlace {
  readonly root: string;
  readonly data: string;
  readonly kafkaPort: number;
  readonly controllerPort: number;
  readonly mongoPort: number;
  readonly clusterId: string;
  /** Servers with TLS, users and access rules; plain ones on loopback without. */
  readonly secured?: { readonly files: Secured; readonly mtlsPort: number } | undefined;
}

/** The servers' files, fetched if they are not there yet. Throws a Fault in one line when the machine lacks something. */
export const nativeFiles = async (root: string): Promise<NativeFiles> => {
  try {
    const { stdout } = await exec(process.execPath, [join(root, 'tools', 'native', 'fetch.mjs')]);
    return JSON.parse(stdout) as NativeFiles;
  } catch (error) {
    const said = error instanceof Error && 'stderr' in error ? String(error.stderr).trim() : String(error);
    throw new Fault(said);
  }
};

const kafkaFolder = (place: NativePlace): string => join(place.data, 'kafka');
const mongoFolder = (place: NativePlace): string => join(place.data, 'mongo');

/** Whether servers have written data below this folder. */
export const hasNativeData = (data: string): boolean => existsSync(join(data, 'kafka')) || existsSync(join(data, 'mongo'));

const plainListeners = (place: NativePlace): readonly string[] => [
  `listeners=PLAINTEXT://127.0.0.1:${place.kafkaPort},CONTROLLER://127.0.0.1:${place.controllerPort}`,
  `advertised.listeners=PLAINTEXT://127.0.0.1:${place.kafkaPort}`,
  'listener.security.protocol.map=PLAINTEXT:PLAINTEXT,CONTROLLER:PLAINTEXT',
];

/** The broker's settings: one process that is broker and controller, for one machine; nodes create their own topics. */
export const brokerProperties = (place: NativePlace): string =>
  [
    'process.roles=broker,controller',
    'node.id=1',
    `controller.quorum.voters=1@127.0.0.1:${place.controllerPort}`,
    'controller.listener.names=CONTROLLER',
    ...(place.secured ? securedListeners({ ...place, ...place.secured }, place.secured.files) : plainListeners(place)),
    `log.dirs=${kafkaFolder(place)}`,
    'auto.create.topics.enable=false',
    'offsets.topic.replication.factor=1',
    'offsets.topic.num.partitions=3',
    'transaction.state.log.replication.factor=1',
    'transaction.state.log.min.isr=1',
    'transaction.state.log.num.partitions=3',
    'group.initial.rebalance.delay.ms=0',
    // A broker that was ended hard is let in again only after its own old session: there is no other one to protect here.
    'broker.session.timeout.ms=2000',
    'broker.heartbeat.interval.ms=500',
    '',
  ].join('\n');

/** Java's arguments before the broker's class: half a GiB of heap is ample for four nodes. */
const javaArgs = (root: string, files: NativeFiles): string[] => [
  '-Xms128m',
  '-Xmx512m',
  '-XX:+UseSerialGC',
  '-XX:TieredStopAtLevel=1',
  `-Dlog4j2.configurationFile=${join(root, 'tools', 'native', 'log4j2.properties')}`,
  '-cp',
  join(files.kafkaJars, '*'),
];

/** Starts the broker, after formatting its folder at the very first start. Ready once it answers on its port. */
export const startNativeKafka = async (
  files: NativeFiles,
  place: NativePlace,
  processes: Processes,
  onCrash: CrashTold,
): Promise<Child> => {
  const properties = join(place.data, 'kafka.properties');
  const folder = kafkaFolder(place);
  mkdirSync(place.data, { recursive: true });
  writeFileSync(properties, brokerProperties(place));
  if (!existsSync(join(folder, 'meta.properties'))) {
    rmSync(folder, { recursive: true, force: true }); // Left by a formatting that broke off.
    mkdirSync(folder, { recursive: true });
    const format = ['kafka.tools.StorageTool', 'format', '-t', place.clusterId, '-c', properties];
    const users = place.secured ? scramArguments(place.secured.files) : [];
    await exec(files.java, [...javaArgs(place.root, files), ...format, ...users]);
  }
  const args = [...javaArgs(place.root, files), 'kafka.Kafka', properties];
  return processes.start({ name: 'kafka', rank: rank.kafka, program: files.java, args, onCrash });
};

/** Told when a server ends unasked: the sentence and its last lines. */
export type CrashTold = (why: string, tail: string) => void;

/** Starts mongod as a replica set of one, which transactions and change streams need. */
export const startNativeMongo = (files: NativeFiles, place: NativePlace, processes: Processes, onCrash: CrashTold): Child => {
  const dbpath = mongoFolder(place);
  mkdirSync(dbpath, { recursive: true });
  const args = ['--dbpath', dbpath, '--bind_ip', '127.0.0.1', '--port', String(place.mongoPort), '--replSet', 'yrd'];
  const small = ['--wiredTigerCacheSizeGB', '0.5', '--setParameter', 'diagnosticDataCollectionEnabled=false', '--nounixsocket'];
  const secured = place.secured ? mongodArguments(place.secured.files) : [];
  return processes.start({ name: 'mongo', rank: rank.mongo, program: files.mongod, args: [...args, ...small, ...secured], onCrash });
};
