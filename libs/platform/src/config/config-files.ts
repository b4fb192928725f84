/** Settings about files of orders: where they are kept, what is taken in, and how long one waits that nothing refers to. */
import { dirname, join } from 'node:path';
import { FILE_KINDS, type FileKindName } from '../files/file-types.js';
import type { S3Place } from '../files/s3-files.js';
import type { Reader } from './config.js';
import { fileOf } from './config-wires.js';

export interface FilesConfig {
  /** A bucket, or null for a folder; with a bucket the folder is where uploads are laid until they are whole. */
  readonly place: { readonly s3: S3Place | null; readonly folder: string };
  /** Bytes of a file at most. */
  readonly bytesMax: number;
  readonly kinds: readonly FileKindName[];
  /** How long a client may take to send one, ms. */
  readonly timeoutMs: number;
  /** Files that are received at the same time. */
  readonly atOnce: number;
  /** Days of the domain that a file is kept which nothing refers to. */
  readonly days: number;
  /** Whether a command that names a file is refused unless its sender handed that file in at this node. */
  readonly demanded: boolean;
}

interface Around {
  readonly production: boolean;
  readonly province: string;
  readonly keysPath: string;
  readonly readText: (path: string) => string;
  /** Wires of which the operator says that something else encrypts them. */
  readonly vouched: readonly string[];
}

const LOOPBACK = /^http:\/\/(localhost|127(\.\d{1,3}){3}|\[::1\])(:\d{1,5})?$/i;

const readSecret = (read: Reader, name: string, readText: Around['readText']): string => {
  // A missing variable is told as every other.
  if (read.text(name) === '') return '';
  const secret = fileOf({ read, readText }, name)?.trim();
  if (secret === '') read.faults.push(`${name} names an empty file: write the secret key into it`);
  return secret ?? '';
};

const readBucket = (read: Reader, { production, readText, vouched }: Around): S3Place => {
  const endpoint = read
    .matching('YRD_FILES_ENDPOINT', /^https?:\/\/[^\s?#@]+$/, 'the http(s):// address of a store that speaks S3')
    .replace(/\/+$/, '');
  if (production && endpoint.startsWith('http:') && !LOOPBACK.test(endpoint) && !vouched.includes('files')) {
    const mend = 'give an https:// address, or name files in YRD_PLAIN if a mesh, a tunnel or a proxy encrypts that wire';
    read.faults.push(`YRD_FILES_ENDPOINT is in the clear while NODE_ENV is production: ${mend}`);
  }
  return {
    endpoint,
    bucket: read.matching('YRD_FILES_BUCKET', /^[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]$/, 'the name of a bucket, which is there already'),
    region: read.matching('YRD_FILES_REGION', /^[a-z0-9-]{1,40}$/, 'the name of a region', 'us-east-1'),
    accessKey: read.matching('YRD_FILES_ACCESS_KEY', /^[\w.+=@-]{1,128}$/, 'the id of an access key'),
    secretKey: readSecret(read, 'YRD_FILES_SECRET_FILE', readText),
  };
};

const isKind = (name: string): name is FileKindName => FILE_KINDS.some((each) => each === name);

/** Settings of files; faults go to `read`. */
export const readFiles = (read: Reader, around: Around): FilesConfig => {
  const { keysPath, province } = around;
  const inBucket = read.oneOf('YRD_FILES', ['folder', 's3'], 'folder') === 's3';
  return {
    place: {
      s3: inBucket ? readBucket(read, around) : null,
      folder: read.text('YRD_FILES_FOLDER', join(dirname(keysPath), 'files', province)),
    },
    bytesMax: read.whole('YRD_FILE_BYTES', { min: 1_024, max: 1_073_741_824, fallback: 33_554_432 }),
    kinds: read
      .list('YRD_FILE_KINDS', new RegExp(`^(${FILE_KINDS.join('|')})$`), `one of ${FILE_KINDS.join(', ')}`, FILE_KINDS.join(','))
      .filter(isKind),
    timeoutMs: read.whole('YRD_FILE_TIMEOUT_MS', { min: 100, max: 3_600_000, fallback: 120_000 }),
    atOnce: read.whole('YRD_FILES_AT_ONCE', { min: 1, max: 1_000, fallback: 16 }),
    days: read.whole('YRD_FILE_DAYS', { min: 1, max: 3_650, fallback: 30 }),
    demanded: read.oneOf('YRD_FILES_DEMANDED', ['no', 'yes'], 'no') === 'yes',
  };
};
