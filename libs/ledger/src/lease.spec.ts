/** The lease: one holder at a time, and what a late one may not do. */
import { SimulatedWorld } from '../testing/index.js';
import { Lease } from './lease.js';

const contenders = (...instances: readonly string[]) => among(1, instances);
const among = (seed: number, instances: readonly string[]) => {
  const simulated = new SimulatedWorld(seed, ['31']);
  const { scheduler } = simulated;
  const leases = instances.map((instance) => new Lease(simulated.process('31').world, '31/voucher', instance));
  return { simulated, scheduler, leases, take: (lease: Lease) => scheduler.resolve(lease.acquire()) };
};

describe('the lease', () => {
  test('goes to the first who asks, and to nobody else while it is renewed', async () => {
    const { scheduler, leases, take } = contenders('a', 'b');
    const [a, b] = leases as [Lease, Lease];
    expect(await take(a)).toBe(true);
    for (let round = 0; round < 10; round++) {
      expect(await take(b)).toBe(false);
      await scheduler.pass(1_500);
      expect(await scheduler.resolve(a.renew())).toBe(true);
    }
    expect([a.sure, b.sure, a.epoch, b.epoch]).toEqual([true, false, 1, 0]);
  });

  test('is never believed by two at once: the old holder doubts before anybody may take it', async () => {
    const { scheduler, leases, take } = contenders('a', 'b');
    const [a, b] = leases as [Lease, Lease];
    await take(a);
    let taken = false;
    for (let waited = 0; waited < 10_000 && !taken; waited += 250) {
      taken = await take(b);
      expect(a.sure && b.sure).toBe(false);
      await scheduler.pass(250);
    }
    expect([taken, a.sure, b.sure, b.epoch]).toEqual([true, false, true, 2]);
    expect(await scheduler.resolve(a.renew())).toBe(false);
  });

  test('is taken at once by the same instance after a restart, under a new epoch', async () => {
    const { leases, take } = contenders('a', 'a');
    expect([await take(leases[0]!), await take(leases[1]!)]).toEqual([true, true]);
    expect(leases[1]!.epoch).toBe(2);
  });

  test('is free as soon as it was given back', async () => {
    const { scheduler, leases, take } = contenders('a', 'b');
    await take(leases[0]!);
    await scheduler.resolve(leases[0]!.release());
    expect([leases[0]!.sure, await take(leases[1]!)]).toEqual([false, true]);
  });

  test('goes to exactly one of three who find it free at the same time', async () => {
    for (let seed = 1; seed <= 20; seed++) {
      const { scheduler, leases } = among(seed, ['a', 'b', 'c']);
      const won = await scheduler.resolve(Promise.all(leases.map((lease) => lease.acquire())));
      expect(won.filter((each) => each)).toHaveLength(1);
      expect(leases.filter((lease) => lease.sure)).toHaveLength(1);
    }
  });

  test('is in doubt when its renewal was not acknowledged in time', async () => {
    const { simulated, scheduler, leases, take } = contenders('a');
    const [a] = leases as [Lease];
    await take(a);
    simulated.faults = { ...simulated.faults, lostAck: 1 };
    await scheduler.pass(3_000);
    await expect(scheduler.resolve(a.renew())).rejects.toThrow(/acknowledgement/);
    expect(a.sure).toBe(true);
    await scheduler.pass(2_000);
    expect(a.sure).toBe(false);
  });
});
