/**
 * The ports: all that the ledger asks of the world. Two sets of adapters pass one contract suite: MongoDB and Kafka in
 * `libs/platform`, and the simulated world in `libs/ledger/testing`. Nothing else in this library touches time, chance,
 * disk or network, which is what lets four nodes run on one thread from one seed.
 */
import type { StoredBlock, StoredCommit } from './block.js';

/** Time. `now` is the time of the domain (a demo clock may run ahead of the world); the other two are real. */
export interface Clock {
  /** Domain time, ms since 1970. Never runs backwards within a process. */
  now(): number;
  /** Real monotonic time, ms from any origin: for time-outs, retries and freshness. */
  monotonic(): number;
  /** Resolves after `ms` of real time, or at once when the signal aborts. Never rejects. */
  sleep(ms: number, signal?: AbortSignal): Promise<void>;
}

/** Unpredictable bytes: salts, jitter, instance names. */
export interface Random {
  bytes(count: number): Uint8Array;
}

/** Synchronous hashing, so that a turn needs no await. */
export interface Hasher {
  /** SHA-256 over the parts, as if concatenated. 32 bytes. */
  sha256(...parts: readonly Uint8Array[]): Uint8Array;
  /** HMAC-SHA-256. 32 bytes. */
  hmac(key: Uint8Array, ...parts: readonly Uint8Array[]): Uint8Array;
}

/** A suite names the algorithm of a key; SM2 with SM3 is a second one on the same note, by a key of its own. */
export type Suite = 'ed25519' | 'sm2';

/** Signing with the keys that this node holds, and verifying with anybody's. Synchronous, like `Hasher`. */
export interface Signer {
  /**
   * Signs with the secret key of this verifier name: with the one of this id, else with the newest. Throws when the node does not
   * hold it.
   */
  sign(keyName: string, message: Uint8Array, keyId?: Uint8Array): Uint8Array;
  /** Whether the node holds the secret key of this name and id. */
  holds(keyName: string, keyId: Uint8Array): boolean;
  /** Whether the signature is good. Malformed keys and signatures are `false`, never an exception. */
  verify(suite: Suite, publicKey: Uint8Array, message: Uint8Array, signature: Uint8Array): boolean;
}

/** What was encrypted once for several keys: the content, and for each key the box that opens it. */
export interface Encrypted {
  readonly bytes: Uint8Array;
  /** In the order of the keys. */
  readonly boxes: readonly Uint8Array[];
}

/** Encryption to the keys of provinces. Synchronous, like `Hasher`, so that a turn needs no await. */
export interface Encryption {
  /** Encrypts for the holders of these public keys. `about` is bound to it: with another it does not open. Other bytes at each call. */
  encrypt(to: readonly Uint8Array[], about: Uint8Array, content: Uint8Array): Encrypted;
  /** The content, by the box of the secret key registered under this name. Null when key, box, bytes or `about` are not the right ones. */
  decrypt(keyName: string, about: Uint8Array, bytes: Uint8Array, box: Uint8Array): Uint8Array | null;
}

/** The blocks of one journal, own or replicated. Durable means majority-acknowledged and journaled. */
export interface BlockStore {
  /**
   * Inserts the block at its `first` index. `duplicate` when that index is taken. A rejected promise means that the
   * outcome is unknown: the block may be there, or appear later.
   */
  insert(block: StoredBlock): Promise<'inserted' | 'duplicate'>;
  /** Blocks that hold or follow index `from`, in order, at most `limit`; a majority read from the primary. */
  read(from: number, limit: number): Promise<readonly StoredBlock[]>;
  /** The last block, by a majority read from the primary; null in an empty journal. */
  last(): Promise<StoredBlock | null>;
  /** The commits that touch a stream at or after index `from`, in order; majority read. */
  commitsOf(stream: string, from: number): Promise<readonly StoredCommit[]>;
}

/** A value in `Records`, with the revision that guards its next change. */
export interface Recorded<T> {
  readonly id: string;
  readonly value: T;
  /** 1 for a new record, then one more for each change. */
  readonly rev: number;
}

/** One write of a batch. `value: null` deletes. `rev` is the expected revision (0: absent); without it the write is unconditional. */
export interface RecordWrite {
  readonly table: string;
  readonly id: string;
  readonly value: object | null;
  readonly rev?: number;
}

export type Scalar = string | number | boolean | null;

/** What a field must be. A missing field counts as null; of a field that holds a list, one element must be that (no range). */
export type Match = Scalar | { readonly gte?: string | number; readonly lt?: string | number; readonly in?: readonly Scalar[] };

/** Fields (dotted paths) and what each must be. */
export type Where = Readonly<Record<string, Match>>;

/** Equality and ranges over fields, one order, a limit. Ties in the order are broken by id. */
export interface RecordQuery {
  readonly where?: Where;
  readonly order?: { readonly field: string; readonly descending?: boolean };
  /** Start after this row: its order field's value and its id. */
  readonly after?: { readonly value: Scalar; readonly id: string };
  readonly limit: number;
}

/** What lies at some paths of a value, in the order in which these were named. */
export type Cells = readonly Scalar[];

/** Every row that matches, in the order of a field and then of ids. */
export interface ScanQuery {
  readonly where: Where;
  readonly order: { readonly field: string };
  /** Start after this row: its order field's value and its id. */
  readonly after?: { readonly value: Scalar; readonly id: string };
  /** Paths of the values that are read: each makes a cell of the row. */
  readonly cells: readonly string[];
}

/** Small documents beside the journals: leases, cosigned heads, positions, view rows, timers, snapshots, tiles. Values are plain JSON. */
export interface Records {
  get<T>(table: string, id: string): Promise<Recorded<T> | null>;
  /** Those of these records that are there, in any order. */
  getMany<T>(table: string, ids: readonly string[]): Promise<readonly Recorded<T>[]>;
  find<T>(table: string, query: RecordQuery): Promise<readonly Recorded<T>[]>;
  /** The cells of rows, null where there is nothing, some at a time, however many there are: others have their turn in between. */
  scan(table: string, query: ScanQuery): AsyncIterable<readonly Cells[]>;
  /** All writes or none, majority-durable; false when a revision did not match. A rejection means: outcome unknown. */
  write(writes: readonly RecordWrite[]): Promise<boolean>;
  /** Drops a whole table (a view about to be rebuilt). */
  drop(table: string): Promise<void>;
}

/** One service's own storage. */
export interface Storage {
  blocks(journal: string): BlockStore;
  readonly records: Records;
}

/** A message of a topic. Every topic has one partition and one writing province. */
export interface BusMessage {
  readonly topic: string;
  readonly value: Uint8Array;
  readonly headers: Readonly<Record<string, string>>;
}

export interface Subscription {
  /** Stops delivery; resolves when the running handler has ended. */
  close(): Promise<void>;
}

export interface SubscribeOptions {
  readonly topics: readonly string[];
  /** Consumer group: where a restarted service goes on. */
  readonly group: string;
  /** Where a group without a position starts. */
  readonly from: 'earliest' | 'latest';
}

/** Topics. Delivery is at least once, in order while nothing breaks; everything above expects worse. */
export interface Bus {
  /** Creates missing topics (one partition). */
  ensure(topics: readonly string[]): Promise<void>;
  /** Resolves once all in-sync replicas hold the message; a rejection means: outcome unknown. */
  publish(topic: string, value: Uint8Array, headers?: Readonly<Record<string, string>>): Promise<void>;
  /** The newest message that the topic still holds; null when there is none. */
  last(topic: string): Promise<BusMessage | null>;
  /**
   * Calls the handler one message at a time per topic; the position passes a message only after its handler resolved, a
   * rejection brings it again.
   */
  subscribe(options: SubscribeOptions, handle: (message: BusMessage) => Promise<void>): Promise<Subscription>;
}

/** Everything at once, as a node is given it. */
export interface World {
  readonly clock: Clock;
  readonly random: Random;
  readonly hasher: Hasher;
  readonly signer: Signer;
  readonly encryption: Encryption;
  readonly storage: Storage;
  readonly bus: Bus;
  /** Something worth a log line or a counter; never throws. */
  notice(event: Notice): void;
}

/** A structured notice: `what` is a stable dotted name ("replica.gap"), `facts` are small scalars. */
export interface Notice {
  readonly level: 'debug' | 'info' | 'warn' | 'error';
  readonly what: string;
  readonly facts: Readonly<Record<string, Scalar>>;
}
