/** Two processes of one node write one journal: whatever the order, what was acknowledged is there, and a writer goes on. */
import { box, boxOf, Disk, gifts, settle, type Path } from '../testing/index.js';
import { instant, loneWriter, OWN, type LoneWriter } from '../testing/lone-writer.js';
import type { Context } from './decider.js';
import { decodeEntry, type Vocabulary } from './entry.js';
import { entriesOf } from './block.js';

const writerOn = async (disk: Disk, path: Path = instant) => {
  const writer = await loneWriter(disk, path);
  return {
    ...writer,
    fill: (coins: number, id: string) => writer.command('FillBox', { coins }, id),
    send: (coins: number, id: string) => writer.command('SendGift', { to: '32', coins, dueMs: 0 }, id),
  };
};

/** Leaves as they stand in the store, each decoded at its own index. */
const kinds = (disk: Disk, vocabulary: Vocabulary): readonly string[] => {
  const blocks = [...disk.journal(OWN).values()].sort((a, b) => a.first - b.first);
  return blocks.flatMap((block) => entriesOf(block).map((entry, at) => decodeEntry(vocabulary, OWN, block.first + at, entry).kind));
};

const settled = async (): Promise<void> => {
  for (let turn = 0; turn < 50; turn++) await settle();
};

describe('a writer that loses the race', () => {
  test('acknowledges nothing that it decided while it was catching up', async () => {
    const disk = new Disk();
    let open: () => void = () => undefined;
    let gate: Promise<void> = Promise.resolve();
    const gated: Path = { ...instant, there: (operation) => (operation === 'write' ? gate : Promise.resolve()) };
    const first = await writerOn(disk, gated);
    // Past a full tile, so that catching up has something to save and takes its time.
    await Promise.all(Array.from({ length: 300 }, (_, at) => first.fill(1, `early-${at}`)));
    const second = await writerOn(disk);
    for (let at = 0; at < 5; at++) await second.fill(1, `other-${at}`);
    gate = new Promise((resolve) => (open = resolve));
    const lost = first.fill(10, 'lost-race');
    await settled();
    let answered = false;
    const meanwhile = first.fill(100, 'meanwhile').then((answer) => ((answered = true), answer));
    await settled();
    const answeredBeforeDurable = answered;
    open();
    expect(await lost).toMatchObject({ ok: true });
    expect(await meanwhile).toMatchObject({ ok: true });
    await settled();
    const durable = await (await writerOn(disk)).sequencer.read(boxOf('31'));
    expect(answeredBeforeDurable).toBe(false);
    expect(durable.state as typeof box.initial).toMatchObject({ coins: 415 });
  });

  test('tries again when catching up fails once, and does not stop for good', async () => {
    const disk = new Disk();
    let failures = 0;
    const flaky: Path = {
      ...instant,
      there: (operation) =>
        operation === 'read' && failures-- === 1 ? Promise.reject(new Error('Simulated: no primary.')) : Promise.resolve(),
    };
    const first = await writerOn(disk, flaky);
    await first.fill(1, 'early');
    const second = await writerOn(disk);
    await second.fill(1, 'other');
    // The first read confirms who won, the second catches up.
    failures = 2;
    const late = await first.fill(10, 'late').catch((error: unknown) => error);
    expect(late).toMatchObject({ ok: true });
  });
});

describe('a journal that grows behind its writer', () => {
  test('gets no leaf at an index that is not its own', async () => {
    const disk = new Disk();
    const first = await writerOn(disk);
    await first.fill(1, 'early');
    const second = await writerOn(disk);
    for (let at = 0; at < 3; at++) await second.fill(1, `other-${at}`);
    // As when a late answer to a recovery is taken in after the writer has begun.
    await first.journal.catchUp();
    await first.fill(10, 'late');
    await settled();
    expect(kinds(disk, first.vocabulary)).toEqual(['entry', 'entry', 'entry', 'entry', 'entry']);
    const durable = await (await writerOn(disk)).sequencer.read(boxOf('31'));
    expect(durable.state).toMatchObject({ coins: 14 });
  });
});

describe('a process whose place another has taken, and that does not know it yet', () => {
  test('refuses nothing that the other has made possible', async () => {
    const disk = new Disk();
    const first = await writerOn(disk);
    await first.fill(1, 'early');
    await (await writerOn(disk)).fill(9, 'other');
    expect(await first.send(10, 'gift')).toMatchObject({ ok: true });
  });

  test('refuses no repeat of what was acknowledged by the other', async () => {
    const disk = new Disk();
    const first = await writerOn(disk);
    await first.fill(1, 'early');
    const second = await writerOn(disk);
    await second.fill(9, 'other');
    const answered = await second.send(10, 'gift');
    const lessThanThat = await first.send(10, 'gift');
    expect(lessThanThat).toEqual({ ...answered, repeated: true });
  });

  test('refuses while its own block is under way only what is refused when that is durable', async () => {
    const disk = new Disk();
    const first = await writerOn(disk);
    const [filled, refused] = await Promise.all([first.fill(3, 'early'), first.send(10, 'gift')]);
    expect([filled.ok, refused.ok]).toEqual([true, false]);
    expect(await first.send(3, 'smaller')).toMatchObject({ ok: true });
  });
});

describe('a handler that names its streams step by step', () => {
  const naming = (streams: () => readonly string[]): Context => {
    const fill = gifts.commands['FillBox']!;
    return { ...gifts, commands: { ...gifts.commands, FillBox: { ...fill, streams } } };
  };

  test('is not blamed when another process makes its node forget them, however often', async () => {
    let [writer, rounds]: [LoneWriter | null, number] = [null, 0];
    const context = naming(() => {
      if ((rounds += 1) <= 20) writer?.streams.clear();
      return [boxOf('31')];
    });
    writer = await loneWriter(new Disk(), instant, context);
    expect(await writer.command('FillBox', { coins: 3 })).toMatchObject({ ok: true });
    expect(rounds).toBeGreaterThan(20);
  });

  test('and names ever more of them is a mistake, and is told so', async () => {
    let named = 0;
    const writer = await loneWriter(
      new Disk(),
      instant,
      naming(() => Array.from({ length: (named += 1) }, (_, at) => boxOf(`${at}`))),
    );
    await expect(writer.command('FillBox', { coins: 3 })).rejects.toThrow('A handler named new streams 5 times');
  });
});
