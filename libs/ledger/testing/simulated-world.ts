/** Four provinces on one thread: disks, brokers, clocks and keys of a simulated federation, and processes that can die at any await. */
import { createHash, createHmac, createPrivateKey, createPublicKey, sign, verify, type KeyObject } from 'node:crypto';
import {
  base64,
  boxKeyLine,
  boxName,
  certificateText,
  concat,
  cosignerName,
  equal,
  fromHex,
  hex,
  identityName,
  originOf,
  u64,
  utf8,
  verifierLine,
} from '../src/index.js';
import type { Encryption, Federation, FederationNode, Hasher, Notice, Random, Signer, World } from '../src/index.js';
import { Lock } from '../src/lock.js';
import { pin } from '../src/pinned.js';
import { Broker, Disk, memoryBus, memoryStorage, type Delivery } from './memory.js';
import { Scheduler } from './scheduler.js';

/** Shares (0 to 1) of operations that go wrong, and how long things take. All chance comes from the seed. */
export interface Faults {
  /** A write or publish is refused before it took effect. */
  readonly refused: number;
  /** It took effect, but the acknowledgement is lost. */
  readonly lostAck: number;
  /** A message is delivered twice. */
  readonly twice: number;
  /** A message never reaches a subscriber. */
  readonly lost: number;
  /** Longest time of a storage operation, ms. */
  readonly storageMs: number;
  /** Longest time a message takes, ms. */
  readonly busMs: number;
}

export const calm: Faults = { refused: 0, lostAck: 0, twice: 0, lost: 0, storageMs: 4, busMs: 8 };

/** The hashes of node:crypto, synchronous. */
export const testHasher: Hasher = {
  sha256: (...parts) => new Uint8Array(parts.reduce((hash, part) => hash.update(part), createHash('sha256')).digest()),
  hmac: (key, ...parts) => new Uint8Array(parts.reduce((mac, part) => mac.update(part), createHmac('sha256', key)).digest()),
};

const PKCS8 = fromHex('302e020100300506032b657004220420')!;
const SPKI = fromHex('302a300506032b6570032100')!;

/** An Ed25519 key out of 32 seed bytes. */
export const testKey = (seed: Uint8Array): { readonly secret: KeyObject; readonly publicKey: Uint8Array } => {
  const secret = createPrivateKey({ key: Buffer.from(concat(PKCS8, seed)), format: 'der', type: 'pkcs8' });
  const spki = createPublicKey(secret).export({ format: 'der', type: 'spki' });
  return { secret, publicKey: new Uint8Array(spki.subarray(SPKI.length)) };
};

/** Keys as node:crypto wants them; making one costs as much as using it. */
const publicKeys = new Map<string, KeyObject>();
const publicKeyOf = (raw: Uint8Array): KeyObject => {
  const name = hex(raw);
  const key = publicKeys.get(name) ?? createPublicKey({ key: Buffer.from(concat(SPKI, raw)), format: 'der', type: 'spki' });
  publicKeys.set(name, key);
  return key;
};

/** A signer over the given secret keys; verifies anybody's. */
export const testSigner = (secrets: ReadonlyMap<string, KeyObject>): Signer => ({
  sign: (keyName, message) => {
    const secret = secrets.get(keyName);
    if (!secret) throw new Error(`This node does not hold the key ${keyName}.`);
    return new Uint8Array(sign(null, message, secret));
  },
  verify: (suite, publicKey, message, signature) => {
    if (suite !== 'ed25519' || publicKey.length !== 32 || signature.length !== 64) return false;
    return verify(null, message, publicKeyOf(publicKey), signature);
  },
});

/**
 * Encryption that only looks like it: the key stream comes from the public key, which a real one must never allow. It tells who may
 * read what from who may not, which is what the simulated world needs.
 */
export const testEncryption = (held: ReadonlyMap<string, Uint8Array>, random: Random): Encryption => {
  const masked = (key: Uint8Array, about: Uint8Array, bytes: Uint8Array): Uint8Array => {
    const out = new Uint8Array(bytes);
    for (let at = 0; at < out.length; at += 32) {
      const mask = testHasher.sha256(key, about, u64(at));
      for (let i = at; i < Math.min(at + 32, out.length); i++) out[i]! ^= mask[i - at]!;
    }
    return concat(testHasher.sha256(key, about, out), out);
  };
  const unmasked = (key: Uint8Array, about: Uint8Array, bytes: Uint8Array): Uint8Array | null => {
    const [tag, body] = [bytes.subarray(0, 32), bytes.subarray(32)];
    return equal(tag, testHasher.sha256(key, about, body)) ? masked(key, about, body).subarray(32) : null;
  };
  return {
    encrypt: (to, about, content) => {
      const key = random.bytes(32);
      return { bytes: masked(key, about, content), boxes: to.map((each) => masked(each, about, key)) };
    },
    decrypt: (keyName, about, bytes, box) => {
      const own = held.get(keyName);
      const key = own ? unmasked(own, about, box) : null;
      return key && unmasked(key, about, bytes);
    },
  };
};

interface Process {
  alive: boolean;
}

/** A federation of simulated provinces. */
export class SimulatedWorld {
  readonly scheduler: Scheduler;
  readonly broker = new Broker();
  readonly disks = new Map<string, Disk>();
  readonly federation: Federation;
  readonly notices: (Notice & { readonly province: string; readonly at: number })[] = [];
  faults: Faults = calm;
  /** Domain ms at the beginning, and how far each province's clock is off. */
  epoch = Date.UTC(2026, 0, 5, 1);
  readonly skewMs = new Map<string, number>();
  /** Provinces that the bus cannot reach. */
  readonly cutOff = new Set<string>();
  private readonly secrets = new Map<string, ReadonlyMap<string, KeyObject>>();
  private readonly boxes = new Map<string, ReadonlyMap<string, Uint8Array>>();

  constructor(seed: number, provinces: readonly string[] = ['31', '32', '33', '34'], contexts: readonly string[] = ['voucher']) {
    this.scheduler = new Scheduler(seed);
    this.federation = { federation: 'yrd.test', nodes: provinces.map((province) => this.node(province, contexts)) };
    for (const province of provinces) this.disks.set(province, new Disk());
  }

  /** Domain time as the whole world sees it, ms. */
  get now(): number {
    return this.epoch + this.scheduler.now;
  }

  /** Moves the domain clock forward for everybody, like an operator of the demo clock. */
  forward(ms: number): void {
    this.epoch += ms;
  }

  /** A disk that was lost whole: the province starts again with an empty one. */
  wipe(province: string): void {
    this.disks.set(province, new Disk());
  }

  /** What closes and opens entries for some provinces, as this one holds it. */
  lock(province: string, context = 'voucher'): Lock {
    const { world } = this.process(province);
    const at = { federation: this.federation.federation, province, context };
    return new Lock(world.encryption, pin(world, this.federation, context).boxes, at);
  }

  /** The ports of a new process of a province. `kill` ends it at whatever it is waiting for. */
  process(province: string): { readonly world: World; kill(): void } {
    const process: Process = { alive: true };
    const { scheduler } = this;
    const delivery = this.delivery(province, process);
    const world: World = {
      clock: {
        now: () => this.now + (this.skewMs.get(province) ?? 0),
        monotonic: () => scheduler.now,
        sleep: (ms, signal) =>
          new Promise((resolve) => {
            if (signal?.aborted) return resolve();
            const off = scheduler.after(ms, () => process.alive && resolve());
            signal?.addEventListener('abort', () => (off(), resolve()), { once: true });
          }),
      },
      random: { bytes: (count) => scheduler.chance.bytes(count) },
      hasher: testHasher,
      signer: testSigner(this.secrets.get(province)!),
      encryption: testEncryption(this.boxes.get(province)!, { bytes: (count) => scheduler.chance.bytes(count) }),
      storage: memoryStorage(this.disks.get(province)!, delivery),
      bus: memoryBus(this.broker, this.delivery(province, process, true)),
      notice: (notice) => void this.notices.push({ ...notice, province, at: scheduler.now }),
    };
    return { world, kill: () => void (process.alive = false) };
  }

  private delivery(province: string, process: Process, bus = false): Delivery {
    const { scheduler } = this;
    const never = new Promise<never>(() => undefined);
    const takes = async (maxMs: number): Promise<void> => {
      await scheduler.sleep(1 + scheduler.chance.below(Math.max(1, maxMs)));
      // A cut line holds what is on it until it is mended; Kafka clients wait and try again.
      while (bus && process.alive && this.cutOff.has(province)) await scheduler.sleep(200);
      if (!process.alive) await never;
    };
    const changes = (operation: string): boolean => operation === 'insert' || operation === 'write' || operation === 'publish';
    const longest = (): number => (bus ? this.faults.busMs : this.faults.storageMs);
    return {
      there: async (operation) => {
        await takes(longest());
        if (changes(operation) && scheduler.chance.happens(this.faults.refused)) throw new Error(`Simulated: ${operation} refused.`);
      },
      back: async (operation) => {
        await takes(longest() / 2);
        if (changes(operation) && scheduler.chance.happens(this.faults.lostAck))
          throw new Error(`Simulated: the acknowledgement of ${operation} is lost.`);
      },
      arrives: async () => {
        await takes(longest());
        if (scheduler.chance.happens(this.faults.lost)) return 'lost';
        return scheduler.chance.happens(this.faults.twice) ? 'twice' : 'once';
      },
      pause: () => takes(100),
      idle: (register) => new Promise((resolve) => register(() => (process.alive ? resolve() : undefined))),
    };
  }

  private node(province: string, contexts: readonly string[]): FederationNode {
    const { federation } = { federation: 'yrd.test' };
    const secrets = new Map<string, KeyObject>();
    const key = (name: string, kind: 'signature' | 'cosignature'): string => {
      const { secret, publicKey } = testKey(testHasher.sha256(utf8(`${this.scheduler.seed}|${name}`)));
      secrets.set(name, secret);
      return verifierLine(testHasher, name, kind, publicKey);
    };
    const identity = key(identityName(federation, province), 'signature');
    const certified = (line: string): { key: string; certificate: string } => {
      const signature = sign(null, utf8(certificateText(line)), secrets.get(identityName(federation, province))!);
      return { key: line, certificate: base64(new Uint8Array(signature)) };
    };
    const journals = Object.fromEntries(
      contexts.map((context) => [context, certified(key(originOf(federation, `${province}/${context}`), 'signature'))]),
    );
    const cosigners = Object.fromEntries(
      contexts.map((context) => [context, key(cosignerName(federation, province, context), 'cosignature')]),
    );
    const held = contexts.map((context) => {
      const name = boxName(federation, province, context);
      return { context, name, key: testHasher.sha256(utf8(`${this.scheduler.seed}|${name}`)) };
    });
    const boxes = Object.fromEntries(held.map(({ context, name, key }) => [context, certified(boxKeyLine(testHasher, name, key))]));
    this.secrets.set(province, secrets);
    this.boxes.set(province, new Map(held.map(({ name, key }) => [name, key])));
    return { province, name: province, url: `http://127.0.0.1:31${province}`, identity, journals, cosigners, boxes };
  }
}
