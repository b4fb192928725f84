/**
 * Files in an S3-compatible store, spoken to by its HTTP interface alone: PUT, GET and DELETE of one object, signed by AWS Signature
 * Version 4. A client library would bring some forty packages for three requests.
 */
import { createHash, createHmac } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { Readable } from 'node:stream';
import { Arrivals, type FileLimits, type StoredFile } from './arrivals.js';
import { isHash, type FileStore } from './file-store.js';

/** A bucket and how it is reached. */
export interface S3Place {
  /** `https://s3.example.gov.cn`; the bucket follows in the path. */
  readonly endpoint: string;
  readonly bucket: string;
  readonly region: string;
  readonly accessKey: string;
  /** Never shown, never logged. */
  readonly secretKey: string;
}

interface Signable {
  readonly method: string;
  readonly url: URL;
  /** Lower-case names; `host`, `x-amz-date` and `x-amz-content-sha256` among them. */
  readonly headers: Readonly<Record<string, string>>;
  readonly payloadHash: string;
}

const sha256 = (text: string): string => createHash('sha256').update(text).digest('hex');
const hmac = (key: string | Uint8Array, text: string): Buffer => createHmac('sha256', key).update(text).digest();

/** The Authorization header of a request without a query (AWS Signature Version 4). */
export const authorization = (
  { accessKey, secretKey, region }: Pick<S3Place, 'accessKey' | 'secretKey' | 'region'>,
  { method, url, headers, payloadHash }: Signable,
): string => {
  const at = headers['x-amz-date'] ?? '';
  const names = Object.keys(headers).sort();
  const canonical = [method, url.pathname, '', ...names.map((name) => `${name}:${headers[name]}`), '', names.join(';'), payloadHash];
  const scope = `${at.slice(0, 8)}/${region}/s3/aws4_request`;
  const text = ['AWS4-HMAC-SHA256', at, scope, sha256(canonical.join('\n'))].join('\n');
  const key = ['s3', 'aws4_request'].reduce((from, part) => hmac(from, part), hmac(hmac(`AWS4${secretKey}`, at.slice(0, 8)), region));
  const signature = hmac(key, text).toString('hex');
  return `AWS4-HMAC-SHA256 Credential=${accessKey}/${scope},SignedHeaders=${names.join(';')},Signature=${signature}`;
};

const EMPTY = sha256('');
/** How long one request may take with all its bytes, ms: a file at the limit over a slow line. */
const REQUEST_MS = 120_000;

interface Asked {
  readonly headers?: Readonly<Record<string, string>>;
  readonly payloadHash?: string;
  readonly body?: ReadableStream;
}

/** Files of a bucket by their hash. What arrives is first laid in a folder: S3 wants to know size and hash before the first byte. */
export class S3Files implements FileStore {
  private readonly arrivals: Arrivals;
  constructor(
    private readonly place: S3Place,
    /** Folder that uploads are laid in. */
    arriving: string,
    limits: FileLimits,
  ) {
    this.arrivals = new Arrivals(arriving, limits);
  }

  put(content: Readable, noted?: (file: StoredFile) => Promise<void>): Promise<StoredFile> {
    return this.arrivals.take(content, async (file, path) => {
      await noted?.(file);
      const headers = { 'content-type': file.type, 'content-length': String(file.bytes) };
      const body = Readable.toWeb(createReadStream(path)) as ReadableStream;
      // The store counts the hash for itself and refuses bytes that do not have it.
      await this.done('PUT', await this.ask('PUT', file.hash, { headers, payloadHash: file.hash, body }));
    });
  }

  async get(hash: string): Promise<Readable | null> {
    if (!isHash(hash)) return null;
    const answer = await this.ask('GET', hash);
    if (answer.ok && answer.body) return Readable.fromWeb(answer.body);
    await this.done('GET', answer);
    return null;
  }

  async remove(hash: string): Promise<void> {
    if (isHash(hash)) await this.done('DELETE', await this.ask('DELETE', hash));
  }

  clear(): Promise<void> {
    return this.arrivals.clear();
  }

  /**
   * Lets go of the answer. @throws when it is a refusal; that there is no such object is none. Only the code tells that: stores answer
   * 404 as well for a bucket that is not there, and some for a key that they do not know.
   */
  private async done(method: string, answer: Response): Promise<void> {
    const code = /<Code>(\w{1,60})<\/Code>/.exec(await answer.text())?.[1] ?? 'without a code';
    if (answer.ok || code === 'NoSuchKey') return;
    throw new Error(`The store of files answered ${answer.status} (${code}) to a ${method}.`);
  }

  private ask(method: string, hash: string, { headers = {}, payloadHash = EMPTY, body }: Asked = {}): Promise<Response> {
    const url = new URL(`${this.place.endpoint}/${this.place.bucket}/${hash}`);
    // Real time: it must be near the store's own, whatever time the domain has.
    const at = new Date().toISOString().replace(/[-:]|\.\d{3}/g, '');
    const signed = { ...headers, host: url.host, 'x-amz-content-sha256': payloadHash, 'x-amz-date': at };
    const Authorization = authorization(this.place, { method, url, headers: signed, payloadHash });
    const { host: _host, ...sent } = signed;
    const given = { method, headers: { ...sent, Authorization }, signal: AbortSignal.timeout(REQUEST_MS) };
    return fetch(url, { ...given, ...(body ? { body, duplex: 'half' as const } : {}) });
  }
}
