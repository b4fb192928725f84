/** Routes that take a file as their body, a table or a document: the only ones, and only after who sends it has been let in. */
import { PassThrough, type Readable } from 'node:stream';
import { applyDecorators, SetMetadata } from '@nestjs/common';
import type { DiscoveryService } from '@nestjs/core';
import { ApiBody, ApiConsumes } from '@nestjs/swagger';
import { collect } from './body.js';
import { handlersOf } from '../handlers.js';
import { Problem, retryAfter } from './problem.js';
import type { Request } from './request.js';
import { FILE_TYPES } from '../files/file-types.js';
import { formatOf, FORMATS } from '../tables/table.js';
import type { TableFile } from '../tables/table-file.js';

const TAKES_FILE = 'yrd:takes-file';
type Takes = 'table' | 'document';

/** Bytes of a file: 50,000 rows of CSV come to eight million, packed in a workbook to three. */
const FILE_BYTES = 16_777_216;
/** How long a client may take to send one, ms; the server itself waits no longer. */
const FILE_TIMEOUT_MS = 20_000;
/** Files received at the same time: with their size, the memory that they may take. */
const RECEIVING_MAX = 4;

/** Marks a route that takes a table. */
export const TakesFile = (): MethodDecorator =>
  applyDecorators(
    SetMetadata(TAKES_FILE, 'table' satisfies Takes),
    ApiConsumes(...Object.values(FORMATS)),
    ApiBody({ required: true, schema: { type: 'string', format: 'binary' } }),
  );

/** Marks a route that takes a document, streamed: `call.document()`. What its sender says of it is not asked. */
export const TakesDocument = (): MethodDecorator =>
  applyDecorators(
    SetMetadata(TAKES_FILE, 'document' satisfies Takes),
    ApiConsumes('application/octet-stream', ...FILE_TYPES),
    ApiBody({ required: true, schema: { type: 'string', format: 'binary' } }),
  );

/** What an address takes as a file; undefined for every other. */
export type Taking = (path: string) => Takes | undefined;

/** The routes that take a file. */
export const takingFiles = (discovery: DiscoveryService): Taking => {
  const pathOf = (of: object): string => String(Reflect.getMetadata('path', of)).replace(/^\/|\/$/g, '');
  const taking = handlersOf(discovery).filter(({ method }) => Reflect.hasMetadata(TAKES_FILE, method));
  const addressOf = (controller: object, method: object): string =>
    `/${[pathOf(controller), pathOf(method)].filter((part) => part !== '').join('/')}`;
  const known = new Map(
    taking.map(({ controller, method }) => [addressOf(controller, method), Reflect.getMetadata(TAKES_FILE, method) as Takes]),
  );
  return (path) => known.get(path);
};

/** Whether a body is sent as it is. */
const isPlain = (headers: Request['headers']): boolean => (headers['content-encoding'] ?? 'identity').toLowerCase() === 'identity';

/** What a request says that its body is; null when that is no table. */
const tableType = ({ headers }: Request): Pick<TableFile, 'format' | 'charset'> | null => {
  const [type = '', ...parameters] = (headers['content-type'] ?? '').split(';').map((part) => part.trim());
  const found = formatOf(type.toLowerCase());
  if (found === undefined || !isPlain(headers)) return null;
  const charset = parameters.map((each) => /^charset="?([\w-]{1,20})"?$/i.exec(each)?.[1]).find((each) => each !== undefined);
  return { format: found, charset: charset ?? null };
};

/** Whether the body is left to the route: it is a table and sent to where one is taken, or whatever is sent to where documents are. */
export const leftToRoute = (request: Request, taking: Taking): boolean => {
  const takes = request.method === 'POST' ? taking(request.path) : undefined;
  return takes === 'document' || (takes === 'table' && tableType(request) !== null);
};

const CLOSE = { Connection: 'close' } as const;

/** Bodies that are received at the same time. */
class Receiving {
  private underWay = 0;

  /** @throws Problem E-BUSY while so many are under way, and what `receive` failed by. */
  async one<T>(most: number, receive: () => Promise<T>): Promise<T> {
    if (this.underWay >= most) throw new Problem('E-BUSY', { headers: { ...retryAfter(5_000), ...CLOSE } });
    this.underWay += 1;
    try {
      return await receive();
    } finally {
      this.underWay -= 1;
    }
  }
}
const [tables, documents] = [new Receiving(), new Receiving()];

/** The table that a request brings. @throws Problem E-FILE-TYPE, E-TOO-LARGE, E-SLOW, E-BUSY. */
export const readFile = async (request: Request): Promise<TableFile> => {
  const type = tableType(request);
  if (!type) throw new Problem('E-FILE-TYPE');
  const limits = { bodyBytes: FILE_BYTES, bodyTimeoutMs: FILE_TIMEOUT_MS };
  return tables.one(RECEIVING_MAX, async () => ({ ...type, bytes: await collect(request, limits) }));
};

/** Limits of a document on its way. */
export interface DocumentLimits {
  readonly bytesMax: number;
  readonly timeoutMs: number;
  /** Documents received at the same time. */
  readonly atOnce: number;
}

/**
 * Hands on the document that a request brings, as a stream that fails when its sender breaks off or is too slow. What is not taken of it
 * flows away, so that the sender hears why.
 * @throws Problem E-TOO-LARGE, E-MALFORMED, E-BUSY, and what `take` failed by.
 */
export const takeDocument = async <T>(request: Request, limits: DocumentLimits, take: (content: Readable) => Promise<T>): Promise<T> => {
  const { bytesMax, timeoutMs, atOnce } = limits;
  if (Number(request.headers['content-length'] ?? 0) > bytesMax)
    throw new Problem('E-TOO-LARGE', { facts: { limitBytes: bytesMax }, headers: CLOSE });
  if (!isPlain(request.headers))
    throw Problem.malformed('The body is compressed: send the file itself.', '请求体经过压缩：请直接发送文件内容。');
  return documents.one(atOnce, async () => {
    const content = new PassThrough();
    const late = setTimeout(() => content.destroy(new Problem('E-SLOW', { facts: { timeoutMs }, headers: CLOSE })), timeoutMs);
    const lost = (): void => void content.destroy(Problem.malformed('The body broke off.', '请求体中断。'));
    request.once('error', lost).once('aborted', lost).pipe(content);
    try {
      return await take(content);
    } finally {
      clearTimeout(late);
      request.off('error', lost).off('aborted', lost).unpipe(content);
      content.destroy();
      request.resume();
    }
  });
};
