/** A token issuer for tests: discovery, published keys that change, and tokens with whatever claims and header a test wants. */
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { exportJWK, generateKeyPair, SignJWT, type CryptoKey, type JWK, type JWTPayload } from 'jose';

export interface TestIssuer {
  readonly issuer: string;
  readonly publicKey: CryptoKey;
  /** How often it was asked for its keys. */
  readonly asked: number;
  /** A token that is good for two minutes, unless a claim given here says otherwise; `undefined` leaves a claim out. */
  token(claims?: Readonly<Record<string, unknown>>, header?: Readonly<Record<string, unknown>>): Promise<string>;
  /** Signs with a new key from now on; the one before is published no more. */
  rotate(): Promise<void>;
  /** Answers nothing but 503, or answers again. */
  silence(silent: boolean): void;
  close(): Promise<void>;
}

const listen = async (answer: (path: string) => object | null): Promise<{ readonly url: string; close(): Promise<void> }> => {
  const server = createServer((request, response) => {
    const body = answer(request.url ?? '');
    response.writeHead(body === null ? 503 : 200, { 'Content-Type': 'application/json' }).end(JSON.stringify(body));
  });
  await new Promise<void>((resolve) => {
    server.listen(0, '127.0.0.1', resolve);
  });
  const { port } = server.address() as AddressInfo;
  const close = (): Promise<void> =>
    new Promise((resolve) => {
      server.close(() => resolve());
      server.closeAllConnections();
    });
  return { url: `http://127.0.0.1:${port}`, close };
};

interface Pair {
  readonly kid: string;
  readonly privateKey: CryptoKey;
  readonly publicKey: CryptoKey;
  readonly jwk: JWK;
}

const pairOf = async (kid: string): Promise<Pair> => {
  const { publicKey, privateKey } = await generateKeyPair('EdDSA');
  return { kid, publicKey, privateKey, jwk: { ...(await exportJWK(publicKey)), kid, alg: 'EdDSA', use: 'sig' } };
};

/** Starts an issuer on a free port. */
export const startTestIssuer = async (): Promise<TestIssuer> => {
  let pair = await pairOf('one');
  let asked = 0;
  let silent = false;
  const server = await listen((path) => {
    if (silent) return null;
    if (path === '/.well-known/openid-configuration') return { issuer: server.url, jwks_uri: `${server.url}/jwks` };
    asked += 1;
    return path === '/jwks' ? { keys: [pair.jwk] } : null;
  });
  const token: TestIssuer['token'] = async (claims = {}, header = {}) => {
    const now = Math.floor(Date.now() / 1_000);
    const payload = {
      iss: server.url,
      aud: 'yrd',
      sub: 'person-1',
      org: 'org-1',
      province: '32',
      roles: ['operator'],
      iat: now,
      exp: now + 120,
      ...claims,
    };
    const given: JWTPayload = Object.fromEntries(Object.entries(payload).filter(([, value]) => value !== undefined));
    const said = Object.entries({ typ: 'at+jwt', ...header }).filter(([, value]) => value !== undefined);
    return new SignJWT(given).setProtectedHeader({ ...Object.fromEntries(said), alg: 'EdDSA', kid: pair.kid }).sign(pair.privateKey);
  };
  return {
    issuer: server.url,
    publicKey: pair.publicKey,
    get asked() {
      return asked;
    },
    token,
    rotate: async () => void (pair = await pairOf(`after-${pair.kid}`)),
    silence: (now) => void (silent = now),
    close: () => server.close(),
  };
};
