/** Commands from outside go first, and what goes on in the background goes on all the same. */
import { SimulatedWorld } from '../testing/index.js';
import { Precedence } from './precedence.js';

const opened = () => {
  const simulated = new SimulatedWorld(1, ['31'], ['gifts']);
  const { scheduler } = simulated;
  const precedence = new Precedence(simulated.process('31').world.clock);
  const command = (ms: number): Promise<void> => precedence.first(() => scheduler.sleep(ms));
  /** Steps of 10 ms each with pauses between them: when each began. */
  const work = async (steps: number): Promise<readonly number[]> => {
    const pause = precedence.pauses();
    const begun: number[] = [];
    for (let step = 0; step < steps; step++) {
      begun.push(scheduler.now);
      await scheduler.sleep(10);
      await pause();
    }
    return begun;
  };
  return { scheduler, precedence, command, work };
};

test('work in the background goes on without a pause while nobody asks for anything', async () => {
  const { scheduler, work } = opened();
  expect(await scheduler.resolve(work(4))).toEqual([0, 10, 20, 30]);
});

test('no step begins while a command is under way: the work goes on once the last of them is answered', async () => {
  const { scheduler, command, work } = opened();
  const begun = work(5);
  await scheduler.pass(25);
  const [short, long] = [command(3), command(11)];
  expect(await scheduler.resolve(begun)).toEqual([0, 10, 20, 36, 46]);
  await scheduler.resolve(Promise.all([short, long]));
});

test('a command that fails is over too', async () => {
  const { scheduler, precedence, work } = opened();
  const begun = work(3);
  const failing = precedence.first(async () => {
    await scheduler.sleep(12);
    throw new Error('Refused.');
  });
  failing.catch(() => undefined);
  expect(await scheduler.resolve(begun)).toEqual([0, 12, 22]);
  await expect(failing).rejects.toThrow('Refused.');
});

test('under commands that never end, work goes on at half its pace, and what it did not pause before it may pause later', async () => {
  const { scheduler, command, work } = opened();
  const begun = work(6);
  await scheduler.pass(25);
  void command(100_000);
  // Thirty ms of work had gone before: so long is waited once, and then as long as each step takes.
  expect(await scheduler.resolve(begun)).toEqual([0, 10, 20, 60, 80, 100]);
});
