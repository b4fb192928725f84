/** The keys of a federation as they are pinned: checked once, when the node opens. */
import { fromBase64, utf8 } from './bytes.js';
import { invariant } from './decider.js';
import { boxName, certificateText, cosignerName, identityName, originOf, sm2Name, type Federation } from './federation.js';
import { parseBoxKey } from './lock.js';
import { parseVerifier, type Verifier } from './note.js';
import type { Hasher, Signer, Suite } from './ports.js';

export interface Pinned {
  /** The verifier of a journal; undefined when it is not of this federation. */
  journal(name: string): Verifier | undefined;
  /** The cosigner of a node in this context. Throws when it has none. */
  cosigner(province: string): Verifier;
  readonly cosigners: ReadonlyMap<string, Verifier>;
  /** Province → the public key that entries for it are encrypted to; a node made before there were such keys has none. */
  readonly boxes: ReadonlyMap<string, Uint8Array>;
}

/** Reads the keys of all nodes in one context. Throws an Error that names the first bad one. */
export const pin = (tools: { readonly hasher: Hasher; readonly signer: Signer }, federation: Federation, context: string): Pinned => {
  const journals = new Map<string, Verifier>();
  const cosigners = new Map<string, Verifier>();
  const boxes = new Map<string, Uint8Array>();
  for (const node of federation.nodes) {
    const where = `In the federation file, node ${node.province}`;
    const read = (line: string | undefined, name: string, what: string, suite: Suite = 'ed25519'): Verifier => {
      const verifier = line === undefined ? null : parseVerifier(tools.hasher, line);
      if (!verifier || verifier.name !== name || verifier.suite !== suite)
        throw new Error(`${where} has no good ${what} key named ${name}: write it anew from the node's own key file.`);
      return verifier;
    };
    const identity = read(node.identity, identityName(federation.federation, node.province), 'identity');
    const name = `${node.province}/${context}`;
    const journal = read(node.journals[context]?.key, originOf(federation.federation, name), 'journal');
    const certified = (line: string, encoded: string, what: string): void => {
      const certificate = fromBase64(encoded);
      if (!certificate || !tools.signer.verify(identity.suite, identity.publicKey, utf8(certificateText(line)), certificate))
        throw new Error(`${where}: its identity key does not certify the ${what} key of ${name}.`);
    };
    certified(journal.line, node.journals[context]?.certificate ?? '', 'journal');
    const box = node.boxes?.[context];
    if (box) {
      const key = parseBoxKey(tools.hasher, boxName(federation.federation, node.province, context), box.key);
      if (!key) throw new Error(`${where} has no good box key for ${name}: write it anew from the node's own key file.`);
      certified(box.key, box.certificate, 'box');
      boxes.set(node.province, key);
    }
    const sm2 = node.sm2?.[context];
    const second = sm2 && read(sm2.key, sm2Name(federation.federation, node.province, context), 'SM2', 'sm2');
    if (second) certified(second.line, sm2.certificate, 'SM2');
    journals.set(name, second ? { ...journal, second } : journal);
    cosigners.set(node.province, read(node.cosigners[context], cosignerName(federation.federation, node.province, context), 'cosigner'));
  }
  return {
    journal: (name) => journals.get(name),
    cosigner: (province) => invariantVerifier(cosigners.get(province), `the cosigner of ${province}`),
    cosigners,
    boxes,
  };
};

export const invariantVerifier = (verifier: Verifier | undefined, what: string): Verifier => {
  invariant(verifier !== undefined, `No key is pinned for ${what}.`);
  return verifier;
};
