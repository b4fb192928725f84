/** The way Kafka and MongoDB are had: given addresses, Docker, or native processes. Chosen once, recorded beside the data, kept. */
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { Fault } from './say.js';

export type Way = 'given' | 'docker' | 'native';

/** Addresses that somebody else keeps servers at. */
export interface Given {
  readonly kafkaBrokers: string;
  readonly mongoUrl: string;
}

/** What stands in `way.json`: enough to find the same data again. No address with a password in it is written down. */
export interface WayRecord {
  readonly way: Way;
  /** Given: a fingerprint of the addresses. */
  readonly servers?: string;
  /** Docker and native: Kafka's, its controller's and MongoDB's port of the last run, taken again when still free. */
  readonly ports?: readonly number[];
  /** Docker and native: Kafka's cluster id. */
  readonly clusterId?: string;
  /** Native: the servers ask for TLS and users. */
  readonly secured?: boolean;
  /** Set once the nodes' keys exist: from then on a missing key is a loss, not a first start. */
  readonly keyed?: boolean;
}

const RESET = 'or forget the local data with `npm run reset`';

/** A fingerprint of two addresses: tells whether they changed without keeping a password. */
export const fingerprint = ({ kafkaBrokers, mongoUrl }: Given): string =>
  createHash('sha256').update(`${kafkaBrokers}\n${mongoUrl}`).digest('hex').slice(0, 16);

/** The addresses in the environment; undefined when there are none. Throws a Fault when only one of the two is set. */
export const givenFrom = (env: NodeJS.ProcessEnv): Given | undefined => {
  const { KAFKA_BROKERS: kafkaBrokers, MONGO_URL: mongoUrl } = env;
  if (!kafkaBrokers && !mongoUrl) return undefined;
  if (!kafkaBrokers) throw new Fault('MONGO_URL is set without KAFKA_BROKERS: set both, or neither to have both started here.');
  if (!mongoUrl) throw new Fault('KAFKA_BROKERS is set without MONGO_URL: set both, or neither to have both started here.');
  return { kafkaBrokers, mongoUrl };
};

/** The recorded way, if any. Throws a Fault when the file is damaged. */
export const readWay = (home: string): WayRecord | undefined => {
  const file = join(home, 'way.json');
  if (!existsSync(file)) return undefined;
  try {
    const record = JSON.parse(readFileSync(file, 'utf8')) as WayRecord;
    if (['given', 'docker', 'native'].includes(record.way)) return record;
  } catch {
    // Told below, as for any other content.
  }
  throw new Fault(`${file} is damaged, so it is not known where the data lies: restore it from a copy, ${RESET}.`);
};

/** Writes the record whole or not at all. */
export const writeWay = (home: string, record: WayRecord): void => {
  mkdirSync(home, { recursive: true });
  const file = join(home, 'way.json');
  writeFileSync(`${file}.new`, `${JSON.stringify(record, null, 2)}\n`);
  renameSync(`${file}.new`, file);
};

/** Servers that asked nobody who he is cannot begin to over their own data, nor the other way round. Throws a Fault. */
export const refuseOtherWires = (record: WayRecord | undefined, secured: boolean): void => {
  if (!record || (record.secured ?? false) === secured) return;
  const [has, wanted] = secured ? ['plain', 'without'] : ['secured', 'with'];
  throw new Fault(`The data here lies on ${has} servers: start ${wanted} YRD_WIRES=secure, ${RESET}.`);
};

/** What was found on this machine. */
export interface Findings {
  readonly given: Given | undefined;
  /** Whether a Docker engine answers; asked only when it matters. */
  readonly docker: () => Promise<boolean>;
  /** Whether native data lies in the home folder. */
  readonly nativeData: boolean;
}

/**
 * Decides the way. A recorded way is kept; when it is gone, throws a Fault that says how to return. Without a record: given
 * addresses, else Docker, else native. Never answers a way that would start empty beside existing data.
 */
export const chooseWay = async (record: WayRecord | undefined, found: Findings): Promise<Way> => {
  if (!record) {
    if (found.nativeData) throw new Fault(`There is data here but way.json is gone: restore it from a copy, ${RESET}.`);
    if (found.given) return 'given';
    return (await found.docker()) ? 'docker' : 'native';
  }
  if (record.way === 'given') {
    if (!found.given) {
      throw new Fault(
        `The data here lies on servers that KAFKA_BROKERS and MONGO_URL named, and both are unset: set them again, ${RESET}.`,
      );
    }
    if (fingerprint(found.given) !== record.servers) {
      throw new Fault(`The data here lies on other servers than KAFKA_BROKERS and MONGO_URL name now: set the former ones, ${RESET}.`);
    }
    return 'given';
  }
  if (found.given) {
    const place = record.way === 'docker' ? 'in Docker' : 'in native servers';
    throw new Fault(`The data here lies ${place}, but KAFKA_BROKERS and MONGO_URL name others: unset both, ${RESET}.`);
  }
  if (record.way === 'docker' && !(await found.docker())) {
    throw new Fault(`The data here lies in Docker volumes, and no Docker engine answers: start Docker and try again, ${RESET}.`);
  }
  if (record.way === 'native' && record.keyed && !found.nativeData) {
    throw new Fault(`The servers' data is gone while the nodes' keys are still here: restore the folder from a copy, ${RESET}.`);
  }
  return record.way;
};
