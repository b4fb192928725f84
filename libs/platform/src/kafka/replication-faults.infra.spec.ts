/** Every fault that a transport can have, on real Kafka: each is found and healed, or the liar is quarantined; a table says how fast. */
import { setTimeout as sleep } from 'node:timers/promises';
import kafkajs, { type Admin, type Producer } from 'kafkajs';
import { topics, type JournalStatus } from '@yrd/ledger';
import { gifts } from '@yrd/ledger/testing';
import { LIES } from './liars-for-tests.js';
import { eventually, TestFederation, type Heard } from '../nodes-for-tests.js';
import { awayFaults, TOPIC_FAULTS } from './topic-faults-for-tests.js';
import { MESSAGE_FAULTS, type Target, type TransportFault } from './transport-faults-for-tests.js';

/** What the table marks as late: a slow machine is no fault of the federation, so no test rests on it. */
const DETECT_MS = 5_000;
/** How long anything is waited for at all. */
const HEAL_MS = 60_000;

interface Outcome {
  /** First sign at a victim, ms after the strike or its return; null when there was nothing to find. */
  readonly foundMs: number | null;
  /** Ms from the beginning of the strike, time away included, until all agree. */
  readonly healedMs: number;
  readonly fault: string | null;
}

const given = (name: string): string => {
  const value = process.env[name];
  if (!value) throw new Error(`${name} is not set: run npm test, which starts Kafka and MongoDB and says where they are`);
  return value;
};

const outcomes = new Map<string, Outcome>();
const open: TestFederation[] = [];
let admin: Admin;
let producer: Producer;

const SIGNS = /^(replica|healing|witness|bus)\./;
/** Whether a notice speaks of this province's journal or topics. */
const concerns = (owner: string, journal: string, { what, facts }: Heard): boolean =>
  SIGNS.test(what) && (facts['journal'] === journal || String(facts['topic']).startsWith(`yrd.${owner}.`));

/** How long after `since`, ms, the first victim knew that something is wrong; who was away then is counted from its return. */
const watch = (federation: TestFederation, isVictim: (province: string) => boolean, owner: string, since: number) => {
  let found: number | null = null;
  let over = false;
  const look = async (): Promise<void> => {
    while (!over && found === null) {
      for (const [province, { notices, startedAt }] of federation.nodes) {
        if (!isVictim(province)) continue;
        const from = Math.max(since, startedAt);
        const seen = federation.nodes.get(province) ? federation.seen(province, owner) : undefined;
        const notice = notices.find((each) => each.at >= from && concerns(owner, federation.journal(owner), each));
        if (notice) found = Math.min(found ?? Infinity, notice.at - from);
        else if (seen && (seen.lag > 0 || seen.state !== 'live')) found ??= performance.now() - from;
      }
      await sleep(10);
    }
  };
  const looking = look();
  return {
    async end(): Promise<number | null> {
      over = true;
      await looking;
      return found;
    },
  };
};

const target = (federation: TestFederation, owner: string): Target => ({
  federation,
  owner,
  topic: topics.journal(owner, federation.context.name),
  admin,
  producer,
  write: async () => {
    const answer = await federation.command(owner, 'SendGift', { to: '99', coins: 1, dueMs: 0 });
    if (!answer.ok) throw new Error(JSON.stringify(answer));
  },
});

const suffer = async (on: Target, fault: TransportFault): Promise<void> => {
  const { federation, owner } = on;
  const calm = ({ lag, state }: JournalStatus): boolean => lag === 0 && state === 'live';
  await eventually('calm', () => federation.provinces.every((each) => calm(federation.seen(each, owner))), HEAL_MS).catch(() => undefined);
  const since = performance.now();
  const isVictim = (province: string): boolean => (fault.victim === undefined ? province !== owner : province === fault.victim);
  const watching = watch(federation, isVictim, owner, since);
  let why: string | null = null;
  const everywhere = (): boolean => federation.nodes.size === federation.provinces.length && federation.agreed(owner);
  try {
    await fault.strike(on);
    await eventually(`${owner} agreed`, everywhere, HEAL_MS);
  } catch (error) {
    why = error instanceof Error ? error.message : String(error);
    federation.tampered.clear();
  }
  const quarantined = [...federation.nodes.keys()].filter((each) => federation.seen(each, owner)?.state === 'quarantined');
  if (quarantined.length > 0) why = `quarantined at ${quarantined.join()}`;
  outcomes.set(fault.name, { foundMs: await watching.end(), healedMs: performance.now() - since, fault: why });
};

const opened = async (provinces: readonly string[]): Promise<TestFederation> => {
  const federation = new TestFederation(gifts, provinces, { mongoUrl: given('MONGO_URL'), brokersOf: () => given('KAFKA_BROKERS') });
  open.push(federation);
  await federation.startAll();
  for (const each of provinces) await federation.command(each, 'FillBox', { coins: 100_000 });
  await federation.converge();
  return federation;
};

/** One liar after the other in a federation where a last one never lies. */
const tell = async (federation: TestFederation): Promise<void> => {
  for (const [at, lie] of LIES.entries()) {
    const owner = federation.provinces[at]!;
    const on = target(federation, owner);
    await on.write();
    await eventually('the last entry everywhere', () => federation.agreed(owner), HEAL_MS);
    const since = performance.now();
    // Who lied before opens its journal again when it hears what it signed, and is deaf to what is spoken meanwhile.
    const honest = federation.provinces.slice(at + 1);
    await lie.tell(on);
    const caught = (): boolean => honest.every((each) => federation.seen(each, owner)?.state === 'quarantined');
    const why = await eventually('caught', caught, HEAL_MS).then(
      () => null,
      (error: unknown) => String(error),
    );
    const foundMs = performance.now() - since;
    outcomes.set(lie.name, { foundMs, healedMs: foundMs, fault: why });
  }
};

/** Whether somebody's journal tells the others what was caught. */
const reported = async (federation: TestFederation, at: string, liar: string): Promise<boolean> => {
  const { size } = federation.seen(at, at);
  for (let index = size - 1; index >= 0; index -= 1) {
    const shown = await federation.node(at).disclose(federation.journal(at), index, at);
    if (shown?.leaf.includes('equivocation') && shown.payload?.includes(federation.journal(liar))) return true;
  }
  return false;
};

const running: readonly TransportFault[] = [...MESSAGE_FAULTS, ...TOPIC_FAULTS];
const whileAway = awayFaults('42');

beforeAll(async () => {
  const kafka = new kafkajs.Kafka({ clientId: 'faults', brokers: given('KAFKA_BROKERS').split(','), logLevel: kafkajs.logLevel.NOTHING });
  [admin, producer] = [kafka.admin(), kafka.producer()];
  await Promise.all([admin.connect(), producer.connect()]);
  const lying = ['51', '52', '53', '54', '55', '56'];
  const [all, leaving, liars] = await Promise.all([opened(['31', '32', '33']), opened(['41', '42', '43']), opened(lying)]);
  // Three journals suffer side by side: what happens to one is no excuse for another.
  const lanes = all.provinces.map(async (owner, lane) => {
    for (const fault of running.filter((_, at) => at % all.provinces.length === lane)) await suffer(target(all, owner), fault);
  });
  const leavingLane = async (): Promise<void> => {
    for (const fault of whileAway) await suffer(target(leaving, '41'), fault);
  };
  await Promise.all([...lanes, leavingLane(), tell(liars)]);
}, 240_000);

afterAll(async () => {
  const shown = (ms: number | null | undefined): string => (ms === null || ms === undefined ? '–' : `${Math.round(ms)} ms`).padStart(9);
  const lines = [...outcomes].map(
    ([name, { foundMs, healedMs }]) =>
      `  ${name.padEnd(58)} ${shown(foundMs)} ${shown(healedMs)}${(foundMs ?? 0) > DETECT_MS ? '  late' : ''}`,
  );
  process.stdout.write(`\n  ${'fault'.padEnd(58)} ${'found'.padStart(9)} ${'healed'.padStart(9)}\n${lines.join('\n')}\n`);
  await Promise.all([admin.disconnect(), producer.disconnect()]);
  await Promise.all(open.map((each) => each.close()));
}, 120_000);

test('who lied is shut out with evidence in everybody’s journal, and everybody else goes on', async () => {
  const federation = open[2]!;
  const honest = federation.provinces.at(-1)!;
  for (const [at] of LIES.entries()) {
    const reporting = (): Promise<boolean> => reported(federation, honest, federation.provinces[at]!);
    await eventually(`the lie of ${federation.provinces[at]} is reported`, reporting);
  }
  await target(federation, honest).write();
  await eventually('the honest journal everywhere', () => federation.agreed(honest), HEAL_MS);
}, 120_000);

test.each([...running, ...LIES, ...whileAway].map(({ name }) => [name]))('%s: found and healed', (name) => {
  expect(outcomes.get(name)!.fault).toBeNull();
});

test('the catalogue is as long as it should be', () => {
  expect(running.length + whileAway.length + LIES.length).toBeGreaterThanOrEqual(40);
});
