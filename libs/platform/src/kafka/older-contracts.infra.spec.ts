/** A province whose contracts are one version older: what it does not know it still replicates and verifies, and folds later. */
import { boxOf, box, gifts } from '@yrd/ledger/testing';
import type { Context } from '@yrd/ledger';
import { eventually, TestFederation } from '../nodes-for-tests.js';

const given = (name: string): string => {
  const value = process.env[name];
  if (!value) throw new Error(`${name} is not set: run npm test, which starts Kafka and MongoDB and says where they are`);
  return value;
};

/** The context as it was before gifts could be sent. */
const olderThan = (context: Context): Context => {
  const { BoxFilled } = context.entryTypes;
  const { FillBox } = context.commands;
  return { ...context, codeVersion: '0', entryTypes: { BoxFilled: BoxFilled! }, commands: { FillBox: FillBox! }, reactions: [] };
};

test('unknown entry types are replicated and verified, their folds parked, and taken up once the node is updated', async () => {
  const servers = { mongoUrl: given('MONGO_URL'), brokersOf: () => given('KAFKA_BROKERS') };
  const federation = new TestFederation(gifts, ['71', '72', '73'], servers);
  const coins = async (at: string): Promise<number> => (await federation.node(at).read(box, boxOf(at))).state.coins;
  try {
    await Promise.all([federation.start('71'), federation.start('72'), federation.start('73', olderThan(federation.context))]);
    await Promise.all(federation.provinces.map((each) => federation.ready(each)));
    await federation.command('71', 'FillBox', { coins: 100 });
    for (const to of ['72', '73'])
      expect(await federation.command('71', 'SendGift', { to, coins: 10, dueMs: 0 })).toMatchObject({ ok: true });
    await eventually('the neighbour took its gift', async () => (await coins('72')) === 10);
    await eventually('the older node holds what it does not know', () => federation.agreed('71') && federation.agreed('72'));
    await eventually('and parks it', () => federation.node('73').status().parked > 0);
    const [parked] = await federation.node('73').parked();
    expect(parked?.why).toMatchObject({ say: 'parkedUnread' });
    // What the gifts set going at 71 may still be on its way; what matters is that nothing of it is waited for in vain.
    await eventually('without falling behind', () => federation.agreed('71'));
    expect(federation.seen('73', '71')).toMatchObject({ state: 'live' });
    // It goes on with what it knows, and the others with it.
    expect(await federation.command('73', 'FillBox', { coins: 1 })).toMatchObject({ ok: true });
    await eventually('everybody hears it', () => federation.agreed('73'));
    expect(await coins('73')).toBe(1);
    await federation.nodes.get('73')!.stop();
    await federation.start('73');
    await federation.ready('73');
    await eventually('the gift is taken, once', async () => (await coins('73')) === 11);
    await federation.converge();
    await eventually('nothing is parked any more', () => federation.node('73').status().parked === 0);
    expect(await coins('73')).toBe(11);
  } finally {
    await federation.close();
  }
}, 120_000);
