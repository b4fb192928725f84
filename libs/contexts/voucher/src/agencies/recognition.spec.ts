/** An agency belongs to its own province; every other one says for itself whether and for what it recognises it (M1, M2, A12). */
import { agencyIn, onAgency } from '../../testing/agencies.js';
import { PROVINCE_CODES } from '../../testing/node.js';
import { agent, DAY_MS, delta, firm, hex, staff, type Delta } from '../../testing/scenario.js';

const clerk = staff('32');
const of = { agencyProvince: '31', agency: 'a31' };
const place = (d: Delta, order: string, change: object = {}) => d.tries('32', 'PlaceOrder', d.placing(order, change), firm);
const sign = (d: Delta, order: string) => {
  const at = d.world.nowMs;
  const contract = { contractHash: hex(`contract ${order}`), amountFen: 8_000_000, signedMs: at, startMs: at, endMs: at + DAY_MS };
  return d.tries('32', 'SignContract', { order, ...contract }, firm);
};

describe('M1: accreditation belongs to the home province, recognition to each other one', () => {
  test('nobody else suspends, restricts or revokes an agency', () => {
    const d = delta();
    for (const [name, body] of [
      ['SuspendAgency', { reason: 'x' }],
      ['RestrictAgency', { reason: 'x', classes: ['5'] }],
      ['RevokeAgency', { reason: 'x', until: '2027-01-01' }],
    ] as const)
      expect(d.tries('32', name, { agency: 'a31', ...body }, clerk)).toMatchObject({ rejected: 'E-NOTFOUND' });
    expect(agencyIn(d).phase).toBe('Active');
  });

  test('what one province withdraws holds in that province, and everybody sees it', () => {
    const d = delta();
    d.does('33', 'WithdrawRecognition', { ...of, reason: 'review' }, staff('33'));
    d.world.settle();
    expect(place(d, 'o1')).toBeNull();
    for (const province of PROVINCE_CODES)
      expect(d.world.nodes[province].rows('agencies', { id: '31.a31' })).toMatchObject([
        { recognised32: 'granted', classes32: ['5'], recognised33: 'withdrawn', classes33: [] },
      ]);
  });

  test('a recognition is for foreign agencies, and is given anew after it was withdrawn', () => {
    const d = delta();
    const recognise = (agencyProvince: string, agency: string) =>
      d.tries('32', 'RecogniseAgency', { agencyProvince, agency, classes: ['5'] }, clerk);
    expect(recognise('32', 'a32')).toMatchObject({ rejected: 'E-VALIDATION' });
    d.does('32', 'WithdrawRecognition', { ...of, reason: 'review' }, clerk);
    expect(d.tries('32', 'RestrictRecognition', { ...of, classes: ['5'] }, clerk)).toMatchObject({ rejected: 'E-STATE' });
    expect(place(d, 'o1')).toMatchObject({ rejected: 'E-RECOG', facts: { seen: 'Withdrawn' } });
    expect(recognise('31', 'a31')).toBeNull();
    expect(place(d, 'o1')).toBeNull();
  });
});

describe('A12: a province withdraws recognition of a class, or all of it', () => {
  test('an order placed before goes on without the class, and no new one is placed for it', () => {
    const d = delta();
    d.serve('o1', {}, 'SignAsAgency');
    d.does('32', 'RestrictRecognition', { ...of, classes: ['11'] }, clerk);
    expect(place(d, 'o2')).toMatchObject({ rejected: 'E-RECOG', facts: { seen: '5', needed: '11' } });
    expect(sign(d, 'o1')).toBeNull();
    expect(d.order('o1').phase).toBe('InService');
  });

  test('an order under contract is served, redeemed and paid after all recognition is gone', () => {
    const d = delta();
    d.serve('o1', {}, 'SignContract');
    d.does('32', 'WithdrawRecognition', { ...of, reason: 'review' }, clerk);
    d.world.settle();
    d.does('31', 'DeliverService', { order: 'o1', home: '32', agency: 'a31', deliverableHash: hex('r') }, agent('31'));
    d.world.settle();
    d.does('32', 'ConfirmAcceptance', { order: 'o1' }, firm);
    d.world.settle();
    d.redeem('o1');
    d.approve('o1');
    d.show('o1');
    d.close(1);
    d.pay('o1');
    expect(d.order('o1').phase).toBe('Settled');
    expect(place(d, 'o2')).toMatchObject({ rejected: 'E-RECOG' });
  });
});

describe('M2: a suspension', () => {
  test('reaches every province with the next news of the home', () => {
    const d = delta();
    expect(onAgency(d, 'SuspendAgency', { reason: 'complaint' })).toBeNull();
    for (const province of PROVINCE_CODES) expect(agencyIn(d, 'a31', province, '31').phase).toBe('Suspended');
    expect(place(d, 'o1')).toMatchObject({ rejected: 'E-AGENCY', facts: { seen: 'Suspended' } });
  });

  test('that cannot arrive for longer than the limit blocks orders above the small amount (E-STALE), until it arrives', () => {
    const d = delta();
    d.world.down.add('31');
    d.does('31', 'SuspendAgency', { agency: 'a31', reason: 'complaint' }, staff('31'));
    d.world.nowMs += 14 * 60_000;
    expect(place(d, 'o1')).toBeNull();
    d.world.nowMs += 2 * 60_000;
    expect(place(d, 'o2')).toMatchObject({ rejected: 'E-STALE', facts: { needed: 'heard within 15 min' } });
    expect(place(d, 'o3', { amountFen: 1_000_000 })).toBeNull();
    d.world.down.delete('31');
    d.world.settle();
    expect(place(d, 'o4')).toMatchObject({ rejected: 'E-AGENCY' });
  });

  test('does not hold up what an agency proposed while it was cut off: its own word is what is heard first', () => {
    const d = delta();
    d.does('32', 'AllowProposer', { subject: 's1', agencyProvince: '31', agency: 'a31', uptoFen: 2_000_000 }, firm);
    d.world.settle();
    d.world.down.add('31');
    d.world.nowMs += 16 * 60_000;
    const { agencyProvince: _, ...wish } = d.placing('o1', { voucherFen: 2_000_000 }) as { agencyProvince: string };
    d.does('31', 'ProposeOrder', { ...wish, home: '32' }, agent('31'));
    d.does('31', 'ListProduct', { agency: 'a31', product: 'p9', itemClass: '5', name: 'Further', priceFen: 1 }, agent('31'));
    d.world.down.delete('31');
    // The proposal is read, and nothing yet of what its province said after it.
    d.world.deliver('32', '31', 1);
    expect(d.order('o1').phase).toBe('Accepted');
  });
});
