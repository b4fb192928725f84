/** Who takes part: the pinned public keys and addresses of every node. The same file at every node, agreed out of band. */

/** The line of a key, certified by the identity key of its node, perhaps up to a time. */
export interface CertifiedKey {
  readonly key: string;
  /** The identity key's signature (base64) over `certificateText`. */
  readonly certificate: string;
  /** Domain ms up to which the certificate holds; without it for ever. */
  readonly notAfterMs?: number;
}

/** A key that the operators agreed on out of band after the one before was lost or stolen: it signs from a size of the tree on. */
export interface RepinnedKey extends CertifiedKey {
  readonly from: number;
  readonly sm2?: CertifiedKey;
}

/** The first key of a journal, and those that were pinned later without the word of the one before. */
export interface PinnedKey extends CertifiedKey {
  readonly then?: readonly RepinnedKey[];
}

/** Keys of one province as the others pin them. */
export interface FederationNode {
  /** Two-digit province code, `31`. */
  readonly province: string;
  readonly name: string;
  /** Where its people and peers reach it over HTTP. */
  readonly url: string;
  /** C2SP verifier line of the identity key, which certifies the others. */
  readonly identity: string;
  /** Context → the journal's first verifier line, certified, and what was pinned after it. */
  readonly journals: Readonly<Record<string, PinnedKey>>;
  /** Context → verifier line of the cosigner key. */
  readonly cosigners: Readonly<Record<string, string>>;
  /** Context → line of the key that entries for this province are encrypted to, certified like a journal's. */
  readonly boxes?: Readonly<Record<string, CertifiedKey>>;
  /** Context → the journal's second verifier line, of an SM2 key, certified too: where it is pinned, notes bear both signatures. */
  readonly sm2?: Readonly<Record<string, CertifiedKey>>;
}

export interface Federation {
  /** Host part of every origin, e.g. `yrd.local`. */
  readonly federation: string;
  readonly nodes: readonly FederationNode[];
}

/** Origin and key name of a journal: `yrd.local/log/31/voucher`. */
export const originOf = (federation: string, journal: string): string => `${federation}/log/${journal}`;

/** Key name of the cosigner of a node in a context: `yrd.local/witness/31/voucher`. */
export const cosignerName = (federation: string, province: string, context: string): string =>
  `${federation}/witness/${province}/${context}`;

/** Name of the key that entries for a node are encrypted to: `yrd.local/box/31/voucher`. */
export const boxName = (federation: string, province: string, context: string): string => `${federation}/box/${province}/${context}`;

/** Name of a journal's SM2 key: `yrd.local/sm2/31/voucher`. */
export const sm2Name = (federation: string, province: string, context: string): string => `${federation}/sm2/${province}/${context}`;

/** Key name of a node's identity: `yrd.local/node/31`. */
export const identityName = (federation: string, province: string): string => `${federation}/node/${province}`;

/** The exact text that an identity key signs to certify a key of its node, for ever or up to a time (domain ms). */
export const certificateText = (verifierLine: string, notAfterMs?: number): string =>
  notAfterMs === undefined ? `yrd.ledger.certificate.v1\n${verifierLine}\n` : `yrd.ledger.certificate.v2\n${verifierLine}\n${notAfterMs}\n`;

/** `31/voucher` → its two parts. */
export const journalParts = (journal: string): { readonly province: string; readonly context: string } => {
  const [province = '', context = ''] = journal.split('/');
  return { province, context };
};
