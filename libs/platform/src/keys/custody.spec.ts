/** A node's custody of persons: keys wrapped by a file or a vault, fields sealed by either suite, and erasure that nothing undoes. */
import { chmodSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { createCipheriv, createDecipheriv, randomBytes } from 'node:crypto';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Disk, memoryStorage, rowsOf } from '@yrd/ledger/testing';
import { readConfig } from '../config/config.js';
import { Custody, Erased, SUBJECT_KEYS, type CustodyOptions } from './custody.js';
import { localWrapping, openWrapping, provideWrappingKeys, vaultWrapping } from './key-wrapping.js';
import { SEALING_SUITES } from './sealing.js';

const ZHANG = '0f3c5a9b1d2e4f60718293a4b5';
const LI = '1f3c5a9b1d2e4f60718293a4b5';
const FIELDS = { name: '张三', idNumber: '11010519491231002X', phone: '13812345678' };
const secret = (fill: number): Uint8Array => new Uint8Array(32).fill(fill);
const atOnce = {
  there: () => Promise.resolve(),
  back: () => Promise.resolve(),
};
const keptOn = (disk: Disk, more: Partial<CustodyOptions> = {}): Custody => {
  const { records } = memoryStorage(disk, atOnce);
  return new Custody({
    records: () => records,
    wrapping: localWrapping([secret(1)], 'aes-256-gcm'),
    suite: 'aes-256-gcm',
    keyBackupDays: 30,
    matchingKeys: [
      { epoch: '2026', key: secret(2) },
      { epoch: '2025', key: secret(3) },
    ],
    personKey: secret(4),
    ...more,
  });
};

describe.each(SEALING_SUITES)('With %s', (suite) => {
  const disk = new Disk();
  const custody = keptOn(disk, { suite, wrapping: localWrapping([secret(1)], suite) });

  it('each person has a key of their own, and no plaintext is stored', async () => {
    const [one, other] = [await custody.seal(ZHANG, 'c1', FIELDS), await custody.seal(LI, 'c2', FIELDS)];
    expect(
      await custody.open([
        { subject: LI, sealed: other },
        { subject: ZHANG, sealed: one },
      ]),
    ).toEqual([FIELDS, FIELDS]);
    await expect(custody.open([{ subject: LI, sealed: one }])).rejects.toThrow('does not open');
    const stored = JSON.stringify([one, other, rowsOf(disk, SUBJECT_KEYS)]);
    for (const text of Object.values(FIELDS)) expect(stored).not.toContain(text);
    expect(rowsOf(disk, SUBJECT_KEYS)).toHaveLength(2);
  });

  it('a command tried again seals to the same bytes, another one does not', async () => {
    expect(await custody.seal(ZHANG, 'c1', FIELDS)).toEqual(await custody.seal(ZHANG, 'c1', FIELDS));
    expect(await custody.seal(ZHANG, 'c3', FIELDS)).not.toEqual(await custody.seal(ZHANG, 'c1', FIELDS));
  });

  it('two who make a key at once use the same one', async () => {
    const person = suite === 'aes-256-gcm' ? 'a'.repeat(26) : 'b'.repeat(26);
    const sealed = await Promise.all(['x', 'y', 'z'].map((act) => custody.seal(person, act, FIELDS)));
    const opened = await custody.open(sealed.map((each) => ({ subject: person, sealed: each })));
    expect(opened).toEqual([FIELDS, FIELDS, FIELDS]);
  });

  it('a destroyed key opens nothing, is never made anew, and others go on', async () => {
    const [one, other] = [await custody.seal(ZHANG, 'c1', FIELDS), await custody.seal(LI, 'c2', FIELDS)];
    const wrapped = JSON.stringify(rowsOf(disk, SUBJECT_KEYS).find(([id]) => id === ZHANG));
    expect([await custody.destroy([ZHANG, ZHANG]), await custody.destroy([ZHANG])]).toEqual([1, 0]);
    expect(
      await custody.open([
        { subject: ZHANG, sealed: one },
        { subject: LI, sealed: other },
      ]),
    ).toEqual(['erased', FIELDS]);
    await expect(custody.seal(ZHANG, 'c9', FIELDS)).rejects.toThrow(Erased);
    expect(JSON.stringify(rowsOf(disk, SUBJECT_KEYS))).not.toContain((JSON.parse(wrapped) as [string, { wrapped: string }])[1].wrapped);
  });
});

test('a key that is nowhere is lost, which is not the same as erased', async () => {
  const sealed = await keptOn(new Disk()).seal(ZHANG, 'c1', FIELDS);
  expect(await keptOn(new Disk()).open([{ subject: ZHANG, sealed }])).toEqual(['lost']);
});

test('what one suite sealed, a node that now seals with the other still reads', async () => {
  const disk = new Disk();
  const sealed = await keptOn(disk).seal(ZHANG, 'c1', FIELDS);
  const changed = keptOn(disk, { suite: 'sm4-ctr+hmac-sm3', wrapping: localWrapping([secret(1)], 'sm4-ctr+hmac-sm3') });
  const phone = await changed.seal(ZHANG, 'c2', { phone: '13900001111' });
  expect(phone['phone']).toContain('sm4-ctr+hmac-sm3');
  expect(await changed.open([{ subject: ZHANG, sealed: { ...sealed, ...phone } }])).toEqual([{ ...FIELDS, phone: '13900001111' }]);
});

test('identifiers are matched between nodes by a key that all share, and found at home by one that nobody else has', () => {
  const [here, there] = [keptOn(new Disk()), keptOn(new Disk(), { personKey: secret(9) })];
  expect(here.tokenOf(FIELDS.idNumber)).toEqual(there.tokenOf(FIELDS.idNumber));
  expect(here.tokenOf(FIELDS.idNumber, '2025')?.token).not.toBe(here.tokenOf(FIELDS.idNumber)?.token);
  expect(here.tokenOf(FIELDS.idNumber, '2019')).toBeNull();
  expect(here.identityOf(FIELDS.idNumber)).not.toBe(there.identityOf(FIELDS.idNumber));
});

describe('The wrapping key in a file', () => {
  const folder = mkdtempSync(join(tmpdir(), 'yrd-wrapping-'));
  afterAll(() => rmSync(folder, { recursive: true }));
  const path = join(folder, '32.wrapping.json');

  it('is made at the first start for its owner only, and is the same at the next', async () => {
    const made = await provideWrappingKeys(path);
    expect(statSync(path).mode & 0o777).toBe(0o600);
    expect(made).toHaveLength(1);
    expect(await provideWrappingKeys(path)).toEqual(made);
  });

  it('is replaced by putting a new one before it: what the old one wrapped still opens', async () => {
    const { keys } = JSON.parse(readFileSync(path, 'utf8')) as { keys: string[] };
    const wrapped = await (await openWrapping({ kind: 'file', path }, 'aes-256-gcm')).wrap(ZHANG, secret(7));
    writeFileSync(path, JSON.stringify({ keys: ['ab'.repeat(32), ...keys] }));
    const both = await openWrapping({ kind: 'file', path }, 'aes-256-gcm');
    expect(Buffer.from((await both.unwrap([{ subject: ZHANG, wrapped }]))[0]!)).toEqual(Buffer.from(secret(7)));
    expect((await both.wrap(ZHANG, secret(7))).slice(0, 8)).not.toBe(wrapped.slice(0, 8));
    await expect(both.unwrap([{ subject: LI, wrapped }])).rejects.toThrow('does not open');
  });

  it('that is missing is named by its id, and a new one is no answer', async () => {
    const wrapped = await localWrapping([secret(5)], 'aes-256-gcm').wrap(ZHANG, secret(7));
    await expect(localWrapping([secret(6)], 'aes-256-gcm').unwrap([{ subject: ZHANG, wrapped }])).rejects.toThrow(
      /wrapped with the key [0-9a-f]{8}, which this node does not hold/,
    );
  });

  it.each([['not JSON'], ['{"keys": []}'], ['{"keys": ["12"]}'], ['null']])('refuses the content %s', async (text) => {
    const broken = join(folder, 'broken.json');
    writeFileSync(broken, text, { mode: 0o600 });
    await expect(provideWrappingKeys(broken)).rejects.toThrow(/not usable/);
  });

  it('refuses to be open to everybody', async () => {
    chmodSync(path, 0o604);
    await expect(provideWrappingKeys(path)).rejects.toThrow(/open to everybody/);
  });
});

/** Vault's transit engine as its documentation describes it: batches, associated data, a token, 400 when an item fails. */
class LittleVault {
  readonly asked: string[] = [];
  private readonly key = randomBytes(32);
  private server: Server;
  address = '';
  constructor(readonly token: string) {
    this.server = createServer((request, response) => {
      let body = '';
      request.on('data', (part: Buffer) => (body += part.toString()));
      request.on('end', () => {
        this.asked.push(`${request.method} ${request.url}`);
        const [status, answer] = this.answer(request.url ?? '', request.headers['x-vault-token'], body);
        response.writeHead(status, { 'Content-Type': 'application/json' }).end(JSON.stringify(answer));
      });
    });
  }

  async start(): Promise<this> {
    await new Promise<void>((resolve) => void this.server.listen(0, '127.0.0.1', resolve));
    this.address = `http://127.0.0.1:${(this.server.address() as AddressInfo).port}`;
    return this;
  }

  stop(): void {
    this.server.close();
    this.server.closeAllConnections();
  }

  private answer(url: string, token: unknown, body: string): [number, object] {
    if (token !== this.token) return [403, { errors: ['permission denied'] }];
    const [, act] = /^\/v1\/transit\/(encrypt|decrypt)\/persons$/.exec(url) ?? [];
    if (act === undefined) return [404, { errors: [] }];
    const { batch_input: items } = JSON.parse(body) as { batch_input: Record<string, string>[] };
    const results = items.map((item) => (act === 'encrypt' ? this.encrypt(item) : this.decrypt(item)));
    return [results.some((each) => 'error' in each) ? 400 : 200, { data: { batch_results: results } }];
  }

  private encrypt(item: Record<string, string>): object {
    const iv = randomBytes(12);
    const cipher = createCipheriv('aes-256-gcm', this.key, iv).setAAD(Buffer.from(item['associated_data'] ?? '', 'base64'));
    const bytes = Buffer.concat([cipher.update(item['plaintext'] ?? '', 'base64'), cipher.final()]);
    return { ciphertext: `vault:v1:${Buffer.concat([iv, bytes, cipher.getAuthTag()]).toString('base64')}`, key_version: 1 };
  }

  private decrypt(item: Record<string, string>): object {
    const bytes = Buffer.from((item['ciphertext'] ?? '').replace(/^vault:v1:/, ''), 'base64');
    const cipher = createDecipheriv('aes-256-gcm', this.key, bytes.subarray(0, 12))
      .setAAD(Buffer.from(item['associated_data'] ?? '', 'base64'))
      .setAuthTag(bytes.subarray(-16));
    try {
      return { plaintext: Buffer.concat([cipher.update(bytes.subarray(12, -16)), cipher.final()]).toString('base64') };
    } catch {
      return { error: 'cipher: message authentication failed' };
    }
  }
}

describe('A vault', () => {
  const folder = mkdtempSync(join(tmpdir(), 'yrd-vault-'));
  const tokenFile = join(folder, 'token');
  const vault = new LittleVault('s.one');
  beforeAll(async () => {
    writeFileSync(tokenFile, 's.one\n');
    await vault.start();
  });
  afterAll(() => {
    vault.stop();
    rmSync(folder, { recursive: true });
  });
  const place = () => ({ kind: 'vault', address: vault.address, mount: 'transit', key: 'persons', tokenFile }) as const;

  it('wraps and opens the keys of persons, a list of them in one request', async () => {
    const custody = keptOn(new Disk(), { wrapping: vaultWrapping(place()) });
    const all = await Promise.all([ZHANG, LI].map(async (subject) => ({ subject, sealed: await custody.seal(subject, 'c', FIELDS) })));
    const before = vault.asked.length;
    expect(await custody.open(all)).toEqual([FIELDS, FIELDS]);
    expect(vault.asked.slice(before)).toEqual(['POST /v1/transit/decrypt/persons']);
  });

  it('opens a key for no other person', async () => {
    const wrapping = vaultWrapping(place());
    const wrapped = await wrapping.wrap(ZHANG, secret(7));
    await expect(wrapping.unwrap([{ subject: LI, wrapped }])).rejects.toThrow(/message authentication failed/);
  });

  it('is asked with the token that its file holds now', async () => {
    writeFileSync(tokenFile, 's.old');
    await expect(vaultWrapping(place()).wrap(ZHANG, secret(7))).rejects.toThrow('it answered 403');
    writeFileSync(tokenFile, 's.one');
    await expect(vaultWrapping(place()).wrap(ZHANG, secret(7))).resolves.toMatch(/^vault:v1:/);
  });

  it('that does not answer is said to be away, without the token or a key in the words', async () => {
    const away = vaultWrapping({ ...place(), address: 'http://127.0.0.1:1' });
    await expect(away.wrap(ZHANG, secret(7))).rejects.toMatchObject({ name: 'Unavailable', message: expect.not.stringContaining('s.one') });
    await expect(vaultWrapping({ ...place(), tokenFile: join(folder, 'none') }).wrap(ZHANG, secret(7))).rejects.toThrow(/token file/);
  });
});

describe('The settings about persons', () => {
  const good = {
    YRD_PROVINCE: '32',
    KAFKA_BROKERS: 'localhost:9092',
    MONGO_URL: 'mongodb://localhost:27017',
    YRD_KEYS: 'keys/32.json',
    YRD_FEDERATION: 'f',
    YRD_POLICIES: 'p',
    YRD_ISSUER: 'https://issuer.test',
  };
  const federation = JSON.stringify({ federation: 'yrd.test', nodes: [] });
  const faultsOf = (env: Readonly<Record<string, string>>): string => {
    try {
      readConfig({ ...good, ...env }, () => federation);
    } catch (error) {
      return String(error);
    }
    return '';
  };

  it('keep the wrapping key beside the key file, or in a vault', () => {
    expect(faultsOf({ YRD_WRAPPING: 'vault' })).toMatch(
      /YRD_VAULT is not set[^]*YRD_VAULT_KEY is not set[^]*YRD_VAULT_TOKEN_FILE is not set/,
    );
    expect(faultsOf({ YRD_SEALING: 'des' })).toMatch(/YRD_SEALING is "des"/);
    const vault = { YRD_WRAPPING: 'vault', YRD_VAULT: 'http://v.test', YRD_VAULT_KEY: 'k', YRD_VAULT_TOKEN_FILE: 't' };
    expect(faultsOf({ ...vault, NODE_ENV: 'production' })).toMatch(/YRD_VAULT is "http:\/\/v.test" but must be an https/);
  });

  it('need a number of days and matching keys of their own in production, and never repeat a key', () => {
    expect(faultsOf({ NODE_ENV: 'production' })).toMatch(/YRD_KEY_BACKUP_DAYS is not set[^]*YRD_MATCHING_KEYS is not set/);
    const key = 'ab'.repeat(32);
    expect(faultsOf({ YRD_MATCHING_KEYS: `2026:${key},2026:${key}` })).toMatch(/names one key twice/);
    expect(faultsOf({ YRD_MATCHING_KEYS: `2026 ${key}` })).toMatch(/YRD_MATCHING_KEYS must be/);
    expect(faultsOf({ YRD_MATCHING_KEYS: `2026 ${key}` })).not.toContain(key);
  });
});
