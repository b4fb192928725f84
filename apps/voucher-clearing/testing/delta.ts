/** Provinces that clear vouchers behind real HTTP, each with a pack of its own; beside that they may serve more. */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { voucherContracts, type VoucherPack } from '@yrd/contracts';
import type { Environment, ServedContext } from '@yrd/platform';
import { RunningDelta } from '@yrd/platform/testing';
import { stringify } from 'yaml';
import { voucherClearing } from '../src/index.js';

type ProvinceCode = '31' | '32' | '33' | '34';

/** A pack of a province that covers everything and pays half. */
export const packOf = (province: ProvinceCode): VoucherPack => ({
  ...voucherContracts.PolicyAdopted.example.pack,
  province,
  version: `${province}-cxq-test.1`,
  from: '2025-09-01',
  modes: { home: ['tongyong', 'tongdui'], cross: ['tongyong', 'tongdui'] },
  files: { tongyong: ['contract', 'invoice', 'payment', 'result'], tongdui: ['contract', 'invoice', 'result'] },
});

/** A pack that brings rules about agencies: at hand in every province, in force where a test adopts it. */
const agenciesPackOf = (province: ProvinceCode): VoucherPack => ({
  ...packOf(province),
  scheme: 'agencies',
  version: `${province}-agencies-test.1`,
  agencies: {
    entry: { forms: ['legal-entity', 'unincorporated'], operatingMonths: 24, declarations: ['fixed-place', 'team'] },
    publicityDays: 7,
    suspension: { reinstates: true },
    banYearsMax: 5,
    exclusionYears: 3,
    warnDays: 60,
    complaint: { answer: { days: 10, unit: 'working' }, remindDays: 3 },
    appraisal: { lastDay: '03-31' },
    idleMonths: 24,
  },
});

/** Starts these provinces; `clearing` where a test looks at the nodes behind the service, `more` packs beside the usual, other settings. */
export const startDelta = (
  provinces: readonly ProvinceCode[],
  beside: readonly ServedContext[] = [],
  clearing: ServedContext = voucherClearing,
  more: readonly VoucherPack[] = [],
  environment: Environment = {},
): Promise<RunningDelta> => {
  const policies = mkdtempSync(join(tmpdir(), 'yrd-policies-'));
  for (const pack of [...provinces.flatMap((province) => [packOf(province), agenciesPackOf(province)]), ...more])
    writeFileSync(join(policies, `voucher-${pack.province}-${pack.scheme}.yaml`), stringify(pack));
  return RunningDelta.start(provinces, {
    contexts: [clearing, ...beside],
    environment: { YRD_POLICIES: policies, ...environment },
    after: () => rmSync(policies, { recursive: true }),
  });
};
