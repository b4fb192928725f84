/** Persons as other provinces may read of them: that an erasure was asked for, by a keyed hash, and what each node did about it. */
import { Type, type Static } from '@sinclair/typebox';
import { wireType, type EntryType } from '@yrd/ledger';
import { Retention } from './retention.js';
import { CodeWord, Hash, Id, Ms, Province, federal, oneOf, open, type EntryContract } from './schema.js';

/** What may be recorded of a person, each sealed by itself. */
export const PERSON_FIELDS = {
  name: { zh: '姓名', en: 'name' },
  idNumber: { zh: '公民身份号码', en: 'citizen identity number' },
  phone: { zh: '电话', en: 'telephone' },
  email: { zh: '电子邮箱', en: 'e-mail' },
} as const satisfies Readonly<Record<string, { readonly zh: string; readonly en: string }>>;
export type PersonField = keyof typeof PERSON_FIELDS;

/** In what capacity a person is recorded for an organisation. */
export const PERSON_KINDS = {
  contact: { zh: '联系人', en: 'contact' },
  representative: { zh: '法定代表人', en: 'legal representative' },
  member: { zh: '团队成员', en: 'team member' },
  expert: { zh: '专家', en: 'expert' },
} as const satisfies Readonly<Record<string, { readonly zh: string; readonly en: string }>>;
export type PersonKind = keyof typeof PERSON_KINDS;

/** For what a full value may be read (PIPL 6: a clear and reasonable purpose). `kept` also while erasure waits for a retention duty. */
export const DISCLOSURE_PURPOSES = {
  'identity-check': { zh: '核验身份', en: 'to check who somebody is', kept: false },
  'service-contact': { zh: '办理业务联系', en: 'to reach somebody about a matter', kept: false },
  'subject-request': { zh: '本人查阅、复制', en: 'for the person himself (PIPL 45)', kept: true },
  supervision: { zh: '监督检查、审计', en: 'supervision, audit', kept: true },
  'lawful-order': { zh: '依法调取', en: 'by order of a court or authority', kept: true },
} as const satisfies Readonly<Record<string, { readonly zh: string; readonly en: string; readonly kept: boolean }>>;
export type DisclosurePurpose = keyof typeof DISCLOSURE_PURPOSES;

/** What a node did: it held the person and destroyed the key; it held nobody; or a duty to keep the data still runs. */
export const ERASURE_OUTCOMES = ['erased', 'not-held', 'postponed'] as const;
export type ErasureOutcome = (typeof ERASURE_OUTCOMES)[number];

/** `PIPL-47`: 个人信息保护法 art 47; `CN-NETDATA-12`: 网络数据安全管理条例 art 12. */
export const personContracts = {
  /** `token`: HMAC of the person's identity number under a key that the four nodes share, named by `epoch`. */
  ErasureAsked: federal(
    Type.Object({ erasure: Id, epoch: CodeWord, token: Hash }),
    { erasure: '0f3c5a9b1d2e4f60718293a4b5', epoch: '2026', token: 'a'.repeat(64) },
    'PIPL-47',
  ),
  ErasureAttested: federal(
    Type.Object({
      erasure: Id,
      origin: Province,
      outcome: oneOf(...ERASURE_OUTCOMES),
      atMs: Ms,
      /** Days that copies of the table of keys live: until then a copy could bring the key back, and nobody may. */
      keyBackupDays: Type.Integer({ minimum: 0 }),
      /** Of a postponement: until when the longest duty runs, and which it is. */
      untilMs: Type.Optional(Ms),
      basis: Type.Optional(CodeWord),
    }),
    { erasure: '0f3c5a9b1d2e4f60718293a4b5', origin: '32', outcome: 'erased', atMs: 5, keyBackupDays: 30 },
    'PIPL-47',
  ),
  RetentionAdopted: open(
    Type.Object({ version: CodeWord, fromMs: Ms, pack: Retention }),
    {
      version: '32-retention-2026.1',
      fromMs: 1,
      pack: {
        province: '32',
        version: '32-retention-2026.1',
        title: '江苏省个人信息保存期限',
        from: '2025-09-01',
        classes: [{ class: 'entrusted', title: '提供、委托处理记录', days: 1_095, basis: 'CN-NETDATA-12' }],
        notes: [{ field: 'entrusted', assumed: false, source: 'domain 1.8' }],
      },
    },
    'CN-NETDATA-12',
  ),
};

export type PersonEntryName = keyof typeof personContracts;

/** The payload of a shared entry. */
export type PersonData<N extends PersonEntryName> = Static<(typeof personContracts)[N]['data']>;

/** A shared entry as an event. */
export type PersonEvent<N extends PersonEntryName = PersonEntryName> = {
  [K in N]: { readonly type: K; readonly data: PersonData<K> };
}[N];

/** What the leaf says of each kind of shared entry. */
export const personEntryTypes: Readonly<Record<PersonEntryName, EntryType>> = Object.fromEntries(
  Object.entries<EntryContract>(personContracts).map(([name, { version, audience, classification, legalBasis }]) => [
    name,
    { type: wireType('access', name, version), audience, classification, legalBasis },
  ]),
) as Record<PersonEntryName, EntryType>;
