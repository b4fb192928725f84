/** The fields that inputs are made of: each with its limits for the check, and the same limits for the description. */
import { applyDecorators } from '@nestjs/common';
import { ApiProperty, ApiPropertyOptional, type ApiPropertyOptions } from '@nestjs/swagger';
import { Transform, Type } from 'class-transformer';
import {
  ArrayMaxSize,
  ArrayMinSize,
  ArrayUnique,
  IsArray,
  IsBoolean,
  IsIn,
  IsInt,
  IsObject,
  IsString,
  Matches,
  Max,
  MaxLength,
  Min,
  ValidateBy,
  ValidateNested,
} from 'class-validator';
import { LeftOut } from './validation.js';

export interface Words {
  readonly zh: string;
  readonly en: string;
  readonly optional?: boolean;
}

const described = ({ zh, en, optional }: Words, more: ApiPropertyOptions): PropertyDecorator => {
  const options: ApiPropertyOptions = { ...more, description: `${zh} · ${en}` };
  // A field that is left out is not asked about; `null` is a value, and nothing takes it.
  return optional === true ? applyDecorators(ApiPropertyOptional(options), LeftOut()) : ApiProperty(options);
};

/** An amount beyond ten thousand million yuan is a slip of the hand. */
export const AMOUNT_MAX_FEN = 1_000_000_000_000;
const TIME_MAX_MS = 253_402_300_799_999; // 9999-12-31
const HASH = '0f343b0931126a20f133d67c2b018a3b5c3a5d4e2f1a0b9c8d7e6f5a4b3c2d1e';
const ID = '0f3c5a9b1d2e4f60718293a4b5';

const EXAMPLE_SHOWN = 60;

/** The value is of the shape. Who got it wrong reads an example of it: the pattern stands in OpenAPI, for programs. */
const Shaped = (shape: RegExp, example: string, each = false): PropertyDecorator => {
  const like = example.length > EXAMPLE_SHOWN ? `${example.slice(0, EXAMPLE_SHOWN)}…` : example;
  const subject = each ? 'each value in $property' : '$property';
  return Matches(shape, { each, message: `${subject} must look like ${like}`, context: { zh: `格式须如 ${like}` } });
};

/** A text of one shape. `pattern` says in OpenAPI what not every reader of `shape` understands. */
export const TextField = (shape: RegExp, maxLength: number, words: Words, example: string, pattern = shape.source): PropertyDecorator =>
  applyDecorators(
    described(words, { type: String, pattern, maxLength, example }),
    IsString(),
    MaxLength(maxLength),
    Shaped(shape, example),
  );

/** Words for people, at most so many of their characters: no control characters, no broken surrogates. */
export const FreeText = (most: number, words: Words, example: string): PropertyDecorator => {
  const message = `$property must have 1 to ${most} characters, none of them a control character`;
  const zh = `须为 1 至 ${most} 个字符，不含控制字符`;
  return applyDecorators(
    // Not every reader of OpenAPI understands classes of Unicode.
    described(words, { type: String, pattern: String.raw`^[^\u0000-\u001f\u007f-\u009f]{1,${most}}$`, maxLength: most, example }),
    IsString(),
    MaxLength(most),
    Matches(new RegExp(String.raw`^[^\p{Cc}\p{Cs}]{1,${most}}$`, 'u'), { message, context: { zh } }),
  );
};

/** A whole number within bounds. */
export const WholeNumber = (minimum: number, maximum: number, words: Words, example: number): PropertyDecorator =>
  applyDecorators(described(words, { type: 'integer', minimum, maximum, example }), IsInt(), Min(minimum), Max(maximum));

/** Numbers in a path or query arrive as text: plain digits and nothing else, `1e3` is no number of a window. */
export const FromText = (): PropertyDecorator =>
  Transform(({ value }: { value: unknown }) => (typeof value === 'string' && /^(0|[1-9]\d{0,14})$/.test(value) ? Number(value) : value));

/** An id that a node made: 26 hex digits. */
export const MadeId = (words: Words): PropertyDecorator => TextField(/^[0-9a-f]{26}$/, 26, words, ID);
/** The id of an organisation as it stands in tokens. */
export const OrganisationId = (): PropertyDecorator =>
  TextField(
    /^[A-Za-z0-9._-]{1,64}$/,
    64,
    { zh: '所属机构，与令牌 org 一致', en: 'its organisation, as in the token’s org' },
    'org-huaying',
  );
/** SHA-256 of a document that stays where it is. */
export const DocumentHash = (words: Words): PropertyDecorator => TextField(/^[0-9a-f]{64}$/, 64, words, HASH);
/** A short code, not prose. */
export const CodeWord = (words: Words, example: string): PropertyDecorator =>
  TextField(/^[A-Za-z0-9][A-Za-z0-9._-]{0,39}$/, 40, words, example);
/** A sentence or two for people. */
export const Prose = (words: Words, example: string): PropertyDecorator => FreeText(200, words, example);
export const DAY = /^\d{4}-(0[1-9]|1[0-2])-(0[1-9]|[12]\d|3[01])$/;
export const Day = (words: Words): PropertyDecorator => TextField(DAY, 10, words, '2026-01-05');

/** Fen, 1 to 10^12; `least: 0` where nothing is an amount too. */
export const AmountFen = (words: Words, example = 8_000_000, least = 1): PropertyDecorator =>
  WholeNumber(least, AMOUNT_MAX_FEN, words, example);
/** Milliseconds since 1970, UTC. */
export const TimeMs = (words: Words, example = 1_767_578_400_000): PropertyDecorator => WholeNumber(0, TIME_MAX_MS, words, example);
export const Year = (words: Words = { zh: '额度年度', en: 'year of the quota' }): PropertyDecorator => WholeNumber(2020, 2099, words, 2026);
export const Count = (words: Words, least: number, example: number): PropertyDecorator => WholeNumber(least, 1_000_000, words, example);

/** True or false, as JSON says it. */
export const YesNo = (words: Words): PropertyDecorator => applyDecorators(described(words, { type: Boolean, example: false }), IsBoolean());

/** One of a few words. */
export const OneOf = <T extends string>(choices: readonly T[], words: Words): PropertyDecorator =>
  applyDecorators(described(words, { type: String, enum: [...choices], example: choices[0] }), IsIn([...choices]));

/** A list of short words: none twice. */
export const WordList = (shape: RegExp, most: number, words: Words, example: readonly string[], least = 1): PropertyDecorator =>
  applyDecorators(
    described(words, { type: [String], minItems: least, maxItems: most, example: [...example] }),
    IsArray(),
    ArrayMinSize(least),
    ArrayMaxSize(most),
    ArrayUnique(),
    IsString({ each: true }),
    Shaped(shape, example[0] ?? '', true),
  );
/** A list of objects of one kind. */
export const ListOf = (item: () => new () => object, most: number, words: Words): PropertyDecorator =>
  applyDecorators(
    // The library knows a lazy type by its name, `type`.
    described(words, { type: () => item(), isArray: true, maxItems: most }),
    IsArray(),
    ArrayMaxSize(most),
    IsObject({ each: true }),
    ValidateNested({ each: true }),
    Type(item),
  );
/** One object. */
export const Nested = (item: () => new () => object, words: Words): PropertyDecorator =>
  applyDecorators(described(words, { type: () => item() }), IsObject(), ValidateNested(), Type(item));

type Reader = (
  value: unknown,
) => { readonly ok: true; readonly value: string } | { readonly ok: false; readonly message: { readonly en: string } };

/** An identifier that others issue: stored as its standard writes it, refused with its reason. */
export const Issued = (name: string, parse: Reader, words: Words, example: string): PropertyDecorator =>
  applyDecorators(
    described(words, { type: String, example }),
    Transform(({ value }: { value: unknown }) => {
      const found = parse(value);
      return found.ok ? found.value : value;
    }),
    ValidateBy(
      {
        name,
        validator: {
          validate: (value) => parse(value).ok,
          defaultMessage: (at) => {
            const found = parse(at?.value);
            return found.ok ? '' : found.message.en;
          },
        },
      },
      { context: { zh: `${words.zh}有误，请对照原件逐位核对` } },
    ),
  );
