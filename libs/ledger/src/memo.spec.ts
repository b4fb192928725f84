/** What is worked out of an object and kept with it: found by nobody else, and gone from every copy. */
import { Memo } from './memo.js';

test('what is kept with an object is found again, and replaced', () => {
  const memo = new Memo<object, string>();
  const block = { first: 0 };
  expect(memo.of(block)).toBeUndefined();
  expect([memo.keep(block, 'entries'), memo.of(block), memo.keep(block, 'others'), memo.of(block)]).toEqual([
    'entries',
    'entries',
    'others',
    'others',
  ]);
});

test('a copy that somebody changes has nothing of what was kept, and nobody else sees it', () => {
  const [memo, other] = [new Memo<object, string>(), new Memo<object, string>()];
  const block = { first: 0 };
  memo.keep(block, 'entries');
  expect(memo.of({ ...block, first: 1 })).toBeUndefined();
  expect(memo.of(structuredClone(block))).toBeUndefined();
  expect(other.of(block)).toBeUndefined();
  expect([JSON.stringify(block), Reflect.ownKeys({ ...block })]).toEqual(['{"first":0}', ['first']]);
  expect(block).toStrictEqual({ first: 0 });
});
