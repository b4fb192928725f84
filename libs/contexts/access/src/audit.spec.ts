/** The audit as it is decided and searched: only the node records, and only what fits. */
import type { AccessRecord } from '@yrd/contracts';
import type { Actor, Entry, Turn } from '@yrd/ledger';
import { alerts, audit, audits, RecordAccess, type AccessRecorded, type AuditEvent } from './audit.js';

const node: Actor = { person: 'node', organisation: 'node/32', province: '32', roles: ['node'] };
const record: AccessRecord = {
  ...{
    at: 1_772_413_200_000,
    outcome: 'refused',
    row: 'ReadOrder',
    code: 'E-ROW',
    person: '0f3c5a9b1d2e4f60',
    organisation: 'org-stranger',
  },
  ...{ province: '32', roles: ['enterprise'], about: ['order/0f3c5a9b1d2e4f60718293a4b5'], parties: ['org-firm'], purpose: null },
  ...{ policyVersion: null, address: '203.0.113.7', trace: '0af7651916cd43dd8448eb211c80319c', position: null, count: 1 },
};
const HOUR = '2026-03-02T01';

const decided = (records: readonly unknown[], actor = node, hour = HOUR) => {
  const turn = { province: '32', actor } as Turn;
  return RecordAccess.decide({ hour, records: records as readonly AccessRecord[] }, turn);
};

test('each record of a batch is an entry of the stream of its hour', () => {
  const events = [record, record].map((data): AccessRecorded => ({ type: 'AccessRecorded', data }));
  expect(decided([record, record])).toEqual([{ stream: `audit/${HOUR}`, events }]);
  expect(events.reduce(audit.evolve, audit.initial)).toEqual({ records: 2 });
});

describe('A14, a conflict of interest that was stopped', () => {
  const stopped = { ...record, row: 'ApproveRedemption', code: 'E-RECUSE', roles: ['approver'] };

  test('is an alert of its own beside its record, in the same commit, and other refusals are none', () => {
    const said = decided([record, stopped]) as readonly { readonly events: readonly AuditEvent[] }[];
    const events = said.flatMap((each) => each.events);
    expect(events.map(({ type }) => type)).toEqual(['AccessRecorded', 'AccessRecorded', 'RecusalAlerted']);
    expect(events.at(-1)?.data).toEqual(stopped);
    expect(events.reduce(audit.evolve, audit.initial)).toEqual({ records: 2 });
  });

  test('is listed once, and once in the audit', () => {
    expect([audits.on.includes('RecusalAlerted'), alerts.on]).toEqual([false, ['RecusalAlerted']]);
    const entry = entryOf('RecusalAlerted', stopped);
    const part = alerts.fold(null, entry);
    expect(part && alerts.join({ [entry.journal]: part })).toMatchObject({ ...stopped, index: 7 });
  });
});

test.each<[string, Actor]>([
  ['of an agency', { ...node, organisation: 'org-agency', roles: ['agency'] }],
  ['who calls his role node', { ...node, organisation: 'org-agency', roles: ['node'] }],
  ['of the node’s own staff', { ...node, organisation: 'node:32', roles: ['node'] }],
  ['of another province’s node', { ...node, organisation: 'node/31', province: '31' }],
])('only the node itself records: a person %s is refused', (_, actor) => {
  expect(decided([record], actor)).toMatchObject({ rejected: 'E-ROLE' });
});

test.each<[string, object]>([
  ['a field more', { note: 'free text' }],
  ['a text as its row', { row: 'Somebody wrote this' }],
  ['a name as a person', { person: '张三' }],
  ['an identity number among its things', { about: ['person/310101199001011234'] }],
  ['a token as its trace', { trace: 'eyJhbGciOiJFZERTQSJ9' }],
  ['prose as its purpose', { purpose: 'because I wanted to' }],
  ['a name as a role', { roles: ['张三'] }],
  ['a body as its address', { address: '{"a":1}' }],
  ['too many things', { about: Array.from({ length: 9 }, (_, at) => `order/${at}`) }],
])('a record with %s is refused', (_, wrong) => {
  expect(decided([record, { ...record, ...wrong }])).toMatchObject({ rejected: 'E-VALIDATION' });
});

test('a refusal repeats nothing of what was refused', () => {
  expect(JSON.stringify(decided([{ ...record, person: '张三' }]))).not.toContain('张三');
});

test.each([
  ['no record', [], HOUR],
  ['too many records', Array.from({ length: 101 }, () => record), HOUR],
  ['an hour that is none', [record], '2026-03-02'],
])('a batch with %s is refused', (_, records, hour) => expect(decided(records, node, hour)).toMatchObject({ rejected: 'E-VALIDATION' }));

const entryOf = (type: string, data: object): Entry => ({
  ...{ journal: '32/access', index: 7, stream: 'audit/x', type, time: 1_772_413_200_500, actor: { province: '32', role: 'reviewer' } },
  ...{
    policyVersion: '-',
    data: data as Entry['data'],
    basis: {},
    command: 'c',
    person: '0f3c5a9b1d2e4f60',
    trace: '0af7651916cd43dd8448eb211c80319c',
  },
});
const rowOf = (entry: Entry): object | null => {
  const part = audits.fold(null, entry);
  return part && audits.join({ [entry.journal]: part });
};

test('a record is found by its things with and without their kind, by who acted and by whose things they were', () => {
  expect(rowOf(entryOf('AccessRecorded', record))).toEqual({
    ...record,
    journal: '32/access',
    index: 7,
    ids: ['order/0f3c5a9b1d2e4f60718293a4b5', '0f3c5a9b1d2e4f60718293a4b5'],
    concerns: ['org:org-firm', 'person:0f3c5a9b1d2e4f60'],
  });
});

test('the disclosure of a person is a record by itself: who read which person, and what for', () => {
  const data = { person: '0f3c5a9b1d2e4f60718293a4b5', fields: ['number'], purpose: 'complaint', caseNumber: 'x', legalBasis: 'PIPL-13' };
  const row = rowOf(entryOf('PersonDisclosed', data));
  expect(row).toMatchObject({
    outcome: 'read',
    row: 'DisclosePerson',
    person: '0f3c5a9b1d2e4f60',
    purpose: 'complaint',
    roles: ['reviewer'],
  });
  expect(row).toMatchObject({ about: ['person/0f3c5a9b1d2e4f60718293a4b5'], position: '32/access@8' });
  expect(JSON.stringify(row)).not.toContain('caseNumber');
});
