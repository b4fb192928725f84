/** The simulated world passes the same suite as MongoDB and Kafka do. */
import { originOf, parseKeyLine, parseVerifier } from '../src/index.js';
import { SimulatedWorld } from './simulated-world.js';
import { testHasher } from './test-crypto.js';
import { portsContract } from './contract.js';

const make = async () => {
  const simulated = new SimulatedWorld(7);
  const { world } = simulated.process('31');
  let open = true;
  // The suite awaits ports as it would real ones, so somebody has to let virtual time pass meanwhile.
  const pump = (async () => {
    while (open) await simulated.scheduler.pass(5);
  })();
  const node = simulated.federation.nodes[0]!;
  const { publicKey } = parseVerifier(testHasher, node.journals['voucher']!.key)!;
  const box = parseKeyLine(testHasher, node.boxes!['voucher']!.key)!;
  return {
    world,
    signing: { keyName: originOf('yrd.test', '31/voucher'), publicKey },
    box: { keyName: box.name, publicKey: box.publicKey },
    close: async () => {
      open = false;
      await pump;
    },
  };
};

portsContract('the simulated world', make, { describe, test, beforeAll, afterAll, expect });
