/**
 * What wraps the data keys of persons: a key of the node in a file beside its key file, or a key that never leaves a vault
 * (HashiCorp Vault's transit engine, or whatever speaks its API).
 */
import { createHash, randomBytes } from 'node:crypto';
import { chmod, readFile, stat, writeFile } from 'node:fs/promises';
import { say, Unavailable } from '@yrd/ledger';
import { DATA_KEY_BYTES, seal, SealBroken, unseal, type SealingSuite } from './sealing.js';

/** A data key and whom it is of: a wrapped key does not open as another person's. */
export interface Wrapped {
  readonly subject: string;
  readonly wrapped: string;
}

export interface KeyWrapping {
  wrap(subject: string, dataKey: Uint8Array): Promise<string>;
  /** In the order asked. @throws Unavailable when the vault does not answer; an error in one sentence when a key does not open. */
  unwrap(keys: readonly Wrapped[]): Promise<readonly Uint8Array[]>;
}

/** Where the wrapping key is, as configured. */
export type WrappingPlace =
  | { readonly kind: 'file'; readonly path: string }
  | {
      readonly kind: 'vault';
      /** `https://vault.example:8200`. */
      readonly address: string;
      /** Where the transit engine is mounted. */
      readonly mount: string;
      /** Name of the key in it. */
      readonly key: string;
      /** Holds the token; read anew for each request, since an agent renews it. */
      readonly tokenFile: string;
    };

const FIELD = 'data-key';

const keyId = (secret: Uint8Array): string => createHash('sha256').update('yrd.wrapping-key.v1\n').update(secret).digest('hex').slice(0, 8);

/** Wraps with a secret at hand: `<key id>|<sealed>`. Several open, the first wraps: a key is replaced by putting one before it. */
export const localWrapping = (secrets: readonly Uint8Array[], suite: SealingSuite): KeyWrapping => {
  const [first] = secrets;
  if (first === undefined) throw new Error('a node needs at least one wrapping key');
  const byId = new Map(secrets.map((secret) => [keyId(secret), secret]));
  const open = ({ subject, wrapped }: Wrapped): Uint8Array => {
    const [id = '', sealed = ''] = wrapped.split('|');
    const secret = byId.get(id);
    if (!secret) throw new Error(`a data key is wrapped with the key ${id}, which this node does not hold: put it back from its copy`);
    return Buffer.from(unseal(secret, { subject, field: FIELD }, sealed), 'base64url');
  };
  return {
    wrap: (subject, dataKey) => {
      const text = Buffer.from(dataKey).toString('base64url');
      return Promise.resolve(`${keyId(first)}|${seal(suite, first, { subject, field: FIELD }, text)}`);
    },
    unwrap: (keys) => Promise.resolve().then(() => keys.map(open)),
  };
};

const shape = /^[0-9a-f]{64}$/;

/**
 * The wrapping keys of a file, newest first; made, for its owner only, when it is not there. Throws one sentence when the file is
 * malformed or open to everybody on the machine.
 */
export const provideWrappingKeys = async (path: string): Promise<readonly Uint8Array[]> => {
  const made = { keys: [randomBytes(DATA_KEY_BYTES).toString('hex')] };
  // `wx`: of two processes that start at once, one makes it and both read it.
  await writeFile(path, `${JSON.stringify(made, null, 2)}\n`, { mode: 0o600, flag: 'wx' }).then(
    () => chmod(path, 0o600),
    (error: unknown) => {
      if ((error as NodeJS.ErrnoException).code === 'EEXIST') return;
      throw new Error(`the wrapping key ${path} can be neither read nor made: ${String(error)}`, { cause: error });
    },
  );
  const { mode } = await stat(path);
  if ((mode & 0o007) !== 0) throw new Error(`the wrapping key ${path} is open to everybody on this machine: run chmod 600 on it`);
  const text = await readFile(path, 'utf8');
  let keys: unknown;
  try {
    ({ keys } = JSON.parse(text) as { readonly keys?: unknown });
  } catch {
    keys = null;
  }
  if (!Array.isArray(keys) || keys.length === 0 || !keys.every((key) => typeof key === 'string' && shape.test(key)))
    throw new Error(`the wrapping key ${path} is not usable: it must hold {"keys": ["<64 hex digits>", …]}, take it from its copy`);
  return keys.map((key) => Buffer.from(String(key), 'hex'));
};

const VAULT_TIMEOUT_MS = 3_000;
/** Keys in one request to the vault. */
const VAULT_BATCH = 500;

type Result = Readonly<Record<string, unknown>>;
type VaultPlace = Extract<WrappingPlace, { kind: 'vault' }>;

/** One request of several items; the vault answers each item by itself. */
const askVault = async (place: VaultPlace, act: 'encrypt' | 'decrypt', items: readonly object[]): Promise<readonly Result[]> => {
  const address = `${place.address}/v1/${place.mount}/${act}/${place.key}`;
  const unavailable = (why: string): Unavailable => new Unavailable(say('vaultUnusable', { detail: `${place.address}: ${why}` }), 5_000);
  const token = await readFile(place.tokenFile, 'utf8').catch((error: unknown) => {
    throw unavailable(`its token file cannot be read (${(error as NodeJS.ErrnoException).code ?? 'unknown'})`);
  });
  const answer = await fetch(address, {
    method: 'POST',
    redirect: 'error',
    headers: { 'X-Vault-Token': token.trim(), 'X-Vault-Request': 'true', 'Content-Type': 'application/json' },
    body: JSON.stringify({ batch_input: items }),
    signal: AbortSignal.timeout(VAULT_TIMEOUT_MS),
  }).catch((error: unknown) => {
    throw unavailable(error instanceof Error ? error.message : String(error));
  });
  const told = (await answer.json().catch(() => ({}))) as { readonly data?: { readonly batch_results?: unknown } };
  // Vault answers 400 when one item of a batch failed: the results say which.
  const results = told.data?.batch_results;
  if (Array.isArray(results) && results.length === items.length) return results as readonly Result[];
  throw unavailable(`it answered ${answer.status}`);
};

const textOf = (result: Result, field: string): string => {
  const text = result[field];
  if (typeof text === 'string') return text;
  const why = result['error'];
  throw new Error(`the vault does not open a data key: ${typeof why === 'string' ? why : 'it gave no reason'}`);
};

/** Wraps with a key in Vault's transit engine; the person's id is bound to it as associated data. */
export const vaultWrapping = (place: VaultPlace): KeyWrapping => {
  const bound = (subject: string): { readonly associated_data: string } => ({ associated_data: Buffer.from(subject).toString('base64') });
  return {
    wrap: async (subject, dataKey) => {
      const item = { plaintext: Buffer.from(dataKey).toString('base64'), ...bound(subject) };
      return textOf((await askVault(place, 'encrypt', [item]))[0] ?? {}, 'ciphertext');
    },
    unwrap: async (keys) => {
      const opened: Uint8Array[] = [];
      for (let at = 0; at < keys.length; at += VAULT_BATCH) {
        const items = keys.slice(at, at + VAULT_BATCH).map(({ subject, wrapped }) => ({ ciphertext: wrapped, ...bound(subject) }));
        for (const result of await askVault(place, 'decrypt', items)) opened.push(Buffer.from(textOf(result, 'plaintext'), 'base64'));
      }
      if (opened.some(({ length }) => length !== DATA_KEY_BYTES)) throw new SealBroken();
      return opened;
    },
  };
};

/** The wrapping as configured; a file is made at the first start. */
export const openWrapping = async (place: WrappingPlace, suite: SealingSuite): Promise<KeyWrapping> =>
  place.kind === 'vault' ? vaultWrapping(place) : localWrapping(await provideWrappingKeys(place.path), suite);
