/** What can be imported into voucher clearing: each row is one command, checked and decided as if its sender had sent it alone. */
import { AmountFen, MadeId, Year, type ImportKind } from '@yrd/platform';
import { agency, agencyStream, quota, quotaStream, subjectStream } from '@yrd/voucher';
import { AdmitAgencyBody, ListProductBody } from '../agencies/agencies.controller.js';
import type { Desk } from '../desk.js';
import { SchemeName } from '../fields.js';
import { ApplyQuotaBody } from '../quotas/quotas.controller.js';
import { RecordFactBody } from '../quotas/subjects.controller.js';
import { column, ID } from './columns.js';
import { ownershipKinds } from './ownership-kinds.js';

const account = [column('subject', '用券主体编号', ID), column('scheme', '方案', 'cxq'), column('year', '年度', '2026', 'whole')];

class ProductRow extends ListProductBody {
  @MadeId({ zh: '服务机构编号', en: 'id of the agency' })
  agency: string;
}

class FactRow extends RecordFactBody {
  @MadeId({ zh: '用券主体编号', en: 'id of the subject' })
  subject: string;
}

class GrantRow {
  @MadeId({ zh: '用券主体编号', en: 'id of the subject' })
  subject: string;

  @SchemeName()
  scheme: string;

  @Year()
  year: number;

  @AmountFen({ zh: '授予额度（分）', en: 'amount granted, fen' }, 10_000_000)
  amountFen: number;
}

const sameWords = (one: readonly string[], other: readonly string[]): boolean => [...one].sort().join() === [...other].sort().join();

/** The agency of this code that is here already, however it came in; else the one that an import makes of it. */
const agencyOf = async (desk: Desk, uscc: string): Promise<string> => {
  const { rows } = await desk.node.rows<{ readonly agency: string }>('agencies', { where: { province: desk.province, uscc }, limit: 1 });
  return rows[0]?.row.agency ?? desk.idOf('agency', uscc);
};

const agencies = (desk: Desk): ImportKind<AdmitAgencyBody> => ({
  name: 'agencies',
  zh: '服务机构',
  en: 'agencies',
  columns: [
    column('organisation', '所属机构', 'org-pujiang'),
    column('name', '名称', '浦江分析测试中心（虚构）'),
    column('uscc', '统一社会信用代码', '91310000MAXXXX0150'),
    column('classes', '服务类别', '5 11', 'words'),
  ],
  row: AdmitAgencyBody,
  wanted: async (row) => {
    const id = await agencyOf(desk, row.uscc);
    return { command: 'AdmitAgency', body: { agency: id, ...row }, target: agencyStream(id) };
  },
  stands: async ({ organisation, name, uscc, classes }) => {
    const { state } = await desk.node.read(agency, agencyStream(await agencyOf(desk, uscc)));
    return state.organisation === organisation && state.name === name && sameWords(state.classes, classes);
  },
});

const products = (desk: Desk): ImportKind<ProductRow> => ({
  name: 'products',
  zh: '服务产品',
  en: 'products',
  columns: [
    column('agency', '服务机构编号', ID),
    column('product', '产品代码', 'p1'),
    column('itemClass', '服务类别', '5'),
    column('name', '名称', '材料成分分析'),
    column('priceFen', '公示价格', '8000000', 'fen'),
  ],
  row: ProductRow,
  wanted: (row) => ({ command: 'ListProduct', body: { ...row }, target: agencyStream(row.agency) }),
  stands: async ({ agency: id, product, itemClass, name, priceFen }) => {
    const known = (await desk.node.read(agency, agencyStream(id))).state.products[product];
    return known?.listed === true && known.itemClass === itemClass && known.name === name && known.prices.at(-1)?.priceFen === priceFen;
  },
});

const subjectFacts: ImportKind<FactRow> = {
  name: 'subject-facts',
  zh: '主体事实',
  en: 'facts about subjects',
  columns: [
    column('subject', '用券主体编号', ID),
    column('fact', '事实', 'status'),
    column('value', '值', 'active'),
    column('source', '来源', '企业登记档案'),
    column('asOf', '截至日期', '2026-01-05', 'day'),
  ],
  row: FactRow,
  wanted: (row) => ({ command: 'RecordSubjectFact', body: { ...row }, target: subjectStream(row.subject) }),
};

const applications = (desk: Desk): ImportKind<ApplyQuotaBody> => ({
  name: 'quota-applications',
  zh: '额度申领',
  en: 'applications for quotas',
  columns: [...account, column('askedFen', '申请额度', '10000000', 'fen')],
  row: ApplyQuotaBody,
  repeats: true,
  wanted: (row) => ({ command: 'ApplyQuota', body: { ...row }, target: quotaStream(row) }),
  stands: async (row) => {
    const { phase, askedFen } = (await desk.node.read(quota, quotaStream(row))).state;
    return ['Submitted', 'Granted'].includes(phase) && askedFen === row.askedFen;
  },
});

const grants = (desk: Desk): ImportKind<GrantRow> => ({
  name: 'quota-grants',
  zh: '额度授予',
  en: 'grants of quotas',
  columns: [...account, column('amountFen', '授予额度', '10000000', 'fen')],
  row: GrantRow,
  repeats: true,
  wanted: (row) => ({ command: 'GrantQuota', body: { ...row }, target: quotaStream(row) }),
  stands: async (row) => {
    const { phase, grantedFen } = (await desk.node.read(quota, quotaStream(row))).state;
    return phase === 'Granted' && grantedFen === row.amountFen;
  },
});

/** Every kind, by what its address is called. */
export const importKinds = (desk: Desk): readonly ImportKind[] => [
  agencies(desk),
  products(desk),
  subjectFacts,
  applications(desk),
  grants(desk),
  ...ownershipKinds(desk),
];
