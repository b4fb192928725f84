/** Input against its DTO: every wrong field is told at once, unknown fields are refused. */
import { ValidationPipe, type ArgumentMetadata } from '@nestjs/common';
import { ValidateIf, type ValidationError } from 'class-validator';
import { reserved } from './body.js';
import { Problem, type FieldFault } from './problem.js';

/** Chinese words for the rules in use; a rule without words here is told in English. */
const zhOf: Readonly<Record<string, string>> = {
  whitelistValidation: '未知字段',
  isString: '须为文本',
  isInt: '须为整数',
  isNumber: '须为数字',
  isBoolean: '须为 true 或 false',
  isArray: '须为列表',
  isObject: '须为对象',
  isNotEmpty: '不能为空',
  isDefined: '必填',
  isIn: '不在允许的取值之中',
  isEnum: '不在允许的取值之中',
  min: '过小',
  max: '过大',
  isPositive: '须为正数',
  minLength: '过短',
  maxLength: '过长',
  isLength: '长度不符',
  matches: '格式不符',
  isISO8601: '须为 ISO 8601 日期或时间',
  isDateString: '须为 ISO 8601 日期或时间',
  isUUID: '须为 UUID',
  isUrl: '须为网址',
  arrayMinSize: '列表过短',
  arrayMaxSize: '列表过长',
  arrayUnique: '列表中有重复',
  nestedValidation: '须为对象',
};

/** A field that may be left out: `null` is a value, and is checked like one (the library's IsOptional lets it through to the decisions). */
export const LeftOut = (): PropertyDecorator => ValidateIf((_, value) => value !== undefined);

const pointer = (path: readonly string[]): string => path.map((part) => `/${part.replace(/~/g, '~0').replace(/\//g, '~1')}`).join('');

/** A rule of a service brings its Chinese words as `context: { zh }` of the decorator. */
const ownWords = ({ contexts }: ValidationError, rule: string): string | undefined =>
  (contexts as Readonly<Record<string, { readonly zh?: string } | undefined>> | undefined)?.[rule]?.zh;

const flatten = (errors: readonly ValidationError[], path: readonly string[]): FieldFault[] =>
  errors.flatMap((error) => {
    const here = [...path, error.property];
    const own = Object.entries(error.constraints ?? {}).map(([rule, en]) => ({
      field: pointer(here),
      rule,
      message: { en, zh: ownWords(error, rule) ?? zhOf[rule] ?? en },
    }));
    return [...own, ...flatten(error.children ?? [], here)];
  });

/** How many faults are told at most; a body of nothing but faults should not be answered with a longer one. */
const faultsMax = 100;

/** class-validator finds no fault with names that every object has; bodies are rid of them when they are parsed, queries here. */
class InputPipe extends ValidationPipe {
  override transform(value: unknown, metadata: ArgumentMetadata): Promise<unknown> {
    const bad = metadata.type === 'query' && typeof value === 'object' ? Object.keys(value ?? {}).find(reserved) : undefined;
    if (bad !== undefined) throw Problem.malformed(`"${bad}" cannot be the name of a parameter.`, `参数名不能为 "${bad}"。`);
    return super.transform(value, metadata);
  }
}

/** A value as an instance of its DTO, for inputs that are no request. @throws Problem E-VALIDATION with all that is wrong. */
export const checkedAs = async <T extends object>(type: new () => T, value: object): Promise<T> =>
  (await pipe.transform(value, { type: 'body', metatype: type })) as T;

/** The pipe that every service uses for bodies and queries. */
export const inputPipe = (): ValidationPipe =>
  new InputPipe({
    transform: true,
    whitelist: true,
    forbidNonWhitelisted: true,
    forbidUnknownValues: true,
    validationError: { target: false, value: false },
    exceptionFactory: (errors) => Problem.invalid(...flatten(errors, []).slice(0, faultsMax)),
  });

const pipe = inputPipe();
