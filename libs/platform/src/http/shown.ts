/** The fields that answers are made of: one line says what a field is, for the description of the interface and for tables alike. */
import { applyDecorators } from '@nestjs/common';
import { ApiExtraModels, ApiProperty, ApiPropertyOptional, getSchemaPath, type ApiPropertyOptions } from '@nestjs/swagger';
import type { Cell } from '../tables/csv.js';
import type { Words } from './fields.js';

const COLUMNS = 'yrd:columns';

/**
 * What a field holds; a `time` is a number of ms, and a day with its hour to people; a `map` goes from names to what `of` or `each` says.
 */
type Holds = 'text' | 'whole' | 'wholes' | 'time' | 'yesno' | 'words' | 'object' | 'objects' | 'map';
type Scalar = Exclude<Holds, 'object' | 'objects' | 'map'>;

interface More {
  readonly nullable?: true;
  /** Left out where there is nothing to say. */
  readonly optional?: true;
  readonly enum?: readonly string[];
  /** The class of an object, or of each of several. */
  readonly of?: () => new () => object;
  /** What each entry of a map holds. */
  readonly each?: Scalar;
  /** The JSON schema of an object that a contract describes. */
  readonly schema?: object;
  readonly example?: unknown;
}

interface ShownColumn {
  readonly field: string;
  readonly heading: string;
  readonly holds: Holds;
}

/** Words for what a field may do. */
export const NULLABLE = { nullable: true } as const;
export const OPTIONAL = { optional: true } as const;

const SCHEMAS = {
  text: { type: 'string' },
  whole: { type: 'integer' },
  wholes: { type: 'array', items: { type: 'integer' } },
  time: { type: 'integer', format: 'int64' },
  yesno: { type: 'boolean' },
  words: { type: 'array', items: { type: 'string' } },
} as const satisfies Readonly<Record<Scalar, ApiPropertyOptions>>;

const schemaOf = (holds: Holds, { of, each, schema }: More): object => {
  // What a library puts beside a schema of its own, under symbols, is no part of it.
  if (schema) {
    const { required, ...plain } = JSON.parse(JSON.stringify(schema)) as { readonly required?: readonly string[] };
    // `required` of the library says whether this field itself may be left out.
    return holds === 'objects'
      ? { type: 'array', items: { required, ...plain } }
      : { ...plain, ...(required && { selfRequired: required }) };
  }
  if (holds === 'map')
    return { type: 'object', additionalProperties: of ? { $ref: getSchemaPath(of()) } : each === undefined ? true : SCHEMAS[each] };
  if (holds !== 'object' && holds !== 'objects') return SCHEMAS[holds];
  const isArray = holds === 'objects';
  // The library knows a lazy type by its name, `type`.
  if (of) return { type: () => of(), isArray };
  return isArray
    ? { type: 'array', items: { type: 'object', additionalProperties: true } }
    : { type: 'object', additionalProperties: true };
};

/** What a field says of itself: a time is told with its unit, as no other number could be mistaken for it. */
const said = ({ zh, en }: Words, holds: Holds): string => (holds === 'time' ? `${zh}（毫秒） · ${en}, ms` : `${zh} · ${en}`);

/** A field of an answer. Fields stand in tables in the order in which they are declared. */
export const Shown = (words: Words, holds: Holds = 'text', more: More = {}): PropertyDecorator => {
  const { nullable, enum: choices, of, example } = more;
  const { zh, optional = more.optional } = words;
  const options = {
    ...schemaOf(holds, more),
    description: said(words, holds),
    ...(nullable && { nullable }),
    ...(choices && { enum: [...choices] }),
    ...(example !== undefined && { example }),
  } as ApiPropertyOptions;
  const column: PropertyDecorator = (target, field) => {
    const before = (Reflect.getMetadata(COLUMNS, target) ?? []) as readonly ShownColumn[];
    const mine: ShownColumn = { field: String(field), heading: `${zh} ${String(field)}`, holds };
    Reflect.defineMetadata(COLUMNS, [...before.filter((each) => each.field !== mine.field), mine], target);
  };
  const models: PropertyDecorator = (target) => {
    if (of) ApiExtraModels(of())(target.constructor);
  };
  return applyDecorators(optional === true ? ApiPropertyOptional(options) : ApiProperty(options), column, models);
};

const columnsOf = (type: new () => object): readonly ShownColumn[] =>
  (Reflect.getMetadata(COLUMNS, type.prototype as object) ?? []) as readonly ShownColumn[];

/** The clock of people in the four provinces; there is no summer time. */
const SHANGHAI_MS = 8 * 3_600_000;

const cellOf = (value: unknown, holds: Holds): Cell => {
  if (value === undefined || value === null) return null;
  if (typeof value === 'number')
    return holds === 'time' ? new Date(value + SHANGHAI_MS).toISOString().slice(0, 19).replace('T', ' ') : value;
  if (typeof value === 'string') return value;
  if (Array.isArray(value) && value.every((each) => typeof each === 'string' || typeof each === 'number')) return value.join(' ');
  return JSON.stringify(value);
};

/** Headings of the table of such rows. */
export const headingsOf = (type: new () => object): readonly Cell[] => columnsOf(type).map(({ heading }) => heading);

/** A row of that table. */
export const cellsOf = (type: new () => object, row: object): readonly Cell[] => {
  const fields = row as Readonly<Record<string, unknown>>;
  return columnsOf(type).map(({ field, holds }) => cellOf(fields[field], holds));
};

/** A field of a row: its words in Chinese and English, what it holds (a text without it), and what else there is to say. */
export type ShownField = readonly [zh: string, en: string, holds?: Holds, more?: More];

/** A class of rows from a line for each of their fields; where their type is known, no field can be forgotten. */
export const shownRow = <R extends object = Readonly<Record<string, unknown>>>(
  name: string,
  fields: Readonly<Record<Extract<keyof R, string>, ShownField>>,
): new () => object => {
  // The description of the interface goes by the name of the class.
  const type = { [name]: class {} }[name]!;
  for (const [field, [zh, en, holds, more]] of Object.entries<ShownField>(fields))
    Shown({ zh, en }, holds, more)(type.prototype as object, field);
  return type;
};
