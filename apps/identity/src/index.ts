/** The local identity provider for a first start: accounts, a login page, tokens. Never for production. */
export const LOCAL_ONLY = 'The local identity provider refuses NODE_ENV=production: name real issuers in YRD_ISSUER.';
