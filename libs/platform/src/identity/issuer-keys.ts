/** The keys that an issuer publishes: fetched when first needed, kept, asked for again when they are old or a new one is named. */
import { createLocalJWKSet, errors, type JSONWebKeySet, type JWTVerifyGetKey } from 'jose';

export interface KeyTimes {
  /** After so long the issuer is asked again, so that a key that it took back stops counting. */
  readonly maxAgeMs: number;
  /** Between two questions, whatever tokens name: nobody makes a node flood an issuer with invented key ids. */
  readonly cooldownMs: number;
}

/** The issuer cannot be asked: nothing is said about the token. */
export class IssuerSilent extends Error {
  override readonly name = 'IssuerSilent';
}

const fetchTimeoutMs = 3_000;
/** A key set of ten RSA keys with their certificates stays far below. */
const documentBytesMax = 262_144;
/** Keys go on serving while their issuer is down, but not for ever: one that was stolen meanwhile could not be taken back. */
const silentMaxMs = 12 * 3_600_000;

/** JSON of an address, small and without redirects. */
const fetchJson = async (address: string): Promise<unknown> => {
  const signal = AbortSignal.timeout(fetchTimeoutMs);
  const answer = await fetch(address, { signal, redirect: 'error', headers: { Accept: 'application/json' } });
  if (!answer.ok || answer.body === null) throw new Error(`${address} answered ${answer.status}`);
  const parts: Uint8Array[] = [];
  let size = 0;
  for await (const part of answer.body as AsyncIterable<Uint8Array>) {
    size += part.length;
    if (size > documentBytesMax) throw new Error(`${address} answered more than ${documentBytesMax} bytes`);
    parts.push(part);
  }
  return JSON.parse(Buffer.concat(parts).toString('utf8'));
};

/** Keys of one issuer, found by discovery (OpenID Connect Discovery 1.0 §4). */
export class IssuerKeys {
  private known: JWTVerifyGetKey | null = null;
  private knownSince = 0;
  private asked = -Infinity;
  private silent = false;
  private asking: Promise<void> | null = null;

  constructor(
    private readonly issuer: string,
    private readonly times: KeyTimes,
  ) {}

  /**
   * The key that a token names.
   * @throws IssuerSilent when the issuer would have to be asked and does not answer; errors of jose about the key.
   */
  readonly find: JWTVerifyGetKey = async (header, token) => {
    const known = await this.fresh();
    try {
      return await known(header, token);
    } catch (error) {
      // Perhaps a key that is newer than what is held here.
      if (!(error instanceof errors.JWKSNoMatchingKey)) throw error;
      if (!this.mayAsk()) throw this.silent ? new IssuerSilent(`${this.issuer} does not answer`) : error;
      await this.ask();
      return (await this.fresh())(header, token);
    }
  };

  private async fresh(): Promise<JWTVerifyGetKey> {
    const age = performance.now() - this.knownSince;
    const held = this.known !== null && age < silentMaxMs;
    if (this.known !== null && age < this.times.maxAgeMs) return this.known;
    if (this.mayAsk() || this.asking !== null) {
      try {
        await this.ask();
      } catch (error) {
        if (!held) throw error;
      }
    } else if (!held) throw new IssuerSilent(`${this.issuer} does not answer`);
    if (this.known === null) throw new IssuerSilent(`${this.issuer} does not answer`);
    return this.known;
  }

  private mayAsk(): boolean {
    return performance.now() - this.asked >= this.times.cooldownMs;
  }

  /** One question at a time; who comes meanwhile waits for its answer. */
  private ask(): Promise<void> {
    this.asking ??= this.fetchKeys().finally(() => (this.asking = null));
    return this.asking;
  }

  private async fetchKeys(): Promise<void> {
    this.asked = performance.now();
    try {
      const keys = await fetchJson(await this.keysAddress());
      this.known = createLocalJWKSet(keys as JSONWebKeySet);
      this.knownSince = performance.now();
      this.silent = false;
    } catch (error) {
      this.silent = true;
      throw new IssuerSilent(error instanceof Error ? error.message : String(error), { cause: error });
    }
  }

  private async keysAddress(): Promise<string> {
    const address = `${this.issuer.replace(/\/$/, '')}/.well-known/openid-configuration`;
    const { issuer, jwks_uri: keys } = (await fetchJson(address)) as { readonly issuer?: unknown; readonly jwks_uri?: unknown };
    if (issuer !== this.issuer || typeof keys !== 'string') throw new Error(`${address} speaks for another issuer`);
    // An issuer behind TLS does not hand out its keys in the open.
    if (this.issuer.startsWith('https:') && !keys.startsWith('https:')) throw new Error(`${address} names keys without TLS`);
    return keys;
  }
}
