/** Own recovery, where it can go no further: it waits, gives everybody else a turn, and ends when the node stops. */
import { SimulatedWorld } from '../testing/index.js';
import { Healing } from './healing.js';
import { Journal } from './journal.js';
import { checkpointText, formatNote, signNote } from './note.js';
import { pin } from './pinned.js';
import { recover } from './recovery.js';
import { Replica } from './replica.js';
import { Witness } from './witness.js';

const NAME = '31/voucher';

test('a node that stops while it recovers ends, though its healing ended before it and answers at once', async () => {
  const simulated = new SimulatedWorld(1, ['31', '32']);
  const { world } = simulated.process('31');
  const pinned = pin(world, simulated.federation, 'voucher');
  const key = pinned.journal(NAME)!;
  const journal = await simulated.scheduler.resolve(Journal.open(world, NAME));
  const own = new Replica(world, journal, simulated.ring(world, NAME), simulated.lock('31'), () => undefined);
  const replicas = new Map([[NAME, own]]);
  const at = { province: '31', context: 'voucher', provinces: ['31', '32'] };
  const witness = new Witness(
    world,
    { ...at, federation: simulated.federation },
    { signedHead: () => null, journal: NAME },
    simulated.witnessKeys('31'),
    replicas,
  );
  const healing = new Healing(
    world,
    at,
    replicas,
    () => null,
    () => own.journal,
  );
  // The node signed more than its disk holds, and no peer is left to bring it.
  await own.observe(formatNote(signNote(world.signer, key, checkpointText({ origin: key.name, size: 5, root: new Uint8Array(32) }))));
  healing.stop();
  let stopped = false;
  let said = 0;
  // A loop that awaits nothing but itself would run for ever, and no test could tell: it is ended here.
  const tell = (): void => {
    said += 1;
    if (said > 1_000) throw new Error('Recovery gives nobody else a turn.');
  };
  const recovered = recover({ world, own, witness, healing, peers: [], openAlone: true, stopped: () => stopped, tell });
  simulated.scheduler.after(2_000, () => (stopped = true));
  expect(await simulated.scheduler.resolve(recovered)).toBe(false);
  expect(said).toBeLessThan(50);
});
