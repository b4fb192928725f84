/**
 * The local token issuer: OpenID discovery, JWKS and client credentials (RFC 6749 §4.4) for demo clients on this machine only.
 * Its shape is final; a real OpenID Connect server takes its place by another `YRD_ISSUER`.
 */
import { timingSafeEqual, createHash, randomUUID } from 'node:crypto';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import { join } from 'node:path';
import { calculateJwkThumbprint, exportJWK, generateKeyPair, importJWK, SignJWT, type CryptoKey, type JWK } from 'jose';

const BODY_MAX_BYTES = 8_192;
const TOKEN_HOURS = 12;
const ALGORITHM = 'ES256';
const AUDIENCE = 'yrd';

/** A client that may ask for tokens: in any role and province, since it serves demonstrations on this machine. */
export interface DemoClient {
  readonly id: string;
  readonly secret: string;
}

/** The committed demo client; `.run/clients.json` may name others instead. Worth nothing beyond this machine's loopback address. */
export const DEMO_CLIENT: DemoClient = { id: 'demo', secret: 'demo-on-this-machine-only' };

/** What a token is to say. */
export interface TokenClaims {
  readonly sub: string;
  readonly roles: readonly string[];
  readonly province: string;
  readonly org?: string;
}

/** An OAuth error (RFC 6749 §5.2). */
export class TokenRefusal extends Error {
  constructor(
    readonly status: number,
    readonly code: string,
    message: string,
  ) {
    super(message);
  }
}

const shapes = {
  role: /^[a-z][a-z-]{0,39}$/,
  province: /^(31|32|33|34)$/,
  org: /^[0-9A-Za-z][0-9A-Za-z._:-]{0,63}$/,
  sub: /^[0-9A-Za-z][0-9A-Za-z._:@-]{0,63}$/,
};

const asked = (form: URLSearchParams, name: keyof typeof shapes): string | undefined => {
  const value = form.get(name) ?? undefined;
  if (value !== undefined && !shapes[name].test(value)) {
    throw new TokenRefusal(400, 'invalid_request', `the parameter ${name} does not have the form ${shapes[name].source}`);
  }
  return value;
};

/** Reads the claims asked for in a token request: `role` (repeatable) or `scope` (roles by spaces), `province`, `org`, `sub`. */
export const claimsFrom = (form: URLSearchParams): TokenClaims => {
  if (form.get('grant_type') !== 'client_credentials') {
    throw new TokenRefusal(400, 'unsupported_grant_type', 'only grant_type=client_credentials is known here');
  }
  const roles = [...form.getAll('role'), ...(form.get('scope') ?? '').split(' ').filter(Boolean)];
  if (roles.length === 0 || roles.some((role) => !shapes.role.test(role))) {
    throw new TokenRefusal(400, 'invalid_scope', 'name at least one role in lower case letters and hyphens');
  }
  const province = asked(form, 'province');
  if (province === undefined) throw new TokenRefusal(400, 'invalid_request', 'name a province: 31, 32, 33 or 34');
  const org = asked(form, 'org');
  const sub = asked(form, 'sub') ?? `demo:${province}:${roles[0] ?? ''}`;
  return { sub, roles: [...new Set(roles)], province, ...(org !== undefined && { org }) };
};

const same = (a: string, b: string): boolean =>
  timingSafeEqual(createHash('sha256').update(a).digest(), createHash('sha256').update(b).digest());

/** Finds the client of a request by client_secret_basic or client_secret_post. Throws when it is unknown. */
export const authenticate = (authorization: string | undefined, form: URLSearchParams, clients: readonly DemoClient[]): DemoClient => {
  const basic = /^Basic ([A-Za-z0-9+/=]+)$/i.exec(authorization ?? '')?.[1];
  const pair = basic === undefined ? undefined : Buffer.from(basic, 'base64').toString();
  const id = pair === undefined ? form.get('client_id') : pair.slice(0, Math.max(0, pair.indexOf(':')));
  const secret = pair === undefined ? form.get('client_secret') : pair.slice(pair.indexOf(':') + 1);
  const client = clients.find((known) => same(known.id, id ?? '') && same(known.secret, secret ?? ''));
  if (!client) throw new TokenRefusal(401, 'invalid_client', 'the client or its secret is not known here');
  return client;
};

/** The issuer's key pair, made once and kept in the data folder so that tokens outlive a restart. */
const signingKey = async (home: string): Promise<{ privateKey: CryptoKey | Uint8Array; publicJwk: JWK; kid: string }> => {
  const file = join(home, 'issuer-key.json');
  if (!existsSync(file)) {
    const pair = await generateKeyPair(ALGORITHM, { extractable: true });
    writeFileSync(file, JSON.stringify(await exportJWK(pair.privateKey)), { mode: 0o600, flag: 'wx' });
  }
  const jwk = JSON.parse(readFileSync(file, 'utf8')) as JWK;
  const { d: _secret, ...open } = jwk;
  const kid = await calculateJwkThumbprint(open);
  return { privateKey: await importJWK(jwk, ALGORITHM), publicJwk: { ...open, kid, alg: ALGORITHM, use: 'sig' }, kid };
};

const readForm = async (request: IncomingMessage): Promise<URLSearchParams> => {
  if (!request.headers['content-type']?.startsWith('application/x-www-form-urlencoded')) {
    throw new TokenRefusal(415, 'invalid_request', 'send a form: content-type application/x-www-form-urlencoded');
  }
  const parts: Buffer[] = [];
  let size = 0;
  for await (const part of request as AsyncIterable<Buffer>) {
    size += part.length;
    if (size > BODY_MAX_BYTES) throw new TokenRefusal(413, 'invalid_request', `the body is larger than ${BODY_MAX_BYTES} bytes`);
    parts.push(part);
  }
  return new URLSearchParams(Buffer.concat(parts).toString());
};

const answer = (response: ServerResponse, status: number, body: object, headers: Record<string, string> = {}): void => {
  response.writeHead(status, { 'content-type': 'application/json', 'cache-control': 'no-store', ...headers });
  response.end(JSON.stringify(body));
};

// A page of the web must not reach the issuer under a name of its own that was made to point at this machine.
const onLoopback = (request: IncomingMessage): boolean => /^(127\.0\.0\.1|localhost|\[::1\])(:\d+)?$/.test(request.headers.host ?? '');

/** Where the issuer answers, keeps its key and finds its clients. */
export interface IssuerOptions {
  readonly home: string;
  readonly url: string;
  readonly clients: readonly DemoClient[];
}

/** The issuer as a server that does not listen yet. Throws when NODE_ENV is production. */
export const createIssuer = async (o: IssuerOptions): Promise<Server> => {
  if (process.env['NODE_ENV'] === 'production') {
    throw new Error(
      'The local issuer gives tokens to demo clients and refuses NODE_ENV=production: set YRD_ISSUER to a real OpenID provider.',
    );
  }
  const { privateKey, publicJwk, kid } = await signingKey(o.home);
  const discovery = {
    issuer: o.url,
    jwks_uri: `${o.url}/jwks`,
    token_endpoint: `${o.url}/token`,
    grant_types_supported: ['client_credentials'],
    response_types_supported: [],
    subject_types_supported: ['public'],
    id_token_signing_alg_values_supported: [ALGORITHM],
    token_endpoint_auth_methods_supported: ['client_secret_basic', 'client_secret_post'],
  };
  const token = async (request: IncomingMessage): Promise<object> => {
    const form = await readForm(request);
    authenticate(request.headers.authorization, form, o.clients);
    const claims = claimsFrom(form);
    const { sub, ...rest } = claims;
    const jwt = await new SignJWT({ ...rest })
      .setProtectedHeader({ alg: ALGORITHM, typ: 'at+jwt', kid })
      .setIssuer(o.url)
      .setAudience(AUDIENCE)
      .setSubject(sub)
      .setJti(randomUUID())
      .setIssuedAt()
      .setExpirationTime(`${TOKEN_HOURS}h`)
      .sign(privateKey);
    return { access_token: jwt, token_type: 'Bearer', expires_in: TOKEN_HOURS * 3_600, scope: claims.roles.join(' ') };
  };
  const handle = async (request: IncomingMessage): Promise<[number, object]> => {
    const path = (request.url ?? '').split('?')[0];
    if (!onLoopback(request)) throw new TokenRefusal(421, 'invalid_request', 'the local issuer answers on this machine only');
    if (request.method === 'GET' && path === '/.well-known/openid-configuration') return [200, discovery];
    if (request.method === 'GET' && path === '/jwks') return [200, { keys: [publicJwk] }];
    if (request.method === 'POST' && path === '/token') return [200, await token(request)];
    throw new TokenRefusal(404, 'not_found', 'known here: GET /.well-known/openid-configuration, GET /jwks, POST /token');
  };
  return createServer((request, response) => {
    handle(request)
      .then(([status, body]) => answer(response, status, body))
      .catch((error: unknown) => {
        const known = error instanceof TokenRefusal ? error : new TokenRefusal(500, 'server_error', 'the issuer failed; its log tells why');
        if (known !== error) console.error(error);
        const challenge = known.status === 401 ? { 'www-authenticate': 'Basic realm="yrd"' } : undefined;
        answer(response, known.status, { error: known.code, error_description: known.message }, { connection: 'close', ...challenge });
      });
  });
};
