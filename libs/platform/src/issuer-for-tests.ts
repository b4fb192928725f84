/** A token issuer for tests: discovery, published keys, and tokens with whatever claims a test wants. */
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { exportJWK, generateKeyPair, SignJWT, type CryptoKey, type JWTPayload } from 'jose';

export interface TestIssuer {
  readonly issuer: string;
  readonly publicKey: CryptoKey;
  /** A token that is good for two minutes, unless a claim given here says otherwise; `undefined` leaves a claim out. */
  token(claims?: Readonly<Record<string, unknown>>): Promise<string>;
  close(): Promise<void>;
}

const listen = async (answer: (path: string) => object | null): Promise<{ readonly url: string; close(): Promise<void> }> => {
  const server = createServer((request, response) => {
    const body = answer(request.url ?? '');
    response.writeHead(body === null ? 404 : 200, { 'Content-Type': 'application/json' }).end(JSON.stringify(body));
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

/** Starts an issuer on a free port. */
export const startTestIssuer = async (): Promise<TestIssuer> => {
  const { publicKey, privateKey } = await generateKeyPair('EdDSA');
  const key = { ...(await exportJWK(publicKey)), kid: 'one', alg: 'EdDSA', use: 'sig' };
  const server = await listen((path) => {
    if (path === '/.well-known/openid-configuration') return { issuer: server.url, jwks_uri: `${server.url}/jwks` };
    return path === '/jwks' ? { keys: [key] } : null;
  });
  const token = async (claims: Readonly<Record<string, unknown>> = {}): Promise<string> => {
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
    return new SignJWT(given).setProtectedHeader({ alg: 'EdDSA', kid: 'one' }).sign(privateKey);
  };
  return { issuer: server.url, publicKey, token, close: () => server.close() };
};
