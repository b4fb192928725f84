/** The Nest module that every service has: routes of the node, access, input checks and the one path of errors. */
import { Module, type DynamicModule, type Provider } from '@nestjs/common';
import { APP_FILTER, APP_GUARD, APP_INTERCEPTOR, APP_PIPE, DiscoveryModule } from '@nestjs/core';
import type { CodeTable } from './http/problem-codes.js';
import { AccessGuard, HomeAddress } from './identity/access.js';
import { AuditInterceptor } from './audit/audit-notes.js';
import { AuditTrail } from './audit/audit-trail.js';
import { TokenVerifier } from './identity/auth.js';
import { ClockController } from './dev-clock.controller.js';
import { addressOf, type NodeConfig } from './config/config.js';
import { ContractsController } from './http/contracts-controller.js';
import { KeysController } from './keys/keys-controller.js';
import type { KeyKeeper } from './keys/key-file.js';
import { IdentityController } from './identity/identity.controller.js';
import { LiveFeed } from './http/live-feed.js';
import type { Log } from './log.js';
import { Metrics, type NoticeCounter } from './metrics.js';
import { HealthController, LogController, StatusController } from './node-controllers.js';
import { NodeFacts, type Lifecycle, type MovableClock } from './node-facts.js';
import { Nodes } from './nodes.js';
import { AtInterceptor } from './http/paging.js';
import { FeedsController, PublicFeeds } from './http/public-feed.js';
import { ProblemFilter, ProblemWords } from './http/problem.js';
import { RateLimits } from './identity/rate-limits.js';
import { SecurityAdmins } from './identity/security-admins.js';
import { inputPipe } from './http/validation.js';

export interface NodeModuleOptions {
  readonly config: NodeConfig;
  readonly nodes: Nodes;
  readonly personKey: Uint8Array;
  readonly keyKeeper: KeyKeeper | null;
  readonly admins: SecurityAdmins;
  /** Domain time, ms. */
  readonly now: () => number;
  /** The clock that operators may move; null where time cannot be moved, or not yet. */
  readonly clock: () => MovableClock | null;
  readonly codes: CodeTable;
  readonly life: Lifecycle;
  readonly notices: NoticeCounter;
  readonly log: Log;
  readonly trail: AuditTrail;
}

@Module({})
export class NodeModule {}

const providers = (options: NodeModuleOptions): Provider[] => {
  const { config, nodes, personKey, life, trail } = options;
  const words = new ProblemWords(options.codes);
  return [
    { provide: Nodes, useValue: nodes },
    { provide: NodeFacts, useValue: new NodeFacts(config, nodes, life, options.now, options.clock, trail) },
    { provide: Metrics, useValue: new Metrics(nodes, options.notices, trail) },
    { provide: TokenVerifier, useValue: new TokenVerifier({ ...config.tokens, personKey }) },
    { provide: HomeAddress, useValue: new HomeAddress(config.province, config.federation) },
    { provide: 'KeyKeeper', useValue: options.keyKeeper },
    { provide: RateLimits, useValue: new RateLimits(config.limits) },
    { provide: SecurityAdmins, useValue: options.admins },
    { provide: AuditTrail, useValue: trail },
    { provide: PublicFeeds, useValue: new PublicFeeds({ nodes, url: addressOf(config), most: config.limits.liveClients }) },
    LiveFeed,
    { provide: APP_GUARD, useClass: AccessGuard },
    { provide: APP_INTERCEPTOR, useClass: AuditInterceptor },
    { provide: APP_INTERCEPTOR, useClass: AtInterceptor },
    { provide: APP_PIPE, useFactory: inputPipe },
    { provide: APP_FILTER, useValue: new ProblemFilter(words, options.log, trail) },
  ];
};

/** The module for one process; contexts add theirs beside it. */
export const nodeModule = (options: NodeModuleOptions): DynamicModule => ({
  module: NodeModule,
  imports: [DiscoveryModule],
  controllers: [
    HealthController,
    StatusController,
    LogController,
    FeedsController,
    ContractsController,
    KeysController,
    ClockController,
    IdentityController,
  ],
  providers: providers(options),
});
