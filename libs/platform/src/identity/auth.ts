/** Who asks: a bearer token of a trusted issuer, verified with the keys that the issuer publishes (OAuth 2.1, RFC 9068, RFC 8725). */
import { decodeJwt, errors, jwtVerify, type JWTPayload, type JWTVerifyResult } from 'jose';
import { isClerk, scopesAmong } from '@yrd/contracts';
import type { Actor } from '@yrd/ledger';
import type { ClaimNames, IssuerTrust, TokenRules } from '../config/config-issuers.js';
import { pseudonymOf } from '../keys/custody.js';
import { IssuerKeys, IssuerSilent } from './issuer-keys.js';
import { Problem } from '../http/problem.js';

export interface TokenTrust extends TokenRules {
  /** HMAC key of this node that turns persons into pseudonyms. */
  readonly personKey: Uint8Array;
}

/** Who bears a token, and what the token limits him to. */
export interface Bearer {
  readonly actor: Actor;
  /** A client acting for itself (client credentials), not for a person. */
  readonly machine: boolean;
  /** Scopes of ours that limit it; null: a person who limited nothing. */
  readonly scopes: readonly string[] | null;
  /** Who is counted when requests are: the person, or the machine's client. */
  readonly counted: string;
  readonly secondFactor: boolean;
}

/** Asymmetric only: with a list of names a public key can never be taken for a shared secret (RFC 8725 §3.1). */
const algorithms = ['EdDSA', 'Ed25519', 'ES256', 'PS256', 'RS256'];
const tokenCharsMax = 8_192;
/** Claims that stand in ID and logout tokens and in no access token. */
const foreignClaims = ['nonce', 'at_hash', 'c_hash', 's_hash', 'events'];
/** The kind of a token where issuers say it in the payload: Keycloak's `typ`, Cognito's `token_use`. */
const foreignKinds = /^(id|refresh|logout)$/i;

const challenge = (error: string, en: string): Readonly<Record<string, string>> => ({
  'WWW-Authenticate': `Bearer realm="yrd", error="${error}", error_description="${en}"`,
});

const refuse = (en: string, zh: string): Problem =>
  // RFC 6750 §3: the challenge says what kind of credential is wanted and why this one was not enough.
  new Problem('E-AUTH', { facts: { reason: en, reasonZh: zh }, headers: challenge('invalid_token', en) });

const missing = (): Problem =>
  new Problem('E-AUTH', {
    facts: { reason: 'send Authorization: Bearer <token>', reasonZh: '请在请求头 Authorization 中发送 Bearer 令牌' },
    headers: { 'WWW-Authenticate': 'Bearer realm="yrd"' },
  });

/** RFC 9470: the person is known, but has to sign in again with a second factor. */
export const secondFactorMissing = (): Problem => {
  const en = 'clerks sign in with a second factor';
  return new Problem('E-AUTH', {
    facts: { reason: en, reasonZh: '工作人员须以双因素登录' },
    headers: challenge('insufficient_user_authentication', en),
  });
};

/** Faults of the token; every other error means that the issuer could not be asked. */
const tokenFaults = [
  errors.JWTClaimValidationFailed,
  errors.JWTExpired,
  errors.JWTInvalid,
  errors.JWSInvalid,
  errors.JWSSignatureVerificationFailed,
  errors.JOSEAlgNotAllowed,
  errors.JOSENotSupported,
  errors.JWKSNoMatchingKey,
  errors.JWKSMultipleMatchingKeys,
];

/** The value of a claim; a name that begins with a slash is a JSON pointer. */
const claimOf = (payload: JWTPayload, name: string): unknown => {
  if (!name.startsWith('/')) return Object.hasOwn(payload, name) ? payload[name] : undefined;
  const path = name
    .slice(1)
    .split('/')
    .map((part) => part.replace(/~1/g, '/').replace(/~0/g, '~'));
  return path.reduce<unknown>(
    (value, part) =>
      typeof value === 'object' && value !== null && Object.hasOwn(value, part)
        ? (value as Readonly<Record<string, unknown>>)[part]
        : undefined,
    payload,
  );
};

const words = (value: unknown): unknown => (typeof value === 'string' ? value.split(' ').filter(Boolean) : value);
const areTexts = (value: unknown): value is readonly string[] => Array.isArray(value) && value.every((each) => typeof each === 'string');

/** Roles as the issuer names them, in our words. Those that it may not give, or that mean nothing here, are left out. */
const rolesOf = (given: unknown, trust: IssuerTrust): readonly string[] => {
  if (!areTexts(given) || given.length > 200) throw refuse('its roles are not acceptable', '令牌的 roles 不符');
  const { roles } = trust;
  if (roles !== null) return [...new Set(given.flatMap((role) => (Object.hasOwn(roles, role) ? [String(roles[role])] : [])))];
  if (given.length > 32 || !given.every((role) => /^[a-z][a-z0-9-]{0,39}$/.test(role)))
    throw refuse('its roles are not acceptable', '令牌的 roles 不符');
  return given;
};

const speaksFor = (organisations: readonly string[] | null, organisation: string | undefined): boolean =>
  organisations === null ||
  (organisation !== undefined &&
    organisations.some((one) => (one.endsWith('*') ? organisation.startsWith(one.slice(0, -1)) : one === organisation)));

/** Verifies tokens and names their bearers. */
export class TokenVerifier {
  private readonly issuers: ReadonlyMap<string, { readonly trust: IssuerTrust; readonly keys: IssuerKeys }>;
  constructor(private readonly trust: TokenTrust) {
    this.issuers = new Map(trust.issuers.map((each) => [each.issuer, { trust: each, keys: new IssuerKeys(each.issuer, trust.keys) }]));
  }

  /** The bearer of an `Authorization` header. @throws Problem E-AUTH, or E-UNAVAILABLE when the issuer cannot be asked. */
  async bearerOf(header: string | undefined): Promise<Bearer> {
    if (header === undefined) throw missing();
    const token = /^Bearer ([\w-]+\.[\w-]+\.[\w-]*)$/i.exec(header)?.[1];
    if (token === undefined || token.length > tokenCharsMax)
      throw refuse('it is not a bearer token of three parts', '不是由三段组成的 Bearer 令牌');
    const { trust, keys } = this.issuerOf(token);
    const payload = await this.verify(token, trust, keys);
    const actor = this.actor(payload, trust);
    const secondFactor = hasSecondFactor(payload, trust);
    if (this.trust.secondFactor && !secondFactor && isClerk(actor.roles)) throw secondFactorMissing();
    return { actor, secondFactor, ...limitsOf(payload, trust.claims, actor.person) };
  }

  private issuerOf(token: string): { readonly trust: IssuerTrust; readonly keys: IssuerKeys } {
    let issuer: string | undefined;
    try {
      issuer = decodeJwt(token).iss;
    } catch {
      throw refuse('it cannot be decoded', '令牌无法解码');
    }
    const known = issuer === undefined ? undefined : this.issuers.get(issuer);
    if (known === undefined) throw refuse('its issuer is not trusted here', '本节点不信任该签发方');
    return known;
  }

  private async verify(token: string, trust: IssuerTrust, keys: IssuerKeys): Promise<JWTPayload> {
    let verified: JWTVerifyResult;
    try {
      verified = await jwtVerify(token, keys.find, {
        issuer: trust.issuer,
        audience: trust.audience,
        algorithms,
        clockTolerance: this.trust.clockSkewS,
        requiredClaims: ['exp'],
      });
    } catch (error) {
      if (error instanceof errors.JWTExpired) throw refuse('it has expired', '令牌已过期');
      if (error instanceof errors.JWTClaimValidationFailed)
        throw refuse(`its ${error.claim} is not acceptable`, `令牌的 ${error.claim} 不符`);
      if (tokenFaults.some((fault) => error instanceof fault)) throw refuse('its signature or form is not valid', '令牌的签名或格式无效');
      if (!(error instanceof IssuerSilent)) throw error;
      throw Problem.unavailable(
        'The token issuer cannot be asked for its keys; try again.',
        '暂时无法向令牌签发方取得公钥，请稍后再试。',
        5_000,
      );
    }
    const { payload, protectedHeader } = verified;
    const type = (protectedHeader.typ ?? '').toLowerCase().replace(/^application\//, '');
    const kinds = [payload['typ'], payload['token_use']].filter((kind) => typeof kind === 'string');
    if (!trust.types.includes(type) || kinds.some((kind) => foreignKinds.test(kind)) || foreignClaims.some((claim) => claim in payload))
      throw refuse('it is not an access token', '不是访问令牌');
    return payload;
  }

  private actor(payload: JWTPayload, trust: IssuerTrust): Actor {
    const { claims, provinces, organisations } = trust;
    const subject = claimOf(payload, claims.person);
    const org = claimOf(payload, claims.organisation);
    const province = claimOf(payload, claims.province);
    if (typeof subject !== 'string' || subject === '' || subject.length > 255) throw refuse('its sub is not acceptable', '令牌的 sub 不符');
    // Who names no organisation belongs to the node itself: its clerks and operators. Nobody names the node.
    if (org !== undefined && (typeof org !== 'string' || !/^(?!node:)[\w.:-]{1,64}$/.test(org)))
      throw refuse('its org is not acceptable', '令牌的 org 不符');
    if (typeof province !== 'string' || !/^\d{2}$/.test(province)) throw refuse('its province is not acceptable', '令牌的 province 不符');
    if (!provinces.includes(province)) throw refuse('its issuer does not speak for this province', '签发方无权代表该省');
    if (!speaksFor(organisations, org)) throw refuse('its issuer does not speak for this organisation', '签发方无权代表该机构');
    const roles = rolesOf(claimOf(payload, claims.roles), trust);
    const person = pseudonymOf(this.trust.personKey, trust.issuer, subject);
    return { person, organisation: org ?? `node:${province}`, province, roles };
  }
}

const hasSecondFactor = ({ acr, amr }: JWTPayload, { secondFactor }: IssuerTrust): boolean =>
  (typeof acr === 'string' && secondFactor.acr.includes(acr)) || (areTexts(amr) && amr.some((method) => secondFactor.amr.includes(method)));

/** A machine is limited to its scopes, also to none; a person where the token names some of ours: he lent a part of his rights. */
const limitsOf = (payload: JWTPayload, claims: ClaimNames, person: string): Pick<Bearer, 'machine' | 'scopes' | 'counted'> => {
  const client = claimOf(payload, claims.client);
  const named = claims.machine !== '' && claimOf(payload, claims.machine) !== undefined;
  const machine = named || (client !== undefined && client === claimOf(payload, claims.person));
  const given = words(claimOf(payload, claims.scope) ?? []);
  const scopes = areTexts(given) ? scopesAmong(given) : [];
  // A machine's client is its subject, so its pseudonym counts it too.
  return { machine, scopes: machine || scopes.length > 0 ? scopes : null, counted: `${machine ? 'client' : 'person'} ${person}` };
};
