/** Four provinces on one thread: disks, brokers, clocks and keys of a simulated federation, and processes that can die at any await. */
import type { KeyObject } from 'node:crypto';
import {
  base64,
  boxKeyLine,
  boxName,
  certificateText,
  cosignerName,
  identityName,
  originOf,
  utf8,
  verifierLine,
  type Federation,
  type FederationNode,
  type Hasher,
  type CertifiedKey,
  type Notice,
  type Signer,
  type Verifier,
  type World,
} from '../src/index.js';
import { KeyRing } from '../src/key-ring.js';
import { Lock } from '../src/lock.js';
import { Memo } from '../src/memo.js';
import { pin } from '../src/pinned.js';
import type { WitnessKeys } from '../src/witness.js';
import { Broker, memoryBus, type Fate } from './broker.js';
import { deliveryOf, type Process } from './delivery.js';
import { Disk, memoryStorage } from './memory.js';
import { quickHasher, quickKey, quickSigner } from './quick-crypto.js';
import { HeldKeys, testEncryption, testHasher, testKey, testSigner } from './test-crypto.js';
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

/** A port call on its way: before the server sees it, or after. */
export type Side = 'before' | 'after';

/** What may befall a port call. `crash` ends the process; the others are for writes only. */
export type Strike = 'crash' | 'refused' | 'late' | 'lost acknowledgement';

/** Faults that are aimed, beside those that chance alone makes: asked at every port call and for every message. */
export interface Mischief {
  strike(province: string, operation: string, side: Side): Strike | null;
  /** The fate of a message, and how much longer than usual it takes, ms. */
  arrival(province: string, topic: string): { readonly fate: Fate; readonly delayMs: number } | null;
}

/** What a world is built of when it has to be fast. */
export interface Speed {
  /** Stand-ins for hashing and signing. */
  readonly quickCrypto: boolean;
  /** See `Scheduler`. */
  readonly drain: () => void;
}

const sleeping = new Memo<AbortSignal, Set<() => void>>();

/** What ends the sleeps that a signal calls off: one listener for all of them, since thousands come and go. */
const stopsOf = (signal: AbortSignal): Set<() => void> => {
  const known = sleeping.of(signal);
  if (known) return known;
  const stops = new Set<() => void>();
  sleeping.keep(signal, stops);
  signal.addEventListener('abort', () => stops.forEach((stop) => stop()), { once: true });
  return stops;
};

const FEDERATION = 'yrd.test';
/** A federation of simulated provinces. */
export class SimulatedWorld {
  readonly scheduler: Scheduler;
  readonly broker = new Broker();
  readonly disks = new Map<string, Disk>();
  /** The file as the operators agree on it: who starts reads it anew. */
  federation: Federation;
  readonly notices: (Notice & { readonly province: string; readonly at: number })[] = [];
  faults: Faults = calm;
  /** Domain ms at the beginning, and how far each province's clock is off. */
  epoch = Date.UTC(2026, 0, 5, 1);
  readonly skewMs = new Map<string, number>();
  /** Provinces that the bus cannot reach. */
  readonly cutOff = new Set<string>();
  private readonly boxes = new Map<string, ReadonlyMap<string, Uint8Array>>();
  mischief: Mischief | null = null;
  /** A running number over all that happened, in order: two runs of one history have the same. */
  trace = 0;
  readonly hasher: Hasher;
  private readonly signers = new Map<string, Signer>();
  /** Province → makes a key of a name, and keeps its secret: what the key file of a node is to it. */
  private readonly makers = new Map<string, (name: string, kind: Verifier['kind'], nth: number) => string>();
  private readonly held = new Map<string, HeldKeys<KeyObject> | HeldKeys<Uint8Array>>();

  constructor(
    seed: number,
    provinces: readonly string[] = ['31', '32', '33', '34'],
    private readonly contexts: readonly string[] = ['voucher'],
    private readonly speed?: Speed,
  ) {
    this.scheduler = new Scheduler(seed, speed?.drain);
    this.hasher = speed?.quickCrypto ? quickHasher : testHasher;
    this.federation = { federation: FEDERATION, nodes: provinces.map((province) => this.node(province, contexts)) };
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

  /** The keys of a journal as they are pinned, for whoever reads it. */
  ring(world: Pick<World, 'hasher' | 'signer' | 'notice'>, journal: string): KeyRing {
    return new KeyRing(world, pin(world, this.federation, journal.slice(journal.indexOf('/') + 1)).keys(journal));
  }

  /** Cosigners as they are pinned, for a node of a province: none of them changes. */
  witnessKeys(province: string, context = 'voucher'): WitnessKeys {
    const pinned = pin({ hasher: this.hasher, signer: this.signer(province) }, this.federation, context);
    const of = (each: string): readonly Verifier[] => [pinned.cosigners.get(each)].filter((key) => key !== undefined);
    return { own: () => pinned.cosigner(province), of, stated: () => [], offer: () => undefined };
  }

  /** Signs as this province, with all its keys: what its node does, and what a liar in its place can do. */
  signer(province: string): Signer {
    return this.signers.get(province)!;
  }

  /** The line of a key, certified by the identity of a province. */
  certified(province: string, line: string, notAfterMs?: number): CertifiedKey {
    const signature = this.signer(province).sign(identityName(FEDERATION, province), utf8(certificateText(line, notAfterMs)));
    return { key: line, certificate: base64(signature), ...(notAfterMs !== undefined && { notAfterMs }) };
  }

  /** The next key of a journal or a cosigner, its secret in the province's hands for all its processes. The same for the same `nth`. */
  nextKey(province: string, role: 'journal' | 'cosigner', nth = 1, context = 'voucher', notAfterMs?: number): CertifiedKey {
    const journal = role === 'journal';
    const name = journal ? originOf(FEDERATION, `${province}/${context}`) : cosignerName(FEDERATION, province, context);
    return this.certified(province, this.makers.get(province)!(name, journal ? 'signature' : 'cosignature', nth), notAfterMs);
  }

  /** A secret is gone: nobody of the province signs with this key any more. */
  lose(province: string, line: string): void {
    this.held.get(province)!.lose(line);
  }

  /** The disk of a province; every context after the first has one of its own, as each has its own database. */
  disk(province: string, context = this.contexts[0]): Disk {
    const name = context === this.contexts[0] ? province : `${province}/${context}`;
    const found = this.disks.get(name) ?? new Disk();
    this.disks.set(name, found);
    return found;
  }

  /** The ports of a new process of a province in a context. `kill` ends it at whatever it is waiting for; so does a crash by mischief. */
  process(
    province: string,
    { onCrash = () => undefined, context }: { readonly onCrash?: () => void; readonly context?: string } = {},
  ): { readonly world: World; kill(): void } {
    const process: Process = { alive: true, ended: onCrash };
    const { scheduler } = this;
    const world: World = {
      clock: {
        now: () => Math.floor(this.now + (this.skewMs.get(province) ?? 0)),
        monotonic: () => scheduler.now,
        sleep: (ms, signal) =>
          new Promise((resolve) => {
            if (signal?.aborted) return resolve();
            const stops = signal && stopsOf(signal);
            const stop = (): void => (off(), resolve());
            const off = scheduler.after(ms, () => {
              stops?.delete(stop);
              if (process.alive) resolve();
            });
            stops?.add(stop);
          }),
      },
      random: { bytes: (count) => scheduler.chance.bytes(count) },
      hasher: this.hasher,
      signer: this.signer(province),
      encryption: testEncryption(this.hasher, this.boxes.get(province)!, { bytes: (count) => scheduler.chance.bytes(count) }),
      storage: memoryStorage(this.disk(province, context), deliveryOf(this, province, process), this.speed !== undefined),
      bus: memoryBus(this.broker, deliveryOf(this, province, process, true)),
      notice: (notice) => void this.notices.push({ ...notice, province, at: scheduler.now }),
    };
    return { world, kill: () => void (process.alive = false) };
  }

  private node(province: string, contexts: readonly string[]): FederationNode {
    const secrets = new HeldKeys<KeyObject>();
    const quick = new HeldKeys<Uint8Array>();
    this.signers.set(province, this.speed?.quickCrypto ? quickSigner(quick) : testSigner(secrets));
    const key = (name: string, kind: Verifier['kind'], nth = 0): string => {
      const called = nth === 0 ? name : `${name}#${nth}`;
      if (this.speed?.quickCrypto) {
        const publicKey = quickKey(this.scheduler.seed, called);
        const line = verifierLine(this.hasher, name, kind, publicKey);
        return (quick.add(line, publicKey), line);
      }
      const { secret, publicKey } = testKey(testHasher.sha256(utf8(`${this.scheduler.seed}|${called}`)));
      const line = verifierLine(this.hasher, name, kind, publicKey);
      return (secrets.add(line, secret), line);
    };
    this.makers.set(province, key);
    this.held.set(province, this.speed?.quickCrypto ? quick : secrets);
    const identity = key(identityName(FEDERATION, province), 'signature');
    const certified = (line: string): CertifiedKey => this.certified(province, line);
    const journals = Object.fromEntries(
      contexts.map((context) => [context, certified(key(originOf(FEDERATION, `${province}/${context}`), 'signature'))]),
    );
    const cosigners = Object.fromEntries(
      contexts.map((context) => [context, key(cosignerName(FEDERATION, province, context), 'cosignature')]),
    );
    const held = contexts.map((context) => {
      const name = boxName(FEDERATION, province, context);
      return { context, name, key: this.hasher.sha256(utf8(`${this.scheduler.seed}|${name}`)) };
    });
    const boxes = Object.fromEntries(held.map(({ context, name, key }) => [context, certified(boxKeyLine(this.hasher, name, key))]));
    this.boxes.set(province, new Map(held.map(({ name, key }) => [name, key])));
    return { province, name: province, url: `http://127.0.0.1:31${province}`, identity, journals, cosigners, boxes };
  }
}
