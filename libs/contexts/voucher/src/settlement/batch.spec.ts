/** Clearing batches: every state of domain §2.3, disputes, divergence named to the line, and repair that both sides agree to (V22). */
import { PROVINCE_CODES, type ProvinceCode } from '../../testing/node.js';
import { actor, delta, hex, type Delta } from '../../testing/scenario.js';
import { batch, batchOf, batchStream, type BatchRow, type LineRow, type WindowRow } from '../index.js';

const PAIR = '32-31';
const at = { window: 1, pair: PAIR };
const finance = (province: ProvinceCode) => actor(province, 'finance');
const tries = (d: Delta, province: ProvinceCode, command: string, body: object = {}) => {
  const no = d.tries(province, command, { ...at, ...body }, finance(province));
  d.world.settle();
  return no;
};
const windowOf = (d: Delta, province: ProvinceCode, window = 1): WindowRow =>
  d.world.nodes[province].rows<WindowRow>('windows', { window })[0]!;
const shown = (d: Delta, province: ProvinceCode = '33', window = 1) =>
  batchOf(windowOf(d, province, window), PAIR, d.world.nodes[province].rows<BatchRow>('batches', { window, pair: PAIR })[0] ?? null);
const settledPair = (d: Delta, window: number, province: ProvinceCode = '34') =>
  windowOf(d, province, window).settled.find(({ pair }) => pair === PAIR);
const told = (d: Delta, province: ProvinceCode, type: string) =>
  d.world.nodes[province].entries.filter((entry) => entry.type === type).map(({ data }) => data);
const noneParked = (d: Delta): void => {
  for (const province of PROVINCE_CODES) expect(d.world.nodes[province].parked).toEqual([]);
};
const allEqual = (d: Delta, windows: readonly number[]): void => {
  for (const window of windows)
    for (const province of PROVINCE_CODES) {
      expect(windowOf(d, province, window)).toMatchObject({ equal: true, dissent: false });
      expect(windowOf(d, province, window).digests).toEqual(windowOf(d, '31', window).digests);
    }
};

/** Three lines of 15,000.00, 10,000.00 and 7,500.00 that Jiangsu owes Shanghai. */
const payable = (): Delta => {
  const d = delta();
  for (const [order, amountFen] of [
    ['o1', 3_000_000],
    ['o2', 2_000_000],
    ['o3', 1_500_000],
  ] as const) {
    d.serve(order, { amountFen });
    d.redeem(order);
    d.approve(order);
    d.show(order);
  }
  return d;
};
const LINES_FEN = 1_500_000 + 1_000_000 + 750_000;
const line = (lineId: string) => ({ lineId, home: '32' });

test('a batch goes Open, Cut, Matched, Confirmed, Paid, Reconciled, the same in all four provinces', () => {
  const d = payable();
  const states: string[] = [];
  const seen = (): void => {
    const all = PROVINCE_CODES.map((province) => shown(d, province));
    for (const each of all) expect(each).toEqual(all[0]);
    states.push(all[0]!.state);
  };
  d.close(1, ['31']);
  seen();
  d.world.nodes['31'].blind.add('32/voucher');
  d.close(1, ['32', '33', '34']);
  seen();
  d.world.nodes['31'].blind.clear();
  d.does('31', 'AskAttestation', { window: 1 }, actor('31', 'operator'));
  d.world.settle();
  seen();
  expect(shown(d)).toMatchObject({ id: '1.32-31', number: 'QS-3231-202603-9', payer: '32', payee: '31', count: 3, sumFen: LINES_FEN });
  expect([tries(d, '32', 'ConfirmBatch'), shown(d).state, shown(d).confirmedBy]).toEqual([null, 'Matched', ['32']]);
  expect(tries(d, '32', 'InstructBatch')).toMatchObject({ rejected: 'E-STATE', facts: { seen: 'not confirmed by both sides' } });
  expect(tries(d, '31', 'ConfirmBatch')).toBeNull();
  seen();
  const receipt = { receiptHash: hex('receipt'), receiptFen: LINES_FEN };
  expect(tries(d, '32', 'RecordBatchPaid', receipt)).toMatchObject({ rejected: 'E-STATE' });
  expect(tries(d, '31', 'InstructBatch')).toMatchObject({ rejected: 'E-STATE', facts: { needed: 'the payer, 32' } });
  expect(tries(d, '32', 'InstructBatch')).toBeNull();
  expect(tries(d, '31', 'ReconcileBatch', receipt)).toMatchObject({ rejected: 'E-STATE', facts: { seen: 'not paid' } });
  expect(tries(d, '32', 'RecordBatchPaid', { ...receipt, receiptFen: 1 })).toMatchObject({ rejected: 'E-VALIDATION' });
  expect(tries(d, '32', 'RecordBatchPaid', receipt)).toBeNull();
  seen();
  expect(tries(d, '31', 'ReconcileBatch', { ...receipt, receiptFen: 1 })).toMatchObject({ rejected: 'E-VALIDATION' });
  expect([tries(d, '31', 'ReconcileBatch', receipt), shown(d).state]).toEqual([null, 'Paid']);
  expect(tries(d, '32', 'ReconcileBatch', receipt)).toBeNull();
  seen();
  expect(states).toEqual(['Open', 'Cut', 'Matched', 'Confirmed', 'Paid', 'Reconciled']);
  const before = PROVINCE_CODES.map((province) => d.world.nodes[province].entries.length);
  for (const [province, command, body] of [
    ['32', 'ConfirmBatch', {}],
    ['32', 'InstructBatch', {}],
    ['32', 'RecordBatchPaid', receipt],
    ['31', 'ReconcileBatch', receipt],
  ] as const)
    expect(tries(d, province, command, body)).toBeNull();
  expect(PROVINCE_CODES.map((province) => d.world.nodes[province].entries.length)).toEqual(before);
  noneParked(d);
});

test('a silent province delays only its own pairs and the netting', () => {
  const d = payable();
  d.world.down.add('34');
  d.close(1, ['31', '32', '33']);
  expect(shown(d, '31')).toMatchObject({ state: 'Matched', count: 3 });
  expect(tries(d, '32', 'ConfirmBatch')).toBeNull();
  expect(tries(d, '31', 'ConfirmBatch')).toBeNull();
  expect(shown(d, '33').state).toBe('Confirmed');
  expect(batchOf(windowOf(d, '31'), '34-31', null).state).toBe('Open');
  expect(windowOf(d, '31').netted).toEqual({});
  d.world.down.clear();
  d.close(1, ['34']);
  allEqual(d, [1]);
  expect(windowOf(d, '34').netted['34']).toMatchObject({ grossFen: LINES_FEN });
});

describe('DisputeLine', () => {
  test('takes the line out, the rest goes on; it comes back in the next batch, and no fen is lost', () => {
    const d = payable();
    d.close(1);
    expect(d.order('o2').lineSettled).toBe(true);
    expect(tries(d, '31', 'DisputeLine', { ...line('o2'), reason: 'not-delivered' })).toBeNull();
    expect(d.order('o2').lineSettled).toBe(false);
    expect(d.tries('32', 'InstructPayment', { order: 'o2' }, finance('32'))).toMatchObject({ rejected: 'E-STATE' });
    expect(shown(d)).toMatchObject({ state: 'Matched', count: 2, sumFen: LINES_FEN - 1_000_000 });
    allEqual(d, [1]);
    d.close(2);
    expect(settledPair(d, 2)).toMatchObject({ count: 1, sumFen: 1_000_000 });
    allEqual(d, [1, 2]);
    expect([1, 2].reduce((total, window) => total + windowOf(d, '33', window).netted['33']!.grossFen, 0)).toBe(LINES_FEN);
    d.pay('o2');
    expect(d.order('o2').phase).toBe('Settled');
    expect(d.world.nodes['34'].rows<LineRow>('lines', { id: 'o2' })).toMatchObject([{ settledIn: 2, moved: true }]);
    noneParked(d);
  });

  test('is open to each side until it confirms; a confirmation of what stood before is asked for anew', () => {
    const d = payable();
    d.close(1);
    expect(tries(d, '32', 'ConfirmBatch')).toBeNull();
    expect(tries(d, '32', 'DisputeLine', { ...line('o2'), reason: 'x' })).toMatchObject({ rejected: 'E-STATE' });
    expect(tries(d, '31', 'DisputeLine', { ...line('o1'), reason: 'x' })).toBeNull();
    expect(tries(d, '31', 'ConfirmBatch')).toBeNull();
    expect(shown(d)).toMatchObject({ state: 'Matched', confirmedBy: ['31'] });
    expect(tries(d, '32', 'ConfirmBatch')).toBeNull();
    expect(shown(d)).toMatchObject({ state: 'Confirmed', count: 2 });
    noneParked(d);
  });

  test('is about a line of this batch', () => {
    const d = payable();
    expect(tries(d, '31', 'DisputeLine', { ...line('o1'), reason: 'x' })).toMatchObject({ rejected: 'E-STATE', facts: { seen: 'open' } });
    d.close(1);
    for (const about of [line('o9'), { lineId: 'o1', home: '31' }, { lineId: 'o1', home: '33' }, line('o1~1')])
      expect(tries(d, '31', 'DisputeLine', { ...about, reason: 'x' })).toMatchObject({ rejected: 'E-NOTFOUND' });
    expect(tries(d, '33', 'DisputeLine', { ...line('o1'), reason: 'x' })).toMatchObject({ rejected: 'E-STATE' });
    d.close(2);
    expect(tries(d, '31', 'DisputeLine', { ...line('o1'), window: 2, reason: 'x' })).toMatchObject({ rejected: 'E-STATE' });
    expect(tries(d, '31', 'DisputeLine', { ...line('o1'), reason: 'x' })).toBeNull();
    expect(tries(d, '31', 'DisputeLine', { ...line('o1'), reason: 'x' })).toBeNull();
    expect(told(d, '31', 'LineDisputed')).toHaveLength(1);
  });

  test('does not free what is paid already, but counts the debt in the next batch', () => {
    const d = payable();
    d.close(1);
    d.pay('o1');
    expect(tries(d, '31', 'DisputeLine', { ...line('o1'), reason: 'x' })).toBeNull();
    expect(d.order('o1')).toMatchObject({ phase: 'Settled', lineSettled: true });
    d.close(2);
    expect([settledPair(d, 1)?.count, settledPair(d, 2)?.count]).toEqual([2, 1]);
    noneParked(d);
  });
});

/** Who bends its own node writes what it likes into its own journal; the others believe only what the rules let count. */
const forge = (d: Delta, province: ProvinceCode, type: string, data: object): void => {
  const node = d.world.nodes[province];
  const stream = batchStream(data as { window: number; pair: string });
  const index = node.entries.length;
  const like = node.entries[0]!;
  node.entries.push({ ...like, index, stream, type, data: data as never, time: d.world.nowMs, basis: {} });
  node.digest(node.journal);
  d.world.settle();
};

describe('Whoever writes what its own node would refuse', () => {
  test('cannot have a line counted twice by disputing a batch that it had confirmed', () => {
    const d = payable();
    d.close(1);
    tries(d, '31', 'ConfirmBatch');
    tries(d, '32', 'ConfirmBatch');
    forge(d, '31', 'LineDisputed', { ...at, ...line('o1'), reason: 'greed' });
    d.close(2);
    expect([settledPair(d, 1)?.count, settledPair(d, 2)?.count]).toEqual([3, 0]);
    expect(d.order('o1').lineSettled).toBe(true);
    allEqual(d, [1, 2]);
  });

  test('cannot let its debt vanish by disputing it out of a window that it is not in', () => {
    const d = payable();
    forge(d, '32', 'LineDisputed', { ...at, window: 9, ...line('o1'), reason: 'greed' });
    d.close(1);
    expect(settledPair(d, 1)).toMatchObject({ count: 3, sumFen: LINES_FEN });
    forge(d, '32', 'LineMoved', { ...at, ...line('o1'), amountFen: 1 });
    d.close(2);
    expect([settledPair(d, 1)?.sumFen, settledPair(d, 2)?.count]).toEqual([LINES_FEN, 0]);
    allEqual(d, [1, 2]);
  });
});

/** Shanghai's view of lines is damaged: one amount is wrong, one line is gone. */
const damaged = (): Delta => {
  const d = payable();
  const rows = d.world.nodes['31'].parts.get('lines')!;
  const bent = rows.get('line.32.o2')!['32/voucher'] as { stated: { amountFen: number } };
  bent.stated.amountFen += 1;
  rows.delete('line.32.o3');
  d.close(1);
  return d;
};

describe('V22: two sides that count differently', () => {
  test('both name the first line that differs, exactly, and the others with it', () => {
    const d = damaged();
    expect(told(d, '31', 'DifferenceNamed')).toEqual([
      {
        ...at,
        ...line('o2'),
        with: '32',
        mineFen: 1_000_001,
        theirFen: 1_000_000,
        others: [{ ...line('o3'), mineFen: null, theirFen: 750_000 }],
      },
    ]);
    expect(told(d, '32', 'DifferenceNamed')).toMatchObject([{ ...line('o2'), with: '31', mineFen: 1_000_000, theirFen: 1_000_001 }]);
    expect(shown(d)).toMatchObject({ state: 'Diverged', number: 'QS-3231-202603-9', count: null });
    expect(windowOf(d, '33').settled.map(({ pair }) => pair)).toHaveLength(11);
    noneParked(d);
  });

  test('mend it by moving the lines: nothing is re-cut, the pair settles without them, and they are counted in the next window', () => {
    const d = damaged();
    const cuts = windowOf(d, '33').closes;
    for (const lineId of ['o2', 'o3']) {
      expect(tries(d, '32', 'ProposeRepair', { ...line(lineId), act: 'move' })).toBeNull();
      expect(shown(d).state).toBe('Diverged');
      expect(tries(d, '31', 'AgreeRepair', line(lineId))).toBeNull();
    }
    expect(told(d, '31', 'LineMoved')).toMatchObject([
      { lineId: 'o2', amountFen: 1_000_000 },
      { lineId: 'o3', amountFen: 750_000 },
    ]);
    expect(shown(d)).toMatchObject({ state: 'Matched', count: 1, sumFen: 1_500_000 });
    expect(windowOf(d, '33').closes).toEqual(cuts);
    d.close(2);
    expect(settledPair(d, 2)).toMatchObject({ count: 2, sumFen: 1_750_000 });
    allEqual(d, [1, 2]);
    expect(['o1', 'o2', 'o3'].map((order) => d.order(order).lineSettled)).toEqual([true, true, true]);
    noneParked(d);
  });

  test('mend it by an amount that both agree on', () => {
    const d = damaged();
    expect(tries(d, '31', 'ProposeRepair', { ...line('o2'), act: 'compensate' })).toMatchObject({ rejected: 'E-VALIDATION' });
    expect(tries(d, '31', 'ProposeRepair', { ...line('o2'), act: 'compensate', amountFen: 900_000 })).toBeNull();
    expect(tries(d, '32', 'AgreeRepair', line('o2'))).toBeNull();
    expect(tries(d, '31', 'ProposeRepair', { ...line('o3'), act: 'move' })).toBeNull();
    expect(tries(d, '32', 'AgreeRepair', line('o3'))).toBeNull();
    expect(told(d, '32', 'LineCompensated')).toMatchObject([{ lineId: 'o2', amountFen: 900_000 }]);
    d.close(2);
    expect([settledPair(d, 1)?.sumFen, settledPair(d, 2)?.sumFen]).toEqual([1_500_000, 1_650_000]);
    allEqual(d, [1, 2]);
    noneParked(d);
  });

  test('need both: nobody agrees to his own proposal, to none, or where nothing differs', () => {
    const d = damaged();
    expect(tries(d, '31', 'AgreeRepair', line('o2'))).toMatchObject({ rejected: 'E-NOTFOUND' });
    tries(d, '31', 'ProposeRepair', { ...line('o2'), act: 'move' });
    tries(d, '31', 'ProposeRepair', { ...line('o2'), act: 'move' });
    expect(told(d, '31', 'RepairProposed')).toHaveLength(1);
    expect(tries(d, '31', 'AgreeRepair', line('o2'))).toMatchObject({ rejected: 'E-NOTFOUND' });
    expect(tries(d, '32', 'RefuseRepair', { ...line('o2'), reason: 'counted' })).toBeNull();
    expect(shown(d).said).toMatchObject({ 31: { proposed: [{ lineId: 'o2' }] }, 32: { refused: [{ reason: 'counted' }] } });
    const whole = payable();
    whole.close(1);
    expect(tries(whole, '31', 'ProposeRepair', { ...line('o2'), act: 'move' })).toMatchObject({ rejected: 'E-STATE' });
    expect(tries(whole, '31', 'AgreeRepair', line('o2'))).toMatchObject({ rejected: 'E-STATE' });
  });

  test('may as well mend the view and look again: then nothing is left to repair', () => {
    const d = damaged();
    const [mine, theirs] = [d.world.nodes['31'].parts.get('lines')!, d.world.nodes['33'].parts.get('lines')!];
    for (const id of ['line.32.o2', 'line.32.o3']) mine.set(id, theirs.get(id)!);
    d.does('31', 'AskAttestation', { window: 1 }, actor('31', 'operator'));
    d.world.settle();
    expect(shown(d)).toMatchObject({ state: 'Matched', count: 3 });
    allEqual(d, [1]);
  });
});

test('the batch of a side that was told of a move after it had confirmed does not believe it', () => {
  const moved = { ...at, ...line('o1'), home: '32' as const, amountFen: 1 };
  const confirmed = batch.evolve(batch.initial, { type: 'BatchConfirmed', data: { ...at, digest: hex('d'), count: 1, sumFen: 1 } });
  expect(batch.evolve(confirmed, { type: 'LineMoved', data: moved }).out).toEqual([]);
  expect(batch.evolve(batch.initial, { type: 'LineMoved', data: moved }).out).toEqual(['o1']);
});
