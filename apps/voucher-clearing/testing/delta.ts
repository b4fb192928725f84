/** Provinces that clear vouchers behind real HTTP, each with a pack of its own; beside that they may serve more. */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { voucherContracts, type VoucherPack } from '@yrd/contracts';
import type { ServedContext } from '@yrd/platform';
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

/** Starts these provinces; `clearing` where a test looks at the nodes behind the service. */
export const startDelta = (
  provinces: readonly ProvinceCode[],
  beside: readonly ServedContext[] = [],
  clearing: ServedContext = voucherClearing,
): Promise<RunningDelta> => {
  const policies = mkdtempSync(join(tmpdir(), 'yrd-policies-'));
  for (const province of provinces) writeFileSync(join(policies, `voucher-${province}.yaml`), stringify(packOf(province)));
  return RunningDelta.start(provinces, {
    contexts: [clearing, ...beside],
    environment: { YRD_POLICIES: policies },
    after: () => rmSync(policies, { recursive: true }),
  });
};
