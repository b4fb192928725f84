/** The first stages of the samples: agencies with products and recognition, enterprises with facts, and their quotas. */
import { fieldIn, inParallel, textIn, type Api, type Visitor } from './samples-api.js';
import type { AgencyRow, EnterpriseRow, Province, QuotaRow, Samples } from './samples-data.js';
import { routes } from './samples-routes.js';
import type { OfficeRole } from './samples-steps.js';
import { Fault } from './say.js';

/** Rows worked on at once. */
const LANES = 8;

/** What one load of the samples knows and learns on its way. */
export interface Load {
  readonly samples: Samples;
  readonly api: Api;
  /** Sample id → id that a node gave it: enterprises, agencies, products, orders. */
  readonly ids: Map<string, string>;
}

/** A load that knows which year its facts, quotas and orders belong to. */
export interface DatedLoad extends Load {
  readonly year: number;
}

/** A key that names one command of one sample for ever. */
export const keyOf = (...parts: readonly (string | number)[]): string => ['samples', ...parts].join('/');

export const office = (province: Province, role: OfficeRole): Visitor => ({ province, organisation: `sample-office-${province}`, role });
export const enterpriseOf = ({ province, organisation }: EnterpriseRow): Visitor => ({ province, organisation, role: 'enterprise' });
export const agencyOf = ({ province, organisation }: AgencyRow): Visitor => ({ province, organisation, role: 'agency' });

/** The id that a node gave a sample. Throws a Fault for a sample that no earlier stage has brought in. */
export const idIn = ({ ids }: Pick<Load, 'ids'>, sample: string): string => {
  const id = ids.get(sample);
  if (id === undefined) throw new Fault(`The samples name ${sample}, but no row brings it in: mend the files in samples/.`);
  return id;
};

const learn = (load: Load, sample: string, answer: unknown): string => {
  const id = textIn(answer, 'id');
  if (id === '') throw new Fault(`The node answered no id for ${sample}; its API and these samples do not fit together.`);
  load.ids.set(sample, id);
  return id;
};

const PROVINCES: readonly Province[] = ['31', '32', '33', '34'];

/** Each province adopts the packs that its node has and that nobody adopted yet. Answers how many there are. */
export const adoptPolicies = async ({ api }: Pick<Load, 'api'>): Promise<number> => {
  let count = 0;
  await inParallel(PROVINCES, PROVINCES.length, async (province) => {
    const as = office(province, 'supervisor');
    const items = fieldIn(await api.get(as, routes.policies), 'items');
    const packs: readonly unknown[] = Array.isArray(items) ? items : [];
    count += packs.length;
    for (const pack of packs.filter((each) => fieldIn(each, 'adopted') !== true)) {
      const body = { scheme: textIn(pack, 'scheme'), version: textIn(pack, 'version') };
      await api.post({ as, path: routes.policies, key: keyOf('policies', body.version), body });
    }
  });
  return count;
};

/** Admits the agencies at home with a certificate each, and has the other provinces recognise them with all their classes. */
export const loadAgencies = async (load: Load): Promise<void> => {
  const { api, samples } = load;
  await inParallel(samples.agencies, LANES, async (agency) => {
    const { row, id: sample, province, organisation, name, uscc, classes } = agency;
    const body = { organisation, name, uscc, classes };
    const answer = await api.post({
      as: office(province, 'supervisor'),
      path: routes.agencies,
      key: keyOf('agencies', sample),
      body,
      row,
    });
    const id = learn(load, sample, answer);
    // V9: what it sells and certificates are needed for is certified.
    const certificate = { certificate: `SAMPLE-${sample}`, kind: 'CMA', items: classes, fromOn: '2024-01-01', untilOn: '2030-12-31' };
    await api.post({
      as: office(province, 'reviewer'),
      path: routes.qualifications(id),
      key: keyOf('qualifications', sample),
      body: certificate,
      row,
    });
    for (const by of agency.recognisedBy) {
      const path = routes.recognition(province, id);
      await api.post({ as: office(by, 'supervisor'), path, key: keyOf('recognitions', by, sample), body: { classes }, row });
    }
  });
};

/** Each agency lists its products itself. */
export const loadProducts = async (load: Load): Promise<void> => {
  const { api, samples } = load;
  const agencies = new Map(samples.agencies.map((agency) => [agency.id, agency]));
  await inParallel(samples.products, LANES, async ({ row, id: sample, agency: by, itemClass, name, priceFen }) => {
    const agency = agencies.get(by);
    if (!agency) throw new Fault(`${row.file}, line ${row.line}: there is no agency ${by} in agencies.csv.`);
    const path = routes.products(idIn(load, by));
    const body = { product: sample, itemClass, name, priceFen };
    await api.post({ as: agencyOf(agency), path, key: keyOf('products', sample), body, row });
    load.ids.set(sample, sample);
  });
};

/** The facts of a subject, each with its source and the day it was true. */
const factsOf = ({ status, address, sme, teamCore, group, links, source, asOf }: EnterpriseRow, year: number): readonly object[] => {
  const facts: readonly (readonly [string, string])[] = [
    ['status', status],
    ['address', address],
    ['sme-year', sme ? String(year) : ''],
    ['team-core', teamCore],
    ['group', group],
    ...links.map((link) => ['link', link] as const),
  ];
  return facts.filter(([, value]) => value !== '').map(([fact, value]) => ({ fact, value, source, asOf: `${year}-${asOf}` }));
};

/** Registers firms and teams. */
export const loadEnterprises = async (load: Load): Promise<void> => {
  const { api, samples } = load;
  await inParallel(samples.enterprises, LANES, async ({ row, id: sample, province, kind, organisation, name, uscc }) => {
    const body = { kind, organisation, name, ...(uscc === '' ? {} : { uscc }) };
    const as = office(province, 'reviewer');
    learn(load, sample, await api.post({ as, path: routes.subjects, key: keyOf('enterprises', sample), body, row }));
  });
};

/** Records what is known of each enterprise. */
export const loadFacts = async (load: DatedLoad): Promise<void> => {
  const { api, samples, year } = load;
  await inParallel(samples.enterprises, LANES, async (enterprise) => {
    const { row, id: sample, province } = enterprise;
    const path = routes.facts(idIn(load, sample));
    for (const [at, body] of factsOf(enterprise, year).entries()) {
      await api.post({ as: office(province, 'reviewer'), path, key: keyOf('facts', year, sample, at), body, row });
    }
  });
};

const DECISIONS: Readonly<Record<string, { readonly noun: string; readonly body: object; readonly by: OfficeRole }>> = {
  Returned: { noun: 'return', body: { defects: [{ code: 'team-core', text: '核心成员证明不足三人' }] }, by: 'reviewer' },
  Refused: { noun: 'refusal', body: { code: 'E-SUBJECT' }, by: 'reviewer' },
  Frozen: { noun: 'freeze', body: { reason: 'audit' }, by: 'supervisor' },
};

const claim = async (load: DatedLoad, enterprise: EnterpriseRow, quota: QuotaRow, nth: number): Promise<void> => {
  const { api, year } = load;
  const { row, scheme, askedFen, grantedFen, reaches } = quota;
  const subject = idIn(load, enterprise.id);
  const key = (noun: string): string => keyOf('quotas', year, enterprise.id, scheme, nth, noun);
  await api.post({ as: enterpriseOf(enterprise), path: routes.quotas, key: key('claim'), body: { subject, scheme, year, askedFen }, row });
  const decide = async (noun: string, body: object, by: OfficeRole): Promise<void> => {
    await api.post({
      as: office(enterprise.province, by),
      path: routes.quota(`${subject}.${scheme}.${year}`, noun),
      key: key(noun),
      body,
      row,
    });
  };
  if (grantedFen > 0) await decide('grant', { amountFen: grantedFen }, 'approver');
  const decision = DECISIONS[reaches];
  if (decision) await decide(decision.noun, decision.body, decision.by);
};

/** Claims and decisions. Several claims on one account come one after the other. */
export const loadQuotas = async (load: DatedLoad): Promise<void> => {
  const { samples } = load;
  await inParallel(samples.enterprises, LANES, async (enterprise) => {
    const mine = samples.quotas.filter(({ subject }) => subject === enterprise.id);
    for (const [at, quota] of mine.entries()) await claim(load, enterprise, quota, at);
  });
};
