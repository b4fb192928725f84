/** The body of a command that says everything by its address: nothing, or an empty object. */
import type { PipeTransform } from '@nestjs/common';
import { Body } from '@nestjs/common';
import { Problem } from './problem.js';

const fieldsMax = 100;

class NoFields implements PipeTransform<unknown, undefined> {
  transform(value: unknown): undefined {
    if (value === undefined) return undefined;
    if (typeof value !== 'object' || value === null || Array.isArray(value)) {
      throw Problem.malformed('The body must be absent or an empty object.', '请求体须为空或空对象。');
    }
    const unknown = Object.keys(value).slice(0, fieldsMax);
    if (unknown.length === 0) return undefined;
    const rule = 'whitelistValidation';
    throw Problem.invalid(
      ...unknown.map((name) => ({
        field: `/${name.replace(/~/g, '~0').replace(/\//g, '~1')}`,
        rule,
        message: { en: `property ${name} should not exist`, zh: '未知字段' },
      })),
    );
  }
}

/** In place of `@Body()`: refuses every field. */
export const NoBody = (): ParameterDecorator => Body(new NoFields());
