/** Two Kafka clusters joined by MirrorMaker 2, as two provinces' data centres would be: 31 and 32 in the east, 33 and 34 in the west. */
import { execFile } from 'node:child_process';
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { nativeFiles, startNativeKafka } from './native.js';
import { freePorts } from './ports.js';
import { rank, type Processes } from './processes.js';
import { kafkaReady, newClusterId } from './ready.js';
import { say, step } from './say.js';
import type { Place } from './start.js';

const exec = promisify(execFile);

/** Brokers of the two clusters. */
interface Clusters {
  readonly east: string;
  readonly west: string;
}

const EAST = ['31', '32'];
/** One block is at most half a MB stored, twice that on the wire; the client's own limit is 1 MB. */
const REQUEST_BYTES_MAX = 4 * 2 ** 20;

/** Each flow carries the topics of its own provinces and nothing else, under their own names: so nothing goes in circles. */
export const mirrorProperties = ({ east, west }: Clusters): string =>
  [
    'clusters=east,west',
    `east.bootstrap.servers=${east}`,
    `west.bootstrap.servers=${west}`,
    'east->west.enabled=true',
    'east->west.topics=yrd\\\\.(31|32)\\\\..*',
    'west->east.enabled=true',
    'west->east.topics=yrd\\\\.(33|34)\\\\..*',
    'replication.policy.class=org.apache.kafka.connect.mirror.IdentityReplicationPolicy',
    ...['', 'checkpoints.topic.', 'heartbeats.topic.', 'offset-syncs.topic.', 'offset.storage.', 'status.storage.', 'config.storage.'].map(
      (what) => `${what}replication.factor=1`,
    ),
    ...['east', 'west'].map((cluster) => `${cluster}.producer.max.request.size=${REQUEST_BYTES_MAX}`),
    'emit.checkpoints.enabled=false',
    'emit.heartbeats.enabled=false',
    'sync.topic.acls.enabled=false',
    'refresh.topics.interval.seconds=2',
    '',
  ].join('\n');

/** The cluster that a province is in. */
export const clusterOf =
  ({ east, west }: Clusters) =>
  (code: string): string =>
    EAST.includes(code) ? east : west;

/** Starts the second cluster and the mirror between the two. Answers the brokers of each province. */
export const startMirrored = async (
  { root, entry }: Place,
  o: { readonly home: string; readonly east: string; readonly processes: Processes },
): Promise<(code: string) => string> => {
  const data = join(o.home, 'west');
  const [kafkaPort = 0, controllerPort = 0] = await freePorts(2);
  const place = { root, data, kafkaPort, controllerPort, mongoPort: 0, clusterId: newClusterId() };
  const clusters = { east: o.east, west: `127.0.0.1:${kafkaPort}` };
  const onCrash = (why: string): void => say(`  ! ${why} (${entry})`);
  await step('a second Kafka', async () => {
    const child = await startNativeKafka(await nativeFiles(root), place, o.processes, onCrash);
    await kafkaReady(clusters.west, () => child.ended());
  });
  const { stdout } = await exec(process.execPath, [join(root, 'tools', 'native', 'fetch.mjs'), 'mirror']);
  const { java, mirrorJars } = JSON.parse(stdout) as { java: string; mirrorJars: string };
  mkdirSync(data, { recursive: true });
  const properties = join(data, 'mirror.properties');
  writeFileSync(properties, mirrorProperties(clusters));
  const log = `-Dlog4j2.configurationFile=${join(root, 'tools', 'native', 'log4j2.properties')}`;
  const args = [
    '-Xms64m',
    '-Xmx256m',
    '-XX:+UseSerialGC',
    log,
    '-cp',
    join(mirrorJars, '*'),
    'org.apache.kafka.connect.mirror.MirrorMaker',
    properties,
  ];
  o.processes.start({ name: 'mirror', rank: rank.issuer, program: java, args, onCrash });
  return clusterOf(clusters);
};
