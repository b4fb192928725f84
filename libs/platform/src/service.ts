/** A service from start to end: limits, routes and logs around the ledger nodes of one province. */
import { Module, type DynamicModule, type INestApplication } from '@nestjs/common';
import { DiscoveryService, NestFactory } from '@nestjs/core';
import type { NestExpressApplication } from '@nestjs/platform-express';
import { codes } from '@yrd/contracts';
import type { Context, LedgerNode, NodeOptions, Notice, World } from '@yrd/ledger';
import { routesWithoutAccess } from './access.js';
import { readBodies } from './body.js';
import type { NodeConfig } from './config.js';
import { limitServer } from './http-server.js';
import { logRequests, nestLog, noticeTo, openLog, type Log } from './log.js';
import { Metrics, NoticeCounter } from './metrics.js';
import { Lifecycle, type MovableClock } from './node-facts.js';
import { nodeModule } from './node-module.js';
import { Nodes } from './nodes.js';
import { describeApi } from './openapi.js';
import { traced } from './request.js';
import { secureHeaders } from './security-headers.js';
import { startPage } from './start-page.js';
import { LedgerTransport } from './transport.js';

/** One bounded context as a service plugs it in. */
export interface ServedContext {
  readonly context: Context;
  /** Its controllers and event handlers. */
  module(node: LedgerNode, config: NodeConfig): DynamicModule;
}

/** A world and the way to let go of it. */
export interface OpenWorld {
  readonly world: World;
  close(): Promise<void>;
}

export interface ServiceOptions {
  readonly config: NodeConfig;
  readonly contexts: readonly ServedContext[];
  /** HMAC key of this node that turns persons into pseudonyms. */
  readonly personKey: Uint8Array;
  /** The storage, bus and clock of one context. */
  openWorld(context: string, notice: (notice: Notice) => void): Promise<OpenWorld>;
  openNode(options: NodeOptions): LedgerNode;
  /** The clock that operators may move; null where time cannot be moved. */
  readonly clock: MovableClock | null;
  /** Folder of the page at `/`. */
  readonly page?: string;
  readonly log?: Log;
}

export interface RunningService {
  readonly app: INestApplication;
  /** Where it answers. */
  readonly url: string;
  /** Stops accepting, finishes what is in flight, gives everything back. Safe to call twice. */
  stop(): Promise<void>;
}

interface Served {
  readonly context: Context;
  readonly node: LedgerNode;
  readonly open: OpenWorld;
}

/** How long a stop waits for requests in flight, ms. */
const drainMs = 10_000;

const openContexts = async (options: ServiceOptions, notice: (notice: Notice) => void): Promise<readonly Served[]> => {
  const served: Served[] = [];
  try {
    for (const { context } of options.contexts) {
      const open = await options.openWorld(context.name, notice);
      const { province, federation, instance, openAlone } = options.config;
      served.push({ context, open, node: options.openNode({ world: open.world, province, context, federation, instance, openAlone }) });
    }
    return served;
  } catch (error) {
    await Promise.all(served.map(({ open }) => open.close()));
    throw error;
  }
};

@Module({})
class ServiceModule {}

const createApp = async (options: ServiceOptions, served: readonly Served[], parts: Parts): Promise<NestExpressApplication> => {
  const { config } = options;
  const nodes = new Nodes(Object.fromEntries(served.map(({ context, node }) => [context.name, node])));
  const [first] = served;
  const now = (): number => options.clock?.now() ?? first?.open.world.clock.now() ?? Date.now();
  const base = nodeModule({ ...parts, config, nodes, now, personKey: options.personKey, clock: options.clock, codes });
  const modules = options.contexts.flatMap(({ context, module }) => {
    const found = served.find((one) => one.context === context);
    return found === undefined ? [] : [module(found.node, config)];
  });
  const app = await NestFactory.create<NestExpressApplication>(
    { module: ServiceModule, imports: [base, ...modules] },
    { bodyParser: false, logger: nestLog(parts.log), abortOnError: false, routeConflictPolicy: { duplicate: 'error' } },
  );
  for (const setting of ['x-powered-by', 'etag']) app.disable(setting);
  app.set('query parser', 'simple');
  app.use(traced, secureHeaders, logRequests(parts.log), app.get(Metrics).time, readBodies(config.limits));
  if (options.page !== undefined) app.use(startPage(options.page));
  const open = routesWithoutAccess(app.get(DiscoveryService, { strict: false }));
  if (open.length > 0) throw new Error(`these routes do not say who may call them, mark them @Public() or @Roles(…): ${open.join(', ')}`);
  describeApi(app, `${config.federation.federation} ${config.province}`);
  for (const { context, node } of served) app.connectMicroservice({ strategy: new LedgerTransport({ node, context }) });
  return app;
};

interface Parts {
  readonly log: Log;
  readonly life: Lifecycle;
  readonly notices: NoticeCounter;
}

/** Nest closes the server and waits for requests in flight; who does not finish in time is cut off. */
const closeApp = async (app: NestExpressApplication): Promise<void> => {
  const server = app.getHttpServer();
  const cut = setTimeout(() => server.closeAllConnections(), drainMs);
  try {
    await app.close();
  } finally {
    clearTimeout(cut);
  }
};

/**
 * Starts a service. `/health/*` answers while the nodes still recover; everything else says 503 until they are ready.
 * @throws when a world cannot be opened, a route does not say who may call it, or the port is taken.
 */
export const startService = async (options: ServiceOptions): Promise<RunningService> => {
  const { config } = options;
  const parts: Parts = { log: options.log ?? openLog(config.log, config.province), life: new Lifecycle(), notices: new NoticeCounter() };
  const toLog = noticeTo(parts.log);
  const served = await openContexts(options, (notice) => {
    parts.notices.take(notice);
    toLog(notice);
  });
  let app: NestExpressApplication | null = null;
  let stopping: Promise<void> | null = null;
  const release = async (): Promise<void> => {
    parts.life.stopping = true;
    if (app !== null) await closeApp(app);
    for (const { node } of served) await node.stop();
    for (const { open } of served) await open.close();
  };
  const stop = (): Promise<void> => (stopping ??= release());
  try {
    app = await createApp(options, served, parts);
    limitServer(app.getHttpServer(), config.limits);
    await app.listen(config.port, config.host);
    await Promise.all(served.map(({ node }) => node.start()));
    await app.startAllMicroservices();
    parts.life.started = true;
    const url = await app.getUrl();
    parts.log.info({ url }, 'answering');
    return { app, url, stop };
  } catch (error) {
    await stop();
    throw error;
  }
};

const signals = ['SIGTERM', 'SIGINT', 'SIGHUP'] as const;

/** Runs a service as the whole process: stops in order on a signal, and says in plain words why it could not start. */
export const runService = async (prepare: () => Promise<ServiceOptions>): Promise<void> => {
  let running: Promise<RunningService> | null = null;
  let asked = false;
  const fail = (error: unknown): void => {
    process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n`);
    process.exit(1);
  };
  const stop = (): void => {
    if (asked) return;
    asked = true;
    // A signal during the start waits for it: what was opened must be given back.
    Promise.resolve(running)
      .then((service) => service?.stop())
      .then(() => process.exit(0), fail);
  };
  for (const signal of signals) process.on(signal, stop);
  process.on('unhandledRejection', (error) => fail(error instanceof Error ? new Error(`a promise was forgotten: ${error.stack ?? error.message}`) : error));
  try {
    const options = await prepare();
    running = startService(options);
    await running;
  } catch (error) {
    fail(error);
  }
};
