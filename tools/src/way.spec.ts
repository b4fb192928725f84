/** The decision where data lies: a recorded way is kept, and nothing ever starts empty beside existing data. */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { chooseWay, fingerprint, givenFrom, readWay, refuseOtherWires, type Findings, writeWay } from './way.js';

const given = { kafkaBrokers: 'kafka:9092', mongoUrl: 'mongodb://user:secret@mongo/?replicaSet=x' };
const found = (o: { given?: boolean; docker?: boolean; nativeData?: boolean }): Findings => ({
  given: o.given === true ? given : undefined,
  docker: () => Promise.resolve(o.docker === true),
  nativeData: o.nativeData === true,
});

describe('the first start', () => {
  test('takes given addresses before Docker, Docker before native servers', async () => {
    expect(await chooseWay(undefined, found({ given: true, docker: true }))).toBe('given');
    expect(await chooseWay(undefined, found({ docker: true }))).toBe('docker');
    expect(await chooseWay(undefined, found({}))).toBe('native');
  });

  test('is refused beside data of an unknown way', async () => {
    await expect(chooseWay(undefined, found({ nativeData: true, docker: true }))).rejects.toThrow(/way.json is gone.*npm run reset/);
  });

  test('needs both addresses or none', () => {
    expect(givenFrom({})).toBeUndefined();
    expect(givenFrom({ KAFKA_BROKERS: 'a:1', MONGO_URL: 'mongodb://b' })).toEqual({ kafkaBrokers: 'a:1', mongoUrl: 'mongodb://b' });
    expect(() => givenFrom({ KAFKA_BROKERS: 'a:1' })).toThrow(/without MONGO_URL: set both/);
    expect(() => givenFrom({ MONGO_URL: 'mongodb://b' })).toThrow(/without KAFKA_BROKERS: set both/);
  });
});

describe('a later start', () => {
  const native = { way: 'native', keyed: true } as const;

  test('keeps native servers even when Docker came up meanwhile', async () => {
    expect(await chooseWay(native, found({ docker: true, nativeData: true }))).toBe('native');
  });

  test('says how to return when the recorded way is gone', async () => {
    await expect(chooseWay({ way: 'docker' }, found({}))).rejects.toThrow(/no Docker engine answers: start Docker/);
    await expect(chooseWay({ way: 'given', servers: fingerprint(given) }, found({ docker: true }))).rejects.toThrow(/set them again/);
    await expect(chooseWay(native, found({ given: true, nativeData: true }))).rejects.toThrow(/unset both/);
  });

  test('never starts empty where keys prove that there was data', async () => {
    await expect(chooseWay(native, found({}))).rejects.toThrow(/data is gone/);
    expect(await chooseWay({ way: 'native' }, found({}))).toBe('native');
  });

  test('refuses other given servers than the recorded ones', async () => {
    expect(await chooseWay({ way: 'given', servers: fingerprint(given) }, found({ given: true }))).toBe('given');
    await expect(chooseWay({ way: 'given', servers: 'another' }, found({ given: true }))).rejects.toThrow(/other servers/);
  });
});

test('data of plain servers is not opened by secured ones, nor the other way round', () => {
  expect(() => refuseOtherWires(undefined, true)).not.toThrow();
  expect(() => refuseOtherWires({ way: 'native', secured: true }, true)).not.toThrow();
  expect(() => refuseOtherWires({ way: 'native' }, true)).toThrow(/plain servers: start without YRD_WIRES=secure/);
  expect(() => refuseOtherWires({ way: 'native', secured: true }, false)).toThrow(/secured servers: start with YRD_WIRES=secure/);
});

describe('the record', () => {
  const home = mkdtempSync(join(tmpdir(), 'yrd-way-'));
  afterAll(() => rmSync(home, { recursive: true }));

  test('comes back as it was written, and holds no password', () => {
    expect(readWay(home)).toBeUndefined();
    writeWay(home, { way: 'given', servers: fingerprint(given) });
    expect(readWay(home)).toEqual({ way: 'given', servers: fingerprint(given) });
    expect(fingerprint(given)).not.toContain('secret');
  });

  test.each(['', '{', '[]', 'null', '{"way":"boat"}'])('damaged as %p is said to be damaged', (text) => {
    writeFileSync(join(home, 'way.json'), text);
    expect(() => readWay(home)).toThrow(/damaged.*npm run reset/);
  });
});
