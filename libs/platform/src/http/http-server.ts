/** The edge of the HTTP server: time limits for slow senders, and an orderly end. */
import type { Server } from 'node:http';
import type { Socket } from 'node:net';
import { TLSSocket } from 'node:tls';
import type { Limits } from '../config/config.js';

/** What a client gets that does not speak HTTP: there is no request yet, so no trace and no language. */
const refusal = (status: number, words: string, code: string): string => {
  const body = JSON.stringify({ type: `urn:yrd:problem:node:${code}`, title: words, status, code });
  const headers = ['Connection: close', 'Content-Type: application/problem+json', `Content-Length: ${Buffer.byteLength(body)}`];
  return [`HTTP/1.1 ${status} ${words}`, ...headers, '', body].join('\r\n');
};

const answerBroken = (error: Error & { readonly code?: string }, socket: Socket): void => {
  // Before a handshake is done nothing can be said in words that the other side could read.
  const unheard = socket instanceof TLSSocket && socket.getProtocol() === null;
  if (unheard || !socket.writable || socket.bytesWritten > 0) {
    socket.destroy();
    return;
  }
  if (error.code === 'ERR_HTTP_REQUEST_TIMEOUT') socket.end(refusal(408, 'Request Timeout', 'E-SLOW'));
  else if (error.code === 'HPE_HEADER_OVERFLOW') socket.end(refusal(431, 'Request Header Fields Too Large', 'E-TOO-LARGE'));
  else socket.end(refusal(400, 'Bad Request', 'E-MALFORMED'));
};

/** Sets the limits of a server that Nest has made. */
export const limitServer = (server: Server, limits: Limits, fileTimeoutMs: number): void => {
  server.headersTimeout = limits.bodyTimeoutMs;
  // Whoever reads a body has a limit of his own; this one is for what nobody reads.
  server.requestTimeout = Math.max(2 * limits.bodyTimeoutMs, limits.bodyTimeoutMs + fileTimeoutMs);
  server.keepAliveTimeout = 65_000;
  server.maxConnections = limits.connections;
  server.maxRequestsPerSocket = 10_000;
  server.on('clientError', answerBroken);
};
