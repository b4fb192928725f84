/**
 * Headers that keep a browser from doing more with an answer than was meant. They are written out: a package for them would be as
 * long as its list of exceptions.
 */
import type { Middleware } from './request.js';

const api = "default-src 'none'; frame-ancestors 'none'; base-uri 'none'";
const page = `${api}; script-src 'self'; style-src 'self'; connect-src 'self'; img-src 'self'; form-action 'none'`;
// Swagger UI writes style attributes and shows its pictures as data addresses; its scripts are files.
const docs = `${api}; script-src 'self'; style-src 'self' 'unsafe-inline'; connect-src 'self'; img-src 'self' data:`;

const policyOf = (path: string): string => (path === '/' || path.startsWith('/page/') ? page : /^\/docs(\/|$)/.test(path) ? docs : api);

/** Two years, as browsers' lists of such hosts ask; the node's name serves nothing in the clear. */
const ONLY_TLS = 'max-age=63072000; includeSubDomains';

export const secureHeaders: Middleware = (request, response, next) => {
  response.setHeader('Content-Security-Policy', policyOf(request.path));
  response.setHeader('X-Content-Type-Options', 'nosniff');
  response.setHeader('X-Frame-Options', 'DENY');
  response.setHeader('Referrer-Policy', 'no-referrer');
  response.setHeader('Cross-Origin-Opener-Policy', 'same-origin');
  response.setHeader('Cross-Origin-Resource-Policy', 'same-origin');
  response.setHeader('Permissions-Policy', 'camera=(), microphone=(), geolocation=(), payment=(), usb=()');
  response.setHeader('Cache-Control', 'no-store');
  // Over TLS here, or at a proxy that is trusted to say so; in the clear browsers must not heed it (RFC 6797 §7.2).
  if (request.secure) response.setHeader('Strict-Transport-Security', ONLY_TLS);
  next();
};
