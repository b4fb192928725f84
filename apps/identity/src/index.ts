/** The local identity provider for a first start: accounts, a login page, tokens. Never for production. */
export { createIdentity, LOCAL_ONLY, type Identity } from './server.js';
export type { Account, IdentitySettings, PageAddress, SystemClient, Words } from './settings.js';
