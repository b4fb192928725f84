/** One process on a disk of its own, below a node: a journal of the toy context, its writer, and nobody around it. */
import { withBuiltin } from '../src/builtin.js';
import { Vocabulary } from '../src/entry.js';
import type { Answer, Context, World } from '../src/index.js';
import { Journal } from '../src/journal.js';
import { Sequencer } from '../src/sequencer.js';
import { Streams } from '../src/streams.js';
import { gifts } from './gifts.js';
import { memoryStorage, type Disk, type Path } from './memory.js';
import { SimulatedWorld } from './simulated-world.js';

export const OWN = '31/gifts';

/** A store that takes no time and never fails. */
export const instant: Path = { there: () => Promise.resolve(), back: () => Promise.resolve() };

export interface LoneWriter {
  readonly world: World;
  readonly context: Context;
  readonly vocabulary: Vocabulary;
  readonly journal: Journal;
  readonly streams: Streams;
  readonly sequencer: Sequencer;
  /** Carries out a command of the context; the next one gets another id unless it is given one. */
  command(name: string, body: object, id?: string): Promise<Answer>;
}

/** Opens the journal on this disk for writing, as often as one likes: two of them are two processes. Waiting takes no time. */
export const loneWriter = async (disk: Disk, path: Path = instant, own: Context = gifts): Promise<LoneWriter> => {
  const simulated = new SimulatedWorld(1, ['31'], ['gifts']);
  const { world: ports } = simulated.process('31');
  const world: World = { ...ports, clock: { ...ports.clock, sleep: () => Promise.resolve() }, storage: memoryStorage(disk, path) };
  const context = withBuiltin(own);
  const vocabulary = new Vocabulary(context.entryTypes);
  const journal = await Journal.open(world, OWN);
  const streams = new Streams(journal, vocabulary, context, world.storage.records);
  const sequencer = new Sequencer(
    world,
    journal,
    streams,
    vocabulary,
    { province: '31', origin: 'yrd.test/log/31/gifts' },
    {
      foreign: () => Promise.resolve(new Map()),
      freshness: () => null,
      barred: () => null,
      lost: () => null,
      expired: () => null,
      lock: simulated.lock('31', 'gifts'),
      epoch: 1,
    },
  );
  const actor = { person: 'p', organisation: 'o', province: '31', roles: ['enterprise'] };
  let commands = 0;
  return {
    world,
    context,
    vocabulary,
    journal,
    streams,
    sequencer,
    command: (name, body, id = `id-${(commands += 1)}`) =>
      sequencer.execute({ handler: context.commands[name]!, body, id, derived: false, actor, trace: '' }),
  };
};
