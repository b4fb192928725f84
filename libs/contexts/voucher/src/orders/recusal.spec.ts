/** V16: whoever works for a province decides nothing about the organisation that is also theirs. */
import { actor, delta, hex, staff, type Delta } from '../../testing/scenario.js';

const ALL = ['district-reviewer', 'reviewer', 'approver', 'finance', 'supervisor', 'integrity-officer'] as const;
/** All the keys of Jiangsu's department, held by somebody of this organisation. */
const of = (organisation: string) => ({ ...actor('32', 'reviewer', organisation, `of ${organisation}`), roles: [...ALL] });
const ofFirm = of('org-s1');
const ofAgency = of('org-a32');
const ofForeignAgency = of('org-a31');
const other = { ...staff('32'), roles: [...ALL] };

const account = { subject: 's1', scheme: 'cxq', year: 2026 };
const fact = { subject: 's1', fact: 'address', value: '320100', source: 'test', asOf: '2026-02-01' };
const newcomer = { subject: 's9', kind: 'team', organisation: 'org-s1', name: 'Team', uscc: '' };
const agency = { agency: 'a9', organisation: 'org-a32', name: 'Agency', uscc: '91310000MAXXXX0150', classes: ['5'] };

describe('V16: about the own organisation', () => {
  test.each<[string, object, ReturnType<typeof of>]>([
    ['RegisterSubject', newcomer, ofFirm],
    ['RecordSubjectFact', fact, ofFirm],
    ['GrantQuota', { ...account, amountFen: 1 }, ofFirm],
    ['PassQuota', account, ofFirm],
    ['ReturnQuota', { ...account, defects: [{ code: 'proof', text: 'missing' }] }, ofFirm],
    ['RefuseQuota', { ...account, code: 'E-SUBJECT' }, ofFirm],
    ['FreezeQuota', { ...account, reason: 'audit' }, ofFirm],
    ['UnfreezeQuota', { ...account, reason: 'audit' }, ofFirm],
    ['CloseQuota', account, ofFirm],
    ['AdmitAgency', agency, ofAgency],
    ['SuspendAgency', { agency: 'a32', reason: 'audit' }, ofAgency],
    ['ReinstateAgency', { agency: 'a32' }, ofAgency],
  ])('nobody decides %s', (command, body, party) => {
    expect(delta().tries('32', command, body, party)).toMatchObject({ rejected: 'E-RECUSE', facts: { clause: 'V16' } });
    expect(delta().tries('32', command, body, other)?.rejected).not.toBe('E-RECUSE');
  });
});

/** Order → its stage, and what may be decided there. */
const STAGES: readonly [stage: string, reach: (d: Delta) => void, decisions: readonly [string, object?][]][] = [
  [
    'asked to be redeemed',
    (d) => d.redeem('o1'),
    [
      ['HoldOrder', { reason: 'audit' }],
      ['ReleaseOrder', { reason: 'audit' }],
      ['ReviewRedemption'],
      ['ReturnRedemption', { defects: ['invoice'] }],
      ['RefuseRedemption', { code: 'E-FILE' }],
      ['ApproveRedemption'],
    ],
  ],
  ['approved', (d) => (d.redeem('o1'), d.approve('o1')), [['PubliciseOrder', { batch: 'b1' }]]],
  [
    'published and settled',
    (d) => (d.redeem('o1'), d.approve('o1'), d.show('o1'), d.close(1)),
    [['InstructPayment'], ['ConfirmPaid', { receiptHash: hex('receipt') }]],
  ],
];

describe.each(STAGES)('V16: an order that is %s', (_, reach, decisions) => {
  test.each([
    ['31', ofForeignAgency],
    ['32', ofAgency],
  ] as const)('is decided neither by the firm nor by the agency of %s that it concerns', (agencyProvince, agent) => {
    const d = delta();
    d.serve('o1', { agencyProvince });
    reach(d);
    for (const [command, body] of decisions) {
      for (const party of [ofFirm, agent])
        expect([command, d.tries('32', command, { order: 'o1', ...body }, party)?.rejected]).toEqual([command, 'E-RECUSE']);
    }
    const [first, body] = decisions[0]!;
    expect(d.tries('32', first, { order: 'o1', ...body }, { ...other, person: 'somebody else' })).toBeNull();
  });
});

describe('V16, A14: whoever has an interest in a party', () => {
  const clerk = actor('32', 'approver');
  const officer = actor('32', 'integrity-officer');
  const declare = (d: Delta, party: string, by = clerk, more: object = {}) =>
    d.tries('32', 'DeclareInterest', { party, tie: 'relative', ...more }, by);
  const reviewed = (): Delta => {
    const d = delta();
    d.serve('o1');
    d.redeem('o1');
    d.does('32', 'ReviewRedemption', { order: 'o1' }, actor('32', 'reviewer'));
    return d;
  };
  const approve = (d: Delta) => d.tries('32', 'ApproveRedemption', { order: 'o1' }, clerk);

  test.each(['subject.s1', 'agency.31.a31'])('%s does not approve its redemption; somebody else does', (party) => {
    const d = reviewed();
    expect(declare(d, party)).toBeNull();
    expect(approve(d)).toMatchObject({
      rejected: 'E-RECUSE',
      facts: { clause: 'V16', seen: 'an interest in a party', needed: expect.any(String), whoCanMend: expect.any(String) },
    });
    expect(d.tries('32', 'ApproveRedemption', { order: 'o1' }, actor('32', 'approver', undefined, 'another'))).toBeNull();
  });

  test('is known to the integrity officer too, who records it of others and ends it; nobody ends an own one', () => {
    const d = reviewed();
    expect(declare(d, 'subject.s1', actor('32', 'reviewer'), { person: clerk.person })).toMatchObject({ rejected: 'E-ROLE' });
    expect(declare(d, 'subject.s1', officer, { person: clerk.person })).toBeNull();
    expect(approve(d)).toMatchObject({ rejected: 'E-RECUSE' });
    const end = (person: string) => d.tries('32', 'EndInterest', { party: 'subject.s1', person }, officer);
    expect(end(officer.person)).toMatchObject({ rejected: 'E-ROLE' });
    expect(end(clerk.person)).toBeNull();
    expect(approve(d)).toBeNull();
  });

  test('in another party decides here all the same, and says so only once', () => {
    const d = reviewed();
    declare(d, 'agency.31.a9');
    const size = d.world.nodes['32'].entries.length;
    expect(declare(d, 'agency.31.a9')).toBeNull();
    expect(d.world.nodes['32'].entries).toHaveLength(size);
    expect(approve(d)).toBeNull();
  });

  test('does not release a held order either', () => {
    const d = reviewed();
    d.does('32', 'HoldOrder', { order: 'o1', reason: 'audit' }, actor('32', 'supervisor'));
    declare(d, 'subject.s1', officer);
    expect(d.tries('32', 'ReleaseOrder', { order: 'o1', reason: 'audit' }, officer)).toMatchObject({ rejected: 'E-RECUSE' });
  });
});
