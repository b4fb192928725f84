/**
 * A record of the audit: who asked for what, and what came of it. It holds pseudonyms, ids and code words only: this schema has no place
 * for free text, for a body, for a token or for a natural identifier, and nothing is written that does not fit it.
 */
import { Type, type Static } from '@sinclair/typebox';
import { TypeCompiler } from '@sinclair/typebox/compiler';
import { Ms, oneOf } from './schema.js';

/**
 * What came of it. `done`: a command was carried out. `refused`: it or a reading was not. `read`: somebody saw what is not for everybody.
 * `dropped`: so many records could not be kept, and only their number is known.
 */
export const OUTCOMES = ['done', 'refused', 'read', 'dropped'] as const;
export type Outcome = (typeof OUTCOMES)[number];

/** What something may be read or done for, beside the ordinary course of a role: said in the header `Yrd-Purpose`. */
export const PURPOSES = {
  supervision: '监督检查',
  complaint: '处理投诉举报',
  'case-review': '个案复核',
  correction: '更正核实',
  'subject-request': '应当事人申请',
  'lawful-order': '依法调取',
} as const satisfies Readonly<Record<string, string>>;
export type Purpose = keyof typeof PURPOSES;

/** Ids that a record names at most; a request that names more is about something else. */
export const ABOUT_MAX = 8;
/** Records in one batch at most: a batch is one command, and its entries stay far below what a block may hold. */
export const BATCH_MAX = 100;

/** An id that a node made, perhaps with short qualifiers around it: `0f3c…`, `0f3c….cxq.2026`. Nothing that a person brought along. */
export const MADE_ID = /^(?:[a-z0-9-]{1,31}\.){0,2}[0-9a-f]{26}(?:\.[a-z0-9-]{1,31}){0,2}$/;
/** Kind and id of a thing, as in the name of its stream: `order/0f3c…`, `window/3`, `policy/cxq`. */
const THING = '^[a-z][A-Za-z-]{0,31}/[A-Za-z0-9._-]{1,100}$';
/** More digits in a row than this may be somebody's telephone, card or identity number. */
const DIGITS_MAX = 7;

/**
 * Whether the id part of `kind/id` may stand in a record: one that a node made, or a word too short in digits to be the number of a person.
 * `made` admits only the first, and plain numbers: for what a stranger sent and nobody has looked at.
 */
export const speakable = (id: string, made: boolean): boolean => {
  if (MADE_ID.test(id)) return longestDigits(id.replace(/[0-9a-f]{26}/, '')) <= DIGITS_MAX;
  if (made) return /^\d{1,7}$/.test(id);
  return /^[A-Za-z0-9._-]{1,100}$/.test(id) && longestDigits(id) <= DIGITS_MAX;
};

const longestDigits = (text: string): number => Math.max(0, ...(text.match(/\d+/g) ?? []).map(({ length }) => length));

const OrNull = <T extends Parameters<typeof Type.Union>[0][number]>(schema: T) => Type.Union([schema, Type.Null()]);
const text = (pattern: string, maxLength: number) => Type.String({ pattern, maxLength });

export const AccessRecord = Type.Object(
  {
    at: Ms,
    outcome: oneOf(...OUTCOMES),
    /** Row of the access table; `-` where no route was reached, or several were. */
    row: text('^([A-Z][A-Za-z]{1,59}|-)$', 60),
    /** Code of the refusal; `repeated` for a command that had been carried out before; null where all went well. */
    code: OrNull(text('^[A-Za-z][A-Za-z-]{0,39}$', 40)),
    /** Pseudonym of the person or client, as in entries; null where nobody was known. */
    person: OrNull(text('^[0-9a-f]{16,64}$', 64)),
    /** As in the token. */
    organisation: OrNull(text('^[A-Za-z0-9_.:-]{1,64}$', 64)),
    province: OrNull(text('^\\d{2}$', 2)),
    /** Roles that opened the door; where none did, those that were brought. */
    roles: Type.Array(text('^[a-z][a-z-]{0,39}$', 40), { maxItems: 13 }),
    /** What it was about, as `kind/id`. */
    about: Type.Array(text(THING, 140), { maxItems: ABOUT_MAX }),
    /** Organisations whose things those are. */
    parties: Type.Array(text('^[A-Za-z0-9_.:-]{1,64}$', 64), { maxItems: ABOUT_MAX }),
    /** A word of `PURPOSES`, or the purpose of a disclosure. */
    purpose: OrNull(text('^[a-z][a-z-]{0,39}$', 40)),
    policyVersion: OrNull(text('^[a-z0-9.-]{1,40}$', 40)),
    /** Of the client's socket; its network only (`203.0.113.0/24`) where several requests are counted together. */
    address: OrNull(text('^[0-9a-f.:/]{2,49}$', 49)),
    trace: OrNull(text('^[0-9a-f]{32}$', 32)),
    /** Of a command that was carried out: read its entries below it. */
    position: OrNull(text('^\\d{2}/[a-z0-9~-]{1,40}@\\d{1,15}$', 60)),
    /** How many requests this stands for. */
    count: Type.Integer({ minimum: 1 }),
  },
  { additionalProperties: false },
);
export type AccessRecord = Static<typeof AccessRecord>;

const check = TypeCompiler.Compile(AccessRecord);

/** What is wrong with a record, by field; null when it fits. Its values are not repeated: they may be what must not be kept. */
export const recordFault = (record: unknown): string | null => {
  if (!check.Check(record)) return check.Errors(record).First()?.path ?? '/';
  return record.about.every((thing) => speakable(thing.slice(thing.indexOf('/') + 1), false)) ? null : '/about';
};
