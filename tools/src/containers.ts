/** Kafka and MongoDB in throw-away containers, for tests on a machine where Docker has the images. */
import { GenericContainer } from 'testcontainers';
import { imagesFrom } from './docker.js';

// One server per port, the same number inside and outside: both servers hand their own address to their clients.
const CONTROLLER_PORT = 29_093;
const START_MS = 120_000; // 4 s on a quiet machine; a busy one once took more than sixty.

const kafkaEnvironment = (port: number, clusterId: string): Record<string, string> => ({
  CLUSTER_ID: clusterId,
  KAFKA_NODE_ID: '1',
  KAFKA_PROCESS_ROLES: 'broker,controller',
  KAFKA_CONTROLLER_QUORUM_VOTERS: `1@127.0.0.1:${CONTROLLER_PORT}`,
  KAFKA_LISTENERS: `PLAINTEXT://0.0.0.0:${port},CONTROLLER://127.0.0.1:${CONTROLLER_PORT}`,
  KAFKA_ADVERTISED_LISTENERS: `PLAINTEXT://127.0.0.1:${port}`,
  KAFKA_CONTROLLER_LISTENER_NAMES: 'CONTROLLER',
  KAFKA_LISTENER_SECURITY_PROTOCOL_MAP: 'PLAINTEXT:PLAINTEXT,CONTROLLER:PLAINTEXT',
  KAFKA_AUTO_CREATE_TOPICS_ENABLE: 'false',
  KAFKA_OFFSETS_TOPIC_REPLICATION_FACTOR: '1',
  KAFKA_OFFSETS_TOPIC_NUM_PARTITIONS: '3',
  KAFKA_TRANSACTION_STATE_LOG_REPLICATION_FACTOR: '1',
  KAFKA_TRANSACTION_STATE_LOG_MIN_ISR: '1',
  KAFKA_TRANSACTION_STATE_LOG_NUM_PARTITIONS: '3',
  KAFKA_GROUP_INITIAL_REBALANCE_DELAY_MS: '0',
  KAFKA_HEAP_OPTS: '-Xms128m -Xmx512m',
});

/** Where the containers' servers are to answer. */
export interface ContainerPorts {
  readonly kafkaPort: number;
  readonly mongoPort: number;
  readonly clusterId: string;
}

/** Starts both containers under the given names, by which they are removed at the end. */
export const startContainers = async (o: ContainerPorts, [kafkaName, mongoName]: readonly [string, string]): Promise<void> => {
  const { kafka, mongo } = imagesFrom(process.env);
  const { kafkaPort, mongoPort } = o;
  // The guard removes the containers should this process die: a second watcher container is not needed.
  process.env['TESTCONTAINERS_RYUK_DISABLED'] ??= 'true';
  process.env['TESTCONTAINERS_HOST_OVERRIDE'] ??= '127.0.0.1';
  const mongod = ['mongod', '--bind_ip_all', '--port', String(mongoPort), '--replSet', 'yrd', '--wiredTigerCacheSizeGB', '0.5'];
  await Promise.all([
    new GenericContainer(kafka)
      .withName(kafkaName)
      .withEnvironment(kafkaEnvironment(kafkaPort, o.clusterId))
      .withExposedPorts({ container: kafkaPort, host: kafkaPort })
      .withStartupTimeout(START_MS)
      .start(),
    new GenericContainer(mongo).withName(mongoName).withCommand(mongod).withExposedPorts({ container: mongoPort, host: mongoPort }).start(),
  ]);
};
