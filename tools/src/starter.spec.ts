/** What the starter owes to the machine: one instance, free ports, an order of stopping, children that come back or go. */
import { clusterOf, mirrorProperties } from './mirror.js';
import { spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { stopOrder } from './guard.js';
import { bornOf, runs, takeLock } from './lock.js';
import { freePorts, listening, portFrom, portTaken } from './ports.js';
import { nodePorts, PROVINCES, provideKeys } from './federation.js';
import { brokerProperties } from './native.js';
import { jestCounts, summary } from './outcome.js';
import { refuseFullDisk } from './start.js';

let home: string;
beforeEach(() => (home = mkdtempSync(join(tmpdir(), 'yrd-starter-'))));
afterEach(() => rmSync(home, { recursive: true, force: true }));

/** The number of a process that has ended. */
const deadPid = (): number => spawnSync(process.execPath, ['-e', '']).pid;

describe('the lock of a data folder', () => {
  test('is refused to a second instance, with its process and the mend', async () => {
    const lock = await takeLock(home);
    await expect(takeLock(home)).rejects.toThrow(`A second instance is running on ${home} (process ${process.pid})`);
    lock.release();
    (await takeLock(home)).release();
  });

  test.each([
    ['of a process that has ended', () => JSON.stringify({ pid: deadPid(), born: '1' })],
    ['of an earlier process with a number that lives again', () => JSON.stringify({ pid: process.pid, born: '1' })],
    ['cut off in the middle', () => '{"pi'],
  ])('%s is taken over', async (_case, content) => {
    writeFileSync(join(home, 'lock.json'), content());
    (await takeLock(home)).release();
    expect(existsSync(join(home, 'lock.json'))).toBe(false);
  });

  test('knows a running process from one that has ended', () => {
    expect(runs(process.pid, bornOf(process.pid))).toBe(true);
    expect(runs(deadPid(), '')).toBe(false);
  });
});

describe('ports', () => {
  test('a taken port is seen and never given out', async () => {
    const server = createServer().listen(0, '127.0.0.1');
    await new Promise((resolve) => server.once('listening', resolve));
    const address = server.address();
    const port = typeof address === 'object' && address ? address.port : 0;
    expect(await portTaken(port)).toBe(true);
    expect(await listening(port)).toBe(true);
    const [first, second] = await freePorts(2, [port]);
    expect(new Set([port, first, second]).size).toBe(3);
    await new Promise((resolve) => server.close(resolve));
    expect(await portTaken(port)).toBe(false);
    expect(await listening(port)).toBe(false);
    expect(await freePorts(1, [port])).toEqual([port]);
  });

  test('of the nodes are 3131 to 3134 unless the environment says otherwise', () => {
    expect([...nodePorts({})]).toEqual([
      ['31', 3131],
      ['32', 3132],
      ['33', 3133],
      ['34', 3134],
    ]);
    expect(nodePorts({ YRD_PORT_33: '4000' }).get('33')).toBe(4000);
  });

  test.each(['0', '65536', '3131x', '-1', '1e3'])('%p is no port', (text) => {
    expect(() => portFrom({ YRD_PORT_31: text }, 'YRD_PORT_31')).toThrow('give a number from 1 to 65535');
  });
});

test('nodes stop before the broker, the broker before the database', () => {
  const child = (rank: number, name: string) => ({ rank, name });
  const order = stopOrder([child(4, 'mongo'), child(1, 'node-31'), child(3, 'kafka'), child(1, 'node-32')]);
  expect(order.map((group) => group.map(({ name }) => name))).toEqual([['node-31', 'node-32'], ['kafka'], ['mongo']]);
});

test('less than one GiB of free disk is refused', () => {
  expect(() => refuseFullDisk('/data', 2 ** 30)).not.toThrow();
  expect(() => refuseFullDisk('/data', 2 ** 30 - 1)).toThrow('only 1023 MiB free: make at least 1 GiB free');
});

test('the broker creates no topic by itself and listens on loopback only', () => {
  const place = { root: '/r', data: '/d', kafkaPort: 1, controllerPort: 2, mongoPort: 3, clusterId: 'c' };
  const lines = brokerProperties(place).split('\n');
  expect(lines).toContain('auto.create.topics.enable=false');
  expect(lines).toContain('listeners=PLAINTEXT://127.0.0.1:1,CONTROLLER://127.0.0.1:2');
});

describe('the keys of the four nodes', () => {
  const secretOf = (code: string): string => readFileSync(join(home, 'keys', `${code}.json`), 'utf8');
  const federation = () =>
    JSON.parse(readFileSync(join(home, 'federation.json'), 'utf8')) as { nodes: { province: string; url: string }[] };

  test('are made once, and follow a node to another port', () => {
    provideKeys(home, nodePorts({}), false);
    const before = secretOf('31');
    expect(federation().nodes.map(({ province }) => province)).toEqual(PROVINCES.map(({ code }) => code));
    provideKeys(home, nodePorts({ YRD_PORT_31: '4031' }), true);
    expect(secretOf('31')).toBe(before);
    expect(federation().nodes[0]?.url).toBe('http://127.0.0.1:4031');
  });

  test('are not made anew where journals were signed with lost ones', () => {
    provideKeys(home, nodePorts({}), false);
    rmSync(join(home, 'keys', '32.json'));
    expect(() => provideKeys(home, nodePorts({}), true)).toThrow(/Key files are missing/);
  });
});

describe('the closing line', () => {
  const report = { numPassedTests: 5, numFailedTests: 0, numRuntimeErrorTestSuites: 0 };

  test('adds up tests and phases', () => {
    const outcomes = [
      { name: 'lint', passed: 1, failed: 0, tookMs: 10 },
      { name: 'pure', ...jestCounts({ ...report, numFailedTests: 2 }, 1), tookMs: 20 },
    ];
    expect(summary(outcomes).at(-1)).toBe('6 passed, 2 failed');
  });

  test('never hides a run that ended badly without a failed test', () => {
    expect(jestCounts(report, 1)).toEqual({ passed: 5, failed: 1 });
    expect(jestCounts(undefined, 1)).toEqual({ passed: 0, failed: 1 });
    expect(jestCounts({ ...report, numRuntimeErrorTestSuites: 1 }, 1)).toEqual({ passed: 5, failed: 1 });
    expect(jestCounts(report, 0)).toEqual({ passed: 5, failed: 0 });
  });
});

describe('two clusters', () => {
  const clusters = { east: '127.0.0.1:1', west: '127.0.0.1:2' };

  test('each flow of the mirror carries the topics of its own provinces only', () => {
    const lines = mirrorProperties(clusters).split('\n');
    const flow = (name: string): RegExp => {
      const line = lines.find((each) => each.startsWith(`${name}.topics=`)) ?? '';
      // Java reads a doubled backslash in a properties file as one.
      return new RegExp(`^${line.slice(line.indexOf('=') + 1).replaceAll('\\\\', '\\')}$`);
    };
    const carried = (name: string): string[] =>
      PROVINCES.map(({ code }) => code).filter((code) => flow(name).test(`yrd.${code}.voucher.journal`));
    expect(carried('east->west')).toEqual(['31', '32']);
    expect(carried('west->east')).toEqual(['33', '34']);
    expect(flow('east->west').test('yrdx31xheal')).toBe(false);
    expect(PROVINCES.map(({ code }) => clusterOf(clusters)(code))).toEqual([clusters.east, clusters.east, clusters.west, clusters.west]);
  });
});
