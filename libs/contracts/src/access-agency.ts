/** Rows of service agencies: how they come in, how their province watches over them, and what anybody may read of them. */
import { agent, approver, open, parties, reviewer, row, staff, supervisor, watchers, type AccessRow } from './access-rows.js';

export const agencyRows = {
  SelfAssess: row(agent, 'none', '服务机构自评申请入库', 'Assess oneself as an agency'),
  VerifyAgency: row(reviewer, 'noParty', '核验服务机构自评', 'Verify an agency’s self-assessment, or say what was not confirmed'),
  PubliciseAgency: row(approver, 'noParty', '公示拟入库服务机构', 'Publicise a verified agency'),
  LodgeAgencyObjection: row(
    [...parties.filter((role) => role !== 'auditor'), 'university'],
    'none',
    '对拟入库机构提出异议',
    'Object to an agency that is publicised',
  ),
  UpholdAgencyObjection: row(approver, 'noParty', '入库异议成立', 'Uphold an objection to an agency'),
  RejectAgencyObjection: row(approver, 'noParty', '驳回入库异议', 'Reject an objection to an agency'),
  AdmitAgency: row(supervisor, 'noParty', '已在本省名录的服务机构直接入库', 'Admit an agency that stands on the province’s list already'),
  RestrictAgency: row(supervisor, 'noParty', '限制服务机构的类别', 'Restrict an agency to some of its classes'),
  SuspendAgency: row(supervisor, 'noParty', '暂停服务机构', 'Suspend an agency'),
  ReinstateAgency: row(supervisor, 'noParty', '恢复服务机构', 'Reinstate an agency'),
  RevokeAgency: row(supervisor, 'noParty', '撤销服务机构资格并限期不得再入库', 'Revoke an agency, and bar its organisation until a day'),
  ExitAgency: row(agent, 'ownAgency', '服务机构退出', 'Leave as an agency'),
  ExcludeAgency: row(
    watchers,
    'noParty',
    '因出具虚假数据受罚，限期不得以财政资金购买（V9）',
    'Record a punishment for false data: no fiscal money for years (V9)',
  ),
  RecordQualification: row(reviewer, 'noParty', '登记经核验的资质证书', 'Record a certificate that was looked up'),
  WithdrawQualification: row(supervisor, 'noParty', '登记资质证书失效', 'Record that a certificate holds no more'),
  ReportOutOfScope: row(
    [...reviewer, ...watchers],
    'noParty',
    '通报超出资质范围的服务（V9）',
    'Report a service that no certificate covered (V9)',
  ),
  ReadAssessments: row(staff, 'none', '本省服务机构自评列表', 'Self-assessments of this province'),
  ReadAssessment: row(
    parties,
    'ownOrStaff',
    '一份自评及其结果；材料不出省',
    'One self-assessment and what came of it; it never leaves the province',
  ),
  ReadServiceCodes: open('四省通用服务类别清单', 'The common list of service classes'),
  ReadServiceMapping: open('一省服务代码与通用清单的对照', 'How the codes of one province map to the common list'),
  ReadAgencies: open('四省服务机构名录及互认情况', 'Agencies of all provinces, and where they are recognised'),
  ReadAgency: open('一家服务机构及其产品', 'One agency with its products'),
} as const satisfies Readonly<Record<string, AccessRow>>;
