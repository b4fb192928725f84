/** A token issuer for tests: discovery, published keys, and tokens with the claims that a test wants. */
import { generateKeyPairSync, sign } from 'node:crypto';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';

/** Who somebody is: `province`, `org`, `sub` and `roles` of the token. */
export interface Claims {
  readonly province: string;
  readonly org: string;
  readonly sub: string;
  readonly roles: readonly string[];
}

export interface Issuer {
  readonly url: string;
  token(claims: Claims): string;
  close(): Promise<void>;
}

const encoded = (value: object): string => Buffer.from(JSON.stringify(value)).toString('base64url');

/** Starts an issuer on a free port. Its tokens are good for ten minutes. */
export const startIssuer = async (): Promise<Issuer> => {
  const { publicKey, privateKey } = generateKeyPairSync('ed25519');
  const key = { ...publicKey.export({ format: 'jwk' }), kid: 'one', alg: 'EdDSA', use: 'sig' };
  let url = '';
  const answers: Readonly<Record<string, () => object>> = {
    '/.well-known/openid-configuration': () => ({ issuer: url, jwks_uri: `${url}/jwks` }),
    '/jwks': () => ({ keys: [key] }),
  };
  const server = createServer((request, response) => {
    const answer = answers[request.url ?? ''];
    response.writeHead(answer ? 200 : 404, { 'Content-Type': 'application/json' }).end(JSON.stringify(answer?.() ?? {}));
  });
  await new Promise<void>((resolve) => void server.listen(0, '127.0.0.1', resolve));
  url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  const token = (claims: Claims): string => {
    const now = Math.floor(Date.now() / 1_000);
    const header = encoded({ alg: 'EdDSA', kid: 'one', typ: 'at+jwt' });
    const signed = `${header}.${encoded({ iss: url, aud: 'yrd', iat: now, exp: now + 600, ...claims })}`;
    return `${signed}.${sign(null, Buffer.from(signed), privateKey).toString('base64url')}`;
  };
  const close = (): Promise<void> =>
    new Promise((resolve) => {
      server.close(() => resolve());
      server.closeAllConnections();
    });
  return { url, token, close };
};
