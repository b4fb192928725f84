/** Why something is parked, as an operator reads it. */
import { refuse } from './deciding.js';
import { parkedBecause } from './parked.js';
import { phrase, word } from './said.js';

test('a command that was refused is told with its code, what was seen and what is needed, in either language', () => {
  const refused = refuse('E-STATE', { seen: word('Suspended'), needed: phrase('upTo', { mostFen: 100 }) });
  const item = { why: phrase('parkedRefused', { what: 'LapseOrder' }), refused };
  expect(parkedBecause(item, 'zh')).toBe('LapseOrder 被拒：E-STATE 当前状态不允许此操作（实际：已暂停；要求：不超过 1.00 元）');
  expect(parkedBecause(item, 'en')).toBe(
    'LapseOrder was refused: E-STATE The present state does not allow this. (seen: Suspended, needed: up to 1.00 yuan)',
  );
  const unheard = { why: phrase('parkedRefused', { what: 'LapseOrder' }), refused: { rejected: 'constructor', facts: {} } };
  expect(parkedBecause(unheard, 'en')).toBe('LapseOrder was refused: constructor (seen: –, needed: –)');
});

test('what this version cannot read, and what failed, is told in either language; what an older version wrote as it wrote it', () => {
  const unread = { why: phrase('parkedUnread', { type: 'voucher.new.v1' }) };
  expect([parkedBecause(unread, 'zh'), parkedBecause(unread, 'en')]).toEqual([
    '本版本不认识条目类型 voucher.new.v1，或无法读取：请升级节点。',
    'This version does not know the entry type voucher.new.v1, or cannot read it: update the node.',
  ]);
  const failed = { why: phrase('parkedFailed', { what: 'take-order', error: 'Error: the disk of the register is full' }) };
  expect(parkedBecause(failed, 'zh')).toBe('take-order 失败：Error: the disk of the register is full');
  expect(parkedBecause({ why: 'A reaction failed: Error' }, 'zh')).toBe('A reaction failed: Error');
});
