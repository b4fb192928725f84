/** The stage of journeys: issuer, four nodes and the control door over servers that run already, all on free ports. */
import { startIssuer } from './clients.js';
import { openControl } from './control.js';
import type { SmallDisk } from './disk.js';
import { provideKeys, PROVINCES } from './federation.js';
import { nodeUrl, startNodes, type NodesOptions } from './nodes.js';
import { freePorts } from './ports.js';
import type { Processes } from './processes.js';
import type { Servers } from './servers.js';
import type { Place } from './start.js';

/** What programs in front of the stage are told in their environment, and the end of the door. */
export interface Stage {
  readonly env: Readonly<Record<string, string>>;
  close(): void;
}

export interface StageOptions {
  readonly place: Place;
  /** The run's own folder: keys and logs. */
  readonly home: string;
  readonly processes: Processes;
  readonly servers: Servers;
  readonly disk?: SmallDisk | undefined;
  /** The brokers of a province, where it has its own. */
  readonly brokersOf?: (code: string) => string;
}

/** Addresses of servers as programs read them. */
export const addresses = ({ kafkaBrokers, mongoUrl }: Servers) => ({ KAFKA_BROKERS: kafkaBrokers, MONGO_URL: mongoUrl });

/** The client of journeys, chaos and bench asks as fast as it can in the name of few persons. */
const HARNESS = { YRD_PERSON_REQUESTS: '10000000' };

/** Starts all and waits until the four nodes are ready. */
export const openStage = async ({ place, home, processes, servers, disk, brokersOf }: StageOptions): Promise<Stage> => {
  const ports = await freePorts(PROVINCES.length + 1);
  const byProvince = new Map(PROVINCES.map(({ code }, index) => [code, ports[index] ?? 0]));
  const issuerPort = ports[PROVINCES.length] ?? 0;
  const issuer = `http://127.0.0.1:${issuerPort}`;
  const nodes: NodesOptions = {
    root: place.root,
    home,
    servers,
    issuer,
    ports: byProvince,
    processes,
    restart: false,
    brokersOf,
    env: HARNESS,
  };
  provideKeys(home, byProvince, false);
  const [, children] = await Promise.all([
    startIssuer({ root: place.root, home, port: issuerPort, nodes: byProvince, processes }),
    startNodes(nodes),
  ]);
  const { server, url } = await openControl({ nodes, children, servers, disk });
  const urls = Object.fromEntries(PROVINCES.map(({ code }) => [code, nodeUrl(byProvince, code)]));
  return {
    env: { YRD_NODES: JSON.stringify(urls), YRD_ISSUER: issuer, YRD_CONTROL: url, YRD_HOME: home, ...addresses(servers) },
    close: () => {
      server.close();
      server.closeAllConnections();
    },
  };
};
