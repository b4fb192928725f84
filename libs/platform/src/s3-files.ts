/**
 * Files in an S3-compatible store, spoken to by its HTTP interface alone: PUT and GET of one object, signed by AWS Signature Version 4. A
 * client library would bring some forty packages for two requests.
 */
import { createHash, createHmac } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { mkdir, mkdtemp, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { FolderFiles, type FileStore, type FileType, type StoredFile } from './file-store.js';

export interface S3Place {
  /** `https://s3.example.gov.cn`; the bucket follows in the path. */
  readonly endpoint: string;
  readonly bucket: string;
  readonly region: string;
  readonly accessKey: string;
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
const TYPE = 'content-type';

/** Files of a bucket by their hash. What arrives is first laid in a folder: S3 wants to know size and hash before the first byte. */
export class S3Files implements FileStore {
  constructor(
    private readonly place: S3Place,
    /** Folder that uploads are laid in. */
    private readonly arriving: string,
    private readonly now: () => number,
  ) {}

  async put(content: Readable): Promise<StoredFile> {
    // A folder for each upload: two of the same file do not take it away under each other.
    await mkdir(this.arriving, { recursive: true });
    const own = await mkdtemp(join(this.arriving, 's3-'));
    const laid = new FolderFiles(own);
    try {
      const file = await laid.put(content);
      const headers = { [TYPE]: file.type, 'content-length': String(file.bytes) };
      const body = Readable.toWeb(createReadStream(laid.path(file.hash))) as ReadableStream;
      const answer = await this.ask('PUT', file.hash, { headers, payloadHash: file.hash, body });
      if (!answer.ok) throw new Error(`The store of files answered ${answer.status} to a PUT.`);
      return file;
    } finally {
      await rm(own, { recursive: true });
    }
  }

  async get(hash: string): Promise<(StoredFile & { readonly content: Readable }) | null> {
    if (!/^[0-9a-f]{64}$/.test(hash)) return null;
    const answer = await this.ask('GET', hash, { headers: {}, payloadHash: EMPTY });
    if (answer.status === 404) {
      await answer.body?.cancel();
      return null;
    }
    if (!answer.ok || !answer.body) throw new Error(`The store of files answered ${answer.status} to a GET.`);
    const type = answer.headers.get(TYPE) as FileType;
    return { hash, bytes: Number(answer.headers.get('content-length')), type, content: Readable.fromWeb(answer.body) };
  }

  private ask(
    method: string,
    hash: string,
    {
      headers,
      payloadHash,
      body,
    }: { readonly headers: Readonly<Record<string, string>>; readonly payloadHash: string; readonly body?: ReadableStream },
  ): Promise<Response> {
    const url = new URL(`${this.place.endpoint}/${this.place.bucket}/${hash}`);
    const at = new Date(this.now()).toISOString().replace(/[-:]|\.\d{3}/g, '');
    const signed = { ...headers, host: url.host, 'x-amz-content-sha256': payloadHash, 'x-amz-date': at };
    const Authorization = authorization(this.place, { method, url, headers: signed, payloadHash });
    const { host: _host, ...sent } = signed;
    return fetch(url, { method, headers: { ...sent, Authorization }, ...(body ? { body, duplex: 'half' as const } : {}) });
  }
}
