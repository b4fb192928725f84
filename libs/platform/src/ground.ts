/** The real ground of a service: settings from the environment, keys from their file, MongoDB, Kafka and the clock. */
import { openNode, type Notice, type World } from '@yrd/ledger';
import { systemClock } from './clock.js';
import { demoClock } from './clock-demo.js';
import { processConfig, type NodeConfig } from './config/config.js';
import { KeyFile } from './keys/key-file.js';
import type { NodeKeys } from './keys/node-crypto.js';
import { openWrapping } from './keys/key-wrapping.js';
import type { Ground, ServedContext, ServiceOptions } from './service.js';
import { openWorld } from './world.js';

interface Closing {
  close(): Promise<void>;
}

/** Database of a province's context: `yrd_32_voucher`. */
export const databaseOf = (province: string, context: string): string => `yrd_${province}_${context}`;

interface GroundOptions {
  readonly config: NodeConfig;
  readonly keys: NodeKeys;
  readonly contexts: readonly ServedContext[];
}

const reachAll = async (o: GroundOptions, opened: Closing[], notice: (notice: Notice) => void, signal: AbortSignal): Promise<Ground> => {
  const { config, keys } = o;
  const { mongoUrl, kafka, province, instance, production } = config;
  const keep = <T extends Closing>(one: T): T => {
    opened.push(one);
    return one;
  };
  const environment = production ? 'production' : undefined;
  const demo = config.clock === 'demo' ? keep(await demoClock({ mongoUrl, province, environment, notice, signal })) : null;
  const clock = demo ?? systemClock();
  const worlds: Record<string, World> = {};
  for (const { context, indexes } of o.contexts) {
    const database = databaseOf(province, context.name);
    worlds[context.name] = keep(
      await openWorld({ mongoUrl, database, instance, kafka, keys, clock, notice, signal, ...(indexes ? { indexes } : {}) }),
    );
  }
  return { worlds, clock: demo, close: () => closeAll(opened) };
};

/** Last opened, first closed: the clock outlives what asks it. */
const closeAll = async (opened: readonly Closing[]): Promise<void> => {
  for (const one of [...opened].reverse()) await one.close();
};

const reachGround =
  (options: GroundOptions): ServiceOptions['reach'] =>
  async (notice, signal) => {
    const opened: Closing[] = [];
    try {
      return await reachAll(options, opened, notice, signal);
    } catch (error) {
      await closeAll(opened);
      throw error;
    }
  };

/**
 * The options of a service of this process: what `runService` starts.
 * @throws ConfigError with all faults, or one sentence about the key file.
 */
export const processService = async (parts: Pick<ServiceOptions, 'contexts' | 'page'>): Promise<ServiceOptions> => {
  const config = processConfig();
  const keyFile = await KeyFile.open(config.keysPath);
  const { province, federation, personKey } = keyFile.secret;
  if (province !== config.province || federation !== config.federation.federation) {
    const here = `province ${config.province} of ${config.federation.federation}`;
    throw new Error(`the key file ${config.keysPath} is of province ${province} of ${federation}, but this is ${here}: correct YRD_KEYS`);
  }
  const wrapping = await openWrapping(config.personal.wrapping, config.personal.suite);
  const reach = reachGround({ config, keys: keyFile.keys, contexts: parts.contexts });
  return { ...parts, config, wrapping, personKey: Buffer.from(personKey, 'hex'), keyKeeper: keyFile, openNode, reach };
};
