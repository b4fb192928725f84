/** Refusal codes: what a person reads, the clause behind it, and the HTTP status that the platform answers with. */

export interface Code {
  readonly zh: string;
  readonly en: string;
  /** The rule of the domain or of the platform that refuses. */
  readonly clause: string;
  readonly status: number;
}

const code = (status: number, clause: string, zh: string, en: string): Code => ({ status, clause, zh, en });

/** Every code that a context or the platform may answer with; additions only. */
export const codes = {
  'E-SUBJECT': code(422, 'V1', '申领主体不符合条件', 'The subject is not eligible.'),
  'E-YEAR': code(409, 'V2', '当年已申领', 'This year has been claimed already.'),
  'E-QUOTA': code(409, 'V4 V5', '创新券额度不足', 'The voucher quota does not suffice.'),
  'E-GROUPCAP': code(409, 'V3', '同一实际控制人额度已满', "The cap of the actual controller's group is reached."),
  'E-POOL': code(409, 'V4', '资金池额度不足', 'The pool of this scheme and year is exhausted.'),
  'E-ADMISSION': code(
    422,
    'V8',
    '不符合服务机构入库条件（逐项告知）',
    'The agency does not meet the conditions of entry; each unmet one is named.',
  ),
  'E-AGENCY': code(409, 'V7', '服务机构未在库或已暂停', 'The agency is not active at home.'),
  'E-RECOG': code(409, 'V7 M1', '本地未互认该服务机构', 'The agency is not recognised here.'),
  'E-QUALIF': code(422, 'V9', '资质缺失或超出范围', 'A qualification is missing or out of scope.'),
  'E-CLASS': code(422, 'V7 M1', '服务类别不在范围内', 'The service class is not covered.'),
  'E-FEE': code(422, 'M3', '收费高于公示价格', 'The fee is above the published listing.'),
  'E-STATUTORY': code(422, 'V10', '法定检测不予补助', 'Tests mandated by law are not eligible.'),
  'E-RELATED': code(422, 'V11', '交易双方存在关联关系', 'The parties are related.'),
  'E-DATE': code(422, 'V12', '合同日期不符', 'The contract date lies before the order or outside the validity.'),
  'E-WINDOW': code(409, 'V13', '已过使用期或兑付期', 'The use or redemption window is over.'),
  'E-INVOICE': code(409, 'V15', '发票已被使用或不符', 'The invoice is used up, red-lettered or of another party.'),
  'E-DUPFILE': code(409, 'A9', '服务成果重复', 'The same deliverable was handed in before.'),
  'E-SPLIT': code(409, 'V30', '疑似拆分订单', 'The orders look like one that was split.'),
  'E-STACK': code(422, 'V26', '各级补助合计超限', 'All public support together exceeds the limit.'),
  'E-INTEGRITY': code(
    403,
    'V1',
    '信用限制期内',
    'A sanction bars the subject, or the answer is unknown and the policy does not allow that.',
  ),
  'E-STALE': code(503, 'M2', '对方数据已过时限', "The peer's data is older than the limit."),
  'E-RECUSE': code(
    403,
    'V16',
    '经办人员须回避',
    'Somebody else must decide: nobody acts twice on one redemption, for the own organisation, or about a party they have an interest in.',
  ),
  'E-FILE': code(422, 'V14', '材料不齐（一次性告知）', 'The file is incomplete; all defects are listed.'),
  'E-BORDER': code(
    422,
    'domain 7.1',
    '内容将共享给外省，不得含个人信息（身份证号、手机号、银行卡号、邮箱）',
    'This will be read by other provinces and must hold nothing personal: no identity number, mobile phone, bank card or e-mail address.',
  ),
  'E-ERASED': code(410, 'PIPL 47', '该个人信息已删除，无法恢复', 'These personal data are erased; nobody can bring them back.'),
  'E-RESTRICTED': code(
    409,
    'PIPL 47',
    '已申请删除，仅因法定保存期限而保留，除存储外不得处理',
    'Erasure was asked for; the data are kept only because the law says so, and may not be used otherwise.',
  ),
  'E-STATE': code(409, 'domain 2.3', '当前状态不允许此操作', 'The present state does not allow this.'),
  'E-NOTFOUND': code(404, 'platform', '未找到', 'There is no such thing here.'),
  // In a journal of refusals only; over HTTP it is E-NOTFOUND, so that nobody learns that the thing is there.
  'E-ROW': code(404, 'platform', '未找到', 'There is no such thing here.'),
  'E-ROLE': code(403, 'architecture 7', '无权操作', 'The role or organisation may not do this.'),
  'E-HOME': code(421, 'architecture 4', '请到所属省份节点办理', 'This is done at the home node of the organisation.'),
  'E-AUTH': code(401, 'platform', '未登录或凭证无效', 'The bearer token is missing or not valid.'),
  'E-VALIDATION': code(400, 'platform', '输入有误', 'The input is malformed.'),
  'E-VERSION': code(412, 'platform', '数据已被他人修改', 'The version in If-Match is not the present one.'),
  'E-IDEMPOTENCY': code(422, 'platform', '同一幂等键的内容不同', 'The same idempotency key came with another body.'),
  'E-BUSY': code(429, 'platform', '系统繁忙', 'The queue is full; try again later.'),
  'E-UNAVAILABLE': code(503, 'platform', '暂不可用', 'The node cannot answer now; try again later.'),
} as const satisfies Readonly<Record<string, Code>>;

export type CodeName = keyof typeof codes;

/** Of another organisation: told like what is not there, so that nobody learns of a thing by guessing its id. */
export const CONCEALED = 'E-ROW' satisfies CodeName;
