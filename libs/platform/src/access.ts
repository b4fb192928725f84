/** Who may call which route: every route says so, or the service does not start. */
import { createParamDecorator, Injectable, SetMetadata, type CanActivate, type ExecutionContext } from '@nestjs/common';
import { DiscoveryService, MetadataScanner, Reflector } from '@nestjs/core';
import { ApiBearerAuth } from '@nestjs/swagger';
import { applyDecorators } from '@nestjs/common';
import type { Actor, Federation } from '@yrd/ledger';
import { TokenVerifier } from './auth.js';
import { Problem } from './problem.js';
import { askedOf, type Request } from './request.js';

type Access =
  | { readonly public: true; readonly recognise: boolean }
  /** An empty list of roles: anybody whose organisation is at home here. */
  | { readonly public: false; readonly roles: readonly string[] };

const ACCESS = 'yrd:access';

/** For anybody. With `recognise` a token that is sent is verified, so that its bearer may see more. */
export const Public = (options: { readonly recognise?: boolean } = {}): MethodDecorator & ClassDecorator =>
  SetMetadata<string, Access>(ACCESS, { public: true, recognise: options.recognise ?? false });

/** For bearers of one of these roles at their home node; without roles for any of its people. */
export const Roles = (...roles: readonly string[]): MethodDecorator & ClassDecorator =>
  applyDecorators(SetMetadata<string, Access>(ACCESS, { public: false, roles }), ApiBearerAuth());

/** Who works for a province, and so may see what its nodes share; a firm with a token is not among them. */
const staffRoles = ['clerk', 'reviewer', 'approver', 'finance', 'mediator', 'operator', 'integrity', 'auditor'];

/** Whether the actor may see what the federation shares among its nodes. */
export const isStaff = (actor: Actor | undefined): boolean => actor?.roles.some((role) => staffRoles.includes(role)) ?? false;

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
    const access = this.reflector.getAllAndOverride<Access | undefined>(ACCESS, [context.getHandler(), context.getClass()]);
    const request = context.switchToHttp().getRequest<Request>();
    const header = request.headers.authorization;
    if (access?.public === true && (!access.recognise || header === undefined)) return true;
    const actor = await this.tokens.actorOf(header);
    askedOf(request).actor = actor;
    if (access?.public === true) return true;
    this.home.admit(actor);
    const needed = access?.roles ?? [];
    if (needed.length > 0 && !needed.some((role) => actor.roles.includes(role))) {
      throw new Problem('E-ROLE', { facts: { needed: needed.join(', ') } });
    }
    return true;
  }
}

/** Routes of an application that say neither `@Public` nor `@Roles`, as `Controller.method`. */
export const routesWithoutAccess = (discovery: DiscoveryService): readonly string[] => {
  const scanner = new MetadataScanner();
  return discovery.getControllers().flatMap(({ metatype }) => {
    if (typeof metatype !== 'function' || Reflect.hasMetadata(ACCESS, metatype)) return [];
    const prototype = metatype.prototype as Readonly<Record<string, object>>;
    return scanner
      .getAllMethodNames(prototype)
      .filter((name) => Reflect.hasMetadata('path', prototype[name] ?? {}) && !Reflect.hasMetadata(ACCESS, prototype[name] ?? {}))
      .map((name) => `${metatype.name}.${name}`);
  });
};
