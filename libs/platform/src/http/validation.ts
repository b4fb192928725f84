/** Input against its DTO: every wrong field is told at once, unknown fields are refused. */
import { ValidationPipe, type ArgumentMetadata } from '@nestjs/common';
import { getMetadataStorage, ValidateIf, type ValidationError } from 'class-validator';
import { reserved } from './body.js';
import { Problem, type FieldFault } from './problem.js';

/** Chinese words for the rules in use, `{1}` what a rule was first told; a rule without words here is told in English. */
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
  isIn: '须为以下之一：{1}',
  isEnum: '须为以下之一：{2}',
  min: '不得小于 {1}',
  max: '不得大于 {1}',
  isPositive: '须为正数',
  minLength: '至少 {1} 个字符',
  maxLength: '至多 {1} 个字符',
  isLength: '须为 {1} 至 {2} 个字符',
  isISO8601: '须为 ISO 8601 日期或时间',
  isDateString: '须为 ISO 8601 日期或时间',
  isUUID: '须为 UUID',
  isUrl: '须为网址',
  arrayMinSize: '至少 {1} 项',
  arrayMaxSize: '至多 {1} 项',
  arrayUnique: '列表中有重复',
  nestedValidation: '须为对象',
};

/** A field that may be left out: `null` is a value, and is checked like one (the library's IsOptional lets it through to the decisions). */
export const LeftOut = (): PropertyDecorator => ValidateIf((_, value) => value !== undefined);

const pointer = (path: readonly string[]): string => path.map((part) => `/${part.replace(/~/g, '~0').replace(/\//g, '~1')}`).join('');

/** A rule of a service brings its Chinese words as `context: { zh }` of the decorator. */
const ownWords = ({ contexts }: ValidationError, rule: string): string | undefined =>
  (contexts as Readonly<Record<string, { readonly zh?: string } | undefined>> | undefined)?.[rule]?.zh;

/** What a rule of a field was told by its decorator, such as the least number or the values allowed. */
const toldTo = ({ target, property }: ValidationError, rule: string): readonly unknown[] => {
  if (!target) return [];
  const all = getMetadataStorage().getTargetValidationMetadatas(target.constructor, '', false, false);
  return all.find(({ propertyName, name }) => propertyName === property && name === rule)?.constraints ?? [];
};

/** The Chinese words of a rule with what it was told; undefined where there are none, or not all that they name is known. */
const wordsOf = (error: ValidationError, rule: string): string | undefined => {
  const told = toldTo(error, rule);
  let whole = true;
  const words = zhOf[rule]?.replace(/\{(\d)\}/g, (_, at: string) => {
    const each = told[Number(at) - 1];
    whole &&= each !== undefined;
    return Array.isArray(each) ? each.join('、') : String(each);
  });
  return whole ? words : undefined;
};

/** Rules of what kind a value is: of another kind, no other rule says anything about it. */
const KINDS = ['whitelistValidation', 'isString', 'isInt', 'isNumber', 'isBoolean', 'isArray', 'isObject', 'nestedValidation'];

/** The rules that a value breaks: one where it is left out or of another kind, so that whoever asked reads what to mend first. */
const broken = ({ constraints = {}, target, property }: ValidationError): readonly (readonly [rule: string, en: string])[] => {
  const all = Object.entries(constraints);
  if (all.length < 2) return all;
  const leftOut = target !== undefined && (target as Readonly<Record<string, unknown>>)[property] === undefined;
  if (leftOut) return [['isDefined', `${property} is missing`]];
  const kind = all.filter(([rule]) => KINDS.includes(rule));
  return kind.length > 0 ? kind : all;
};

const flatten = (errors: readonly ValidationError[], path: readonly string[]): FieldFault[] =>
  errors.flatMap((error) => {
    const here = [...path, error.property];
    const own = broken(error).map(([rule, en]) => ({
      field: pointer(here),
      rule,
      message: { en, zh: ownWords(error, rule) ?? wordsOf(error, rule) ?? en },
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
    validationError: { target: true, value: false },
    exceptionFactory: (errors) => Problem.invalid(...flatten(errors, []).slice(0, faultsMax)),
  });

const pipe = inputPipe();
