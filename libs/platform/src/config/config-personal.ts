/** Settings about natural persons: how their fields are sealed, what wraps their keys, and by which key nodes find the same person. */
import { createHash } from 'node:crypto';
import type { Reader } from './config.js';
import type { MatchingKey } from '../keys/custody.js';
import type { WrappingPlace } from '../keys/key-wrapping.js';
import { SEALING_SUITES, type SealingSuite } from '../keys/sealing.js';

export interface PersonalConfig {
  /** What seals from now on; what another suite sealed is read all the same. */
  readonly suite: SealingSuite;
  readonly wrapping: WrappingPlace;
  /** Days that a copy of the table of keys lives: what attestations of erasure state. */
  readonly keyBackupDays: number;
  /** Keys of persons' identifiers that all nodes share, newest first; never shown, never logged. */
  readonly matchingKeys: readonly MatchingKey[];
}

interface Around {
  readonly production: boolean;
  readonly federation: string;
  readonly keysPath: string;
}

const KEYS_MAX = 5;
const epochShape = '[a-z0-9-]{1,20}';

/** Without the variable: a key that anybody can compute from the federation's name. Good for a laptop, refused in production. */
const readMatchingKeys = (read: Reader, { production, federation }: Around): readonly MatchingKey[] => {
  const form = `1 to ${KEYS_MAX} of <name>:<64 hex digits>, newest first, agreed with the other nodes`;
  const one = `${epochShape}:[0-9a-f]{64}`;
  const given = read.secret('YRD_MATCHING_KEYS', new RegExp(`^${one}(,${one}){0,${KEYS_MAX - 1}}$`), form);
  if (given === undefined && production) read.faults.push(`YRD_MATCHING_KEYS is not set while NODE_ENV is production: give ${form}`);
  if (given === undefined) {
    return [{ epoch: 'local', key: createHash('sha256').update(`yrd.local-matching-key ${federation}`).digest() }];
  }
  const keys = given.split(',').map((each) => {
    const [epoch = '', key = ''] = each.split(':');
    return { epoch, key: Buffer.from(key, 'hex') };
  });
  if (new Set(keys.map(({ epoch }) => epoch)).size < keys.length)
    read.faults.push('YRD_MATCHING_KEYS names one key twice: give each a name');
  return keys;
};

const readWrapping = (read: Reader, { production, keysPath }: Around): WrappingPlace => {
  if (read.oneOf('YRD_WRAPPING', ['file', 'vault'], 'file') === 'file')
    return { kind: 'file', path: read.text('YRD_WRAPPING_KEY', `${keysPath.replace(/\.json$/, '')}.wrapping.json`) };
  const shape = production ? /^https:\/\/[^\s?#]+$/ : /^https?:\/\/[^\s?#]+$/;
  const word = /^[\w.-]{1,100}(\/[\w.-]{1,100}){0,4}$/;
  return {
    kind: 'vault',
    address: read
      .matching('YRD_VAULT', shape, production ? 'an https:// address (NODE_ENV is production)' : 'an address')
      .replace(/\/+$/, ''),
    mount: read.matching('YRD_VAULT_MOUNT', word, 'the path of a transit engine', 'transit'),
    key: read.matching('YRD_VAULT_KEY', /^[\w.-]{1,100}$/, 'the name of a key of the transit engine'),
    tokenFile: read.text('YRD_VAULT_TOKEN_FILE'),
  };
};

const DAYS_LOCAL = 7;

export const readPersonal = (read: Reader, around: Around): PersonalConfig => {
  // A number that is told to the persons concerned must be somebody's word, not a default.
  if (around.production) read.text('YRD_KEY_BACKUP_DAYS');
  const keyBackupDays = read.whole('YRD_KEY_BACKUP_DAYS', { min: 0, max: 3_650, fallback: DAYS_LOCAL });
  return {
    suite: read.oneOf('YRD_SEALING', SEALING_SUITES, 'aes-256-gcm'),
    wrapping: readWrapping(read, around),
    keyBackupDays,
    matchingKeys: readMatchingKeys(read, around),
  };
};
