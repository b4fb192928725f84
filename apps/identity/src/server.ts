/** The provider behind HTTP on the loopback address: its own routes, the login page, and headers that keep a browser on a short lead. */
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type Provider from 'oidc-provider';
import { errors } from 'oidc-provider';
import { loadKeys, rotateKeys } from './keys.js';
import { errorPage, languageOf, signInPage } from './pages.js';
import { createProvider } from './provider.js';
import type { IdentitySettings } from './settings.js';
import { memoryStore } from './store.js';
import { styleSheet } from './style.js';

export const LOCAL_ONLY =
  'The local identity provider has accounts without passwords and refuses NODE_ENV=production: ' +
  'name a real OpenID provider in YRD_ISSUER or YRD_ISSUERS.';

export interface Identity {
  readonly server: Server;
  /** Signs with a new key; the one before stays published, sessions go on. */
  rotate(): Promise<void>;
}

const BODY_MAX_BYTES = 8_192;

type Answer = (status: number, type: string, body: string) => void;

// A page of the web must not reach the provider under a name of its own that was made to point at this machine.
const onLoopback = (request: IncomingMessage): boolean => /^(127\.0\.0\.1|localhost|\[::1\])(:\d+)?$/.test(request.headers.host ?? '');

const formOf = async (request: IncomingMessage): Promise<URLSearchParams> => {
  let text = '';
  for await (const part of request.setEncoding('utf8')) {
    text += String(part);
    if (text.length > BODY_MAX_BYTES) throw new errors.InvalidRequest(`the body is larger than ${BODY_MAX_BYTES} bytes`, 413);
  }
  return new URLSearchParams(text);
};

/** A browser holds redirects after a form to the policy as well, so it names where people come back to. */
const secure = (response: ServerResponse, { pages }: IdentitySettings): void => {
  const back = [...new Set(pages.map(({ url }) => new URL(url).origin))].join(' ');
  const policy = [
    "default-src 'none'; script-src 'self'; style-src 'self'",
    `form-action 'self' ${back}; frame-ancestors 'none'; base-uri 'none'`,
  ].join('; ');
  response.setHeader('Content-Security-Policy', policy);
  response.setHeader('X-Content-Type-Options', 'nosniff');
  response.setHeader('X-Frame-Options', 'DENY');
  // With no-referrer a browser would hide the origin of the own form as well.
  response.setHeader('Referrer-Policy', 'same-origin');
  response.setHeader('Cross-Origin-Opener-Policy', 'same-origin');
};

class Door {
  constructor(
    private readonly settings: IdentitySettings,
    private readonly provider: () => Provider,
  ) {}

  async handle(request: IncomingMessage, response: ServerResponse): Promise<void> {
    secure(response, this.settings);
    const answer: Answer = (status, type, body) => {
      response.writeHead(status, { 'Content-Type': `${type}; charset=utf-8`, 'Cache-Control': 'no-store' }).end(body);
    };
    // An address that is none is answered like one of nothing.
    const url = URL.parse(request.url ?? '/', this.settings.url) ?? new URL(this.settings.url);
    if (!onLoopback(request)) return answer(421, 'text/plain', 'The local identity provider answers on this machine only.');
    if (url.pathname === '/identity.css') return answer(200, 'text/css', styleSheet);
    if (!url.pathname.startsWith('/sign-in/')) return this.provider().callback()(request, response);
    try {
      await this.signIn(request, response, url, answer);
    } catch (error) {
      const known = error instanceof errors.OIDCProviderError ? error : new errors.OIDCProviderError(500, 'server_error');
      if (known !== error) process.stderr.write(`${String(error instanceof Error ? error.stack : error)}\n`);
      answer(known.statusCode, 'text/html', errorPage(languageOf(request.headers['accept-language']), known));
    }
  }

  private async signIn(request: IncomingMessage, response: ServerResponse, url: URL, answer: Answer): Promise<void> {
    const provider = this.provider();
    const { uid, params } = await provider.interactionDetails(request, response);
    if (url.pathname !== `/sign-in/${uid}`) throw new errors.InvalidRequest('this sign-in belongs to another window');
    if (request.method === 'POST') {
      const { origin } = request.headers;
      if (origin !== undefined && origin !== new URL(this.settings.url).origin)
        throw new errors.InvalidRequest('this form is of another page', 403);
      const form = await formOf(request);
      if (form.has('cancel')) {
        const cancelled = { error: 'access_denied', error_description: 'the person cancelled' };
        return provider.interactionFinished(request, response, cancelled, { mergeWithLastSubmission: false });
      }
      const account = this.settings.accounts.find(({ id }) => id === form.get('account'));
      if (!account) throw new errors.InvalidRequest('there is no such account');
      return provider.interactionFinished(request, response, { login: { accountId: account.id } }, { mergeWithLastSubmission: false });
    }
    if (request.method !== 'GET') throw new errors.InvalidRequest('this address takes GET and POST', 405);
    const { pages } = this.settings;
    const asked = url.searchParams.get('province') ?? pages.find((page) => `${page.url}/` === params['redirect_uri'])?.province;
    const province = (pages.find((page) => page.province === asked) ?? pages[0])?.province ?? '';
    const language = languageOf(request.headers['accept-language'], url.searchParams.get('lang') ?? params['ui_locales']);
    answer(200, 'text/html', signInPage({ settings: this.settings, uid, province, language }));
  }
}

/** The provider as a server that does not listen yet. Throws one sentence in production. */
export const createIdentity = async (settings: IdentitySettings, production: boolean): Promise<Identity> => {
  if (production) throw new Error(LOCAL_ONLY);
  const store = memoryStore();
  let provider = createProvider(settings, await loadKeys(settings.keysFile), store);
  const door = new Door(settings, () => provider);
  return {
    server: createServer((request, response) => void door.handle(request, response)),
    rotate: async () => void (provider = createProvider(settings, await rotateKeys(settings.keysFile), store)),
  };
};
