/**
 * Who may do and see what: one row for every command of a person and for every reading. Routes and decisions both go by it;
 * docs/ACCESS.md is printed from it. A role opens the door; the condition says whose things lie behind it.
 */

/** Roles as they stand in tokens (domain 2.1, MLPS 2.0 for the three that run a node). One person may have several. */
export const ROLES = {
  enterprise: '企业、团队',
  agency: '服务机构',
  university: '高校院所',
  'district-reviewer': '区县审核',
  reviewer: '省级初审',
  approver: '复核审批',
  finance: '财政',
  'draw-officer': '专家抽取',
  supervisor: '监督管理',
  'integrity-officer': '诚信管理',
  auditor: '审计',
  operator: '系统运维',
  'security-admin': '安全管理',
} as const;
export type Role = keyof typeof ROLES;

/** What must hold beside the role. Whoever fails `own…` gets the answer for a thing that is not there. */
export const CONDITIONS = {
  none: { zh: '—', en: '—' },
  ownSubject: { zh: '本机构的用券主体', en: 'a subject of the own organisation' },
  ownAgency: { zh: '本机构的服务机构', en: 'an agency of the own organisation' },
  ownOrder: { zh: '本企业的订单', en: 'an order of the own enterprise' },
  agencyOrder: { zh: '本机构承接的订单', en: 'an order at the own agency' },
  ownOrStaff: { zh: '本机构的内容；本省工作人员可看全部', en: 'what is of the own organisation; staff of the province see all' },
  noParty: { zh: '不属于所涉企业或机构（回避，V16）', en: 'not of an organisation that it is about (recusal, V16)' },
  otherHand: {
    zh: '与前序经办人不同，且不属于所涉企业或机构（V16）',
    en: 'another person than who reviewed or approved before, and not of an organisation that it is about (V16)',
  },
} as const satisfies Readonly<Record<string, { readonly zh: string; readonly en: string }>>;
export type Condition = keyof typeof CONDITIONS;

export interface AccessRow {
  /** Bearers of any of these at their home node; `anybody` needs no token. */
  readonly roles: readonly Role[] | 'anybody';
  readonly condition: Condition;
  /** A token that is sent to an open route is verified, so that its bearer may see more. */
  readonly recognise?: true;
  readonly zh: string;
  readonly en: string;
}

const row = (roles: AccessRow['roles'], condition: Condition, zh: string, en: string): AccessRow => ({ roles, condition, zh, en });
const open = (zh: string, en: string): AccessRow => row('anybody', 'none', zh, en);

const firm: readonly Role[] = ['enterprise'];
const agent: readonly Role[] = ['agency'];
const entry: readonly Role[] = ['district-reviewer', 'reviewer'];
const reviewer: readonly Role[] = ['reviewer'];
const approver: readonly Role[] = ['approver'];
const finance: readonly Role[] = ['finance'];
const supervisor: readonly Role[] = ['supervisor'];
const operator: readonly Role[] = ['operator'];
const watchers: readonly Role[] = ['supervisor', 'integrity-officer'];
/** Who works for a province and may see what its node holds; a security administrator keeps the keys and sees no business. */
const staff: readonly Role[] = [...entry, 'approver', 'finance', 'supervisor', 'integrity-officer', 'auditor', 'operator'];
const parties: readonly Role[] = ['enterprise', 'agency', ...staff];

/** Whether somebody with these roles works for the province. */
export const isStaff = (roles: readonly string[]): boolean => staff.some((role) => roles.includes(role));

export const accessTable = {
  AdoptPolicy: row(supervisor, 'none', '采用政策包', 'Adopt a policy pack'),
  AdoptCalendarNotice: row(supervisor, 'none', '采用年度节假日安排通知', 'Adopt the notice of a year’s holidays and make-up workdays'),
  RegisterSubject: row(entry, 'noParty', '登记用券主体', 'Register a firm or team'),
  RecordSubjectFact: row(entry, 'noParty', '记录主体事实', 'Record a fact about a subject'),
  AllowProposer: row(firm, 'ownSubject', '允许服务机构代为提出订单', 'Let an agency propose orders in the subject’s name'),
  ApplyQuota: row(firm, 'ownSubject', '申领额度', 'Apply for a quota'),
  ReturnQuota: row(entry, 'noParty', '退回额度申请', 'Return a quota application with its defects'),
  RefuseQuota: row(entry, 'noParty', '不予通过额度申请', 'Refuse a quota application'),
  GrantQuota: row(approver, 'noParty', '授予额度', 'Grant a quota'),
  FreezeQuota: row(supervisor, 'noParty', '冻结额度', 'Freeze a quota'),
  UnfreezeQuota: row(supervisor, 'noParty', '解冻额度', 'Unfreeze a quota'),
  CloseQuota: row(supervisor, 'noParty', '关闭额度账户', 'Close a quota account'),
  AdmitAgency: row(supervisor, 'noParty', '服务机构入库', 'Admit an agency'),
  SuspendAgency: row(supervisor, 'noParty', '暂停服务机构', 'Suspend an agency'),
  ReinstateAgency: row(supervisor, 'noParty', '恢复服务机构', 'Reinstate an agency'),
  ListProduct: row(agent, 'ownAgency', '服务产品上架', 'List a product'),
  RevisePrice: row(agent, 'ownAgency', '调整价格', 'Revise the price of a product'),
  DelistProduct: row(agent, 'ownAgency', '服务产品下架', 'Take a product off the list'),
  RecogniseAgency: row(supervisor, 'none', '互认外省服务机构', 'Recognise an agency of another province'),
  RestrictRecognition: row(supervisor, 'none', '限制互认类别', 'Restrict a recognition to some classes'),
  WithdrawRecognition: row(supervisor, 'none', '撤回互认', 'Withdraw a recognition'),
  PlaceOrder: row(firm, 'ownSubject', '下单', 'Place an order'),
  CancelOrder: row(firm, 'ownOrder', '取消订单', 'Cancel an order'),
  SignContract: row(firm, 'ownOrder', '企业签署合同', 'Sign the contract as the enterprise'),
  ConfirmAcceptance: row(firm, 'ownOrder', '确认服务验收', 'Accept the service'),
  RaiseDispute: row(firm, 'ownOrder', '提出争议', 'Raise a dispute'),
  ResolveDispute: row(supervisor, 'noParty', '裁决争议', 'Resolve a dispute'),
  HoldOrder: row(watchers, 'noParty', '暂缓订单', 'Hold an order'),
  ReleaseOrder: row(watchers, 'noParty', '解除暂缓', 'Release a held order'),
  ProposeOrder: row(agent, 'ownAgency', '服务机构提出订单', 'Propose an order as the agency'),
  AcceptOrder: row(agent, 'agencyOrder', '接单', 'Accept an order'),
  DeclineOrder: row(agent, 'agencyOrder', '婉拒订单', 'Decline an order'),
  WithdrawFromOrder: row(agent, 'agencyOrder', '服务机构退出订单', 'Withdraw from an order'),
  SignAsAgency: row(agent, 'agencyOrder', '服务机构签署合同', 'Sign the contract as the agency'),
  DeliverService: row(agent, 'agencyOrder', '交付服务成果', 'Deliver the service'),
  RequestRedemption: row(agent, 'agencyOrder', '服务机构申请兑付（通兑）', 'Request redemption as the agency (通兑)'),
  SubmitRedemption: row(firm, 'ownOrder', '企业申请兑付（通用）', 'Submit the redemption as the enterprise (通用)'),
  ReviewRedemption: row(reviewer, 'noParty', '初审兑付', 'Review a redemption'),
  ReturnRedemption: row(reviewer, 'noParty', '退回补正（一次性告知）', 'Return a redemption with all its defects'),
  RefuseRedemption: row([...reviewer, ...approver], 'noParty', '不予兑付', 'Refuse a redemption'),
  ApproveRedemption: row(approver, 'otherHand', '复核批准兑付', 'Approve a redemption'),
  PubliciseOrder: row(reviewer, 'noParty', '公示', 'Publicise an approved redemption'),
  LodgeObjection: row([...parties.filter((role) => role !== 'auditor'), 'university'], 'none', '提出异议', 'Lodge an objection'),
  UpholdObjection: row(approver, 'noParty', '异议成立', 'Uphold an objection'),
  RejectObjection: row(approver, 'noParty', '驳回异议', 'Reject an objection'),
  InstructPayment: row(finance, 'otherHand', '发出付款指令', 'Instruct the payment'),
  ConfirmPaid: row(finance, 'noParty', '确认已付款', 'Confirm the payment by the treasury’s receipt'),
  CloseWindow: row(operator, 'none', '关闭清算窗口', 'Close a settlement window'),
  AskAttestation: row(operator, 'none', '要求重新对账', 'Ask for another look at every pair of a window'),
  ReadPolicies: open('本省政策包及其采用情况', 'The packs of this province and whether they are adopted'),
  ReadPolicy: open('一份政策包的全文', 'One pack in full'),
  ReadCalendar: open('已知年度及下一年度；未列出的年度均为暂定', 'Known years and the next; a year that is not listed is provisional'),
  ReadCalendarYear: open('一个年度的放假安排', 'The arrangement of one year'),
  ReadSubject: row(parties, 'ownOrStaff', '主体档案，可按方案核对资格', 'A subject, with its eligibility under a scheme when asked'),
  ReadQuotas: row(parties, 'ownOrStaff', '额度账户列表', 'Quota accounts of this province'),
  ReadQuota: row(parties, 'ownOrStaff', '一个额度账户', 'One quota account'),
  ReadAgencies: open('四省服务机构名录及互认情况', 'Agencies of all provinces, and where they are recognised'),
  ReadAgency: open('一家服务机构及其产品', 'One agency with its products'),
  ReadProducts: open('四省服务产品', 'Products of all provinces'),
  ReadProduct: open('一项服务产品', 'One product'),
  ReadRecognition: open('本省对一家外省机构的互认', 'What this province recognises of an agency'),
  ReadOrders: row(
    parties,
    'ownOrStaff',
    '订单列表；企业和机构须指明自己的 subject 或 agency',
    'Orders; enterprises and agencies name their own subject or agency',
  ),
  CountOrders: open('各状态订单数', 'How many orders are in each state'),
  ReadOrder: row(parties, 'ownOrStaff', '一张订单，ETag 为其版本', 'One order; ETag is its version'),
  ReadEngagement: row(parties, 'ownOrStaff', '本省机构就一订单所作的陈述', 'What an agency of this province stated about an order'),
  ReadRedemptions: row(staff, 'none', '兑付列表', 'Redemptions'),
  ReadLines: row(staff, 'none', '清算行：一省为一张订单欠另一省的款', 'Lines: what one province owes another for an order'),
  ReadWindows: open('清算窗口，新的在前', 'Settlement windows, the newest first'),
  ReadLatestWindow: open('最近一个清算窗口', 'The newest settlement window'),
  ReadWindow: open('一个清算窗口：截点、各省际对、轧差、四方摘要', 'One window: cuts, pairs, nets and the four digests'),
  AskLive: open('进程在应答', 'The process answers'),
  AskStarted: open('存储与主题已就绪；此前为 503', 'Storage and topics are open; 503 until then'),
  AskReady: open(
    '可办理业务；否则 503 并说明原因',
    'Commands are answered; 503 with reasons otherwise. Lists every journal with its lag and silence',
  ),
  ReadStatus: open('时钟、各账本的头、滞后与联署', 'Clock, journals with heads, lag and cosigners, and the other nodes'),
  FollowStatus: open('每秒一次的状态（服务器推送）', 'The status once a second, as server-sent events'),
  ReadMetrics: open('Prometheus 指标', 'Prometheus metrics'),
  ReadParked: row(['operator', 'auditor'], 'none', '搁置待处理的条目', 'Entries that could not be handled and wait for an operator'),
  AcceptLoss: row(
    operator,
    'none',
    '确认任何备份都没有的私有内容已丢失',
    'Goes on without private payloads that no backup has; an entry that everybody can read',
  ),
  ReadCheckpoint: open('账本最新的已签检查点（C2SP tlog-checkpoint）', 'The newest signed checkpoint (C2SP tlog-checkpoint) of a journal'),
  ReadTile: open(
    '散列块与条目包（C2SP tlog-tiles）',
    'Hash tiles and entry bundles (C2SP tlog-tiles): `tile/<L>/<N>[.p/<W>]`, `tile/entries/<N>[.p/<W>]`',
  ),
  ReadProof: open(
    '可离线核验的证明（C2SP tlog-proof），附两省联署',
    'A proof to keep and to check offline (C2SP tlog-proof), with the cosignatures of two other provinces',
  ),
  ReadKey: open('账本的验证公钥（C2SP）', 'The pinned C2SP verifier line of a journal'),
  ReadSecondKey: open('账本的 SM2 验证公钥', 'The verifier line of the SM2 key that signs beside it, where the journal has one'),
  ReadEntry: {
    ...open('一个条目及其证明，按身份决定可见深度', 'One entry with its proof; staff of a province also see what only its nodes may read'),
    recognise: true,
  },
  ReadClock: open('业务时间', 'What time it is for the domain'),
  MoveClock: row(
    operator,
    'none',
    '将演示时钟向前拨；生产环境不可用',
    'Moves the demo clock forward, for all nodes that share it; never back (409). Not in production',
  ),
} as const satisfies Readonly<Record<string, AccessRow>>;

export type AccessName = keyof typeof accessTable;
