/** What rows of the access table are made of: roles, conditions, and the groups of roles that share a row. */

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
  ownRecords: { zh: '本人所为，或涉及本机构内容', en: 'own acts, and what others did with things of the own organisation' },
  refusalsOnly: { zh: '安全管理员只见被拒与丢失的记录', en: 'a security administrator sees what was refused or dropped' },
  ownPersonOrStaff: {
    zh: '本机构的人员，或本人；本省工作人员可看全部',
    en: 'a person of the own organisation, or oneself; staff of the province see all',
  },
  ownPersonOrSelf: { zh: '本机构的人员，或本人；审计可看全部', en: 'a person of the own organisation, or oneself; auditors see all' },
  selfOrClerk: { zh: '本人，或经本人申请的窗口经办人', en: 'oneself, or a clerk at whom the person asked for it' },
  ownImport: { zh: '本机构的导入', en: 'an import of the own organisation' },
  eachRow: { zh: '逐行按其命令的权限核对', en: 'every row is checked as its own command would be' },
  noParty: {
    zh: '不属于所涉企业或机构，且与其无登记的利害关系（回避，V16）',
    en: 'not of an organisation that it is about, and without a declared interest in it (recusal, V16)',
  },
  otherHand: {
    zh: '与前序经办人不同，不属于所涉企业或机构，且与其无登记的利害关系（V16）',
    en: 'another person than who reviewed or approved before, of no organisation that it is about, with no declared interest in it (V16)',
  },
} as const satisfies Readonly<Record<string, { readonly zh: string; readonly en: string }>>;
export type Condition = keyof typeof CONDITIONS;

export interface AccessRow {
  /** Bearers of any of these at their home node; `anybody` needs no token. */
  readonly roles: readonly Role[] | 'anybody';
  readonly condition: Condition;
  /** A token that is sent to an open route is verified, so that its bearer may see more. */
  readonly recognise?: true;
  /** Here a role counts as the token claims it, also one that a node binds to persons itself. */
  readonly unbound?: true;
  /** `read`: a reading that is audited though no condition says so. `itself`: its own entry is the record, and no other is made. */
  readonly audited?: 'read' | 'itself';
  readonly zh: string;
  readonly en: string;
}

/** One row. */
export const row = (roles: AccessRow['roles'], condition: Condition, zh: string, en: string): AccessRow => ({ roles, condition, zh, en });
/** A row for anybody. */
export const open = (zh: string, en: string): AccessRow => row('anybody', 'none', zh, en);

/** Everybody who has any role. */
export const everybody = Object.keys(ROLES) as readonly Role[];
export const firm: readonly Role[] = ['enterprise'];
export const agent: readonly Role[] = ['agency'];
export const entry: readonly Role[] = ['district-reviewer', 'reviewer'];
export const district: readonly Role[] = ['district-reviewer'];
export const reviewer: readonly Role[] = ['reviewer'];
export const approver: readonly Role[] = ['approver'];
export const finance: readonly Role[] = ['finance'];
export const supervisor: readonly Role[] = ['supervisor'];
export const operator: readonly Role[] = ['operator'];
/** Who keeps the keys of a node. */
export const keeper: readonly Role[] = ['security-admin'];
/** Who may become security administrator: people of the province that neither run nor audit its node (MLPS 2.0: three duties). */
export const securityCandidates: readonly Role[] = [
  ...entry,
  'approver',
  'finance',
  'draw-officer',
  'supervisor',
  'integrity-officer',
  'security-admin',
];
export const watchers: readonly Role[] = ['supervisor', 'integrity-officer'];
/** Who works for a province and may see what its node holds; a security administrator keeps the keys and sees no business. */
export const staff: readonly Role[] = [...entry, 'approver', 'finance', 'supervisor', 'integrity-officer', 'auditor', 'operator'];
export const parties: readonly Role[] = ['enterprise', 'agency', ...staff];
export const organisations: readonly Role[] = ['enterprise', 'agency', 'university'];

/** Whether a successful reading is a record of the audit: what is not for everybody with the role, and the audit itself. */
export const isSensitive = ({ roles, condition, audited }: AccessRow): boolean =>
  roles !== 'anybody' && (condition !== 'none' || audited === 'read');

/** Whether somebody with these roles works for the province. */
export const isStaff = (roles: readonly string[]): boolean => staff.some((role) => roles.includes(role));
