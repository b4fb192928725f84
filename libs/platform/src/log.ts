/** Structured logs: one JSON line per happening, with the trace that a command carries from province to province. */
import type { LoggerService } from '@nestjs/common';
import type { Notice } from '@yrd/ledger';
import { pino, type Logger } from 'pino';
import type { LogLevel } from './config/config.js';
import { askedOf, type Middleware } from './http/request.js';

export type Log = Logger;

/** A log to standard output; every line names the province. */
export const openLog = (level: LogLevel, province: string): Log =>
  pino({ level, base: { province }, timestamp: pino.stdTimeFunctions.isoTime, formatters: { level: (label) => ({ level: label }) } });

/** What the ledger notices, as log lines. */
export const noticeTo =
  (log: Log) =>
  ({ level, what, facts }: Notice): void => {
    log[level]({ what, ...facts }, what);
  };

const text = (value: unknown): string =>
  typeof value === 'string' ? value : value instanceof Error ? value.message : JSON.stringify(value);

/** Nest's own words; its chatter while it starts is worth a debug line. */
export const nestLog = (log: Log): LoggerService => ({
  log: (message: unknown) => log.debug(text(message)),
  debug: (message: unknown) => log.debug(text(message)),
  verbose: (message: unknown) => log.debug(text(message)),
  warn: (message: unknown) => log.warn(text(message)),
  error: (message: unknown) => log.error(message instanceof Error ? { err: message } : {}, text(message)),
  fatal: (message: unknown) => log.fatal(text(message)),
});

/** Probes and scrapes come every few seconds: their lines are for debugging only. */
const quiet = /^\/(health\/|metrics$)/;

/** One line per request: never its query, headers or body. */
export const logRequests =
  (log: Log): Middleware =>
  (request, response, next) => {
    const startedAt = performance.now();
    const address = request.ip; // Asked now: it is gone with the connection.
    response.once('close', () => {
      const { trace, actor } = askedOf(request);
      const line = {
        trace,
        method: request.method,
        path: request.path,
        status: response.statusCode,
        durationMs: Math.round(performance.now() - startedAt),
        person: actor?.person,
        address,
        finished: response.writableFinished,
      };
      log[quiet.test(request.path) ? 'debug' : 'info'](line, 'request');
    });
    next();
  };
