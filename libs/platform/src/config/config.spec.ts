/** The settings of a node and its federation file, with every fault named. */
import type { Federation, FederationNode } from '@yrd/ledger';
import { ConfigError, readConfig, type Environment } from './config.js';
import { parseFederation } from './config-federation.js';
import { createNodeKeys } from '../keys/keys.js';

const node = (province: string, url = `http://127.0.0.1:31${province}`): FederationNode =>
  createNodeKeys({ federation: 'yrd.test', province, name: `节点 ${province}`, url, contexts: ['voucher'] }).public;
const federation: Federation = { federation: 'yrd.test', nodes: [node('31'), node('32')] };

const good: Environment = {
  YRD_PROVINCE: '32',
  KAFKA_BROKERS: 'localhost:9092, localhost:9093',
  MONGO_URL: 'mongodb://localhost:27017/?replicaSet=rs0',
  YRD_KEYS: 'keys.json',
  YRD_FEDERATION: 'federation.json',
  YRD_POLICIES: 'policies',
  YRD_ISSUER: 'http://127.0.0.1:3130',
};
const read = (env: Environment, text = JSON.stringify(federation)) => readConfig(env, () => text);
const faultsOf = (env: Environment, text?: string): readonly string[] => {
  try {
    read(env, text);
  } catch (error) {
    if (error instanceof ConfigError) return error.faults;
    throw error;
  }
  return [];
};

describe('the settings of a node', () => {
  it('are whole with only what has no default', () => {
    expect(read(good)).toMatchObject({
      province: '32',
      host: '127.0.0.1',
      port: 3132,
      kafka: { brokers: ['localhost:9092', 'localhost:9093'] },
      mongoUrl: 'mongodb://localhost:27017/?replicaSet=rs0',
      http: { tls: null, trustedProxies: [] },
      clock: 'system',
      tokens: {
        issuers: [{ issuer: 'http://127.0.0.1:3130', audience: 'yrd', provinces: ['31', '32'], types: ['at+jwt'] }],
        clockSkewS: 30,
        secondFactor: false,
      },
      log: 'info',
      instance: '32-1',
      openAlone: false,
      production: false,
      federation,
      limits: { bodyBytes: 262_144 },
    });
  });

  it('name every fault at once, not only the first', () => {
    const faults = faultsOf({
      YRD_PROVINCE: 'Jiangsu',
      KAFKA_BROKERS: 'localhost',
      YRD_PORT: '99999',
      YRD_CLOCK: 'fast',
      MONGO_URL: 'localhost',
    });
    for (const name of [
      'YRD_PROVINCE',
      'KAFKA_BROKERS',
      'YRD_PORT',
      'YRD_CLOCK',
      'MONGO_URL',
      'YRD_KEYS',
      'YRD_FEDERATION',
      'YRD_POLICIES',
      'YRD_ISSUER',
    ]) {
      expect(faults.filter((fault) => fault.startsWith(name))).toHaveLength(1);
    }
    expect(faults).toHaveLength(9);
  });

  it('refuse a demo clock and a plain http issuer in production', () => {
    const faults = faultsOf({ ...good, NODE_ENV: 'production', YRD_CLOCK: 'demo' });
    expect(faults).toHaveLength(5);
    expect(faults.join()).toMatch(/YRD_ISSUER.*https[\s\S]*YRD_INVOICE_KEY is not set[\s\S]*YRD_CLOCK is demo/);
  });

  it('demand a second factor of clerks in production, and believe an issuer without a file about the own province only', () => {
    const secrets = { YRD_INVOICE_KEY: '0'.repeat(64), YRD_MATCHING_KEYS: `2026:${'0'.repeat(64)}`, YRD_KEY_BACKUP_DAYS: '30' };
    const env = { ...good, ...secrets, NODE_ENV: 'production', YRD_ISSUER: 'https://id.example' };
    expect(read(env).tokens).toMatchObject({ secondFactor: true, issuers: [{ provinces: ['32'] }] });
  });

  it('take issuers with their provinces, organisations and words from a file', () => {
    const own = { issuer: 'https://id.js.example', provinces: ['32'], audience: 'market', claims: { roles: '/realm_access/roles' } };
    const agency = {
      issuer: 'https://id.lab.example',
      provinces: ['31'],
      organisations: ['lab-*'],
      roles: { agent: 'agency' },
      types: ['JWT'],
    };
    const files: Readonly<Record<string, string>> = {
      'federation.json': JSON.stringify(federation),
      'issuers.json': JSON.stringify([own, agency]),
    };
    const { YRD_ISSUER: _, ...rest } = good;
    const { tokens } = readConfig({ ...rest, YRD_ISSUERS: 'issuers.json' }, (path) => files[path] ?? '');
    expect(tokens.issuers).toMatchObject([
      { ...own, claims: { person: 'sub', roles: '/realm_access/roles' }, organisations: null, roles: null },
      { ...agency, types: ['jwt'], audience: 'yrd' },
    ]);
  });

  it('name every fault of an issuers file, of every issuer', () => {
    const text = JSON.stringify([
      { issuer: 'id', provinces: ['44'], roles: { a: 'king' }, extra: 1 },
      { issuer: 'https://a.example', claims: { colour: 'c' }, secondFactor: [] },
      7,
    ]);
    const { YRD_ISSUER: _, ...rest } = good;
    const faultsIn = (path: string): string => {
      try {
        readConfig({ ...rest, YRD_ISSUERS: path }, (name) => (name === 'federation.json' ? JSON.stringify(federation) : text));
      } catch (error) {
        if (error instanceof ConfigError) return error.faults.join('\n');
      }
      return '';
    };
    const faults = faultsIn('issuers.json');
    for (const part of [
      /issuer 1: issuer must be an http/,
      /issuer 1: province 44 is not in the federation/,
      /issuer 1: roles must be/,
      /issuer 1: it has unknown fields: extra/,
      /issuer 2: provinces is missing/,
      /issuer 2: claims must name/,
      /issuer 2: secondFactor must hold/,
      /issuer 3: it must be an object/,
    ]) {
      expect(faults).toMatch(part);
    }
    expect(faultsOf({ ...good, YRD_ISSUERS: 'issuers.json' })).toContainEqual(expect.stringContaining('both set'));
  });

  it('never repeat a malformed secret', () => {
    const faults = faultsOf({ ...good, YRD_INVOICE_KEY: 'not-so-secret' }).join();
    expect(faults).toMatch(/YRD_INVOICE_KEY must be 64 hex digits/);
    expect(faults).not.toContain('not-so-secret');
  });

  it('refuse a federation that does not know the own province', () => {
    expect(faultsOf({ ...good, YRD_PROVINCE: '34' })).toEqual([expect.stringContaining('no node of province 34')]);
  });

  it('say which file cannot be read', () => {
    const missing = (): string => {
      throw new Error('ENOENT');
    };
    expect(() => readConfig(good, missing)).toThrow(/YRD_FEDERATION names federation.json, which cannot be read/);
  });
});

describe('the federation file', () => {
  const faults = (change: (nodes: FederationNode[]) => unknown) => parseFederation(JSON.stringify(change([...federation.nodes]))).faults;

  it('is believed when every journal key is certified', () => {
    expect(parseFederation(JSON.stringify(federation))).toEqual({ federation, faults: [] });
  });

  it('is refused when a journal key was exchanged for another good one', () => {
    const [first, second] = federation.nodes;
    const stranger = node('31').journals;
    const found = faults(() => ({ federation: 'yrd.test', nodes: [{ ...first, journals: stranger }, second] }));
    expect(found).toEqual([expect.stringContaining('31/voucher is not certified')]);
  });

  it('is refused with unknown fields, two nodes of one province, or a key under another name', () => {
    expect(faults((nodes) => ({ federation: 'yrd.test', nodes, extra: 1 }))).toEqual([expect.stringContaining('"extra"')]);
    expect(faults(([one]) => ({ federation: 'yrd.test', nodes: [one, one] }))).toEqual([expect.stringContaining('31 stands in it twice')]);
    expect(faults(([one, two]) => ({ federation: 'yrd.test', nodes: [{ ...one, identity: two?.identity }] }))).toContainEqual(
      expect.stringContaining('yrd.test/node/31 must be a verifier line'),
    );
  });

  it.each(['', 'null', '[]', '"x"', '{"federation":"yrd.test","nodes":[null]}', '{"federation":7,"nodes":{}}'])(
    'is refused, not choked on: %s',
    (text) => {
      expect(parseFederation(text).faults.length).toBeGreaterThan(0);
    },
  );
});

describe('where files are kept', () => {
  const bucket: Environment = {
    ...good,
    YRD_FILES: 's3',
    YRD_FILES_ENDPOINT: 'https://s3.example.gov.cn/',
    YRD_FILES_BUCKET: 'papers-32',
    YRD_FILES_ACCESS_KEY: 'yrd',
    YRD_FILES_SECRET_FILE: 'secret.txt',
  };
  const withSecret = (env: Environment, secret = ' hidden\n') =>
    readConfig(env, (path) => (path === 'secret.txt' ? secret : JSON.stringify(federation)));

  it('is a folder of the province beside its keys, where nothing is said', () => {
    expect(read({ ...good, YRD_KEYS: 'node/keys.json' }).files).toMatchObject({
      place: { s3: null, folder: 'node/files/32' },
      bytesMax: 33_554_432,
      kinds: ['pdf', 'png', 'jpeg', 'ofd', 'zip', 'xml'],
      days: 30,
      demanded: false,
    });
  });

  it('is a bucket, with its secret from a file', () => {
    expect(withSecret(bucket).files.place.s3).toEqual({
      endpoint: 'https://s3.example.gov.cn',
      bucket: 'papers-32',
      region: 'us-east-1',
      accessKey: 'yrd',
      secretKey: 'hidden',
    });
  });

  it.each<[string, Environment, RegExp]>([
    ['a bucket without its secret', { YRD_FILES_SECRET_FILE: '' }, /YRD_FILES_SECRET_FILE is not set/],
    [
      'a store in the clear in production',
      { NODE_ENV: 'production', YRD_FILES_ENDPOINT: 'http://s3.example.gov.cn' },
      /YRD_FILES_ENDPOINT/,
    ],
    ['a kind that nobody knows', { YRD_FILE_KINDS: 'pdf,exe' }, /YRD_FILE_KINDS holds "exe"/],
  ])('is not %s', (_what, change, fault) => {
    let said = '';
    try {
      withSecret({ ...bucket, ...change });
    } catch (error) {
      said = String(error);
    }
    expect(said).toMatch(fault);
    expect(said).not.toContain('hidden');
  });
});
