/** What the local identity provider is told: who may sign in, which clients it knows, and where it keeps its keys. */

/** Words for people. */
export interface Words {
  readonly zh: string;
  readonly en: string;
}

/** One account that anybody on this machine may pick. */
export interface Account {
  readonly id: string;
  readonly province: string;
  readonly org: string;
  readonly roles: readonly string[];
  /** Under which heading of its province the login page lists it. */
  readonly group: Words;
  readonly name: Words;
  /** A second line: what the account may do, or its organisation. */
  readonly about: Words;
}

/** A machine of an organisation (client credentials). */
export interface SystemClient {
  readonly id: string;
  readonly secret: string;
  readonly province: string;
  readonly org: string;
  readonly roles: readonly string[];
  /** Scopes that it may ask for. */
  readonly scopes: readonly string[];
}

/** A page of a node, where people come back to after signing in. */
export interface PageAddress {
  readonly province: string;
  readonly name: Words;
  readonly url: string;
}

export interface IdentitySettings {
  /** The issuer as it stands in `iss`; loopback only. */
  readonly url: string;
  /** File of its keys; made when it is missing. */
  readonly keysFile: string;
  readonly audience: string;
  readonly accounts: readonly Account[];
  readonly pages: readonly PageAddress[];
  /** Public client of the pages. */
  readonly pageClient: string;
  readonly systems: readonly SystemClient[];
  /** Clients of tests and samples, which ask for tokens in any name (`role`, `province`, `org`, `sub`). */
  readonly demoClients: readonly { readonly id: string; readonly secret: string }[];
  /** Every scope that a system may have. */
  readonly scopes: readonly string[];
}
