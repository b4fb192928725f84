/** What consumers outside are told of a journal: each public entry in its order, with a number that shows a gap, through every fault. */
import { calm, FederationRun } from '../testing/index.js';
import { announce } from './announcer.js';
import { text } from './bytes.js';
import { jsonEvent, parseSequence, sequenceText } from './cloud-event.js';
import { wireType, type Context, type Handler } from './decider.js';
import { topics } from './ids.js';
import { PUBLIC_START, type PublicEntry, type PublicPage } from './public-entries.js';
import type { BusMessage, Subscription } from './ports.js';

type Said = { readonly type: 'SignPosted' | 'NoteMade' | 'SecretKept'; readonly data: { readonly n: number } };

const STREAM = 'board/one';
/** Says `of` things of each kind, in one block. */
const say: Handler<{ readonly of: number }> = {
  streams: () => [STREAM],
  decide: ({ of }) => {
    const events = Array.from({ length: of }, (_, n) =>
      (['NoteMade', 'SignPosted', 'SecretKept'] as const).map((type) => ({ type, data: { n } }) satisfies Said),
    ).flat();
    return [{ stream: STREAM, events }];
  },
};

const declared = (event: Said['type'], audience: 'public' | 'federation' | 'private', classification: string) => ({
  [event]: { type: wireType('signs', event, 1), audience, classification, legalBasis: 'TEST' },
});

const signs: Context = {
  name: 'signs',
  codeVersion: '1',
  entryTypes: {
    ...declared('SignPosted', 'public', 'public'),
    ...declared('NoteMade', 'federation', 'internal'),
    ...declared('SecretKept', 'private', 'internal'),
  },
  folds: [{ kind: 'board', initial: 0, evolve: (count: number) => count + 1 }],
  commands: { Say: say },
  reactions: [],
  views: [],
  timers: () => [],
};
/** The same before there were signs. */
const older: Context = { ...signs, entryTypes: { ...declared('NoteMade', 'federation', 'internal') } };

const JOURNAL = '31/signs';
const TOPIC = topics.events('31', 'signs');
const BY = { journal: JOURNAL, url: 'https://node.31.example' };

/** Two provinces, and the announcer of the first one. */
const set = async (seed: number, contextOf32: Context = signs) => {
  const federation = new FederationRun(seed, signs, ['31', '32']);
  const { world, scheduler, provinces } = federation;
  await federation.start('31');
  await federation.start('32', contextOf32);
  await federation.ready(...provinces);
  let telling: { readonly subscription: Subscription; kill(): void } | null = null;
  return {
    federation,
    world,
    scheduler,
    say: (of: number) => federation.command('31', 'Say', { of }),
    /** Starts telling in a process of its own. */
    tell: () => {
      const { world: ports, kill } = world.process('31');
      telling = { subscription: announce({ ...BY, world: ports, node: federation.node('31') }), kill };
    },
    /** SIGKILL. */
    crash: () => telling?.kill(),
    end: async () => {
      if (telling) await scheduler.resolve(telling.subscription.close());
      for (const province of provinces) await federation.stop(province);
    },
    topic: (): readonly BusMessage[] => world.broker.topic(TOPIC).messages,
    notices: (what: string) => world.notices.filter((notice) => notice.what === what),
    /** All public entries as a node tells them, by pages of a size. */
    all: async (province: string, limit = 1_000): Promise<readonly PublicEntry[]> => {
      const entries: PublicEntry[] = [];
      for (let page: PublicPage | null = null, from = PUBLIC_START; ; from = page.next) {
        page = await scheduler.resolve(federation.node(province).publicEntries(JOURNAL).page(from, limit));
        entries.push(...page.entries);
        if (page.next.index === from.index) return entries;
      }
    },
  };
};

const sequences = (messages: readonly BusMessage[]): readonly (number | null)[] =>
  messages.map(({ headers }) => parseSequence(headers['ce_sequence'] ?? ''));
const upTo = (count: number): readonly number[] => Array.from({ length: count }, (_, at) => at + 1);

describe('the public entries of a journal', () => {
  test('are numbered without a gap, and nothing else is among them', async () => {
    const { say, all, end } = await set(1);
    await say(3);
    const found = await all('31');
    expect(found.map(({ sequence }) => sequence)).toEqual([1, 2, 3, 4]);
    expect(found.map(({ envelope }) => envelope.type)).toEqual([
      'ledger.journal-opened.v1',
      ...Array<string>(3).fill('signs.sign-posted.v1'),
    ]);
    expect(found.slice(1).map(({ data }) => text(data!))).toEqual(['{"n":0}', '{"n":1}', '{"n":2}']);
    await end();
  });

  test('have the same numbers at every node, whatever the size of a page', async () => {
    const { federation, say, all, end } = await set(2);
    for (const count of [1, 7, 2]) await say(count);
    await federation.converge();
    const at31 = await all('31');
    expect(at31).toHaveLength(11);
    for (const limit of [1, 2, 3, 1_000]) expect(await all('32', limit)).toEqual(at31);
    await end();
  });

  test('are found by their number, also thousands of entries later, from the nearest saved place', async () => {
    const { federation, world, scheduler, say, all, end } = await set(3);
    for (let times = 0; times < 6; times += 1) await say(250);
    const found = await all('31');
    const reader = federation.node('31').publicEntries(JOURNAL);
    for (const sequence of [0, 1, 2, 1_300, 1_400, 1_500]) {
      const place = await scheduler.resolve(reader.behind(sequence));
      expect(place).toMatchObject({ sequence });
      const next = (await scheduler.resolve(reader.page(place!, 1))).entries[0];
      expect(next).toEqual(found[sequence]);
    }
    expect(await scheduler.resolve(reader.behind(1_502))).toBeNull();
    const marks = await scheduler.resolve(world.process('31').world.storage.records.find('public-marks', { limit: 100 }));
    expect(marks.map(({ id, value }) => [id, value])).toEqual([['31/signs:4096', { journal: JOURNAL, index: 4_096, sequence: 1_366 }]]);
    await end();
  });

  test('end before one that this version does not know, until it is updated: no number is given twice', async () => {
    const { federation, scheduler, say, all, end } = await set(4, older);
    await say(2);
    await federation.converge();
    expect(await all('32')).toHaveLength(1);
    const { unknown } = await scheduler.resolve(federation.node('32').publicEntries(JOURNAL).page(PUBLIC_START, 10));
    expect(unknown).toBe('signs.sign-posted.v1');
    await federation.stop('32');
    await federation.start('32');
    await federation.ready('32');
    expect(await all('32')).toEqual(await all('31'));
    await end();
  });

  test('of a journal that nobody here knows are asked for in vain', async () => {
    const { federation, end } = await set(5);
    expect(() => federation.node('31').publicEntries('99/signs')).toThrow(/no journal of this federation/);
    await end();
  });
});

describe('an event', () => {
  const entry = async (): Promise<PublicEntry> => {
    const { say, all, end } = await set(6);
    await say(1);
    const found = (await all('31'))[1]!;
    await end();
    return found;
  };

  test('is one JSON document with its data, and leads to proof and schema', async () => {
    const event = JSON.parse(jsonEvent(await entry(), BY)) as Record<string, unknown>;
    expect(event).toMatchObject({
      specversion: '1.0',
      id: '2',
      source: 'yrd.test/log/31/signs',
      type: 'signs.sign-posted.v1',
      subject: STREAM,
      sequence: '000000000000002',
      datacontenttype: 'application/json',
      dataschema: 'https://node.31.example/schemas/signs.sign-posted.v1.json',
      proof: 'https://node.31.example/log/31/signs/entry/2',
      data: { n: 0 },
    });
    // CloudEvents 1.0.2, "Attribute Naming Convention": lower-case letters and digits, at most twenty.
    expect(Object.keys(event).filter((name) => !/^[a-z0-9]{1,20}$/.test(name))).toEqual([]);
  });

  test('without its payload has no data and says no content type', async () => {
    const event = JSON.parse(jsonEvent({ ...(await entry()), data: null }, BY)) as Record<string, unknown>;
    expect(Object.keys(event)).not.toEqual(expect.arrayContaining(['data']));
    expect(event['datacontenttype']).toBeUndefined();
  });

  test.each([
    ['000000000000012', 12],
    ['12', 12],
    ['0', 0],
    ['', null],
    ['-1', null],
    ['1e3', null],
    ['1234567890123456', null],
    ['１２', null],
  ])('has a sequence that is read from %p as %p', (given, sequence) => expect(parseSequence(given)).toBe(sequence));

  test('has a sequence that is in order as text too', () => {
    const numbers = [1, 2, 9, 10, 99, 100, 12_345, 999_999_999];
    expect(numbers.map(sequenceText).sort()).toEqual(numbers.map(sequenceText));
  });
});

describe('the topic of events', () => {
  test('holds each public entry once and in order, in the binary mode of CloudEvents', async () => {
    const { scheduler, say, tell, topic, end } = await set(10);
    await say(2);
    tell();
    expect(await scheduler.until(() => topic().length === 3)).toBe(true);
    await say(4);
    expect(await scheduler.until(() => topic().length === 7)).toBe(true);
    await scheduler.pass(5_000);
    expect(sequences(topic())).toEqual(upTo(7));
    const { value, headers } = topic()[1]!;
    expect(text(value)).toBe('{"n":0}');
    expect(headers).toMatchObject({
      'content-type': 'application/json',
      ce_specversion: '1.0',
      ce_id: '2',
      ce_source: 'yrd.test/log/31/signs',
      ce_type: 'signs.sign-posted.v1',
      ce_subject: STREAM,
      ce_time: expect.stringMatching(/^2026-01-05T01:/),
      ce_proof: 'https://node.31.example/log/31/signs/entry/2',
    });
    await end();
  });

  test.each([20, 21, 22, 23, 24, 25, 26, 27])(
    'passes over none and repeats at most, through kills and lost answers (seed %i)',
    async (seed) => {
      const { federation, world, scheduler, tell, crash, topic, all, end } = await set(seed);
      world.faults = { ...calm, refused: 0.1, lostAck: 0.2, storageMs: 40, busMs: 60 };
      for (let round = 0; round < 12; round += 1) {
        tell();
        void federation.send('31', 'Say', { of: 1 + scheduler.chance.below(4) }).catch(() => undefined);
        await scheduler.pass(scheduler.chance.below(900));
        crash();
        await scheduler.pass(scheduler.chance.below(200));
      }
      world.faults = calm;
      await scheduler.pass(5_000);
      await federation.ready('31', '32');
      tell();
      const entries = await all('31');
      expect(await scheduler.until(() => sequences(topic()).includes(entries.length))).toBe(true);
      let highest = 0;
      for (const [at, { headers }] of topic().entries()) {
        const sequence = sequences(topic())[at]!;
        expect(sequence).toBeLessThanOrEqual(highest + 1);
        expect(headers['ce_id']).toBe(String(entries[sequence - 1]!.index));
        highest = Math.max(highest, sequence);
      }
      expect(highest).toBe(entries.length);
      await end();
    },
  );

  test.each(['truncate', 'recreate'] as const)('goes on with the next number after somebody did %s it, and says so', async (how) => {
    const { world, scheduler, say, tell, crash, topic, notices, end } = await set(30);
    await say(3);
    tell();
    await scheduler.until(() => topic().length === 4);
    await scheduler.pass(1_000);
    crash();
    world.broker[how](TOPIC);
    await say(1);
    tell();
    expect(await scheduler.until(() => topic().length === 1)).toBe(true);
    expect(sequences(topic())).toEqual([5]);
    expect(notices('events.topic-behind')).toMatchObject([{ level: 'warn', facts: { topic: TOPIC, holds: 0, goesOnAfter: 4 } }]);
    await end();
  });

  test('goes on where it ends when the saved position is gone, as after a backup that is older', async () => {
    const { world, scheduler, say, tell, crash, topic, end } = await set(31);
    await say(3);
    tell();
    await scheduler.until(() => topic().length === 4);
    crash();
    const { records } = world.process('31').world.storage;
    await scheduler.resolve(records.write([{ table: 'positions', id: `events:${JOURNAL}`, value: null }]));
    await say(1);
    tell();
    expect(await scheduler.until(() => topic().length === 5)).toBe(true);
    expect(sequences(topic())).toEqual(upTo(5));
    await end();
  });

  test('that ends with what the journal does not hold is told on from the saved position, loudly', async () => {
    const { world, scheduler, say, tell, topic, notices, end } = await set(32);
    await say(1);
    world.broker.append({ topic: TOPIC, value: new Uint8Array(), headers: { ce_sequence: '2', ce_id: '77' } });
    tell();
    expect(await scheduler.until(() => topic().length === 3)).toBe(true);
    expect(sequences(topic().slice(1))).toEqual([1, 2]);
    expect(notices('events.topic-disagrees')).toMatchObject([{ level: 'error', facts: { sequence: 2, index: 77, goesOnAfter: 0 } }]);
    await end();
  });

  test('waits at an entry that this version does not know, says so once, and goes on after the update', async () => {
    const { federation, world, scheduler, say, notices, end } = await set(33);
    await say(1);
    await federation.stop('31');
    await federation.start('31', older);
    await federation.ready('31');
    const { world: ports } = world.process('31');
    const telling = announce({ ...BY, world: ports, node: federation.node('31') });
    await scheduler.pass(3_000);
    expect(sequences(world.broker.topic(TOPIC).messages)).toEqual([1]);
    expect(notices('events.unknown-type')).toMatchObject([{ level: 'error', facts: { index: 2, type: 'signs.sign-posted.v1' } }]);
    await scheduler.resolve(telling.close());
    await federation.stop('31');
    await federation.start('31');
    await federation.ready('31');
    const again = announce({ ...BY, world: ports, node: federation.node('31') });
    expect(await scheduler.until(() => world.broker.topic(TOPIC).messages.length === 2)).toBe(true);
    await scheduler.resolve(again.close());
    await end();
  });

  test('is told by one process: who took over finds out anew where the other one stopped', async () => {
    const { federation, world, scheduler, say, topic, end } = await set(34);
    await say(2);
    const first = announce({ ...BY, world: world.process('31').world, node: federation.node('31') });
    await scheduler.until(() => topic().length === 3);
    const second = announce({ ...BY, world: world.process('31').world, node: federation.node('31') });
    await say(2);
    await scheduler.until(() => topic().length >= 5);
    await scheduler.pass(2_000);
    let highest = 0;
    for (const sequence of sequences(topic())) {
      expect(sequence).toBeLessThanOrEqual(highest + 1);
      highest = Math.max(highest, sequence!);
    }
    expect(highest).toBe(5);
    for (const each of [first, second]) await scheduler.resolve(each.close());
    await end();
  });
});
