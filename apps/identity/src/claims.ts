/** What tokens of this provider say: accounts and systems as they are set, demo clients as they ask. */
import { errors } from 'oidc-provider';
import type { Account, SystemClient } from './settings.js';

/** Claims that the nodes read. A type and no interface: tokens take records. */
export type Claims = {
  readonly province: string;
  readonly roles: readonly string[];
  readonly org?: string;
  /** In whose name, where that is not the client. */
  readonly sub?: string;
};

export const claimsOf = ({ province, org, roles }: Account | SystemClient): Claims => ({ province, org, roles });

const shapes = {
  role: /^[a-z][a-z-]{0,39}$/,
  province: /^(31|32|33|34)$/,
  org: /^[0-9A-Za-z][0-9A-Za-z._:-]{0,63}$/,
  sub: /^[0-9A-Za-z][0-9A-Za-z._:@-]{0,63}$/,
};

/** Values of a parameter of a form, which may be given once, more than once or not at all. */
const valuesOf = (form: Readonly<Record<string, unknown>>, name: keyof typeof shapes): readonly string[] => {
  const given = form[name];
  const values: readonly unknown[] = given === undefined ? [] : Array.isArray(given) ? given : [given];
  return values.map((value) => {
    if (typeof value === 'string' && shapes[name].test(value)) return value;
    throw new errors.InvalidRequest(`the parameter ${name} does not have the form ${shapes[name].source}`);
  });
};

const one = (form: Readonly<Record<string, unknown>>, name: keyof typeof shapes): string | undefined => {
  const [value, second] = valuesOf(form, name);
  if (second !== undefined) throw new errors.InvalidRequest(`the parameter ${name} stands in it twice`);
  return value;
};

/** The claims that a demo client asks for: `role` (repeatable), `province`, `org`, `sub`. */
export const claimsAsked = (form: Readonly<Record<string, unknown>>): Claims => {
  const roles = [...new Set(valuesOf(form, 'role'))];
  if (roles.length === 0) throw new errors.InvalidRequest('name at least one role: role=reviewer');
  const province = one(form, 'province');
  if (province === undefined) throw new errors.InvalidRequest('name a province: 31, 32, 33 or 34');
  const org = one(form, 'org');
  const sub = one(form, 'sub') ?? `demo:${province}:${roles[0] ?? ''}`;
  return { sub, roles, province, ...(org !== undefined && { org }) };
};
