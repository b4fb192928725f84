/** A service from start to end: limits, routes and logs around the ledger nodes of one province. */
import { Module, type DynamicModule } from '@nestjs/common';
import { DiscoveryService, NestFactory } from '@nestjs/core';
import type { NestExpressApplication } from '@nestjs/platform-express';
import { codes } from '@yrd/contracts';
import {
  announce,
  type Context,
  type LedgerNode,
  type NodeOptions,
  type Notice,
  type Records,
  type Subscription,
  type World,
} from '@yrd/ledger';
import { routesWithoutAccess } from './identity/access.js';
import { AuditTrail } from './audit/audit-trail.js';
import { readBodies } from './http/body.js';
import { addressOf, type NodeConfig } from './config/config.js';
import { contextGround, type ContextGround } from './context-ground.js';
import { leftToRoute, takingFiles } from './http/file-body.js';
import type { KeyWrapping } from './keys/key-wrapping.js';
import type { RecordIndexes } from './mongo/mongo-records.js';
import { limitServer } from './http/http-server.js';
import { renewing, tlsOptions, type Renewal } from './http/http-tls.js';
import { logRequests, nestLog, noticeTo, openLog, type Log } from './log.js';
import { pinnedFingerprints, type KeyKeeper } from './keys/key-file.js';
import { LateNode } from './late-node.js';
import { Metrics, NoticeCounter } from './metrics.js';
import { Lifecycle, type MovableClock } from './node-facts.js';
import { nodeModule } from './node-module.js';
import { Nodes } from './nodes.js';
import { describeApi } from './http/openapi.js';
import { traced } from './http/request.js';
import { SecurityAdmins } from './identity/security-admins.js';
import { secureHeaders } from './http/security-headers.js';
import { startPage } from './http/start-page.js';
import { LedgerTransport } from './kafka/transport.js';

/** One bounded context as a service plugs it in. */
export interface ServedContext {
  readonly context: Context;
  /** Its controllers and event handlers. */
  module(node: LedgerNode, config: NodeConfig, ground: ContextGround): DynamicModule;
  /** Indexes for the questions that its views are asked: table → the fields of each index. */
  readonly indexes?: RecordIndexes;
  /** Organisations whose thing this is (`order/0f3c…`): those may see who asked for it. None for what is not of this context. */
  owners?(node: LedgerNode, thing: string): Promise<readonly string[]>;
}

/** What a service stands on, once it is reached. */
export interface Ground {
  /** Context → its storage, bus and clock. */
  readonly worlds: Readonly<Record<string, World>>;
  /** The clock that operators may move; null where time cannot be moved. */
  readonly clock: MovableClock | null;
  close(): Promise<void>;
}

export interface ServiceOptions {
  readonly config: NodeConfig;
  readonly contexts: readonly ServedContext[];
  /** HMAC key of this node that turns persons into pseudonyms. */
  readonly personKey: Uint8Array;
  /** Makes the keys of a rotation; a node without one is rotated by nobody. */
  readonly keyKeeper?: KeyKeeper;
  /** What wraps the data keys of persons; a service without it keeps nothing of persons. */
  readonly wrapping?: KeyWrapping;
  /** Reaches storage, bus and clock; may wait for them until the signal aborts. Rejects when waiting cannot help. */
  reach(notice: (notice: Notice) => void, signal: AbortSignal): Promise<Ground>;
  openNode(options: NodeOptions): LedgerNode;
  /** Folder of the page at `/`. */
  readonly page?: string;
  readonly log?: Log;
  /** Shows a line to who started the process, once and not in the log. */
  say?(line: string): void;
}

@Module({})
class ServiceModule {}

interface Served extends ServedContext {
  readonly node: LateNode;
}

/** The context in whose database the security administrators are kept: the register of who asks. */
const REGISTER = 'access';

/** How long a stop waits for requests in flight, ms. */
const drainMs = 10_000;
/** A node whose clock is this far from its peers' trusted time writes nothing: time limits would fire at the wrong moment. */
const clockLimitMs = 30_000;

/** The context whose journal takes the audit trail of the whole process. */
const AUDITING = 'access';

/** Nest closes the server and waits for requests in flight; who does not finish in time is cut off. */
const closeApp = async (app: NestExpressApplication): Promise<void> => {
  const cut = setTimeout(() => app.getHttpServer().closeAllConnections(), drainMs);
  try {
    await app.close();
  } finally {
    clearTimeout(cut);
  }
};

/** `/health/*` answers from the first moment; everything else says 503 until the nodes are ready. */
export class Service {
  readonly log: Log;
  private readonly life = new Lifecycle();
  private readonly notices = new NoticeCounter();
  private readonly halt = new AbortController();
  private readonly trail: AuditTrail;
  private readonly served: readonly Served[];
  private readonly admins: SecurityAdmins;
  private readonly announcing: Subscription[] = [];
  private reaching: Promise<Ground> | null = null;
  private ground: Ground | null = null;
  private app: NestExpressApplication | null = null;
  private renewal: Renewal | null = null;
  private starting: Promise<void> | null = null;
  private stopping: Promise<void> | null = null;
  private address = '';

  constructor(private readonly options: ServiceOptions) {
    const { province, log } = options.config;
    this.log = options.log ?? openLog(log, province);
    const { production, tokens, firstAdminMs: codeMs } = options.config;
    const records = (): Records | null => this.ground?.worlds[REGISTER]?.storage.records ?? null;
    this.admins = new SecurityAdmins({ production, secondFactor: tokens.secondFactor, codeMs, log: this.log, records });
    this.served = options.contexts.map((one) => ({
      ...one,
      node: new LateNode({ province, context: one.context.name, now: () => this.now() }),
    }));
    const register = this.served.find(({ context }) => context.name === AUDITING);
    const owners = async (thing: string): Promise<readonly string[]> =>
      (await Promise.all(this.served.map(async (one) => (await one.owners?.(one.node, thing)) ?? []))).flat();
    this.trail = new AuditTrail({ province, log: this.log, now: () => this.now(), node: register?.node ?? null, owners });
  }

  /** Where it answers; empty until it listens. */
  get url(): string {
    return this.address;
  }

  /**
   * Listens, reaches what it stands on and starts the nodes.
   * @throws when the port is taken, a route does not say who may call it, or what it stands on can never be reached.
   */
  start(): Promise<void> {
    return (this.starting ??= this.begin());
  }

  /** Stops accepting, finishes what is in flight, gives everything back. Safe at any time, also twice. */
  stop(): Promise<void> {
    return (this.stopping ??= this.end());
  }

  /** Takes a renewed certificate. False where the service has none, because TLS ends before it. */
  renewCertificate(): boolean {
    this.renewal?.renew();
    return this.renewal !== null;
  }

  private async begin(): Promise<void> {
    const { config } = this.options;
    try {
      const app = await this.createApp();
      this.app = app;
      limitServer(app.getHttpServer(), config.limits, config.files.timeoutMs);
      this.renewal = renewing(app.getHttpServer(), config.http.tls, this.log);
      await app.listen(config.port, config.host);
      this.address = await app.getUrl();
      this.log.info({ url: this.address }, 'answering');
      this.log.info({ keys: pinnedFingerprints(config) }, 'the keys of this node as the others pin them');
      await this.openNodes();
      await app.startAllMicroservices();
      await this.inviteSecurityAdmin();
      this.life.started = true;
    } catch (error) {
      // A stop under way has caused this and cleans up itself.
      if (!this.halt.signal.aborted) await this.stop();
      throw error;
    }
  }

  private async end(): Promise<void> {
    this.life.stopping = true;
    this.halt.abort();
    this.renewal?.close();
    if (this.app !== null) await closeApp(this.app);
    await this.trail.stop();
    // What is reached only after the abort has to be given back as well.
    const ground = await this.reaching?.catch(() => null);
    for (const telling of this.announcing) await telling.close();
    for (const { node } of this.served) await node.stop();
    await ground?.close();
    this.log.info('stopped');
  }

  private async openNodes(): Promise<void> {
    const { province, federation, instance, openAlone, clock, keyWarningDays } = this.options.config;
    const toLog = noticeTo(this.log);
    const notice = (one: Notice): void => {
      this.notices.take(one);
      toLog(one);
    };
    this.reaching = this.options.reach(notice, this.halt.signal);
    this.ground = await this.reaching;
    for (const { context, node } of this.served) {
      const world = this.ground.worlds[context.name];
      if (world === undefined) throw new Error(`nothing was reached for the context ${context.name}`);
      this.halt.signal.throwIfAborted();
      // A demo clock moves in jumps that reach the nodes one after the other.
      const limit = clock === 'system' ? { clockLimitMs } : {};
      node.become(this.options.openNode({ world, province, context, federation, instance, openAlone, keyWarningDays, ...limit }));
      await node.start();
      this.announcing.push(announce({ world, node, journal: `${province}/${context.name}`, url: addressOf(this.options.config) }));
    }
  }

  private async inviteSecurityAdmin(): Promise<void> {
    const code = await this.admins.invite();
    if (code === null) return;
    const minutes = this.options.config.firstAdminMs / 60_000;
    const say = this.options.say ?? ((line: string): void => void process.stdout.write(`${line}\n`));
    say(`首位安全管理员的一次性代码，仅显示这一次，${minutes} 分钟内有效：POST /v1/security-admins/first`);
    say(`The one-time code of the first security administrator, shown this once, good for ${minutes} minutes: ${code}`);
  }

  private now(): number {
    const [world] = Object.values(this.ground?.worlds ?? {});
    return this.ground?.clock?.now() ?? world?.clock.now() ?? Date.now();
  }

  private async createApp(): Promise<NestExpressApplication> {
    const { config, page } = this.options;
    const { life, notices, log, served } = this;
    const nodes = new Nodes(Object.fromEntries(served.map(({ context, node }) => [context.name, node])));
    const time = { now: () => this.now(), clock: () => this.ground?.clock ?? null };
    const base = nodeModule({
      config,
      nodes,
      life,
      notices,
      log,
      codes,
      trail: this.trail,
      ...time,
      personKey: this.options.personKey,
      keyKeeper: this.options.keyKeeper ?? null,
      admins: this.admins,
    });
    const groundOf = ({ name }: Context): ContextGround =>
      contextGround(this.options, () => this.ground?.worlds[name], { trail: this.trail, log });
    const modules = served.map(({ node, module, context }) => module(node, config, groundOf(context)));
    const app = await NestFactory.create<NestExpressApplication>(
      { module: ServiceModule, imports: [base, ...modules] },
      {
        ...(config.http.tls && { httpsOptions: tlsOptions(config.http.tls) }),
        ...{ bodyParser: false, logger: nestLog(log), abortOnError: false, routeConflictPolicy: { duplicate: 'error' } },
      },
    );
    for (const setting of ['x-powered-by', 'etag']) app.disable(setting);
    app.set('query parser', 'simple');
    app.set('trust proxy', [...config.http.trustedProxies]);
    const discovery = app.get(DiscoveryService, { strict: false });
    const taking = takingFiles(discovery);
    const bodies = readBodies(config.limits, (request) => leftToRoute(request, taking));
    app.use(traced, secureHeaders, logRequests(log), app.get(Metrics).time, bodies);
    if (page !== undefined)
      app.use(
        startPage(
          page,
          config.tokens.issuers.slice(0, 1).map(({ issuer }) => issuer),
        ),
      );
    const open = routesWithoutAccess(discovery);
    if (open.length > 0) throw new Error(`no row of the access table opens these routes, mark them @Allows('…'): ${open.join(', ')}`);
    describeApi(app, `${config.federation.federation} ${config.province}`);
    for (const { context, node } of served) app.connectMicroservice({ strategy: new LedgerTransport({ node, context }) });
    return app;
  }
}
