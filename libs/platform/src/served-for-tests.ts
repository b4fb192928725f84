/** Nodes of a simulated federation behind real HTTP, for tests of what a node shows to others. */
import type { DynamicModule } from '@nestjs/common';
import { openNode, type Context, type LedgerNode, type RotateKey } from '@yrd/ledger';
import type { SimulatedWorld } from '@yrd/ledger/testing';
import { pino } from 'pino';
import { readConfig } from './config/config.js';
import type { KeyKeeper } from './keys/key-file.js';
import { Service } from './service.js';

/** How virtual time follows real time: so much of it after each short rest, ms. */
const STEP_MS = 50;
const REST_MS = 5;

/** Lets virtual time follow real time, so that HTTP clients see the simulated world move. Call what comes back to end it. */
export const driveOnRealTime = (world: SimulatedWorld): (() => void) => {
  let driving = true;
  const drive = async (): Promise<void> => {
    while (driving) {
      await world.scheduler.pass(STEP_MS);
      await new Promise((resolve) => setTimeout(resolve, REST_MS));
    }
  };
  void drive();
  return () => {
    driving = false;
  };
};

export interface Simulated {
  readonly world: SimulatedWorld;
  readonly province: string;
  /** Whose tokens are believed. */
  readonly issuer: string;
  readonly context: Context;
  readonly module: (node: LedgerNode) => DynamicModule;
  /** Takes the log's lines of errors. */
  readonly logged: string[];
  readonly openAlone?: boolean;
}

/** The keys of a rotation out of the simulated world: the next of its name for each new command. */
export const simulatedKeeper = (world: SimulatedWorld, province: string, context: string): KeyKeeper => {
  const made = new Map<string, RotateKey>();
  return {
    prepare: async ({ command, old, notAfterMs, reason }) => {
      const role = old.includes('/witness/') ? 'cosigner' : 'journal';
      const body = made.get(command) ?? { old, ...world.nextKey(province, role, made.size + 1, context, notAfterMs), reason };
      made.set(command, body);
      return body;
    },
  };
};

/** Starts the whole service of a province on a free port. */
export const serveSimulated = async ({ world, province, issuer, context, module, logged, openAlone }: Simulated): Promise<Service> => {
  const env = {
    YRD_PROVINCE: province,
    KAFKA_BROKERS: 'localhost:1',
    MONGO_URL: 'mongodb://localhost:1',
    YRD_KEYS: '-',
    YRD_FEDERATION: '-',
    YRD_POLICIES: '-',
    YRD_ISSUER: issuer,
    YRD_PORT: '0',
    ...(openAlone && { YRD_OPEN_ALONE: 'yes' }),
  };
  const config = readConfig(env, () => JSON.stringify(world.federation));
  const ground = { worlds: { [context.name]: world.process(province).world }, clock: null, close: () => Promise.resolve() };
  const service = new Service({
    config,
    openNode,
    contexts: [{ context, module }],
    personKey: new Uint8Array(32),
    keyKeeper: simulatedKeeper(world, province, context.name),
    reach: () => Promise.resolve(ground),
    log: pino({ level: 'error' }, { write: (line: string) => logged.push(line) }),
  });
  await service.start();
  return service;
};
