/** Which pack is in force when. */
import { voucherContracts, type VoucherPack } from '@yrd/contracts';
import { dayEndMs, dayStartMs } from './clocks.js';
import { effective, policy } from './policy.js';

const adopted = (...packs: readonly Partial<VoucherPack>[]) =>
  packs.reduce<typeof policy.initial>((state, more) => {
    const pack = { ...voucherContracts.PolicyAdopted.example.pack, ...more };
    return policy.evolve(state, {
      type: 'PolicyAdopted',
      data: { scheme: 'cxq', version: pack.version, fromMs: dayStartMs(pack.from), pack },
    });
  }, policy.initial);

test('V6: a pack is in force from its first day through its last, and the one before does not come back', () => {
  const state = adopted({ version: 'one', from: '2025-09-01' }, { version: 'two', from: '2026-01-01', until: '2026-06-30' });
  const at = (ms: number): string | undefined => effective(state, ms)?.version;
  expect([at(dayStartMs('2025-09-01') - 1), at(dayStartMs('2025-09-01'))]).toEqual([undefined, 'one']);
  expect([at(dayStartMs('2026-01-01') - 1), at(dayStartMs('2026-01-01'))]).toEqual(['one', 'two']);
  expect([at(dayEndMs('2026-06-30')), at(dayEndMs('2026-06-30') + 1)]).toEqual(['two', undefined]);
});
