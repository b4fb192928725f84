/** The state machines beside the order: quota accounts, agencies and recognition, every command in every state. */
import { actor, agent, delta, staff, type Delta } from '../testing/scenario.js';
import { agency, recognition } from './index.js';

const clerk = { ...staff('32'), roles: [...staff('32').roles, 'district-reviewer'] };
const owner = actor('32', 'enterprise', 'org-s2');
const account = { subject: 's2', scheme: 'cxq', year: 2026 };
const QUOTA: Readonly<Record<string, object>> = {
  ApplyQuota: { askedFen: 100 },
  PassQuota: {},
  ReturnQuota: { defects: [{ code: 'proof', text: 'no record of this year' }] },
  RefuseQuota: { code: 'E-SUBJECT' },
  GrantQuota: { amountFen: 100 },
  FreezeQuota: { reason: 'audit' },
  UnfreezeQuota: { reason: 'audit' },
  CloseQuota: {},
};
const ask = (d: Delta, command: string) =>
  d.tries('32', command, { ...account, ...QUOTA[command] }, command === 'ApplyQuota' ? owner : clerk);

/** Phase → the commands that lead there, and what follows a command in it: the next phase, or E-STATE where it names none. */
const TABLE: Readonly<Record<string, readonly [path: readonly string[], answers: Readonly<Record<string, string>>]>> = {
  None: [[], { ApplyQuota: 'Submitted', CloseQuota: 'E-NOTFOUND' }],
  Submitted: [
    ['ApplyQuota'],
    { ApplyQuota: 'E-YEAR', ReturnQuota: 'Returned', RefuseQuota: 'Refused', GrantQuota: 'Granted', CloseQuota: 'Closed' },
  ],
  Returned: [['ApplyQuota', 'ReturnQuota'], { ApplyQuota: 'Submitted', CloseQuota: 'Closed' }],
  Refused: [['ApplyQuota', 'RefuseQuota'], { CloseQuota: 'Closed' }],
  Granted: [['ApplyQuota', 'GrantQuota'], { ApplyQuota: 'E-YEAR', FreezeQuota: 'Frozen', UnfreezeQuota: 'Granted', CloseQuota: 'Closed' }],
  Frozen: [['ApplyQuota', 'GrantQuota', 'FreezeQuota'], { FreezeQuota: 'Frozen', UnfreezeQuota: 'Granted', CloseQuota: 'Closed' }],
  Closed: [['ApplyQuota', 'GrantQuota', 'CloseQuota'], { CloseQuota: 'Closed' }],
};

describe.each(Object.entries(TABLE))('a quota account that is %s', (phase, [path, answers]) => {
  test.each(Object.keys(QUOTA).map((command) => [command, answers[command] ?? 'E-STATE']))('answers %s with %s', (command, answer) => {
    const d = delta();
    d.does(
      '32',
      'RegisterSubject',
      { subject: 's2', kind: 'firm', organisation: 'org-s2', name: 'Firm s2', uscc: '91350100M000100Y43' },
      clerk,
    );
    for (const [fact, value] of [
      ['status', 'active'],
      ['address', '320100'],
      ['sme-year', '2026'],
    ]) {
      d.does('32', 'RecordSubjectFact', { subject: 's2', fact, value, source: 'test', asOf: '2026-01-05' }, clerk);
    }
    for (const step of path) expect([step, ask(d, step)]).toEqual([step, null]);
    expect(d.account('s2').phase).toBe(phase);
    const no = ask(d, command);
    expect(no?.rejected ?? d.account('s2').phase).toBe(answer);
  });
});

test('only the staff of the province decides, and only the owner applies', () => {
  const d = delta();
  expect(d.tries('32', 'FreezeQuota', { ...account, subject: 's1', reason: 'x' }, owner)?.rejected).toBe('E-ROLE');
  expect(d.tries('32', 'FreezeQuota', { ...account, subject: 's1', reason: 'x' }, staff('31'))?.rejected).toBe('E-HOME');
  expect(d.tries('32', 'ApplyQuota', { ...account, subject: 's1', askedFen: 1 }, owner)?.rejected).toBe('E-ROW');
  expect(
    d.tries('32', 'ApplyQuota', { ...account, subject: 's1', year: 2025, askedFen: 1 }, actor('32', 'enterprise', 'org-s1'))?.rejected,
  ).toBe('E-VALIDATION');
});

test('a frozen account reserves nothing new', () => {
  const d = delta();
  d.does('32', 'FreezeQuota', { ...account, subject: 's1', reason: 'audit' }, clerk);
  expect(d.tries('32', 'PlaceOrder', d.placing('o1'), actor('32', 'enterprise', 'org-s1'))).toMatchObject({
    rejected: 'E-QUOTA',
    facts: { seen: 'Frozen' },
  });
});

describe('an agency', () => {
  const at = staff('31');
  const phase = (d: Delta): string => d.world.nodes['31'].state(agency, 'agency/a31').phase;
  test('is admitted once, suspended and reinstated, and a repeat says nothing new', () => {
    const d = delta();
    const admit = { agency: 'a31', organisation: 'o', name: 'n', uscc: '', classes: ['5'] };
    expect(d.tries('31', 'AdmitAgency', admit, at)?.rejected).toBe('E-STATE');
    const sizes = [0, 1].map(() => {
      d.does('31', 'SuspendAgency', { agency: 'a31', reason: 'complaint' }, at);
      return d.world.nodes['31'].entries.length;
    });
    expect([phase(d), sizes[0] === sizes[1]]).toEqual(['Suspended', true]);
    d.does('31', 'ReinstateAgency', { agency: 'a31' }, at);
    expect(phase(d)).toBe('Active');
    expect(d.tries('31', 'SuspendAgency', { agency: 'a9', reason: 'x' }, at)?.rejected).toBe('E-NOTFOUND');
  });

  test('lists only within its classes, and only for itself', () => {
    const d = delta();
    const product = { agency: 'a31', product: 'p2', itemClass: '7', name: 'x', priceFen: 1 };
    expect(d.tries('31', 'ListProduct', product, agent('31'))?.rejected).toBe('E-CLASS');
    expect(d.tries('31', 'ListProduct', { ...product, itemClass: '5' }, { ...agent('31'), organisation: 'other' })?.rejected).toBe('E-ROW');
    expect(
      d.tries('31', 'RevisePrice', { agency: 'a31', product: 'p1', priceFen: 1, fromMs: d.world.nowMs - 1 }, agent('31'))?.rejected,
    ).toBe('E-DATE');
    d.does('31', 'DelistProduct', { agency: 'a31', product: 'p1' }, agent('31'));
    d.world.settle();
    expect(d.tries('32', 'PlaceOrder', d.placing('o1'), actor('32', 'enterprise', 'org-s1'))?.rejected).toBe('E-NOTFOUND');
  });
});

test('recognition is granted, restricted, withdrawn and granted again; never of an agency of the own province', () => {
  const d = delta();
  const of = { agencyProvince: '31', agency: 'a31' };
  const phase = (): string => d.world.nodes['32'].state(recognition, 'recognition/31.a31').phase;
  const steps: readonly [string, object, string][] = [
    ['RestrictRecognition', { classes: ['11'] }, 'Restricted'],
    ['WithdrawRecognition', { reason: 'x' }, 'Withdrawn'],
    ['WithdrawRecognition', { reason: 'x' }, 'Withdrawn'],
    ['RecogniseAgency', { classes: ['*'] }, 'Granted'],
  ];
  for (const [command, body, after] of steps) {
    d.does('32', command, { ...of, ...body }, clerk);
    expect(phase()).toBe(after);
  }
  d.does('32', 'WithdrawRecognition', { ...of, reason: 'x' }, clerk);
  expect(d.tries('32', 'RestrictRecognition', { ...of, classes: ['5'] }, clerk)?.rejected).toBe('E-STATE');
  expect(d.tries('32', 'RecogniseAgency', { agencyProvince: '32', agency: 'a32', classes: ['*'] }, clerk)?.rejected).toBe('E-VALIDATION');
});
