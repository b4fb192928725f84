/** Routes that take a table as their body, CSV or a workbook: the only ones, and only after who sends it has been let in. */
import { applyDecorators, SetMetadata } from '@nestjs/common';
import type { DiscoveryService } from '@nestjs/core';
import { ApiBody, ApiConsumes } from '@nestjs/swagger';
import { collect } from './body.js';
import { handlersOf } from '../handlers.js';
import { Problem, retryAfter } from './problem.js';
import type { Request } from './request.js';
import { formatOf, FORMATS } from '../tables/table.js';
import type { TableFile } from '../tables/table-file.js';

const TAKES_FILE = 'yrd:takes-file';

/** Bytes of a file: 50,000 rows of CSV come to eight million, packed in a workbook to three. */
const FILE_BYTES = 16_777_216;
/** How long a client may take to send one, ms; the server itself waits no longer. */
const FILE_TIMEOUT_MS = 20_000;
/** Files received at the same time: with their size, the memory that they may take. */
const RECEIVING_MAX = 4;

/** Marks a route that takes a table. */
export const TakesFile = (): MethodDecorator =>
  applyDecorators(
    SetMetadata(TAKES_FILE, true),
    ApiConsumes(...Object.values(FORMATS)),
    ApiBody({ required: true, schema: { type: 'string', format: 'binary' } }),
  );

/** Whether an address is one of the routes that take a table. */
export const takingFiles = (discovery: DiscoveryService): ((path: string) => boolean) => {
  const pathOf = (of: object): string => String(Reflect.getMetadata('path', of)).replace(/^\/|\/$/g, '');
  const taking = handlersOf(discovery).filter(({ method }) => Reflect.hasMetadata(TAKES_FILE, method));
  const known = new Set(taking.map(({ controller, method }) => `/${pathOf(controller)}/${pathOf(method)}`));
  return (path) => known.has(path);
};

/** What a request says that its body is; null when that is no table. */
const tableType = ({ headers }: Request): Pick<TableFile, 'format' | 'charset'> | null => {
  const [type = '', ...parameters] = (headers['content-type'] ?? '').split(';').map((part) => part.trim());
  const found = formatOf(type.toLowerCase());
  if (found === undefined || (headers['content-encoding'] ?? 'identity').toLowerCase() !== 'identity') return null;
  const charset = parameters.map((each) => /^charset="?([\w-]{1,20})"?$/i.exec(each)?.[1]).find((each) => each !== undefined);
  return { format: found, charset: charset ?? null };
};

/** Whether the body is left to the route: it is a table, and sent to where one is taken. */
export const leftToRoute = (request: Request, taking: (path: string) => boolean): boolean =>
  request.method === 'POST' && taking(request.path) && tableType(request) !== null;

let receiving = 0;

/** The table that a request brings. @throws Problem E-FILE-TYPE, E-TOO-LARGE, E-SLOW, E-BUSY. */
export const readFile = async (request: Request): Promise<TableFile> => {
  const type = tableType(request);
  if (!type) throw new Problem('E-FILE-TYPE');
  if (receiving >= RECEIVING_MAX) throw new Problem('E-BUSY', { headers: { ...retryAfter(5_000), Connection: 'close' } });
  receiving += 1;
  try {
    return { ...type, bytes: await collect(request, { bodyBytes: FILE_BYTES, bodyTimeoutMs: FILE_TIMEOUT_MS }) };
  } finally {
    receiving -= 1;
  }
};
