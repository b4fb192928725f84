/** Whose tokens are believed and about what: the addresses of issuers, or a file that says for each what it may speak for. */
import { ROLES } from '@yrd/contracts';
import type { Reader } from './config.js';
import type { KeyTimes } from '../identity/issuer-keys.js';

/** Where a token says what: names of claims, or JSON pointers (RFC 6901) into it, such as `/realm_access/roles`. */
export interface ClaimNames {
  readonly person: string;
  readonly organisation: string;
  readonly province: string;
  readonly roles: string;
  readonly client: string;
  readonly scope: string;
  /** A claim that only tokens of machines have; empty where the person is the client (RFC 9068 §2.2). */
  readonly machine: string;
}

export interface IssuerTrust {
  /** Exactly as it stands in `iss`. */
  readonly issuer: string;
  /** Two-digit codes that it may speak for. */
  readonly provinces: readonly string[];
  /** Organisations that it may speak for, `abc-*` for all that begin so; null: all of its provinces. */
  readonly organisations: readonly string[] | null;
  readonly audience: string;
  /** Values of the header `typ` that an access token may have, in lower case. */
  readonly types: readonly string[];
  readonly claims: ClaimNames;
  /** The issuer's word for a role → ours, for an issuer with words of its own or that may give some roles only; null: our words, all. */
  readonly roles: Readonly<Record<string, string>> | null;
  /** What in `acr` or `amr` tells of a second factor. */
  readonly secondFactor: { readonly acr: readonly string[]; readonly amr: readonly string[] };
}

export interface TokenRules {
  readonly issuers: readonly IssuerTrust[];
  /** How far clocks of issuers may differ, s. */
  readonly clockSkewS: number;
  readonly keys: KeyTimes;
  /** Whether clerks must have shown a second factor (domain 1.10). */
  readonly secondFactor: boolean;
  /** Public client of the start page at the first issuer; it signs people in. */
  readonly pageClient: string;
}

const claimNames: ClaimNames = {
  person: 'sub',
  organisation: 'org',
  province: 'province',
  roles: 'roles',
  client: 'client_id',
  scope: 'scope',
  machine: '',
};
/** RFC 9068 §2.1. An ID token says `JWT` or nothing. */
const accessTokenTypes: readonly string[] = ['at+jwt'];
/** RFC 8176 §2: more than one factor was used. */
const secondFactor = { acr: [], amr: ['mfa'] } as const;

const fields = ['issuer', 'provinces', 'organisations', 'audience', 'types', 'claims', 'roles', 'secondFactor'];

type Json = Readonly<Record<string, unknown>>;
const isObject = (value: unknown): value is Json => typeof value === 'object' && value !== null && !Array.isArray(value);
const isText = (value: unknown): value is string => typeof value === 'string' && value !== '' && value.length <= 255;
const areTexts = (value: unknown): value is readonly string[] => Array.isArray(value) && value.length > 0 && value.every(isText);

/** Reads one issuer of the file and says what is wrong with it. */
class IssuerReader {
  constructor(
    private readonly value: Json,
    private readonly fault: (what: string) => void,
  ) {}

  texts<T>(name: string, fallback: T, shape = /./, form = 'a list of texts'): readonly string[] | T {
    const value = this.value[name];
    if (value === undefined) return fallback;
    if (areTexts(value) && value.every((each) => shape.test(each))) return value;
    this.fault(`${name} must be ${form}`);
    return fallback;
  }

  text(name: string, fallback: string, shape: RegExp, form: string): string {
    const value = this.value[name] ?? fallback;
    if (isText(value) && shape.test(value)) return value;
    this.fault(`${name} must be ${form}`);
    return fallback;
  }

  claims(): ClaimNames {
    const value = this.value['claims'] ?? {};
    const known = Object.keys(claimNames);
    if (isObject(value) && Object.entries(value).every(([name, claim]) => known.includes(name) && isText(claim))) {
      return { ...claimNames, ...(value as Partial<ClaimNames>) };
    }
    this.fault(`claims must name claims for some of ${known.join(', ')}`);
    return claimNames;
  }

  roles(): Readonly<Record<string, string>> | null {
    const value = this.value['roles'];
    if (value === undefined) return null;
    const named: unknown = areTexts(value) ? Object.fromEntries(value.map((role) => [role, role])) : value;
    if (isObject(named) && Object.values(named).every((role) => typeof role === 'string' && Object.hasOwn(ROLES, role))) {
      return named as Readonly<Record<string, string>>;
    }
    this.fault(`roles must be a list of roles, or name one for each word of the issuer; roles are ${Object.keys(ROLES).join(', ')}`);
    return {};
  }

  secondFactor(): IssuerTrust['secondFactor'] {
    const value = this.value['secondFactor'];
    if (value === undefined) return secondFactor;
    const { acr = [], amr = [], ...more } = isObject(value) ? value : { more: true };
    const lists = [acr, amr].every((list) => Array.isArray(list) && list.every(isText));
    if (lists && Object.keys(more).length === 0) return { acr: acr as readonly string[], amr: amr as readonly string[] };
    this.fault('secondFactor must hold the lists acr and amr of values that tell of a second factor');
    return secondFactor;
  }
}

interface Given {
  readonly production: boolean;
  readonly audience: string;
  /** Provinces of the federation. */
  readonly provinces: readonly string[];
  readonly address: { readonly shape: RegExp; readonly form: string };
}

const issuerOf = (value: unknown, given: Given, fault: (what: string) => void): IssuerTrust => {
  if (!isObject(value)) fault('it must be an object');
  const read = new IssuerReader(isObject(value) ? value : {}, fault);
  const unknown = Object.keys(isObject(value) ? value : {}).filter((name) => !fields.includes(name));
  if (unknown.length > 0) fault(`it has unknown fields: ${unknown.join(', ')}`);
  const provinces = read.texts('provinces', [], /^\d{2}$/, 'a list of province codes that it may speak for, like ["32"]');
  if (isObject(value) && value['provinces'] === undefined) fault('provinces is missing: list the codes that it may speak for, like ["32"]');
  for (const code of provinces) {
    if (given.provinces.length > 0 && !given.provinces.includes(code)) fault(`province ${code} is not in the federation`);
  }
  return {
    issuer: read.text('issuer', '', given.address.shape, given.address.form),
    provinces,
    organisations: read.texts('organisations', null, /^[\w.:-]{1,64}\*?$/, 'a list of organisations, like ["agency-7", "lab-*"]'),
    audience: read.text('audience', given.audience, /^\S{1,200}$/, 'one word'),
    types: read.texts('types', accessTokenTypes, /^[\w+./-]{1,40}$/, 'a list of values of typ').map((type) => type.toLowerCase()),
    claims: read.claims(),
    roles: read.roles(),
    secondFactor: read.secondFactor(),
  };
};

const issuersOfFile = (read: Reader, path: string, given: Given, readText: (path: string) => string): readonly IssuerTrust[] => {
  let list: unknown;
  try {
    list = JSON.parse(readText(path));
  } catch {
    read.faults.push(`YRD_ISSUERS names ${path}, which cannot be read as JSON: give the path of a list of issuers (docs/IDENTITY.md)`);
    return [];
  }
  if (!Array.isArray(list) || list.length === 0) {
    read.faults.push(`the issuers file ${path} must be a list of one issuer or more (docs/IDENTITY.md)`);
    return [];
  }
  const issuers = list.map((value: unknown, at) =>
    issuerOf(value, given, (what) => read.faults.push(`the issuers file ${path}, issuer ${at + 1}: ${what}`)),
  );
  const names = issuers.map(({ issuer }) => issuer);
  if (new Set(names).size < names.length) read.faults.push(`the issuers file ${path} names an issuer twice: give each one row`);
  return issuers;
};

const addressOf = (production: boolean): Given['address'] =>
  production
    ? { shape: /^https:\/\/[^\s,]+$/, form: 'an https:// address (NODE_ENV is production)' }
    : { shape: /^https?:\/\/[^\s,]+$/, form: 'an http(s):// address' };

const readIssuers = (read: Reader, given: Given, province: string, readText: (path: string) => string): readonly IssuerTrust[] => {
  if (read.has('YRD_ISSUERS')) {
    if (read.has('YRD_ISSUER')) read.faults.push('YRD_ISSUER and YRD_ISSUERS are both set: keep the file, which says more');
    return issuersOfFile(read, read.text('YRD_ISSUERS'), given, readText);
  }
  const { audience, production } = given;
  // By its address alone an issuer speaks for this province only; on one machine the local one speaks for all.
  const provinces = production ? [province] : given.provinces;
  const rest = { provinces, organisations: null, audience, types: accessTokenTypes, claims: claimNames, roles: null, secondFactor };
  return read.list('YRD_ISSUER', given.address.shape, given.address.form).map((issuer) => ({ issuer, ...rest }));
};

interface About {
  readonly production: boolean;
  readonly province: string;
  readonly provinces: readonly string[];
  readonly readText: (path: string) => string;
}

/** What tokens must be like: `YRD_ISSUER` or `YRD_ISSUERS`, and the numbers around them. */
export const readTokenRules = (read: Reader, { production, province, provinces, readText }: About): TokenRules => {
  const audience = read.matching('YRD_AUDIENCE', /^\S{1,200}$/, 'one word', 'yrd');
  return {
    issuers: readIssuers(read, { production, audience, provinces, address: addressOf(production) }, province, readText),
    clockSkewS: read.whole('YRD_CLOCK_SKEW_SECONDS', { min: 0, max: 300, fallback: 30 }),
    keys: {
      maxAgeMs: 1_000 * read.whole('YRD_ISSUER_KEYS_SECONDS', { min: 0, max: 86_400, fallback: 600 }),
      cooldownMs: read.whole('YRD_ISSUER_COOLDOWN_MS', { min: 0, max: 600_000, fallback: 5_000 }),
    },
    secondFactor: read.oneOf('YRD_SECOND_FACTOR', ['required', 'no'], production ? 'required' : 'no') === 'required',
    pageClient: read.matching('YRD_PAGE_CLIENT', /^[\w.:-]{1,100}$/, 'a client id', 'yrd-page'),
  };
};
