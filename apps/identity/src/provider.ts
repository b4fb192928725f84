/** The certified OpenID provider, set up for pages and systems of this machine: code with PKCE, rotating refresh tokens, RFC 9068. */
import Provider, { type Adapter, type Configuration, type KoaContextWithOIDC } from 'oidc-provider';
import { claimsAsked, claimsOf } from './claims.js';
import { ALGORITHM, type ProviderKeys } from './keys.js';
import { errorPage, languageOf, signedOutPage, signOutPage } from './pages.js';
import type { IdentitySettings } from './settings.js';

/** The interface of the nodes as a resource (RFC 8707); its audience in tokens is what the nodes expect. */
const RESOURCE = 'urn:yrd:nodes';
const minute = 60;
const hour = 60 * minute;
/** Tests and samples run for hours on one token; people and systems get short ones. */
const TTL = { demo: 12 * hour, accessToken: 15 * minute, system: 10 * minute, session: 12 * hour } as const;

const clientsOf = (settings: IdentitySettings): NonNullable<Configuration['clients']> => [
  {
    client_id: settings.pageClient,
    token_endpoint_auth_method: 'none',
    grant_types: ['authorization_code', 'refresh_token'],
    response_types: ['code'],
    redirect_uris: settings.pages.map(({ url }) => `${url}/`),
    post_logout_redirect_uris: settings.pages.map(({ url }) => `${url}/`),
  },
  ...settings.systems.map(({ id, secret, scopes }) => ({ client_id: id, client_secret: secret, scope: scopes.join(' ') })).map(machine),
  ...settings.demoClients.map(({ id, secret }) => ({ client_id: id, client_secret: secret })).map(machine),
];

const machine = <C extends object>(client: C): C & { redirect_uris: string[]; response_types: []; grant_types: string[] } => ({
  ...client,
  grant_types: ['client_credentials'],
  response_types: [],
  redirect_uris: [],
});

const grantFor = async (ctx: KoaContextWithOIDC, scopes: string) => {
  const { client, session, provider } = ctx.oidc;
  const accountId = session?.accountId;
  if (!client || !session || accountId === undefined) return undefined;
  const known = session.grantIdFor(client.clientId);
  const found = known === undefined ? undefined : await provider.Grant.find(known);
  if (found) return found;
  // All clients are of this machine: nobody is asked whether they may.
  const grant = new provider.Grant({ clientId: client.clientId, accountId });
  grant.addOIDCScope('openid');
  grant.addResourceScope(RESOURCE, scopes);
  await grant.save();
  return grant;
};

const featuresOf = ({ audience, scopes }: IdentitySettings): NonNullable<Configuration['features']> => ({
  devInteractions: { enabled: false },
  userinfo: { enabled: false },
  introspection: { enabled: false },
  revocation: { enabled: false },
  pushedAuthorizationRequests: { enabled: false },
  dPoP: { enabled: false },
  clientCredentials: { enabled: true },
  resourceIndicators: {
    enabled: true,
    defaultResource: () => RESOURCE,
    useGrantedResource: () => true,
    getResourceServerInfo: () => ({
      audience,
      scope: scopes.join(' '),
      accessTokenFormat: 'jwt',
      jwt: { sign: { alg: ALGORITHM } },
    }),
  },
  rpInitiatedLogout: {
    enabled: true,
    logoutSource: (ctx, form) =>
      void (ctx.body = signOutPage(languageOf(ctx.get('accept-language'), ctx.oidc.params?.['ui_locales']), form)),
    postLogoutSuccessSource: (ctx) => void (ctx.body = signedOutPage(languageOf(ctx.get('accept-language')))),
  },
});

/** The provider over these keys; sessions live in the store, so another provider with other keys goes on with them. */
export const createProvider = (settings: IdentitySettings, keys: ProviderKeys, store: (model: string) => Adapter): Provider => {
  const accounts = new Map(settings.accounts.map((account) => [account.id, account]));
  const systems = new Map(settings.systems.map((system) => [system.id, system]));
  const isDemo = (id: string | undefined): boolean => settings.demoClients.some((client) => client.id === id);
  const origins = new Set(settings.pages.map(({ url }) => new URL(url).origin));
  const scopes = settings.scopes.join(' ');
  const configuration: Configuration = {
    adapter: store,
    clients: clientsOf(settings),
    clientDefaults: { id_token_signed_response_alg: ALGORITHM, token_endpoint_auth_method: 'client_secret_basic' },
    enabledJWA: { idTokenSigningAlgValues: [ALGORITHM] },
    jwks: { keys: [...keys.signing] },
    cookies: { keys: [...keys.cookies] },
    responseTypes: ['code'],
    scopes: ['openid', ...settings.scopes],
    clientAuthMethods: ['none', 'client_secret_basic'],
    pkce: { required: () => true },
    clientBasedCORS: (_ctx, origin) => origins.has(origin),
    features: featuresOf(settings),
    findAccount: (_ctx, id) => (accounts.has(id) ? { accountId: id, claims: async () => ({ sub: id }) } : undefined),
    loadExistingGrant: (ctx) => grantFor(ctx, scopes),
    interactions: { url: (_ctx, interaction) => `/sign-in/${interaction.uid}` },
    issueRefreshToken: async (_ctx, client) => client.grantTypeAllowed('refresh_token'),
    rotateRefreshToken: true,
    extraTokenClaims: async (ctx, token) => {
      const account = token.kind === 'AccessToken' ? accounts.get(token.accountId) : undefined;
      if (account) return claimsOf(account);
      const system = systems.get(token.clientId ?? '');
      if (system) return claimsOf(system);
      return isDemo(token.clientId) ? claimsAsked(ctx.oidc.body ?? {}) : undefined;
    },
    formats: {
      customizers: {
        jwt: (_ctx, token, jwt) => {
          // A demo client speaks in the name of whom it asked for.
          const sub: unknown = token.extra?.['sub'];
          if (isDemo(token.clientId) && typeof sub === 'string') jwt.payload['sub'] = sub;
        },
      },
    },
    ttl: {
      AccessToken: TTL.accessToken,
      ClientCredentials: (_ctx, token) => (isDemo(token.clientId) ? TTL.demo : TTL.system),
      RefreshToken: TTL.session,
      Session: TTL.session,
      Grant: TTL.session,
      IdToken: TTL.session,
      Interaction: 30 * minute,
    },
    renderError: async (ctx, out) => void (ctx.body = errorPage(languageOf(ctx.get('accept-language')), out)),
  };
  return new Provider(settings.url, configuration);
};
