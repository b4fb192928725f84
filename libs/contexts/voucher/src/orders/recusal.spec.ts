/** V16: whoever works for a province decides nothing about the organisation that is also theirs. */
import { accessTable } from '@yrd/contracts';
import { actor, delta, firm, hex, staff, type Delta } from '../../testing/scenario.js';
import { personCommands } from '../index.js';
import { LEGAL } from './legality.js';

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

/** What is decided about a subject or an agency by itself, and who is tied to which of its parties. */
const SUBJECT = 'subject.s1';
const AGENCY = 'agency.32.a32';
const ABROAD = 'agency.31.a31';
const ownership = { asOf: '2026-02-01', source: 'test', self: null, ties: [] };
const agencyId = { agency: 'a32' };
const recognised = { agencyProvince: '31', agency: 'a31' };
const certificate = { ...agencyId, certificate: 'c1', kind: 'CMA', items: ['*'], fromOn: '2026-01-01', untilOn: '2027-01-01' };
const DECISIONS: readonly (readonly [command: string, body: object, party: string])[] = [
  ['RegisterSubject', newcomer, 'subject.s9'],
  ['RecordSubjectFact', fact, SUBJECT],
  ['RecordSubjectOwnership', { subject: 's1', ...ownership }, SUBJECT],
  ['MergeSubject', { subject: 's1', successor: 's2', source: 'test', asOf: '2026-02-01' }, 'subject.s2'],
  ['MoveSubject', { subject: 's1', toProvince: '31', toSubject: 's7', source: 'test', asOf: '2026-02-01' }, SUBJECT],
  ['SanctionSubject', { subject: 's1', reason: 'x', untilMs: 9e12 }, SUBJECT],
  ['LiftSanction', { subject: 's1', cause: 'appeal' }, SUBJECT],
  ['PassQuota', account, SUBJECT],
  ['ReturnQuota', { ...account, defects: [{ code: 'proof', text: 'missing' }] }, SUBJECT],
  ['RefuseQuota', { ...account, code: 'E-SUBJECT' }, SUBJECT],
  ['GrantQuota', { ...account, amountFen: 1 }, SUBJECT],
  ['FreezeQuota', { ...account, reason: 'audit' }, SUBJECT],
  ['UnfreezeQuota', { ...account, reason: 'audit' }, SUBJECT],
  ['CloseQuota', account, SUBJECT],
  ['AdmitAgency', agency, 'agency.32.a9'],
  ['VerifyAgency', { ...agencyId, outcome: 'verified', reasons: [] }, AGENCY],
  ['PubliciseAgency', agencyId, AGENCY],
  ['UpholdAgencyObjection', agencyId, AGENCY],
  ['RejectAgencyObjection', agencyId, AGENCY],
  ['RestrictAgency', { ...agencyId, classes: ['5'], reason: 'x' }, AGENCY],
  ['SuspendAgency', { ...agencyId, reason: 'audit' }, AGENCY],
  ['ReinstateAgency', agencyId, AGENCY],
  ['RevokeAgency', { ...agencyId, reason: 'x', until: '2027-01-01' }, AGENCY],
  ['ExcludeAgency', { ...agencyId, decision: 'd1', decidedOn: '2026-02-01' }, AGENCY],
  ['RecordQualification', certificate, AGENCY],
  ['WithdrawQualification', { ...agencyId, certificate: 'c1', reason: 'x' }, AGENCY],
  ['ReportOutOfScope', { ...agencyId, itemClass: '5', servedOn: '2026-02-01' }, AGENCY],
  ['AppraiseAgency', { ...agencyId, year: 2026, grade: 'passed' }, AGENCY],
  ['StateAgencyOwnership', { ...agencyId, ...ownership }, AGENCY],
  ['RecogniseAgency', { ...recognised, classes: ['5'] }, ABROAD],
  ['RestrictRecognition', { ...recognised, classes: ['5'] }, ABROAD],
  ['WithdrawRecognition', { ...recognised, reason: 'x' }, ABROAD],
];

describe('V16: who has an interest in a subject or an agency', () => {
  test.each(DECISIONS)('does not decide %s; somebody else may', (command, body, party) => {
    const d = delta();
    const tied = { ...other, person: 'tied' };
    d.does('32', 'DeclareInterest', { party, tie: 'relative' }, tied);
    expect(d.tries('32', command, body, tied)).toMatchObject({
      rejected: 'E-RECUSE',
      facts: { clause: 'V16', seen: 'an interest in a party' },
    });
    expect(d.tries('32', command, body, other)?.rejected).not.toBe('E-RECUSE');
  });

  test('does not answer a complaint, whether about it or by it', () => {
    const d = delta();
    const complaint = { complaint: 'k1', subject: 's1', agencyProvince: '32', agency: 'a32', grounds: 'late' };
    d.does('32', 'LodgeComplaint', complaint, firm);
    d.world.settle();
    for (const party of [SUBJECT, AGENCY]) {
      const tied = { ...other, person: `tied to ${party}` };
      d.does('32', 'DeclareInterest', { party, tie: 'relative' }, tied);
      expect(d.tries('32', 'AnswerComplaint', { complaint: 'k1', answer: 'x' }, tied)?.rejected).toBe('E-RECUSE');
    }
    expect(d.tries('32', 'AnswerComplaint', { complaint: 'k1', answer: 'x' }, other)).toBeNull();
  });

  test('does not state a red letter of an invoice that it issued', () => {
    const d = delta();
    d.serve('o1', { agencyProvince: '32' });
    d.redeem('o1');
    const tied = { ...other, person: 'tied' };
    const red = { invoiceKey: hex('invoice o1'), redKey: hex('red'), redFen: 1 };
    d.does('32', 'DeclareInterest', { party: AGENCY, tie: 'shares' }, tied);
    expect(d.tries('32', 'RecordRedLetter', red, tied)?.rejected).toBe('E-RECUSE');
    expect(d.tries('32', 'RecordRedLetter', red, other)).toBeNull();
  });

  test.each<[string, object]>([
    ['RecordSubjectFact', fact],
    ['RecordSubjectOwnership', { subject: 's1', ...ownership }],
    ['AnswerComplaint', { complaint: 'k1', answer: 'x' }],
  ])('decides nothing about a firm that it took over either: %s (A7)', (command, body) => {
    const d = delta();
    const lodged = { complaint: 'k1', subject: 's1', agencyProvince: '32', agency: 'a32', grounds: 'late' };
    d.does('32', 'LodgeComplaint', lodged, firm);
    d.world.settle();
    d.enrol('32', 's2', 1_000_000);
    d.does('32', 'MergeSubject', { subject: 's1', successor: 's2', source: 'test', asOf: '2026-02-01' }, other);
    const tied = { ...other, person: 'tied' };
    d.does('32', 'DeclareInterest', { party: 'subject.s2', tie: 'relative' }, tied);
    expect(d.tries('32', command, body, tied)?.rejected).toBe('E-RECUSE');
    expect(d.tries('32', command, body, other)?.rejected).not.toBe('E-RECUSE');
  });

  test('is asked in every decision about others that the access table knows', () => {
    const ofOrders = Object.keys(LEGAL);
    const known = [...DECISIONS.map(([command]) => command), ...ofOrders, 'AnswerComplaint', 'RecordRedLetter'];
    const decisions = Object.keys(personCommands).filter((name) => {
      const { condition } = accessTable[name as keyof typeof accessTable];
      return condition === 'noParty' || condition === 'otherHand';
    });
    expect(decisions.filter((name) => !known.includes(name))).toEqual([]);
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
      facts: { clause: 'V16', seen: 'an interest in a party', needed: expect.any(String) },
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
