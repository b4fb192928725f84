/** Who may sign in at the local identity provider: each role of each province, and the firms and agencies of the samples. */
import { join } from 'node:path';
import { isClerk, ROLES } from '@yrd/contracts';
import type { Account, SystemClient, Words } from '@yrd/identity';
import { PROVINCES } from './federation.js';
import { readSamples, type AgencyRow, type EnterpriseRow } from './samples-data.js';
import { Fault, say } from './say.js';

/** Secret of every demo client. Worth nothing beyond this machine's loopback address. */
export const DEMO_SECRET = 'demo-on-this-machine-only';

const groups = {
  staff: { zh: '工作人员', en: 'Staff' },
  university: { zh: '高校院所', en: 'Universities' },
  agency: { zh: '服务机构', en: 'Agencies' },
  enterprise: { zh: '企业与团队', en: 'Enterprises and teams' },
} as const satisfies Readonly<Record<string, Words>>;

const inWords = (role: string): string => role.charAt(0).toUpperCase() + role.slice(1).replaceAll('-', ' ');

const staffOf = ({ code, name, english }: (typeof PROVINCES)[number]): readonly Account[] =>
  Object.entries(ROLES)
    .filter(([role]) => role === 'university' || isClerk([role]))
    .map(([role, zh]) => ({
      id: `${role}-${code}`,
      province: code,
      org: `sample-${role === 'university' ? role : 'office'}-${code}`,
      roles: [role],
      group: role === 'university' ? groups.university : groups.staff,
      name: { zh, en: inWords(role) },
      about: { zh: name, en: english },
    }));

const organisationOf = (row: EnterpriseRow | AgencyRow, role: 'enterprise' | 'agency'): Account => ({
  id: row.organisation,
  province: row.province,
  org: row.organisation,
  roles: [role],
  group: groups[role],
  name: { zh: row.name, en: row.name },
  about: { zh: row.organisation, en: row.organisation },
});

export interface SampleOrganisations {
  readonly enterprises: readonly EnterpriseRow[];
  readonly agencies: readonly AgencyRow[];
}

/** Firms and agencies of the samples. The nodes work without samples, so a fault of theirs takes away only their accounts. */
export const sampleOrganisations = (root: string): SampleOrganisations => {
  try {
    return readSamples(join(root, 'samples'));
  } catch (error) {
    if (!(error instanceof Fault)) throw error;
    say(`  ! Nobody signs in as a sample firm or agency: ${error.message}`);
    return { enterprises: [], agencies: [] };
  }
};

/** All accounts, those who work for a province first. */
export const accountsOf = ({ enterprises, agencies }: SampleOrganisations): readonly Account[] => [
  ...PROVINCES.flatMap(staffOf).sort((a, b) => Number(isClerk(b.roles)) - Number(isClerk(a.roles))),
  ...agencies.map((row) => organisationOf(row, 'agency')),
  ...enterprises.map((row) => organisationOf(row, 'enterprise')),
];

/** The own system of each sample agency, with the scopes of an agency's work. */
export const systemsOf = ({ agencies }: SampleOrganisations): readonly SystemClient[] =>
  agencies.map(({ organisation, province }) => ({
    id: `${organisation}-system`,
    secret: DEMO_SECRET,
    province,
    org: organisation,
    roles: ['agency'],
    scopes: ['orders:read', 'agency:write'],
  }));
