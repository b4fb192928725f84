/** Jiangsu and Shanghai ready for orders over HTTP: packs adopted, an agency with a product in each, a firm of 32 with a quota. */
import type { RunningDelta, Who } from '@yrd/platform/testing';

export const clerk = (province: string): Who => ({ province, role: 'reviewer approver supervisor', person: 'clerk' });
export const firm: Who = { province: '32', role: 'enterprise', org: 'org-firm' };
export const agent = (province: string): Who => ({ province, role: 'agency', org: `org-agency-${province}` });

/** The ids of what was made; the quota is of the year that it now is. */
export interface Market {
  readonly subject: string;
  /** Province → its agency. */
  readonly agencies: Readonly<Record<string, string>>;
}

export const openMarket = async (delta: RunningDelta, year: number): Promise<Market> => {
  const agencies: Record<string, string> = {};
  for (const province of ['31', '32']) {
    await delta.does(clerk(province), '/v1/policies', { scheme: 'cxq', version: `${province}-cxq-test.1` });
    const admitted = { organisation: `org-agency-${province}`, name: `检测中心 ${province}`, uscc: '91310000MAXXXX0150', classes: ['5'] };
    const agency = (await delta.does(clerk(province), '/v1/agencies', admitted))['id'] as string;
    agencies[province] = agency;
    await delta.does(agent(province), `/v1/agencies/${agency}/products`, {
      product: 'p1',
      itemClass: '5',
      name: '成分分析',
      priceFen: 8_000_000,
    });
  }
  await delta.does(clerk('32'), `/v1/recognitions/31/${agencies['31']}`, { classes: ['5'] });
  const registered = { kind: 'firm', organisation: 'org-firm', name: '华瀛（虚构）', uscc: '91350100M000100Y43' };
  const subject = (await delta.does(clerk('32'), '/v1/subjects', registered))['id'] as string;
  for (const [fact, value] of [
    ['status', 'active'],
    ['address', '320100'],
    ['sme-year', String(year)],
  ]) {
    await delta.does(clerk('32'), `/v1/subjects/${subject}/facts`, { fact, value, source: '登记档案', asOf: `${year}-01-05` });
  }
  await delta.does(firm, '/v1/quotas', { subject, scheme: 'cxq', year, askedFen: 10_000_000 });
  await delta.does(clerk('32'), `/v1/quotas/${subject}.cxq.${year}/grant`, { amountFen: 10_000_000 });
  return { subject, agencies };
};
