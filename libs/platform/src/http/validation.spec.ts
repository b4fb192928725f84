/** What is told of a wrong input: each field, and what it has to be. */
import { IsIn, IsInt, Length, Max, MaxLength, Min, ValidateNested } from 'class-validator';
import { Type } from 'class-transformer';
import { FreeText, TextField, WordList } from './fields.js';
import type { Problem } from './problem.js';
import { checkedAs } from './validation.js';

class Part {
  @Min(2) n!: number;
}
class Input {
  @IsInt() @Min(1) @Max(9) limit!: number;
  @IsIn(['Placed', 'Closed']) state!: string;
  @Length(2, 4) name!: string;
  @MaxLength(3) note!: string;
  @TextField(/^[a-z]+-\d$/, 9, { zh: '代码', en: 'code' }, 'lab-1') code!: string;
  @FreeText(5, { zh: '事由', en: 'why' }, 'late') why!: string;
  @WordList(/^[a-z]$/, 3, { zh: '类', en: 'classes' }, ['a']) classes!: string[];
  @ValidateNested() @Type(() => Part) part!: Part;
}
const good = { limit: 1, state: 'Placed', name: 'abc', note: '', code: 'x-1', why: 'late', classes: ['a'], part: { n: 2 } };
const faults = async (input: object) => {
  const problem = await checkedAs(Input, input).then(
    () => null,
    (error: unknown) => error as Problem,
  );
  return problem?.errors.map(({ field, message }) => [field, message.zh, message.en]) ?? [];
};

test('a wrong field is told with what it has to be, in both languages', async () => {
  expect(await faults(good)).toEqual([]);
  expect(
    await faults({ limit: 0, state: 'Foo', name: 'a', note: 'abcd', code: 'X', why: 'a\u0007', classes: ['a', 'B'], part: { n: 1 } }),
  ).toEqual([
    ['/limit', '不得小于 1', 'limit must not be less than 1'],
    ['/state', '须为以下之一：Placed、Closed', 'state must be one of the following values: Placed, Closed'],
    ['/name', '须为 2 至 4 个字符', 'name must be longer than or equal to 2 characters'],
    ['/note', '至多 3 个字符', 'note must be shorter than or equal to 3 characters'],
    ['/code', '格式须如 lab-1', 'code must look like lab-1'],
    ['/why', '须为 1 至 5 个字符，不含控制字符', 'why must have 1 to 5 characters, none of them a control character'],
    ['/classes', '格式须如 a', 'each value in classes must look like a'],
    ['/part/n', '不得小于 2', 'n must not be less than 2'],
  ]);
});

test('what is left out or of another kind is told once, and not by every rule that it breaks', async () => {
  const { limit: _, name: __, ...rest } = good;
  expect(await faults({ ...rest, limit: 'many' })).toEqual([
    ['/limit', '须为整数', 'limit must be an integer number'],
    ['/name', '须为 2 至 4 个字符', 'name must be longer than or equal to 2 characters'],
  ]);
  expect(await faults({ ...rest, name: 'abc' })).toEqual([['/limit', '必填', 'limit is missing']]);
});
