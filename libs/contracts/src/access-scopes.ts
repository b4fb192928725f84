/**
 * What a machine may do for its organisation: OAuth scopes as sets of rows of the access table. A machine has the roles of its
 * organisation and no more rows than its scopes name; docs/ACCESS.md is printed from here too.
 */
import type { AccessName } from './access-table.js';
import { ROLES, type Role } from './access-rows.js';

export interface Scope {
  readonly zh: string;
  readonly en: string;
  readonly rows: readonly AccessName[];
}

/** What follows an import, whatever it brings. */
const FOLLOWING = ['ReadImports', 'ReadImport', 'FollowImport', 'ReadImportReport', 'CancelImport'] as const;

/** Every scope. A row that stands in none is not for machines: no machine is a clerk, so no row of clerks alone stands here. */
export const SCOPES = {
  'orders:read': {
    zh: '读取本机构的订单、主体与额度',
    en: 'Read orders, subjects and quotas of the own organisation',
    rows: [
      'AskEligibility',
      'ReadOrders',
      'ReadOrder',
      'ReadOrderFiles',
      'ReadOrderFile',
      'ReadSubject',
      'ReadQuotas',
      'ReadQuota',
      'ReadEngagement',
      'ReadObjection',
    ],
  },
  'orders:write': {
    zh: '以企业身份下单、签约、验收、申请兑付',
    en: 'Place, sign, accept and redeem orders as the enterprise',
    rows: [
      'AllowProposer',
      'HandInFile',
      'PlaceOrder',
      'CancelOrder',
      'SignContract',
      'ConfirmAcceptance',
      'RaiseDispute',
      'SubmitRedemption',
      'LodgeObjection',
      'StateObjection',
    ],
  },
  'quotas:write': { zh: '申领额度', en: 'Apply for quotas', rows: ['ApplyQuota', 'ImportQuotaApplications', ...FOLLOWING] },
  'agency:write': {
    zh: '以服务机构身份管理产品、接单、交付、申请兑付',
    en: 'List products, accept, deliver and redeem orders as the agency',
    rows: [
      'ListProduct',
      'RevisePrice',
      'DelistProduct',
      'ImportProducts',
      ...FOLLOWING,
      'ProposeOrder',
      'HandInFile',
      'AcceptOrder',
      'DeclineOrder',
      'WithdrawFromOrder',
      'SignAsAgency',
      'DeliverService',
      'RequestRedemption',
      'LodgeObjection',
      'StateObjection',
    ],
  },
} as const satisfies Readonly<Record<string, Scope>>;
export type ScopeName = keyof typeof SCOPES;

/** Rows that say only who asks: every valid token opens them. */
const FOR_EVERY_BEARER: readonly AccessName[] = ['ReadMyself'];

const isScope = (name: string): name is ScopeName => Object.hasOwn(SCOPES, name);

/** The scopes of ours among those of a token; others mean nothing here. */
export const scopesAmong = (names: readonly string[]): readonly ScopeName[] => names.filter(isScope);

/** The scopes that open a row; none for a row that is not for machines. */
export const scopesOf = (row: string): readonly ScopeName[] =>
  Object.entries<Scope>(SCOPES).flatMap(([name, { rows }]) => (isScope(name) && rows.some((each) => each === row) ? [name] : []));

/** Whether these scopes open the row of this name. */
export const scopesOpen = (scopes: readonly string[], row: string): boolean =>
  FOR_EVERY_BEARER.some((each) => each === row) || scopesOf(row).some((each) => scopes.includes(each));

const OUTSIDERS: readonly string[] = ['enterprise', 'agency', 'university'] satisfies readonly Role[];

/** Whether somebody with these roles works for a province or its node, and so has to show a second factor (domain 1.10). */
export const isClerk = (roles: readonly string[]): boolean => roles.some((role) => Object.hasOwn(ROLES, role) && !OUTSIDERS.includes(role));
