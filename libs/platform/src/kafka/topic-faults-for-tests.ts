/** What can happen to topics, positions, questions, answers and heartbeats of a journal: each fault by name, with how it is done. */
import { topics } from '@yrd/ledger';
import type { Sent } from '../nodes-for-tests.js';
import type { Target, TransportFault } from './transport-faults-for-tests.js';

const utf8 = (text: string): Buffer => Buffer.from(text);
const highOf = async ({ admin }: Target, topic: string): Promise<string> => (await admin.fetchTopicOffsets(topic))[0]?.high ?? '0';

const truncate = async (target: Target, topic = target.topic): Promise<void> =>
  target.admin.deleteTopicRecords({ topic, partitions: [{ partition: 0, offset: await highOf(target, topic) }] });

const send = async ({ producer }: Target, topic: string, value: Buffer, more: { partition?: number } = {}): Promise<void> =>
  void (await producer.send({ topic, acks: -1, messages: [{ value, ...more }] }));

/** A block that never reaches the topic, so that somebody has to ask for it. */
const loseOne = async ({ federation, topic, write }: Target): Promise<void> => {
  federation.tampered.set(topic, () => {
    federation.tampered.delete(topic);
    return [];
  });
  await write();
};

/** The owner's answers go through the fault while something is missing; another holder has to serve, or the next answer. */
const answering =
  (tamper: (sent: Sent) => readonly Sent[]) =>
  async (target: Target): Promise<void> => {
    const heal = topics.heal(target.owner);
    let left = 2;
    target.federation.tampered.set(heal, (sent) => {
      left -= 1;
      if (left === 0) target.federation.tampered.delete(heal);
      return tamper(sent);
    });
    await loseOne(target);
    await target.write();
  };

const withoutTopic =
  (name: (target: Target) => string) =>
  async (target: Target): Promise<void> => {
    await target.admin.deleteTopics({ topics: [name(target)] });
    await loseOne(target);
    await target.write();
  };

/** Strange words on a topic that is not the journal's, then an honest block. */
const spoken =
  (topic: (target: Target) => string, words: (target: Target) => readonly string[] | Promise<readonly string[]>) =>
  async (target: Target): Promise<void> => {
    for (const each of await words(target)) await send(target, topic(target), utf8(each));
    await target.write();
  };

const lastBeat = async ({ federation, owner }: Target, of = owner): Promise<string> =>
  new TextDecoder().decode((await federation.nodes.get(owner)!.world.bus.last(topics.witness(of)))?.value);

const witness = ({ owner }: Target): string => topics.witness(owner);
const other = ({ federation, owner }: Target): string => federation.provinces.find((each) => each !== owner)!;

/** What happens while all nodes run. */
export const TOPIC_FAULTS: readonly TransportFault[] = [
  {
    name: 'topic truncated to nothing',
    strike: async (t) => {
      await truncate(t);
      await t.write();
    },
  },
  {
    name: 'topic deleted, and made again by its owner',
    strike: async (t) => {
      await t.admin.deleteTopics({ topics: [t.topic] });
      await t.write();
    },
  },
  {
    name: 'topic deleted, and made again with other settings',
    strike: async (t) => {
      await t.admin.deleteTopics({ topics: [t.topic] });
      await t.admin.createTopics({ topics: [{ topic: t.topic, numPartitions: 1 }], waitForLeaders: true }).catch(() => undefined);
      await t.write();
    },
  },
  {
    name: 'a second partition, and the next block in it',
    strike: async (t) => {
      await t.admin.createPartitions({ topicPartitions: [{ topic: t.topic, count: 2 }] });
      let lost: Buffer | null = null;
      t.federation.tampered.set(t.topic, ({ value }) => {
        t.federation.tampered.delete(t.topic);
        lost = Buffer.from(value);
        return [];
      });
      await t.write();
      await t.admin.fetchTopicMetadata({ topics: [t.topic] });
      await send(t, t.topic, lost ?? utf8(''), { partition: 1 });
      await t.write();
    },
  },
  { name: 'answer lost', strike: answering(() => []) },
  { name: 'answer cut', strike: answering((sent) => [{ ...sent, value: sent.value.slice(0, 100) }]) },
  { name: 'answer without its headers', strike: answering((sent) => [{ ...sent, headers: {} }]) },
  { name: 'answer addressed to somebody else', strike: answering((sent) => [{ ...sent, headers: { ...sent.headers, for: '99' } }]) },
  { name: 'answer doubled', strike: answering((sent) => [sent, sent]) },
  {
    name: 'answer corrupted',
    strike: answering((sent) => [{ ...sent, value: utf8(new TextDecoder().decode(sent.value).replace('"coins', '"corns')) }]),
  },
  { name: 'topic of questions deleted', strike: withoutTopic((t) => topics.sync(other(t))) },
  { name: 'topic of answers deleted', strike: withoutTopic((t) => topics.heal(t.owner)) },
  { name: 'topic of heartbeats deleted', strike: withoutTopic(witness) },
  {
    name: 'questions that are none',
    strike: spoken(
      (t) => topics.sync(t.owner),
      () => ['', '{', '[]', '{"v":1}', `{"v":1,"journal":"x","from":-1}`, 'x'.repeat(10_000)],
    ),
  },
  {
    name: 'a question in another’s name',
    strike: spoken(
      (t) => topics.sync(t.owner),
      (t) => {
        const { name } = t.federation.context;
        const ask = { v: 1, journal: t.federation.journal(t.owner), from: 0, of: t.owner, asker: other(t), context: name, id: '00' };
        return [JSON.stringify(ask)];
      },
    ),
  },
  { name: 'heartbeats that are none', strike: spoken(witness, () => ['', '{', '[]', '{"v":1,"heads":[1]}', 'x'.repeat(300_000)]) },
  {
    name: 'a stale heartbeat again',
    strike: async (t) => {
      const beat = await lastBeat(t);
      await t.write();
      await spoken(witness, () => [beat, beat])(t);
    },
  },
  { name: 'a heartbeat of another on this topic', strike: spoken(witness, async (t) => [await lastBeat(t, other(t))]) },
  {
    name: 'a heartbeat with a larger head that nobody signed',
    strike: spoken(witness, async (t) => [
      (await lastBeat(t)).replace(/\\n(\d+)\\n/, (_, size: string) => `\\n${Number(size) + 1_000}\\n`),
    ]),
  },
];

const groupOf = ({ federation }: Target, victim: string): string => `yrd.${victim}.${federation.context.name}.journals`;

/** Does something while one node is away; it comes back afterwards. */
const away =
  (victim: string, meanwhile: (target: Target) => Promise<void>) =>
  async (target: Target): Promise<void> => {
    await target.federation.nodes.get(victim)!.stop();
    await target.write();
    await meanwhile(target);
    await target.write();
    await target.federation.start(victim);
  };

/** What happens while a node is away: its position is no longer what it was, or what it points at. */
export const awayFaults = (victim: string): readonly TransportFault[] => {
  const positioned = (offset: (target: Target) => Promise<string> | string) =>
    away(victim, async (t) => {
      const partitions = [{ partition: 0, offset: await offset(t) }];
      await t.admin.setOffsets({ groupId: groupOf(t, victim), topic: t.topic, partitions });
    });
  const faults: readonly TransportFault[] = [
    { name: 'nothing else, while a node is away', strike: away(victim, async () => undefined) },
    { name: 'position rewound while away', strike: positioned(() => '0') },
    { name: 'position moved ahead while away', strike: positioned((t) => highOf(t, t.topic)) },
    { name: 'position beyond the end while away', strike: positioned(async (t) => String(Number(await highOf(t, t.topic)) + 1_000)) },
    { name: 'position forgotten while away', strike: away(victim, async (t) => void (await t.admin.deleteGroups([groupOf(t, victim)]))) },
    { name: 'topic truncated while away', strike: away(victim, truncate) },
    {
      name: 'topic made again while away',
      strike: away(victim, async (t) => void (await t.admin.deleteTopics({ topics: [t.topic] }))),
    },
    {
      name: 'topic made again while away, and as long as before',
      strike: away(victim, async (t) => {
        const high = Number(await highOf(t, t.topic));
        await t.admin.deleteTopics({ topics: [t.topic] });
        await t.admin.createTopics({ topics: [{ topic: t.topic, numPartitions: 1 }], waitForLeaders: true }).catch(() => undefined);
        for (let at = 0; at < high; at += 1) await t.write();
      }),
    },
  ];
  return faults.map((fault) => ({ ...fault, victim }));
};
