/** Who asks: a bearer token of a trusted issuer, verified with the keys that the issuer publishes. */
import { createHmac } from 'node:crypto';
import { createRemoteJWKSet, decodeJwt, errors, jwtVerify, type JWTPayload, type JWTVerifyGetKey } from 'jose';
import type { Actor } from '@yrd/ledger';
import { Problem } from './problem.js';

export interface TokenTrust {
  /** Exactly as they stand in `iss`. */
  readonly issuers: readonly string[];
  readonly audience: string;
  /** HMAC key of this node that turns persons into pseudonyms. */
  readonly personKey: Uint8Array;
}

/** Asymmetric only: with a list of names a public key can never be taken for a shared secret (RFC 8725 §3.1). */
const algorithms = ['EdDSA', 'ES256', 'RS256'];
const toleranceS = 30;
const fetchTimeoutMs = 3_000;

const refuse = (en: string, zh: string): Problem =>
  // RFC 6750 §3: the challenge says what kind of credential is wanted and why this one was not enough.
  new Problem('E-AUTH', {
    facts: { reason: en, reasonZh: zh },
    headers: { 'WWW-Authenticate': `Bearer realm="yrd", error="invalid_token", error_description="${en}"` },
  });

const missing = (): Problem =>
  new Problem('E-AUTH', {
    facts: { reason: 'send Authorization: Bearer <token>', reasonZh: '请在请求头 Authorization 中发送 Bearer 令牌' },
    headers: { 'WWW-Authenticate': 'Bearer realm="yrd"' },
  });

/** The issuer's published keys, found by discovery (OpenID Connect Discovery 1.0 §4) when first needed. */
class IssuerKeys {
  private found: Promise<JWTVerifyGetKey> | null = null;
  constructor(private readonly issuer: string) {}

  async keys(): Promise<JWTVerifyGetKey> {
    this.found ??= this.discover();
    try {
      return await this.found;
    } catch (error) {
      this.found = null;
      throw error;
    }
  }

  private async discover(): Promise<JWTVerifyGetKey> {
    const address = `${this.issuer.replace(/\/$/, '')}/.well-known/openid-configuration`;
    const answer = await fetch(address, { signal: AbortSignal.timeout(fetchTimeoutMs), redirect: 'error' });
    if (!answer.ok) throw new Error(`${address} answered ${answer.status}`);
    const document = (await answer.json()) as { readonly issuer?: unknown; readonly jwks_uri?: unknown };
    if (document.issuer !== this.issuer || typeof document.jwks_uri !== 'string') throw new Error(`${address} speaks for another issuer`);
    return createRemoteJWKSet(new URL(document.jwks_uri), { timeoutDuration: fetchTimeoutMs, cooldownDuration: 5_000 });
  }
}

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

const isRoles = (value: unknown): value is readonly string[] =>
  Array.isArray(value) && value.length <= 32 && value.every((role) => typeof role === 'string' && /^[a-z][a-z0-9-]{0,39}$/.test(role));

/** Verifies tokens and names their bearers. */
export class TokenVerifier {
  private readonly issuers: ReadonlyMap<string, IssuerKeys>;
  constructor(private readonly trust: TokenTrust) {
    this.issuers = new Map(trust.issuers.map((issuer) => [issuer, new IssuerKeys(issuer)]));
  }

  /** The actor of an `Authorization` header. @throws Problem E-AUTH, or E-UNAVAILABLE when the issuer cannot be asked. */
  async actorOf(header: string | undefined): Promise<Actor> {
    if (header === undefined) throw missing();
    const token = /^Bearer ([\w-]+\.[\w-]+\.[\w-]*)$/i.exec(header)?.[1];
    if (token === undefined || token.length > 8_192)
      throw refuse('it is not a bearer token of three parts', '不是由三段组成的 Bearer 令牌');
    return this.actor(await this.verify(token));
  }

  private issuerOf(token: string): readonly [string, IssuerKeys] {
    let issuer: string | undefined;
    try {
      issuer = decodeJwt(token).iss;
    } catch {
      throw refuse('it cannot be decoded', '令牌无法解码');
    }
    const keys = issuer === undefined ? undefined : this.issuers.get(issuer);
    if (issuer === undefined || keys === undefined) throw refuse('its issuer is not trusted here', '本节点不信任该签发方');
    return [issuer, keys];
  }

  private async verify(token: string): Promise<JWTPayload> {
    const [issuer, issuerKeys] = this.issuerOf(token);
    try {
      const { payload } = await jwtVerify(token, await issuerKeys.keys(), {
        issuer,
        audience: this.trust.audience,
        algorithms,
        clockTolerance: toleranceS,
        requiredClaims: ['exp', 'sub'],
      });
      return payload;
    } catch (error) {
      if (error instanceof errors.JWTExpired) throw refuse('it has expired', '令牌已过期');
      if (error instanceof errors.JWTClaimValidationFailed)
        throw refuse(`its ${error.claim} is not acceptable`, `令牌的 ${error.claim} 不符`);
      if (tokenFaults.some((fault) => error instanceof fault)) throw refuse('its signature or form is not valid', '令牌的签名或格式无效');
      throw Problem.unavailable(
        'The token issuer cannot be asked for its keys; try again.',
        '暂时无法向令牌签发方取得公钥，请稍后再试。',
        5_000,
      );
    }
  }

  private actor({ sub, iss, org, province, roles }: JWTPayload): Actor {
    if (typeof sub !== 'string' || sub === '' || sub.length > 255) throw refuse('its sub is not acceptable', '令牌的 sub 不符');
    // Who names no organisation belongs to the node itself: its clerks and operators.
    if (org !== undefined && (typeof org !== 'string' || !/^[\w.:-]{1,64}$/.test(org)))
      throw refuse('its org is not acceptable', '令牌的 org 不符');
    if (typeof province !== 'string' || !/^\d{2}$/.test(province)) throw refuse('its province is not acceptable', '令牌的 province 不符');
    if (!isRoles(roles)) throw refuse('its roles are not acceptable', '令牌的 roles 不符');
    // The issuer belongs to the person: two issuers may both know a "1001".
    const person = createHmac('sha256', this.trust.personKey)
      .update(JSON.stringify([iss, sub]))
      .digest('hex')
      .slice(0, 16);
    return { person, organisation: org ?? `node:${province}`, province, roles };
  }
}
