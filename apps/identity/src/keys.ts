/** The provider's own keys: the newest signs, the one before is still published, so that its tokens outlive a rotation. */
import { randomBytes } from 'node:crypto';
import { existsSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { calculateJwkThumbprint, exportJWK, generateKeyPair, type JWK } from 'jose';

export const ALGORITHM = 'ES256';
const PUBLISHED = 2;
const COOKIE_KEY_BYTES = 32;

export interface ProviderKeys {
  /** Private keys, the signing one first. */
  readonly signing: readonly JWK[];
  /** Secrets under which cookies are signed. */
  readonly cookies: readonly string[];
}

const newKey = async (): Promise<JWK> => {
  const { privateKey } = await generateKeyPair(ALGORITHM, { extractable: true });
  const jwk = await exportJWK(privateKey);
  return { ...jwk, kid: await calculateJwkThumbprint(jwk), alg: ALGORITHM, use: 'sig' };
};

const keep = (file: string, keys: ProviderKeys): ProviderKeys => {
  writeFileSync(`${file}.new`, JSON.stringify(keys), { mode: 0o600 });
  renameSync(`${file}.new`, file);
  return keys;
};

/** The keys of a file, made at the first start. */
export const loadKeys = async (file: string): Promise<ProviderKeys> => {
  if (existsSync(file)) return JSON.parse(readFileSync(file, 'utf8')) as ProviderKeys;
  return keep(file, { signing: [await newKey()], cookies: [randomBytes(COOKIE_KEY_BYTES).toString('base64url')] });
};

/** Signs with a new key from now on. */
export const rotateKeys = async (file: string): Promise<ProviderKeys> => {
  const { signing, cookies } = await loadKeys(file);
  return keep(file, { signing: [await newKey(), ...signing].slice(0, PUBLISHED), cookies });
};
