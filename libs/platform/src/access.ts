/** Who may call which route: every route says so, or the service does not start. */
import { createParamDecorator, Injectable, SetMetadata, type CanActivate, type ExecutionContext } from '@nestjs/common';
import { DiscoveryService, MetadataScanner, Reflector } from '@nestjs/core';
import { ApiBearerAuth, ApiOperation } from '@nestjs/swagger';
import { applyDecorators } from '@nestjs/common';
import { accessTable, CONDITIONS, type AccessName, type AccessRow } from '@yrd/contracts';
import type { Actor, Federation } from '@yrd/ledger';
import { TokenVerifier } from './auth.js';
import { Problem } from './problem.js';
import { askedOf, type Request } from './request.js';

const ACCESS = 'yrd:access';

/**
 * Opens a route to whom a row of the access table names, and describes it in its words. A route outside the product's contexts
 * brings a row of its own.
 */
export const Allows = (named: AccessName | AccessRow): MethodDecorator => {
  const { roles, condition, zh, en }: AccessRow = typeof named === 'string' ? accessTable[named] : named;
  const words = { ...CONDITIONS[condition] };
  const whose = condition === 'none' ? '' : ` · ${words.zh} · ${words.en}`;
  return applyDecorators(
    SetMetadata(ACCESS, typeof named === 'string' ? accessTable[named] : named),
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

@Injectable()
export class AccessGuard implements CanActivate {
  constructor(
    private readonly reflector: Reflector,
    private readonly tokens: TokenVerifier,
    private readonly home: HomeAddress,
  ) {}

  async canActivate(context: ExecutionContext): Promise<boolean> {
    if (context.getType() !== 'http') return true;
    const { roles, recognise }: AccessRow = this.reflector.get<AccessRow>(ACCESS, context.getHandler());
    const request = context.switchToHttp().getRequest<Request>();
    const header = request.headers.authorization;
    if (roles === 'anybody' && (recognise !== true || header === undefined)) return true;
    const actor = await this.tokens.actorOf(header);
    askedOf(request).actor = actor;
    if (roles === 'anybody') return true;
    this.home.admit(actor);
    if (!roles.some((role) => actor.roles.includes(role))) throw new Problem('E-ROLE', { facts: { needed: roles.join(', ') } });
    return true;
  }
}

/** Routes of an application that no row of the access table opens, as `Controller.method`. */
export const routesWithoutAccess = (discovery: DiscoveryService): readonly string[] => {
  const scanner = new MetadataScanner();
  return discovery.getControllers().flatMap(({ metatype }) => {
    if (typeof metatype !== 'function') return [];
    const prototype = metatype.prototype as Readonly<Record<string, object>>;
    return scanner
      .getAllMethodNames(prototype)
      .filter((name) => Reflect.hasMetadata('path', prototype[name] ?? {}) && !Reflect.hasMetadata(ACCESS, prototype[name] ?? {}))
      .map((name) => `${metatype.name}.${name}`);
  });
};
