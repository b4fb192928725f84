/**
 * The contract of the ports, as one test suite that every set of adapters passes: the simulated world, and MongoDB with
 * Kafka. What the ledger relies on is said here; what is not said here, it does not rely on.
 */
import type { World } from '../src/ports.js';
import { blocksContract } from './contract-blocks.js';
import { busContract } from './contract-bus.js';
import { localContract } from './contract-local.js';
import { queriesContract } from './contract-queries.js';
import { recordsContract } from './contract-records.js';

/** What the suite uses of `expect`. */
export interface Expectation {
  toBe(expected: unknown): void;
  toEqual(expected: unknown): void;
  toBeGreaterThan(expected: number): void;
  toBeGreaterThanOrEqual(expected: number): void;
  toBeLessThan(expected: number): void;
  toThrow(why?: RegExp): void;
}

/** The runner's globals, handed in: only specs have them. */
export interface Runner {
  describe(name: string, body: () => void): void;
  test(name: string, body: () => Promise<void>, timeoutMs?: number): void;
  beforeAll(body: () => Promise<void>, timeoutMs?: number): void;
  afterAll(body: () => Promise<void>, timeoutMs?: number): void;
  expect(actual: unknown): Expectation;
}

/** A world without faults. `signing` is one of the Ed25519 keys that its signer holds, `box` one that it can decrypt with. */
export interface WorldUnderTest {
  readonly world: World;
  readonly signing: { readonly keyName: string; readonly publicKey: Uint8Array };
  readonly box: { readonly keyName: string; readonly publicKey: Uint8Array };
  close(): Promise<void>;
}

/** The suite at work: one world, and names that no earlier run has used. */
export interface Subject extends Runner {
  /** The world; only within tests. */
  world(): World;
  made(): WorldUnderTest;
  /** `name`, made unique. */
  fresh(name: string): string;
  /** Waits until it holds; fails after `timeoutMs` of real time. */
  until(holds: () => boolean, timeoutMs?: number): Promise<void>;
}

const DEADLINE_MS = 30_000;

const waitUntil = async ({ clock }: World, holds: () => boolean, timeoutMs: number): Promise<void> => {
  const deadline = clock.monotonic() + timeoutMs;
  while (!holds()) {
    if (clock.monotonic() > deadline) throw new Error(`nothing happened within ${timeoutMs} ms`);
    await clock.sleep(10);
  }
};

/** Declares the suite. One world serves it all; `make` is called once, before the first test. */
export const portsContract = (label: string, make: () => Promise<WorldUnderTest>, runner: Runner): void => {
  runner.describe(`the ports, ${label}`, () => {
    let made: WorldUnderTest | null = null;
    let names = 0;
    const subject: Subject = {
      ...runner,
      test: (name, body, timeoutMs = DEADLINE_MS) => runner.test(name, body, timeoutMs),
      made() {
        if (!made) throw new Error('the world is made before the first test, not while tests are declared');
        return made;
      },
      world: () => subject.made().world,
      fresh: (name) => `${name}-${Array.from(subject.world().random.bytes(5), (byte) => byte.toString(36)).join('')}${(names += 1)}`,
      until: (holds, timeoutMs = 20_000) => waitUntil(subject.world(), holds, timeoutMs),
    };
    runner.beforeAll(async () => {
      made = await make();
    }, DEADLINE_MS);
    runner.afterAll(async () => made?.close(), DEADLINE_MS);
    localContract(subject);
    blocksContract(subject);
    recordsContract(subject);
    queriesContract(subject);
    busContract(subject);
  });
};
