/** Why something is parked, as an operator reads it. */
import { phrase, refuse, word, yuan } from '@yrd/contracts';
import { whyOf } from './parked.js';

const { rejected, facts } = refuse('E-STATE', {
  seen: word('Suspended'),
  needed: phrase('upTo', { mostFen: 100 }),
  amount: JSON.stringify(yuan(1)),
});
const why = `LapseOrder was refused: ${rejected} ${JSON.stringify(facts)}`;

test('a command that was refused is told with its code, what was seen and what is needed, in either language', () => {
  expect(whyOf(why, 'zh')).toBe('LapseOrder: E-STATE 当前状态不允许此操作（实际：已暂停；要求：不超过 1.00 元）');
  expect(whyOf(why, 'en')).toBe('LapseOrder: E-STATE The present state does not allow this. (seen: Suspended, needed: up to 1.00 yuan)');
});

test.each([
  'A reaction failed: Error: the disk of the register is full',
  'LapseOrder was refused: E-UNHEARD {"seen":1}',
  'LapseOrder was refused: E-STATE {"seen":',
  'LapseOrder was refused: constructor {}',
])('anything else is shown as the node wrote it: %s', (text) => {
  expect(whyOf(text, 'zh')).toBe(text);
});
