/**
 * What a node keeps of natural persons, of one context: a random data key for each, wrapped, in a table of the context's own
 * database. Fields are sealed and opened here and nowhere else; destroying the key erases them everywhere at once.
 */
import { createHmac, hkdfSync, randomBytes } from 'node:crypto';
import type { Records } from '@yrd/ledger';
import type { PersonalConfig } from '../config/config-personal.js';
import type { KeyWrapping } from './key-wrapping.js';
import { DATA_KEY_BYTES, ivFor, seal, unseal, type SealingSuite } from './sealing.js';

/** The table of wrapped keys: backed up apart from everything else, for no longer than the node says it is. */
export const SUBJECT_KEYS = 'subject-keys';

/** Fields of a person by name: as text, or sealed. */
export type Fields = Readonly<Record<string, string>>;

/** The fields as text; or why they will not open. */
export type Opened = Fields | 'erased' | 'lost';

/** What one person's fields were sealed to. */
export interface SealedFields {
  readonly subject: string;
  readonly sealed: Fields;
}

/** The key under which identifiers are matched between nodes; agreed out of band, replaced from time to time. */
export interface MatchingKey {
  /** Names it in entries, `2026`. */
  readonly epoch: string;
  /** 32 bytes. */
  readonly key: Uint8Array;
}

export interface CustodyOptions {
  /** Where the wrapped keys are. */
  readonly records: () => Records;
  readonly wrapping: KeyWrapping;
  readonly suite: SealingSuite;
  /** Days that a copy of the table of keys lives: what an attestation states. */
  readonly keyBackupDays: number;
  /** Newest first; the others are still matched by. */
  readonly matchingKeys: readonly MatchingKey[];
  /** HMAC key of the node, from which the one for identifiers is derived. */
  readonly personKey: Uint8Array;
}

/** The person's key is destroyed: nothing of what was sealed under it will ever open again. */
export class Erased extends Error {
  override readonly name = 'Erased';
  constructor(readonly subject: string) {
    super(`The personal data of ${subject} is erased.`);
  }
}

/** A row of the table: a wrapped key, or the mark that there was one and that there will be none. */
type KeyRow = { readonly wrapped: string } | { readonly wrapped?: never; readonly destroyed: true };

const hmacText = (key: Uint8Array, text: string): string => createHmac('sha256', key).update(text).digest('hex');

export class Custody {
  readonly keyBackupDays: number;
  private readonly identityKey: Uint8Array;

  constructor(private readonly o: CustodyOptions) {
    this.keyBackupDays = o.keyBackupDays;
    this.identityKey = new Uint8Array(hkdfSync('sha256', o.personKey, '', 'yrd.identity.v1', 32));
  }

  /**
   * Seals fields of a person, whose key is made if there is none. The same act seals the same texts to the same bytes.
   * @throws Erased when the key was destroyed.
   */
  async seal(subject: string, act: string, fields: Fields): Promise<Fields> {
    const key = await this.keyOf(subject);
    const { suite } = this.o;
    const sealed = Object.entries(fields).map(([field, text]) => {
      const about = { subject, field };
      return [field, seal(suite, key, about, text, ivFor(suite, key, act, about, text))] as const;
    });
    key.fill(0);
    return Object.fromEntries(sealed);
  }

  /**
   * Opens the fields of several persons, in their order. `lost` says that there is neither a key nor the mark of its destruction: the
   * table of keys has to come back from its backup. @throws SealBroken, Unavailable.
   */
  async open(all: readonly SealedFields[]): Promise<readonly Opened[]> {
    const rows = await this.o.records().getMany<KeyRow>(
      SUBJECT_KEYS,
      all.map(({ subject }) => subject),
    );
    const held = rows.flatMap(({ id, value: { wrapped } }) => (wrapped === undefined ? [] : [{ subject: id, wrapped }]));
    const known = new Set(rows.map(({ id }) => id));
    const keys = held.length === 0 ? [] : await this.o.wrapping.unwrap(held);
    const byPerson = new Map(held.map(({ subject }, at) => [subject, keys[at]!]));
    const opened = all.map(({ subject, sealed }) => {
      const key = byPerson.get(subject);
      if (!key) return known.has(subject) ? 'erased' : 'lost';
      return Object.fromEntries(Object.entries(sealed).map(([field, each]) => [field, unseal(key, { subject, field }, each)]));
    });
    for (const key of keys) key.fill(0);
    return opened;
  }

  /** Destroys the keys of these persons. Durable when it resolves, with how many were not destroyed before; done twice it is the same. */
  async destroy(subjects: readonly string[]): Promise<number> {
    const records = this.o.records();
    const rows = await records.getMany<KeyRow>(SUBJECT_KEYS, subjects);
    const destroyed = new Set(rows.flatMap(({ id, value }) => (value.wrapped === undefined ? [id] : [])));
    const left = [...new Set(subjects)].filter((id) => !destroyed.has(id));
    // One write each: a batch would need a transaction, and here each one counts by itself.
    for (const id of left) await records.write([{ table: SUBJECT_KEYS, id, value: { destroyed: true } satisfies KeyRow }]);
    return left.length;
  }

  /** A keyed hash of a natural identifier that only this node can make: it finds who is recorded twice, and says nothing to others. */
  identityOf(identifier: string): string {
    return hmacText(this.identityKey, `yrd.identity.v1\n${identifier}`);
  }

  /**
   * A keyed hash of a natural identifier that all nodes make alike, under the newest key or the one named.
   * Null when this node does not hold that key.
   */
  tokenOf(identifier: string, epoch = this.o.matchingKeys[0]?.epoch): { readonly epoch: string; readonly token: string } | null {
    const key = this.o.matchingKeys.find((each) => each.epoch === epoch);
    return key ? { epoch: key.epoch, token: hmacText(key.key, `yrd.erasure.v1\n${identifier}`) } : null;
  }

  /** Names of the matching keys that this node has, newest first. */
  get epochs(): readonly string[] {
    return this.o.matchingKeys.map(({ epoch }) => epoch);
  }

  /** The pseudonym of an account, as `TokenVerifier` gives it to who comes with its token. */
  accountOf(issuer: string, sub: string): string {
    return pseudonymOf(this.o.personKey, issuer, sub);
  }

  private async keyOf(subject: string): Promise<Uint8Array> {
    const records = this.o.records();
    for (;;) {
      const found = await records.get<KeyRow>(SUBJECT_KEYS, subject);
      const stored = found?.value.wrapped;
      if (stored !== undefined) return (await this.o.wrapping.unwrap([{ subject, wrapped: stored }]))[0]!;
      if (found) throw new Erased(subject);
      const fresh = randomBytes(DATA_KEY_BYTES);
      const wrapped = await this.o.wrapping.wrap(subject, fresh);
      // Of two who make one at once, the first keeps it. What is used is what is stored.
      await records.write([{ table: SUBJECT_KEYS, id: subject, value: { wrapped } satisfies KeyRow, rev: 0 }]);
      fresh.fill(0);
    }
  }
}

/** A person as entries name him: the issuer belongs to it, since two issuers may both know a "1001". */
export const pseudonymOf = (personKey: Uint8Array, issuer: string, sub: string): string =>
  hmacText(personKey, JSON.stringify([issuer, sub])).slice(0, 16);

const without = (): Promise<never> => Promise.reject(new Error('this service was given nothing to wrap keys of persons with'));
const noWrapping: KeyWrapping = { wrap: without, unwrap: without };

/** What the custodies of a service are made of. */
export interface CustodyParts {
  readonly config: { readonly personal: PersonalConfig };
  readonly personKey: Uint8Array;
  readonly wrapping?: KeyWrapping;
}

/** The custody of one context of a service. Keys lie in the database of the context that keeps the persons. */
export const custodyFor = ({ config, personKey, wrapping = noWrapping }: CustodyParts, records: () => Records): Custody =>
  new Custody({ ...config.personal, personKey, wrapping, records });
