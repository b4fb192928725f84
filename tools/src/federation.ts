/** The four local provinces: their ports, their keys (one private file each) and the federation file that all four read. */
import { existsSync, mkdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fingerprintOf, type FederationNode } from '@yrd/ledger';
import { addContexts, createNodeKeys, nodeHasher, type NodeSecret } from '@yrd/platform';
import { portFrom } from './ports.js';
import { Fault, say } from './say.js';

/** One province as the starter knows it. */
export interface Province {
  /** Two digits (GB/T 2260). */
  readonly code: string;
  readonly name: string;
  readonly english: string;
}

export const PROVINCES: readonly Province[] = [
  { code: '31', name: '上海市', english: 'Shanghai' },
  { code: '32', name: '江苏省', english: 'Jiangsu' },
  { code: '33', name: '浙江省', english: 'Zhejiang' },
  { code: '34', name: '安徽省', english: 'Anhui' },
];

/** The contexts whose journals a local node keeps. */
export const CONTEXTS = ['voucher', 'access'] as const;
const FEDERATION = 'yrd.local';
/** Keys of a local federation last ten years: its demo clock may be moved by some of them. */
const KEY_MS = 3_650 * 86_400_000;

/** Port of each province's node: `YRD_PORT_31` and so on, else 3131 and so on. */
export const nodePorts = (env: NodeJS.ProcessEnv): ReadonlyMap<string, number> =>
  new Map(PROVINCES.map(({ code }) => [code, portFrom(env, `YRD_PORT_${code}`) ?? Number(`31${code}`)]));

/** Paths of a data folder. */
export const federationFile = (home: string): string => join(home, 'federation.json');
export const keyFile = (home: string, code: string): string => join(home, 'keys', `${code}.json`);

const writeWhole = (file: string, content: object, mode: number): void => {
  writeFileSync(`${file}.new`, `${JSON.stringify(content, null, 2)}\n`, { mode });
  renameSync(`${file}.new`, file);
};

const complete = (home: string): boolean =>
  existsSync(federationFile(home)) && PROVINCES.every(({ code }) => existsSync(keyFile(home, code)));

const urlOf = (ports: ReadonlyMap<string, number>, code: string): string => `http://127.0.0.1:${ports.get(code) ?? 0}`;

const create = (home: string, ports: ReadonlyMap<string, number>): void => {
  mkdirSync(join(home, 'keys'), { recursive: true, mode: 0o700 });
  const notAfterMs = Date.now() + KEY_MS;
  const nodes = PROVINCES.map(({ code, name }) => {
    const url = urlOf(ports, code);
    const keys = createNodeKeys({ federation: FEDERATION, province: code, name, url, contexts: CONTEXTS, notAfterMs });
    writeWhole(keyFile(home, code), keys.secret, 0o600);
    return keys.public;
  });
  writeWhole(federationFile(home), { federation: FEDERATION, nodes }, 0o644); // Last: with it the keys are whole.
  say('Keys were made for four nodes. Fingerprints of their identities, which certify all others (npm run keys -- list shows those):');
  for (const { province, identity } of nodes) say(`  ${province}  ${fingerprintOf(nodeHasher, identity)}`);
};

const readJson = <T>(file: string): T => JSON.parse(readFileSync(file, 'utf8')) as T;

/** Follows the nodes to other ports, and gives them the keys of contexts that came with a newer version. */
const bringUpToDate = (home: string, ports: ReadonlyMap<string, number>): void => {
  const file = federationFile(home);
  const federation = readJson<{ readonly nodes: readonly FederationNode[] }>(file);
  const nodes = federation.nodes.map((node) => {
    const before = { secret: readJson<NodeSecret>(keyFile(home, node.province)), public: { ...node, url: urlOf(ports, node.province) } };
    const keys = addContexts(before, CONTEXTS, Date.now() + KEY_MS);
    // The secret first: a public key that is pinned and that nobody holds could never be used.
    if (keys !== before) writeWhole(keyFile(home, node.province), keys.secret, 0o600);
    return keys.public;
  });
  if (JSON.stringify(nodes) !== JSON.stringify(federation.nodes)) writeWhole(file, { ...federation, nodes }, 0o644);
};

/**
 * Makes keys and federation file at the first start; later keeps them, adds those of new contexts and follows the nodes to other
 * ports. `keyed` tells that they were made before: then a missing one is a loss, because new keys would not fit the journals, and
 * a Fault says so.
 */
export const provideKeys = (home: string, ports: ReadonlyMap<string, number>, keyed: boolean): void => {
  if (complete(home)) return bringUpToDate(home, ports);
  if (keyed) {
    throw new Fault(
      `Key files are missing in ${home}: restore federation.json and keys/ from a copy, or forget all with \`npm run reset\`.`,
    );
  }
  create(home, ports);
};
