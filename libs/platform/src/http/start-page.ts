/** The small page at a node's root: a few files read once and served from memory. */
import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Middleware } from './request.js';

interface PageFile {
  readonly type: string;
  readonly bytes: Buffer;
  readonly tag: string;
}

const files = {
  '/': ['index.html', 'text/html'],
  '/page/page.css': ['page.css', 'text/css'],
  '/page/page.js': ['page.js', 'text/javascript'],
  '/page/sign-in.js': ['sign-in.js', 'text/javascript'],
  '/page/icon.svg': ['icon.svg', 'image/svg+xml'],
} as const;

/** The policy of the page, which may also speak with the issuer that people sign in at. */
const withIssuer = (policy: unknown, issuers: readonly string[]): string =>
  String(policy).replace(
    "connect-src 'self'",
    ["connect-src 'self'", ...issuers.map((issuer) => URL.parse(issuer)?.origin ?? '')].join(' '),
  );

/** Serves the page from a folder that holds its files, for people who sign in at these issuers. Throws when a file is missing. */
export const startPage = (folder: string, issuers: readonly string[]): Middleware => {
  const served = new Map<string, PageFile>(
    Object.entries(files).map(([path, [name, type]]) => {
      const bytes = readFileSync(join(folder, name));
      return [path, { type: `${type}; charset=utf-8`, bytes, tag: `"${createHash('sha256').update(bytes).digest('hex').slice(0, 16)}"` }];
    }),
  );
  return (request, response, next) => {
    const file = request.method === 'GET' || request.method === 'HEAD' ? served.get(request.path) : undefined;
    if (file === undefined) return next();
    response.setHeader('Content-Security-Policy', withIssuer(response.getHeader('Content-Security-Policy'), issuers));
    response.setHeader('Cache-Control', 'no-cache');
    response.setHeader('ETag', file.tag);
    if (request.headers['if-none-match'] === file.tag) {
      response.statusCode = 304;
      response.end();
      return;
    }
    response.setHeader('Content-Type', file.type);
    response.setHeader('Content-Length', file.bytes.length);
    response.end(request.method === 'HEAD' ? undefined : file.bytes);
  };
};
