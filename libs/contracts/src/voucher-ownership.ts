/** Ownership of a firm or agency as far as V11 needs it: who holds, controls, represents and runs it, by keyed hashes alone. */
import { Type, type Static } from '@sinclair/typebox';
import { Hash, Id, Ratio, Text, federal, oneOf } from './schema.js';
import { Day } from './voucher-pack.js';

/** What somebody is to the party; `controlled` is a firm that the party controls (公司法 265). */
export const TIES = ['holder', 'controller', 'representative', 'officer', 'controlled'] as const;
/** `state`: a body that exercises the state's ownership (国资监管机构). Firms are not related merely because they share it. */
export const HOLDER_KINDS = ['person', 'firm', 'state'] as const;

/** One tie; `key` is an HMAC of the citizen identity number or 统一社会信用代码 under the four nodes' key, never either in clear. */
export const Tie = Type.Object({ as: oneOf(...TIES), kind: oneOf(...HOLDER_KINDS), key: Hash, share: Type.Optional(Ratio) });
export type Tie = Static<typeof Tie>;

/** `self` is the keyed hash of the party's own code: null where it has none, as a team that is not incorporated yet. */
export const Ownership = Type.Object({
  self: Type.Union([Hash, Type.Null()]),
  ties: Type.Array(Tie, { maxItems: 200 }),
  source: Text,
  /** Day it was true. */
  asOf: Day,
});
export type Ownership = Static<typeof Ownership>;

const hash = 'a'.repeat(64);

export const ownership = {
  /** An agency's, from its home: whoever decides about an order elsewhere compares keyed hashes. A subject's stays at home. */
  AgencyOwnershipStated: {
    ...federal(Type.Object({ agency: Id, ...Ownership.properties }), {
      agency: 'a1',
      self: hash,
      ties: [{ as: 'representative', kind: 'person', key: hash }],
      source: '国家企业信用信息公示系统',
      asOf: '2026-01-05',
    }),
    classification: 'sensitive',
  },
};
