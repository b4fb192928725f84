/** Ties of a party (V11) as clerks bring them, in a request or a table, and as they go on: by keyed hashes alone. */
import { HOLDER_KINDS, TIES, type Ownership } from '@yrd/contracts';
import { Issued, Nested, OneOf } from '@yrd/platform';
import { personId } from '@yrd/standards';
import type { Desk } from '../desk.js';
import { Uscc } from '../fields.js';
import { Share } from '../orders/order-bodies.js';

/** How many ties one record takes. */
export const TIES_MAX = 200;

/** One tie as a clerk reads it off the register of firms. */
export class TieBody {
  @OneOf(TIES, {
    zh: 'holder 股东，controller 实际控制人，representative 法定代表人，officer 董事、监事、高管，controlled 其控制的企业',
    en: 'what somebody is to the party; controlled: a firm that the party controls',
  })
  as: (typeof TIES)[number];

  @OneOf(HOLDER_KINDS, {
    zh: 'person 自然人，firm 企业，state 国资监管机构',
    en: 'person, firm, or a body that exercises the state’s ownership',
  })
  kind: (typeof HOLDER_KINDS)[number];

  @Issued(
    'isPersonId',
    personId.parse,
    { zh: '公民身份号码（自然人），只存带钥杂凑', en: 'citizen identity number of a person; only its keyed hash is kept', optional: true },
    '11010519491231002X',
  )
  idNumber?: string;

  @Uscc({ zh: '统一社会信用代码（企业、国资机构）', en: 'unified social credit code of a firm or body', optional: true })
  uscc?: string;

  @Nested(() => Share, { zh: '持股比例', en: 'the share held', optional: true })
  share?: Share;
}

export const ONE_NUMBER = {
  zh: '自然人填 idNumber，企业和国资机构填 uscc，且只填一项',
  en: 'a person has an idNumber, a firm or body a uscc, and nobody both',
};

/** Whether it has the one number that its kind has. */
export const isNumberedRight = ({ kind, idNumber, uscc }: TieBody): boolean =>
  kind === 'person' ? idNumber !== undefined && uscc === undefined : uscc !== undefined && idNumber === undefined;

/** A record as it is told to the ledger: numbers become keyed hashes. `own` is the party's own code, empty where it has none. */
export const ownershipOf = (
  desk: Desk,
  { ties, source, asOf }: Pick<Ownership, 'source' | 'asOf'> & { readonly ties: readonly TieBody[] },
  own: string,
): Ownership => ({
  self: own === '' ? null : desk.party(own),
  ties: ties.map(({ as, kind, idNumber, uscc, share }) => ({
    as,
    kind,
    key: desk.party(idNumber ?? uscc ?? ''),
    ...(share === undefined ? {} : { share: { of: share.of, in: share.in } }),
  })),
  source,
  asOf,
});
