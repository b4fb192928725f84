/** Reading a request body: JSON in UTF-8, small, flat and on time, or a problem. Nothing else reaches a controller. */
import type { Limits } from '../config/config.js';
import { Problem } from './problem.js';
import type { Middleware, Request } from './request.js';

/** Nesting of a body; deeper ones are refused before they are parsed. */
export const depthMax = 32;

const withBody = new Set(['POST', 'PUT', 'PATCH', 'DELETE']);

const hasBody = (request: Request): boolean => {
  const length = request.headers['content-length'];
  return request.headers['transfer-encoding'] !== undefined || (length !== undefined && length !== '0');
};

const jsonUtf8 = (request: Request): boolean => {
  const type = /^application\/(?:[\w.-]+\+)?json\s*(?:;\s*charset="?([\w-]+)"?\s*)?$/i.exec(request.headers['content-type'] ?? '');
  const encoding = (request.headers['content-encoding'] ?? 'identity').toLowerCase();
  return type !== null && (type[1] ?? 'utf-8').toLowerCase() === 'utf-8' && encoding === 'identity';
};

/** The bytes, or a rejection with E-TOO-LARGE or E-SLOW. What comes after a refusal is thrown away and the connection closed. */
export const collect = (request: Request, limits: Pick<Limits, 'bodyBytes' | 'bodyTimeoutMs'>): Promise<Buffer> =>
  new Promise((resolve, reject) => {
    const parts: Buffer[] = [];
    let size = 0;
    const settle = (finish: () => void): void => {
      clearTimeout(timer);
      request.off('data', take).off('end', end).off('error', lost).off('aborted', lost);
      finish();
    };
    const refuse = (problem: Problem): void =>
      settle(() => {
        request.resume();
        reject(problem);
      });
    const close = { Connection: 'close' };
    const take = (part: Buffer): void => {
      size += part.length;
      if (size > limits.bodyBytes) return refuse(new Problem('E-TOO-LARGE', { facts: { limitBytes: limits.bodyBytes }, headers: close }));
      parts.push(part);
    };
    const end = (): void => settle(() => resolve(Buffer.concat(parts)));
    const lost = (): void => settle(() => reject(Problem.malformed('The body broke off.', '请求体中断。')));
    const late = (): void => refuse(new Problem('E-SLOW', { facts: { timeoutMs: limits.bodyTimeoutMs }, headers: close }));
    const timer = setTimeout(late, limits.bodyTimeoutMs);
    request.on('data', take).on('end', end).on('error', lost).on('aborted', lost);
  });

/** Deepest nesting of a JSON text, without parsing it. */
export const depthOf = (text: string): number => {
  let depth = 0;
  let deepest = 0;
  let quoted = false;
  for (let at = 0; at < text.length; at += 1) {
    const char = text.charCodeAt(at);
    if (quoted) {
      if (char === 0x5c) at += 1;
      else if (char === 0x22) quoted = false;
    } else if (char === 0x22) quoted = true;
    else if (char === 0x7b || char === 0x5b) deepest = Math.max(deepest, (depth += 1));
    else if (char === 0x7d || char === 0x5d) depth -= 1;
  }
  return deepest;
};

const loneSurrogate = /[\ud800-\udbff](?![\udc00-\udfff])|(?<![\ud800-\udbff])[\udc00-\udfff]/;

/** Names that every object answers to, so that looking one up in a table finds something: `__proto__`, `constructor`, `toString`. */
export const reserved = (name: string): boolean => name in Object.prototype;

/** Refuses what canonical JSON cannot hold (RFC 8785 §3.1) and what could reach a prototype. */
const checked = (key: string, value: unknown): unknown => {
  if (reserved(key)) throw Problem.malformed(`"${key}" cannot be the name of a field.`, `字段名不能为 "${key}"。`);
  const wrong = [key, value].some((text) => typeof text === 'string' && (loneSurrogate.test(text) || text.includes('\0')));
  if (wrong) throw Problem.malformed('A text holds half a character or a NUL.', '文本含有不完整的字符或空字符。');
  if (typeof value === 'number' && !Number.isFinite(value)) throw Problem.malformed('A number is too large.', '数值过大。');
  return value;
};

/** A JSON object from bytes. @throws Problem E-MALFORMED. */
export const parseBody = (bytes: Uint8Array): object => {
  let text: string;
  try {
    text = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes);
  } catch {
    throw Problem.malformed('The body is not UTF-8.', '请求体不是 UTF-8。');
  }
  if (depthOf(text) > depthMax) throw Problem.malformed(`The body is nested deeper than ${depthMax}.`, `请求体嵌套超过 ${depthMax} 层。`);
  let value: unknown;
  try {
    value = JSON.parse(text, checked);
  } catch (error) {
    if (error instanceof Problem) throw error;
    throw Problem.malformed('The body is not JSON.', '请求体不是 JSON。');
  }
  if (typeof value === 'object' && value !== null && !Array.isArray(value)) return value;
  throw Problem.malformed('The body must be a JSON object.', '请求体必须是 JSON 对象。');
};

/** Puts the parsed body on the request. A method without a body gets none, and a table is left to the route that takes it. */
export const readBodies =
  (limits: Limits, left: (request: Request) => boolean): Middleware =>
  (request, _response, next) => {
    if (!withBody.has(request.method ?? '') || !hasBody(request) || left(request)) return next();
    if (!jsonUtf8(request)) return next(new Problem('E-MEDIA-TYPE', { headers: { Connection: 'close' } }));
    if (Number(request.headers['content-length'] ?? 0) > limits.bodyBytes) {
      return next(new Problem('E-TOO-LARGE', { facts: { limitBytes: limits.bodyBytes }, headers: { Connection: 'close' } }));
    }
    collect(request, limits).then((bytes) => {
      try {
        request.body = parseBody(bytes);
      } catch (error) {
        return next(error);
      }
      next();
    }, next);
  };
