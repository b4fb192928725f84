/** Signing in and who one is: where to sign in, the bearer of a token, and the security administrators of this node. */
import { Body, Controller, Get, HttpCode, Param, Post, Req } from '@nestjs/common';
import { ApiParam, ApiTags } from '@nestjs/swagger';
import { SCOPES } from '@yrd/contracts';
import type { Actor } from '@yrd/ledger';
import { Allows, CurrentActor } from './access.js';
import { noteDone } from '../audit/audit-notes.js';
import { TextField } from '../http/fields.js';
import { NoBody } from '../http/no-fields.js';
import { NodeFacts } from '../node-facts.js';
import { Problem } from '../http/problem.js';
import { askedOf, type Request } from '../http/request.js';
import { SecurityAdmins, type AdminAct, type BoundAdmin } from './security-admins.js';

const PERSON_SHAPE = /^[0-9a-f]{16}$/;

class OneTimeCode {
  @TextField(
    /^[0-9a-f]{4}(-[0-9a-f]{4}){7}$/,
    39,
    { zh: '节点启动时打印的一次性代码', en: 'as the node printed it' },
    '0000-1111-2222-3333-4444-5555-6666-7777',
  )
  code: string;
}

class NamedPerson {
  @TextField(PERSON_SHAPE, 16, { zh: '被任命者的代号，见其 GET /v1/me', en: 'as that person reads it at GET /v1/me' }, '0123456789abcdef')
  person: string;
}

/** Protected resource metadata (RFC 9728), and the public client that a browser signs in with. */
interface SignIn {
  readonly resource: string;
  readonly authorization_servers: readonly string[];
  readonly bearer_methods_supported: readonly string[];
  readonly scopes_supported: readonly string[];
  readonly page_client: string;
}

/** The bearer as the node knows him. */
interface Myself {
  /** Pseudonym: what entries and the security administrators' list call this person. */
  readonly person: string;
  readonly organisation: string;
  readonly province: string;
  readonly roles: readonly string[];
  readonly machine: boolean;
  readonly scopes: readonly string[] | null;
}

const personIn = (person: string): string => {
  if (!PERSON_SHAPE.test(person)) throw new Problem('E-NOTFOUND');
  return person;
};

@ApiTags('identity')
@Controller()
export class IdentityController {
  constructor(
    private readonly facts: NodeFacts,
    private readonly admins: SecurityAdmins,
  ) {}

  @Get('.well-known/oauth-protected-resource')
  @Allows('ReadSignIn')
  signIn(): SignIn {
    const { province, federation, tokens } = this.facts.config;
    return {
      resource: federation.nodes.find((node) => node.province === province)?.url ?? '',
      authorization_servers: tokens.issuers.map(({ issuer }) => issuer),
      bearer_methods_supported: ['header'],
      scopes_supported: Object.keys(SCOPES),
      page_client: tokens.pageClient,
    };
  }

  @Get('v1/me')
  @Allows('ReadMyself')
  me(@CurrentActor() actor: Actor, @Req() request: Request): Myself {
    const { person, organisation, province, roles } = actor;
    const { machine = false, scopes = null } = askedOf(request).bearer ?? {};
    return { person, organisation, province, roles, machine, scopes };
  }

  @Get('v1/security-admins')
  @Allows('ReadSecurityAdmins')
  list(): Promise<{ admins: readonly BoundAdmin[]; acts: readonly AdminAct[] }> {
    return this.admins.list();
  }

  @Post('v1/security-admins/first')
  @Allows('BindFirstSecurityAdmin')
  @HttpCode(200)
  async bindFirst(@Body() { code }: OneTimeCode, @CurrentActor() actor: Actor, @Req() request: Request): Promise<{ person: string }> {
    await this.admins.bindFirst(actor, code, askedOf(request).trace);
    noteDone(request);
    return { person: actor.person };
  }

  @Post('v1/security-admins')
  @Allows('NameSecurityAdmin')
  @HttpCode(200)
  async name(@Body() { person }: NamedPerson, @CurrentActor() actor: Actor, @Req() request: Request): Promise<{ person: string }> {
    await this.admins.name(person, actor);
    noteDone(request);
    return { person };
  }

  @Post('v1/security-admins/:person/removal')
  @Allows('RemoveSecurityAdmin')
  @ApiParam({ name: 'person', example: '0123456789abcdef' })
  @HttpCode(200)
  async remove(
    @Param('person') person: string,
    @NoBody() _body: undefined,
    @CurrentActor() actor: Actor,
    @Req() request: Request,
  ): Promise<{ person: string }> {
    await this.admins.remove(personIn(person), actor);
    noteDone(request);
    return { person };
  }
}
