/** Who may call which route: every route says so, or the service does not start. */
import { createParamDecorator, Injectable, SetMetadata, type CanActivate, type ExecutionContext } from '@nestjs/common';
import { DiscoveryService, Reflector } from '@nestjs/core';
import { ApiBearerAuth, ApiOperation } from '@nestjs/swagger';
import { applyDecorators } from '@nestjs/common';
import { accessTable, CONDITIONS, PURPOSES, scopesOf, scopesOpen, type AccessName, type AccessRow, type Purpose } from '@yrd/contracts';
import type { Actor, Federation } from '@yrd/ledger';
import { AuditTrail } from '../audit/audit-trail.js';
import { TokenVerifier } from './auth.js';
import { handlersOf } from '../handlers.js';
import { Problem } from '../http/problem.js';
import { RateLimits } from './rate-limits.js';
import { askedOf, type Asked, type Request, type Response } from '../http/request.js';
import { SecurityAdmins } from './security-admins.js';

const ACCESS = 'yrd:access';
/** What a route goes by; a row that it brought itself has no name, and no scope opens it. */
type Named = NonNullable<Asked['row']>;

/**
 * Opens a route to whom a row of the access table names, and describes it in its words. A route outside the product's contexts
 * brings a row of its own.
 */
export const Allows = (named: AccessName | AccessRow): MethodDecorator => {
  const row: Named = typeof named === 'string' ? { name: named, row: accessTable[named] } : { name: '-', row: named };
  const { roles, condition, zh, en } = row.row;
  const words = { ...CONDITIONS[condition] };
  const whose = condition === 'none' ? '' : ` · ${words.zh} · ${words.en}`;
  return applyDecorators(
    SetMetadata(ACCESS, row),
    ApiOperation({
      ...(typeof named === 'string' ? { operationId: named } : {}),
      summary: `${zh} · ${en}`,
      ...(roles === 'anybody' ? {} : { description: `角色 · roles: ${roles.join(', ')}${whose}` }),
    }),
    ...(roles === 'anybody' ? [] : [ApiBearerAuth()]),
  );
};

/** The verified actor of the request; undefined on public routes without a token. */
export const CurrentActor = createParamDecorator(
  (_: unknown, context: ExecutionContext): Actor | undefined => askedOf(context.switchToHttp().getRequest<Request>()).actor,
);

/** Where this node stands, and where the others are. */
export class HomeAddress {
  constructor(
    readonly province: string,
    private readonly federation: Federation,
  ) {}

  /** A person acts at the home node of his organisation (architecture §4). @throws Problem E-HOME with the right address. */
  admit(actor: Actor): void {
    if (actor.province === this.province) return;
    const address = this.federation.nodes.find((node) => node.province === actor.province)?.url;
    throw new Problem('E-HOME', { facts: { home: actor.province, address: address ?? '-', here: this.province } });
  }
}

const isPurpose = (word: string): word is Purpose => Object.hasOwn(PURPOSES, word);

/** What the asker says it is for, where he says so. @throws Problem E-VALIDATION for another word than one of `PURPOSES`. */
const purposeOf = (request: Request): Purpose | undefined => {
  const word = request.headers['yrd-purpose'];
  if (word === undefined) return undefined;
  if (typeof word === 'string' && isPurpose(word)) return word;
  const words = Object.keys(PURPOSES).join(', ');
  throw Problem.invalid({
    field: 'Yrd-Purpose',
    rule: 'isIn',
    message: { en: `say one of ${words}, or nothing`, zh: `须为以下之一，或不填：${words}` },
  });
};

@Injectable()
export class AccessGuard implements CanActivate {
  constructor(
    private readonly reflector: Reflector,
    private readonly tokens: TokenVerifier,
    private readonly home: HomeAddress,
    private readonly rates: RateLimits,
    private readonly admins: SecurityAdmins,
    private readonly trail: AuditTrail,
  ) {}

  async canActivate(context: ExecutionContext): Promise<boolean> {
    if (context.getType() !== 'http') return true;
    const named = this.reflector.get<Named>(ACCESS, context.getHandler());
    const { roles, recognise, unbound } = named.row;
    const http = context.switchToHttp();
    const request = http.getRequest<Request>();
    const asked = askedOf(request);
    asked.row = named;
    asked.trail = this.trail;
    const header = request.headers.authorization;
    if (roles === 'anybody' && (recognise !== true || header === undefined)) return true;
    const bearer = await this.tokens.bearerOf(header);
    await this.rates.take(bearer, http.getResponse<Response>());
    const actor = unbound === true ? bearer.actor : await this.admins.judged(bearer, roles);
    asked.actor = actor;
    asked.bearer = bearer;
    if (roles === 'anybody') return true;
    this.home.admit(actor);
    if (!roles.some((role) => actor.roles.includes(role))) throw new Problem('E-ROLE', { facts: { needed: roles.join(', ') } });
    if (bearer.scopes !== null && !scopesOpen(bearer.scopes, named.name)) throw outOfScope(scopesOf(named.name));
    const purpose = purposeOf(request);
    if (purpose !== undefined) asked.purpose = purpose;
    return true;
  }
}

/** RFC 6750 §3.1: the token is good, and lends less than this. */
const outOfScope = (scopes: readonly string[]): Problem =>
  new Problem('E-SCOPE', {
    facts: { needed: scopes.join(' ') || '-' },
    headers: { 'WWW-Authenticate': `Bearer realm="yrd", error="insufficient_scope", scope="${scopes.join(' ')}"` },
  });

/** Routes of an application that no row of the access table opens, as `Controller.method`. */
export const routesWithoutAccess = (discovery: DiscoveryService): readonly string[] =>
  handlersOf(discovery)
    .filter(({ method }) => Reflect.hasMetadata('path', method) && !Reflect.hasMetadata(ACCESS, method))
    .map(({ controller, name }) => `${controller.name}.${name}`);
