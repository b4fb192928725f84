/** What is known of a request beside its body: trace, language, and (once the guard has looked) who asks. */
import { randomBytes } from 'node:crypto';
import type { IncomingMessage, ServerResponse } from 'node:http';
import type { AccessName, AccessRow, Purpose } from '@yrd/contracts';
import { Memo, type Actor } from '@yrd/ledger';
import type { Bearer } from '../identity/auth.js';
import type { AuditTrail } from '../audit/audit-trail.js';

export type Language = 'zh' | 'en';

/** A request as Express hands it over; only what is used here. */
export interface Request extends IncomingMessage {
  body?: unknown;
  readonly originalUrl: string;
  readonly path: string;
  /** Over TLS, here or at a trusted proxy. */
  readonly secure: boolean;
  /** The client's address; that of `X-Forwarded-For` only behind a trusted proxy. Absent when the connection is gone. */
  readonly ip?: string;
  readonly query: Readonly<Record<string, unknown>>;
  readonly params?: Readonly<Record<string, unknown>>;
  readonly route?: { readonly path: string };
}
export type Response = ServerResponse;
/** A step before the routes. */
export type Middleware = (request: Request, response: Response, next: (error?: unknown) => void) => void;

/** Facts of one request. */
export interface Asked {
  /** Trace id, 32 hex digits; the caller's own when it sent a W3C `traceparent`. */
  readonly trace: string;
  readonly language: Language;
  actor?: Actor;
  bearer?: Bearer;
  /** The row of the access table that the route goes by; one outside the table has no name. */
  row?: { readonly name: AccessName | '-'; readonly row: AccessRow };
  purpose?: Purpose;
  trail?: AuditTrail;
  /** A record of the audit says what came of it. */
  noted?: boolean;
}

const known = new Memo<IncomingMessage, Asked>();

// https://www.w3.org/TR/trace-context/#traceparent-header: ids of zeros only are invalid, version ff too.
const traceparent = /^(?!ff)[0-9a-f]{2}-(?!0{32})([0-9a-f]{32})-(?!0{16})[0-9a-f]{16}-[0-9a-f]{2}/;

/** The asker's language by `Accept-Language` (RFC 9110 §12.5.4): Chinese unless English is wanted more. */
export const languageOf = (header: string | undefined): Language => {
  const weights = { zh: 0, en: 0 };
  for (const part of (header ?? '').slice(0, 500).split(',')) {
    const [tag = '', ...parameters] = part.trim().toLowerCase().split(';');
    const quality = parameters.map((one) => /^\s*q=([01](?:\.\d{1,3})?)\s*$/.exec(one)?.[1]).find((one) => one !== undefined);
    const language = tag.split('-')[0];
    if (language === 'zh' || language === 'en') weights[language] = Math.max(weights[language], Number(quality ?? 1));
  }
  return weights.en > weights.zh ? 'en' : 'zh';
};

/** The facts of a request; made on first sight. */
export const askedOf = (request: IncomingMessage): Asked => {
  const found = known.of(request);
  if (found !== undefined) return found;
  const header = request.headers['traceparent'];
  const asked: Asked = {
    trace: (typeof header === 'string' ? traceparent.exec(header)?.[1] : undefined) ?? randomBytes(16).toString('hex'),
    language: languageOf(request.headers['accept-language']),
  };
  return known.keep(request, asked);
};

/** The client's address, as trusted proxies say it; null once the connection is gone. */
export const clientAddress = (request: Request): string | null => {
  const address = (request.ip ?? request.socket.remoteAddress)
    ?.toLowerCase()
    .replace(/^::ffff:(?=\d+\.)/, '')
    .replace(/%.*$/, '');
  return address !== undefined && /^[0-9a-f.:]{2,45}$/.test(address) ? address : null;
};

/** Begins an answer of server-sent events: neither caches nor proxies may hold them back. */
export const beginEvents = (response: Response): void => {
  response.writeHead(200, { 'Content-Type': 'text/event-stream; charset=utf-8', 'Cache-Control': 'no-store', 'X-Accel-Buffering': 'no' });
};

/** Answers carry the trace, so that a caller can name it. */
export const traced: Middleware = (request, response, next) => {
  response.setHeader('traceparent', `00-${askedOf(request).trace}-${randomBytes(8).toString('hex')}-01`);
  next();
};
