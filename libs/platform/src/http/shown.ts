/** The fields that answers are made of: one line says what a field is, for the description of the interface and for tables alike. */
import { applyDecorators } from '@nestjs/common';
import { ApiProperty, ApiPropertyOptional, type ApiPropertyOptions } from '@nestjs/swagger';
import type { Cell } from '../tables/csv.js';
import type { Words } from './fields.js';

const COLUMNS = 'yrd:columns';

/** What a field holds; a `time` is a number of ms, and a day with its hour to people. */
type Holds = 'text' | 'whole' | 'time' | 'yesno' | 'words' | 'object' | 'objects';

interface More {
  readonly nullable?: true;
  readonly enum?: readonly string[];
  /** The class of an object, or of each of several. */
  readonly of?: () => new () => object;
  readonly example?: unknown;
}

interface ShownColumn {
  readonly field: string;
  readonly heading: string;
  readonly holds: Holds;
}

const SCHEMAS: Readonly<Record<Exclude<Holds, 'object' | 'objects'>, ApiPropertyOptions>> = {
  text: { type: String },
  whole: { type: 'integer' },
  time: { type: 'integer' },
  yesno: { type: Boolean },
  words: { type: [String] },
};

const schemaOf = (holds: Holds, of: More['of']): ApiPropertyOptions => {
  if (holds !== 'object' && holds !== 'objects') return SCHEMAS[holds];
  const isArray = holds === 'objects';
  // The library knows a lazy type by its name, `type`.
  if (of) return { type: () => of(), isArray };
  return isArray
    ? { type: 'array', items: { type: 'object', additionalProperties: true } }
    : { type: 'object', additionalProperties: true };
};

/** A field of an answer. Fields stand in tables in the order in which they are declared. */
export const Shown = (words: Words, holds: Holds = 'text', { nullable, enum: choices, of, example }: More = {}): PropertyDecorator => {
  const { zh, en, optional } = words;
  const options = {
    ...schemaOf(holds, of),
    description: `${zh} · ${en}`,
    ...(nullable && { nullable }),
    ...(choices && { enum: [...choices] }),
    ...(example !== undefined && { example }),
  } as ApiPropertyOptions;
  const column: PropertyDecorator = (target, field) => {
    const before = (Reflect.getMetadata(COLUMNS, target) ?? []) as readonly ShownColumn[];
    const mine: ShownColumn = { field: String(field), heading: `${zh} ${String(field)}`, holds };
    Reflect.defineMetadata(COLUMNS, [...before.filter((each) => each.field !== mine.field), mine], target);
  };
  return applyDecorators(optional === true ? ApiPropertyOptional(options) : ApiProperty(options), column);
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
