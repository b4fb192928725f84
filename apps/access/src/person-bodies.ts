/** What requests about persons look like: every field with its limits, in both languages. */
import { DISCLOSURE_PURPOSES, PERSON_KINDS, type DisclosurePurpose, type PersonField, type PersonKind } from '@yrd/contracts';
import { FreeText, Issued, MadeId, OneOf, OrganisationId, ListQuery, TextField, WordList, type Words } from '@yrd/platform';
import { emailAddress, personId, phoneNumber } from '@yrd/standards';

const KINDS = Object.keys(PERSON_KINDS) as PersonKind[];
const PURPOSES = Object.keys(DISCLOSURE_PURPOSES) as DisclosurePurpose[];
const STATES = ['held', 'asked', 'postponed', 'erased'] as const;

const PersonName = (words: Partial<Words> = {}): PropertyDecorator => FreeText(60, { zh: '姓名', en: 'name', ...words }, '张三');
const IdNumber = (): PropertyDecorator =>
  Issued(
    'isPersonId',
    personId.parse,
    { zh: '公民身份号码', en: 'citizen identity number (GB 11643)', optional: true },
    '11010519491231002X',
  );
const Phone = (): PropertyDecorator =>
  Issued('isPhone', phoneNumber.parse, { zh: '电话号码', en: 'telephone number', optional: true }, '13800000000');
const Email = (): PropertyDecorator =>
  Issued('isEmail', emailAddress.parse, { zh: '电子邮箱', en: 'e-mail address', optional: true }, 'zhang.san@example.com');
/** A number of a case, `沪科监〔2026〕12号`: letters, digits and the brackets of documents. */
const CaseNumber = (): PropertyDecorator =>
  TextField(
    /^[\p{L}\p{Nd}〔〕（）()[\]._/-]{1,40}$/u,
    40,
    { zh: '案件或办件编号，不得为个人号码', en: 'number of the case; never a number of a person' },
    '苏科监2026-12',
    String.raw`^[A-Za-z0-9\u3014\u3015\u4e00-\u9fff()._/-]{1,40}$`,
  );

export class PersonPath {
  @MadeId({ zh: '人员编号', en: 'id of the person' })
  person: string;
}

export class ErasurePath {
  @MadeId({ zh: '删除申请编号', en: 'id of the erasure' })
  erasure: string;
}

export class RecordPersonBody {
  @OrganisationId()
  organisation: string;

  @OneOf(KINDS, { zh: 'contact 联系人，representative 法定代表人，member 团队成员，expert 专家', en: 'in what capacity' })
  kind: PersonKind;

  @PersonName()
  name: string;

  @IdNumber()
  idNumber?: string;

  @Phone()
  phone?: string;

  @Email()
  email?: string;

  @WordList(
    /^[a-z][a-z-]{1,39}$/,
    10,
    { zh: '所属记录类别，决定保存期限', en: 'classes of records, of the retention pack, that the person stands in', optional: true },
    ['entrusted'],
    0,
  )
  records?: string[];
}

export class CorrectPersonBody {
  @PersonName({ optional: true })
  name?: string;

  @IdNumber()
  idNumber?: string;

  @Phone()
  phone?: string;

  @Email()
  email?: string;

  @WordList(/^(phone|email)$/, 2, { zh: '删去的项', en: 'fields to take away', optional: true }, ['email'])
  remove?: ('phone' | 'email')[];
}

export class BindAccountBody {
  @TextField(
    /^https?:\/\/[^\s"<>]{1,190}$/,
    200,
    { zh: '身份提供方，与令牌 iss 一致', en: 'issuer, as in the token’s iss' },
    'https://id.example.cn',
  )
  issuer: string;

  @TextField(/^[\x21-\x7e]{1,255}$/, 255, { zh: '账号，与令牌 sub 一致', en: 'account, as in the token’s sub' }, 'user-1001')
  account: string;
}

export class DisclosePersonBody {
  @WordList(/^(name|idNumber|phone|email)$/, 4, { zh: '要查阅的项', en: 'which fields' }, ['phone'])
  fields: PersonField[];

  @OneOf(PURPOSES, { zh: '目的', en: 'purpose' })
  purpose: DisclosurePurpose;

  @CaseNumber()
  caseNumber: string;

  @TextField(/^[A-Z0-9-]{2,40}$/, 40, { zh: '法律依据代码', en: 'code of the legal basis' }, 'PIPL-13')
  legalBasis: string;
}

export class AskErasureBody {
  @CaseNumber()
  caseNumber: string;
}

export class AdoptRetentionBody {
  @TextField(/^[a-z0-9.-]{1,40}$/, 40, { zh: '版本', en: 'version of the pack' }, '32-retention-2025.1')
  version: string;
}

export class PersonsQuery extends ListQuery {
  @TextField(/^[A-Za-z0-9._-]{1,64}$/, 64, { zh: '机构', en: 'organisation', optional: true }, 'org-huaying')
  organisation?: string;

  @OneOf(KINDS, { zh: '身份', en: 'capacity', optional: true })
  kind?: PersonKind;

  @OneOf(STATES, { zh: '状态', en: 'state', optional: true })
  state?: (typeof STATES)[number];
}
