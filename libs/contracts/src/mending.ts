/** Who can mend what a refusal or a hold says, in words for people (domain §2.6). */
import type { CodeName } from './codes.js';

/** Every refusal and hold that users meet. */
export const mending = {
  'E-SUBJECT': { zh: '企业补齐材料，或由登记机关更正', en: 'the enterprise, or the register that its facts come from' },
  'E-YEAR': { zh: '下一年度再申领', en: 'nobody this year: claim again next year' },
  'E-QUOTA': { zh: '企业减少用券额，或释放其他订单占用', en: 'the enterprise: ask less, or free what other orders reserve' },
  'E-GROUPCAP': { zh: '同一实际控制人下的企业协调用券', en: 'the firms under the same controller among themselves' },
  'E-POOL': { zh: '省级主管部门追加资金，或等待释放', en: 'the province, with more money; or time, when reservations are released' },
  'E-AGENCY': { zh: '服务机构所在省主管部门', en: 'the home province of the agency' },
  'E-RECOG': { zh: '企业所在省主管部门', en: 'the province of the enterprise, by recognising the agency' },
  'E-QUALIF': { zh: '服务机构补登有效资质', en: 'the agency, with a certificate that covers the item' },
  'E-CLASS': { zh: '企业改选方案所含类别的服务', en: 'the enterprise, with a service of a class that is covered' },
  'E-FEE': { zh: '服务机构调整公示价格，或双方降低金额', en: 'the agency, by its listing; or both, with a lower amount' },
  'E-STATUTORY': { zh: '无法补正，此类检测须自费', en: 'nobody: such a test is paid for without a voucher' },
  'E-RELATED': {
    zh: '企业另选无关联的服务机构，或更正股权记录',
    en: 'the enterprise, with an independent agency; or whoever corrects the record',
  },
  'E-DATE': { zh: '双方按实际日期重签合同', en: 'both sides, with a contract of the true date' },
  'E-WINDOW': { zh: '无法补正，期限已过；可另行申领', en: 'nobody: the time is over; begin anew' },
  'E-INVOICE': { zh: '服务机构开具相符且未使用的发票', en: 'the agency, with an invoice that fits and is not used up' },
  'E-DUPFILE': { zh: '企业所在省审核人员复核', en: 'the reviewer of the province of the enterprise' },
  'E-SPLIT': { zh: '企业所在省审核人员复核', en: 'the reviewer of the province of the enterprise' },
  'E-STACK': { zh: '企业放弃部分其他支持', en: 'the enterprise, by giving up other support' },
  'E-INTEGRITY': { zh: '企业向作出决定的机关申诉', en: 'the enterprise, by an appeal' },
  'E-STALE': { zh: '等待对方节点恢复联系', en: 'time: the node of the other province must be heard again' },
  'E-RECUSE': { zh: '由他人办理', en: 'another person of the office' },
  'E-FILE': { zh: '申请人一次补齐所列材料', en: 'whoever submits, with all that is listed' },
} as const satisfies Partial<Readonly<Record<CodeName, { readonly zh: string; readonly en: string }>>>;

/** Who can mend what a refusal says; null where its code does not say it. */
export const mendingOf = (code: string): { readonly zh: string; readonly en: string } | null => {
  const known: Readonly<Record<string, { readonly zh: string; readonly en: string }>> = mending;
  return Object.hasOwn(known, code) ? (known[code] ?? null) : null;
};
