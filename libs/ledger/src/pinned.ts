/** The keys of a federation as they are pinned: checked once, when the node opens. */
import { invariant } from './decider.js';
import {
  boxName,
  cosignerName,
  identityName,
  originOf,
  sm2Name,
  type CertifiedKey,
  type Federation,
  type FederationNode,
} from './federation.js';
import { certifiedVerifier, isCertifiedLine, type KeyPeriod } from './key-periods.js';
import type { PinnedKeys } from './key-ring.js';
import { parseBoxKey } from './lock.js';
import { parseVerifier, type Verifier } from './note.js';
import type { Hasher, Signer, Suite } from './ports.js';

export interface Pinned {
  /** The first verifier of a journal; undefined when it is not of this federation. */
  journal(name: string): Verifier | undefined;
  /** All that is pinned of a journal's keys. Throws when it is not of this federation. */
  keys(name: string): PinnedKeys;
  /** The first cosigner of a node in this context. Throws when it has none. */
  cosigner(province: string): Verifier;
  readonly cosigners: ReadonlyMap<string, Verifier>;
  /** Province → the public key that entries for it are encrypted to; a node made before there were such keys has none. */
  readonly boxes: ReadonlyMap<string, Uint8Array>;
}

interface Tools {
  readonly hasher: Hasher;
  readonly signer: Signer;
}

/** Reads the keys of one node in one context. Throws an Error that names the first bad one. */
class NodeKeys {
  private readonly where: string;
  readonly journal: string;
  readonly identity: Verifier;

  constructor(
    private readonly tools: Tools,
    private readonly federation: string,
    private readonly node: FederationNode,
    private readonly context: string,
  ) {
    this.where = `In the federation file, node ${node.province}`;
    this.journal = `${node.province}/${context}`;
    this.identity = this.read(node.identity, identityName(federation, node.province), 'identity');
  }

  private read(line: string | undefined, name: string, what: string, suite: Suite = 'ed25519'): Verifier {
    const verifier = line === undefined ? null : parseVerifier(this.tools.hasher, line);
    if (!verifier || verifier.name !== name || verifier.suite !== suite)
      throw new Error(`${this.where} has no good ${what} key named ${name}: write it anew from the node's own key file.`);
    return verifier;
  }

  private certified(stated: CertifiedKey | undefined, name: string, what: string, suite?: Suite): Verifier {
    const verifier = this.read(stated?.key, name, what, suite);
    if (!stated || !certifiedVerifier(this.tools, this.identity, stated))
      throw new Error(`${this.where}: its identity key does not certify the ${what} key of ${this.journal}.`);
    return verifier;
  }

  cosigner(): Verifier {
    return this.read(this.node.cosigners[this.context], cosignerName(this.federation, this.node.province, this.context), 'cosigner');
  }

  box(): Uint8Array | null {
    const box = this.node.boxes?.[this.context];
    if (!box) return null;
    const key = parseBoxKey(this.tools.hasher, boxName(this.federation, this.node.province, this.context), box.key);
    if (!key) throw new Error(`${this.where} has no good box key for ${this.journal}: write it anew from the node's own key file.`);
    if (!isCertifiedLine(this.tools, this.identity, box))
      throw new Error(`${this.where}: its identity key does not certify the box key of ${this.journal}.`);
    return key;
  }

  /** The first key, then those that were pinned out of band, each up to where the next begins. */
  periods(): readonly KeyPeriod[] {
    const first = this.node.journals[this.context];
    const sm2 = this.node.sm2?.[this.context];
    const stated = [{ ...first, from: 0, ...(sm2 && { sm2 }) }, ...(first?.then ?? [])] as const;
    return stated.map((each, at) => {
      const key = this.certified(each as CertifiedKey, originOf(this.federation, this.journal), 'journal');
      const second = each.sm2 && this.certified(each.sm2, sm2Name(this.federation, this.node.province, this.context), 'SM2', 'sm2');
      const until = stated[at + 1]?.from ?? Infinity;
      if (!(each.from < until)) throw new Error(`${this.where}: the keys of ${this.journal} must follow each other in size.`);
      const notAfterMs = Math.min(each.notAfterMs ?? Infinity, each.sm2?.notAfterMs ?? Infinity);
      const open = { joint: false, revokedFrom: Infinity, certified: [] };
      return { key: second ? { ...key, second } : key, from: each.from, until, notAfterMs, ...open };
    });
  }
}

/** Reads the keys of all nodes in one context. Throws an Error that names the first bad one. */
export const pin = (tools: Tools, { federation, nodes }: Federation, context: string): Pinned => {
  const journals = new Map<string, PinnedKeys>();
  const cosigners = new Map<string, Verifier>();
  const boxes = new Map<string, Uint8Array>();
  for (const node of nodes) {
    const keys = new NodeKeys(tools, federation, node, context);
    const periods = keys.periods();
    const box = keys.box();
    if (box) boxes.set(node.province, box);
    const key = keys.cosigner();
    const always = { fromMs: 0, untilMs: Infinity, notAfterMs: Infinity, revokedFromMs: Infinity, certified: [] };
    journals.set(keys.journal, { identity: keys.identity, state: { periods, cosigners: [{ key, ...always }] } });
    cosigners.set(node.province, key);
  }
  const found = <T>(value: T | undefined, what: string): T => {
    invariant(value !== undefined, `No key is pinned for ${what}.`);
    return value;
  };
  return {
    journal: (name) => journals.get(name)?.state.periods[0]?.key,
    keys: (name) => found(journals.get(name), name),
    cosigner: (province) => found(cosigners.get(province), `the cosigner of ${province}`),
    cosigners,
    boxes,
  };
};
