/** Persons over HTTP: who may record, see, read in full and correct them, masked on every list, and nothing in plain where it is kept. */
import { accessTable, ROLES, type AccessRow } from '@yrd/contracts';
import { personIdCheckDigit } from '@yrd/standards';
import { rowsOf } from '@yrd/ledger/testing';
import { RunningDelta, type Json, type Told, type Who } from '@yrd/platform/testing';
import { accessRegister } from './index.js';

const person = (order: number): Json & { readonly idNumber: string } => {
  const first = `3205021990030${(4000 + order).toString().padStart(4, '0')}`;
  return {
    organisation: 'org-a',
    kind: 'representative',
    name: `钱多多${order}`,
    idNumber: first + personIdCheckDigit(first),
    phone: `1391111${(1000 + order).toString()}`,
    email: `qian.${order}@example.com`,
  };
};
const a: Who = { province: '32', role: 'enterprise', org: 'org-a', person: 'a1' };
const b: Who = { province: '32', role: 'enterprise', org: 'org-b', person: 'b1' };
const clerk: Who = { province: '32', role: 'reviewer', person: 'clerk' };
const auditor: Who = { province: '32', role: 'auditor' };
/** The person with an account of his own, in another organisation by now. */
const himself: Who = { province: '32', role: 'university', org: 'org-u', person: 'himself' };
const asked = { fields: ['phone', 'idNumber'], purpose: 'service-contact', caseNumber: '苏科监〔2026〕12号', legalBasis: 'PIPL-13' };

let delta: RunningDelta;
let count = 0;
beforeAll(async () => {
  delta = await RunningDelta.start(['31', '32'], { contexts: [accessRegister] });
}, 60_000);
afterAll(() => delta.stop());

const recorded = async (more: Json = {}): Promise<{ readonly id: string; readonly body: ReturnType<typeof person> }> => {
  const body = { ...person((count += 1)), ...more } as ReturnType<typeof person>;
  return { id: String((await delta.does(a, '/v1/persons', body))['id']), body };
};
const codeOf = ({ status, body }: Told): readonly unknown[] => [status, body['code']];
const listed = async (who: Who, path: string, id: string): Promise<Json> => {
  let found: Json | undefined;
  await delta.until(async () => {
    const { items } = (await delta.get(who, path)).body as { items?: readonly Json[] };
    found = items?.find((each) => each['id'] === id || each['person'] === id);
    return found !== undefined;
  });
  return found!;
};

describe('A person', () => {
  it('is shown masked to his organisation and to staff, one by one and in lists', async () => {
    const { id, body } = await recorded();
    const fields = {
      name: '钱***',
      idNumber: `320***********${body.idNumber.slice(-4)}`,
      phone: `139****${String(body['phone']).slice(-4)}`,
      email: 'q***@example.com',
    };
    for (const who of [a, clerk, auditor]) {
      expect((await delta.get(who, `/v1/persons/${id}`)).body).toMatchObject({ id, state: 'held', fields, organisation: 'org-a' });
      const row = await listed(who, '/v1/persons?limit=200', id);
      expect(row).toMatchObject({ fields, kind: 'representative', state: 'held', hasAccount: false });
      for (const plain of ['name', 'idNumber', 'phone', 'email']) expect(JSON.stringify(row)).not.toContain(body[plain]);
    }
  });

  it('is not there for another organisation, whatever it asks', async () => {
    const { id } = await recorded();
    const nowhere = 'f'.repeat(26);
    const asks: readonly ((id: string) => Promise<Told>)[] = [
      (each) => delta.get(b, `/v1/persons/${each}`),
      (each) => delta.get(b, `/v1/persons/${each}/reads`),
      (each) => delta.post(b, `/v1/persons/${each}/corrections`, { phone: '13900000000' }),
      (each) => delta.post(b, `/v1/persons/${each}/account`, { issuer: String(issuerOf()), account: 'x' }),
      (each) => delta.post(b, `/v1/persons/${each}/disclosures`, asked),
      (each) => delta.post(b, `/v1/persons/${each}/erasure`, { caseNumber: 'c1' }),
    ];
    for (const ask of asks) {
      const [theirs, none] = [await ask(id), await ask(nowhere)];
      expect([codeOf(theirs), theirs.body['detail']]).toEqual([[404, 'E-NOTFOUND'], none.body['detail']]);
    }
    expect(codeOf(await delta.get(b, '/v1/persons?organisation=org-a'))).toEqual([404, 'E-NOTFOUND']);
    const { items } = (await delta.get(b, '/v1/persons')).body as { items: Json[] };
    expect(items).toEqual([]);
  });

  it('is not in any document of the database, in plain or in another writing of it', async () => {
    const { id, body } = await recorded();
    await delta.does(a, `/v1/persons/${id}/disclosures`, asked);
    await listed(a, '/v1/persons?limit=200', id);
    const disk = delta.world.disk('32', 'access');
    const commits = [...disk.blocks.values()].flatMap((shelf) => [...shelf.values()].flatMap((block) => block.commits));
    const kept = Buffer.concat([
      Buffer.from(JSON.stringify([...disk.tables].map(([table]) => [table, rowsOf(disk, table)]))),
      ...commits.map(({ bytes }) => Buffer.from(bytes)),
      Buffer.from(JSON.stringify(commits)),
    ]);
    for (const plain of [body.idNumber, String(body['phone']), String(body['email'])]) {
      for (const form of [plain, Buffer.from(plain).toString('base64').slice(0, -4), Buffer.from(plain).toString('hex')])
        expect(kept.includes(form)).toBe(false);
    }
    expect(kept.includes(Buffer.from(String(body['name'])))).toBe(false);
    expect(kept.includes('yrd.sealed.v1:aes-256-gcm:')).toBe(true);
  });

  it.each([
    ['an identity number with a wrong check digit', { idNumber: '110105194912310021' }, '/idNumber'],
    ['no telephone number', { phone: '77-of-them' }, '/phone'],
    ['no e-mail address', { email: 'nobody-zz' }, '/email'],
    ['a field that nobody knows', { address: '某路 1 号' }, '/address'],
    ['null', { phone: null }, '/phone'],
  ])('with %s is refused, and what was typed is not repeated', async (_, more, field) => {
    const { status, body } = await delta.post(a, '/v1/persons', { ...person((count += 1)), ...more });
    expect([status, (body['errors'] as Json[])[0]?.['field']]).toEqual([400, field]);
    for (const value of Object.values(more)) if (value !== null) expect(JSON.stringify(body)).not.toContain(value);
  });

  it('who signs needs an identity number, who is only to be reached needs none', async () => {
    const { idNumber: _, ...body } = person((count += 1));
    expect(await delta.post(a, '/v1/persons', body)).toMatchObject({
      status: 400,
      body: { code: 'E-VALIDATION', facts: { field: 'idNumber' } },
    });
    await delta.does(a, '/v1/persons', { ...body, kind: 'contact' });
  });

  it('is recorded once for an organisation, and again for another', async () => {
    const { id, body } = await recorded();
    const twice = await delta.post(a, '/v1/persons', { ...body, name: '别名' });
    expect([codeOf(twice), (twice.body['facts'] as Json)['seen']]).toEqual([[409, 'E-STATE'], `recorded already as ${id}`]);
    await delta.does(b, '/v1/persons', { ...body, organisation: 'org-b' });
  });

  it('is recorded by nobody for an organisation of others, except by a clerk', async () => {
    const body = person((count += 1));
    expect(codeOf(await delta.post(b, '/v1/persons', body))).toEqual([403, 'E-ROLE']);
    await delta.does(clerk, '/v1/persons', body);
  });

  it('sent twice with one key is recorded once; with other content the key is refused', async () => {
    const body = person((count += 1));
    const headers = { 'Idempotency-Key': 'the-same' };
    const [first, again] = [await delta.post(a, '/v1/persons', body, { headers }), await delta.post(a, '/v1/persons', body, { headers })];
    expect([first.status, again.status, again.body['repeated'], again.body['id']]).toEqual([201, 201, true, first.body['id']]);
    expect(codeOf(await delta.post(a, '/v1/persons', { ...body, phone: '13700000000' }, { headers }))).toEqual([422, 'E-IDEMPOTENCY']);
  });

  it('is corrected by his organisation; found under the new number, no longer under the old', async () => {
    const { id, body } = await recorded();
    const other = person((count += 1));
    await delta.does(a, `/v1/persons/${id}/corrections`, { idNumber: other.idNumber, phone: '02512345678', remove: ['email'] });
    const { fields } = (await delta.get(a, `/v1/persons/${id}`)).body as { fields: Json };
    expect(fields).toMatchObject({ phone: '025****5678', idNumber: `320***********${other.idNumber.slice(-4)}` });
    expect(fields).not.toHaveProperty('email');
    expect(codeOf(await delta.post(a, '/v1/persons', other))).toEqual([409, 'E-STATE']);
    await delta.does(a, '/v1/persons', body);
    expect(codeOf(await delta.post(a, `/v1/persons/${id}/corrections`, {}))).toEqual([400, 'E-VALIDATION']);
    expect(codeOf(await delta.post(a, `/v1/persons/${id}/corrections`, { idNumber: body.idNumber }))).toEqual([409, 'E-STATE']);
  });
});

const issuerOf = (): string => {
  const [, claims = ''] = delta.headers(a)['Authorization']!.split('.');
  return String((JSON.parse(Buffer.from(claims, 'base64url').toString()) as Json)['iss']);
};

describe('Full values', () => {
  it('are read for a purpose, and the person sees who read them, when and for what', async () => {
    const { id, body } = await recorded();
    await delta.does(a, `/v1/persons/${id}/account`, { issuer: issuerOf(), account: '32-himself' });
    const answer = await delta.does(clerk, `/v1/persons/${id}/disclosures`, asked);
    expect(answer['values']).toEqual({ phone: body['phone'], idNumber: body.idNumber });
    for (const who of [himself, a, auditor]) {
      const read = await listed(who, `/v1/persons/${id}/reads`, id);
      const { fields, purpose, caseNumber, legalBasis } = asked;
      expect(read).toMatchObject({ person: id, fields, purpose, caseNumber, legalBasis, role: 'reviewer', organisation: 'dept-32' });
      expect(read['reader']).toMatch(/^[0-9a-f]{16}$/);
      expect(JSON.stringify(read)).not.toContain(body['phone']);
    }
    expect((await delta.get(himself, `/v1/persons/${id}`)).status).toBe(200);
  });

  it('are not shown before their entry stands: it is in the journal that the answer names', async () => {
    const { id } = await recorded();
    const { position } = (await delta.does(a, `/v1/persons/${id}/disclosures`, asked)) as { position: string };
    const index = Number(position.split('@')[1]) - 1;
    const entry = (await (await delta.fetch('32', `/log/32/access/entry/${index}`, { headers: delta.headers(auditor) })).json()) as Json;
    expect(entry).toMatchObject({ index, depth: 'sealed', proof: expect.any(Array) });
    expect(await listed(a, `/v1/persons/${id}/reads`, id)).toMatchObject({ journal: '32/access', index });
  });

  it.each([
    ['no purpose', { purpose: undefined }, 'purpose'],
    ['a purpose that is none', { purpose: 'curiosity' }, 'purpose'],
    ['no case', { caseNumber: undefined }, 'caseNumber'],
    ['no legal basis', { legalBasis: undefined }, 'legalBasis'],
    ['a field that is none', { fields: ['address'] }, 'fields'],
    ['a number of a person as the case', { caseNumber: '11010519491231002X' }, 'caseNumber'],
  ])('are not read with %s', async (_, more, field) => {
    const { id } = await recorded();
    const told = await delta.post(clerk, `/v1/persons/${id}/disclosures`, { ...asked, ...more });
    expect([told.status, JSON.stringify(told.body)]).toEqual([400, expect.stringContaining(field)]);
    expect(((await delta.get(a, `/v1/persons/${id}/reads`)).body as { items: Json[] }).items).toEqual([]);
  });

  it('are not read by a colleague who sends the same request again', async () => {
    const { id } = await recorded();
    const headers = { 'Idempotency-Key': 'reading' };
    const path = `/v1/persons/${id}/disclosures`;
    expect((await delta.post(a, path, asked, { headers })).status).toBe(200);
    expect(codeOf(await delta.post({ ...a, person: 'a2' }, path, asked, { headers }))).toEqual([422, 'E-IDEMPOTENCY']);
    expect((await delta.post(a, path, asked, { headers })).body).toMatchObject({ repeated: true, values: { phone: expect.any(String) } });
  });

  it('that are not there are named with those that are', async () => {
    const { id } = await recorded({ kind: 'contact', email: undefined });
    const told = await delta.post(a, `/v1/persons/${id}/disclosures`, { ...asked, fields: ['email'] });
    expect(told).toMatchObject({ status: 400, body: { facts: { seen: 'email', needed: 'name, idNumber, phone' } } });
  });

  it('an account of an issuer that is not trusted here is bound to nobody', async () => {
    const { id } = await recorded();
    expect(codeOf(await delta.post(a, `/v1/persons/${id}/account`, { issuer: 'https://evil.test', account: 'x' }))).toEqual([
      400,
      'E-VALIDATION',
    ]);
  });
});

describe('How long records are kept', () => {
  it('is adopted by a supervisor from the file of the own province, and anybody may read it', async () => {
    const version = '32-retention-2025.1';
    expect(codeOf(await delta.post(clerk, '/v1/retention', { version }))).toEqual([403, 'E-ROLE']);
    const supervisor = { province: '32', role: 'supervisor' };
    expect(codeOf(await delta.post(supervisor, '/v1/retention', { version: '31-retention-2025.1' }))).toEqual([404, 'E-NOTFOUND']);
    const refused = await delta.post(a, '/v1/persons', { ...person((count += 1)), records: ['entrusted'] });
    expect(refused.body['facts']).toMatchObject({ field: 'records', needed: expect.stringContaining('no retention pack') });
    await delta.does(supervisor, '/v1/retention', { version });
    expect(await (await delta.fetch('32', '/v1/retention')).json()).toMatchObject({
      inForce: { version },
      items: [{ version, adopted: true }],
    });
    const { id } = await recorded({ records: ['entrusted', 'network-log'] });
    const { duties } = (await delta.get(a, `/v1/persons/${id}`)).body as { duties: Json[] };
    expect(duties.map(({ class: name, basis }) => [name, basis])).toEqual([
      ['entrusted', 'CN-NETDATA-12'],
      ['network-log', 'CSL-21'],
    ]);
  });
});

test.each(Object.keys(ROLES))('%s enters the routes about persons where its row says so, and nowhere else', async (role) => {
  const nowhere = 'f'.repeat(26);
  const routes: readonly (readonly [keyof typeof accessTable, string, Json | null])[] = [
    ['RecordPerson', '/v1/persons', { ...person(1), kind: 'contact', organisation: 'org-walker', idNumber: undefined }],
    ['CorrectPerson', `/v1/persons/${nowhere}/corrections`, { phone: '13900000000' }],
    ['BindAccount', `/v1/persons/${nowhere}/account`, { issuer: issuerOf(), account: 'x' }],
    ['DisclosePerson', `/v1/persons/${nowhere}/disclosures`, asked],
    ['AskErasure', `/v1/persons/${nowhere}/erasure`, { caseNumber: 'c1' }],
    ['AdoptRetention', '/v1/retention', { version: 'none' }],
    ['ReadPersons', '/v1/persons', null],
    ['ReadPerson', `/v1/persons/${nowhere}`, null],
    ['ReadDisclosures', `/v1/persons/${nowhere}/reads`, null],
    ['ReadErasure', `/v1/erasures/${nowhere}`, null],
  ];
  const who = { province: '32', role, org: 'org-walker' };
  for (const [row, path, body] of routes) {
    const { roles }: AccessRow = accessTable[row];
    const told = body ? await delta.post(who, path, body) : await delta.get(who, path);
    const open = told.status !== 403 || told.body['code'] !== 'E-ROLE';
    expect([row, open]).toEqual([row, roles === 'anybody' || (roles as readonly string[]).includes(role)]);
    const abroad = await delta.fetch('32', path, { method: body ? 'POST' : 'GET', headers: delta.headers({ ...who, province: '31' }) });
    expect([row, abroad.status]).toEqual([row, 421]);
  }
});
