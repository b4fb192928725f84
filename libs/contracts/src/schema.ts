/** The building blocks of entry schemas, and what a contract says of one kind of entry. */
import { Type, TypeRegistry, type Static, type TObject, type TSchema } from '@sinclair/typebox';
import type { Audience, Rejection } from '@yrd/ledger';

// `oneOf` writes a plain JSON Schema `enum`, which TypeBox checks only when it is told how.
TypeRegistry.Set<{ readonly enum?: readonly unknown[] }>('Unsafe', ({ enum: words }, value) => words?.includes(value) ?? false);

/** One of a few words; plain `enum` in JSON Schema. */
export const oneOf = <const T extends readonly string[]>(...words: T) => Type.Unsafe<T[number]>({ type: 'string', enum: words });

/** A whole number of fen, not negative. */
export const Fen = Type.Integer({ minimum: 0, description: 'fen' });
/** A whole number of fen of either sign: a net position. */
export const SignedFen = Type.Integer({ description: 'fen' });
/** Milliseconds since 1970, UTC. */
export const Ms = Type.Integer({ minimum: 0, description: 'ms since 1970-01-01T00:00:00Z' });
export const Province = oneOf('31', '32', '33', '34');
/** A random or derived id; never a natural identifier. */
export const Id = Type.String({ minLength: 1, maxLength: 80, pattern: '^[A-Za-z0-9._-]+$' });
/** SHA-256 or HMAC-SHA-256 as hex. */
export const Hash = Type.String({ pattern: '^[0-9a-f]{64}$' });
/** A short text for people; no persons, no free remarks of reviewers. */
export const Text = Type.String({ maxLength: 200 });
export const CodeWord = Type.String({ maxLength: 40 });
/** Journal size: entries counted from the start. */
export const Size = Type.Integer({ minimum: 0 });
/** An exact share of a whole: 2/3 is `{ of: 2, in: 3 }`. */
export const Ratio = Type.Object({ of: Type.Integer({ minimum: 0 }), in: Type.Integer({ minimum: 1 }) });
/** Of a limit: the journal whose statement made in time could still meet it. */
export const Awaited = Type.Optional(Type.Object({ journal: Type.String(), patienceMs: Ms }));
export interface TFacts extends TSchema {
  readonly static: Rejection['facts'];
}
const named = { say: CodeWord };
const plainly = [Text, Type.Number()];
/** One of several things said together. */
const Part = Type.Object(named, { additionalProperties: Type.Union([...plainly, Type.Array(Text, { maxItems: 500 })]) });
/** A phrase by its name and what fills its gaps (`said.ts`): no language stands in an entry. */
const Phrase = Type.Object(named, {
  additionalProperties: Type.Union([...plainly, Type.Array(Type.Union([Text, Part]), { maxItems: 500 })]),
});
/** What a refusal or a hold rests on: values seen and needed. */
export const Facts = Type.Record(Type.String(), Type.Union([...plainly, Type.Boolean(), Type.Null(), Phrase])) as TFacts;
/** Amounts by province. */
export const FenByProvince = Type.Record(Type.String({ pattern: '^3[1-4]$' }), Fen);

/** What others may rely on about one kind of entry: who reads it, why, how its payload looks. */
export interface EntryContract<T extends TObject = TObject> {
  readonly version: number;
  readonly audience: Audience;
  readonly classification: string;
  /** Code of the legal basis: `YRD-DEC-13` is article 13 of the four parallel decisions. */
  readonly legalBasis: string;
  readonly data: T;
  /** A payload as it may appear; the suites of both sides check it against the schema. */
  readonly example: Static<T>;
}

/** An entry that the four provinces may read. */
export const federal = <T extends TObject>(data: T, example: Static<T>, legalBasis = 'YRD-DEC-13'): EntryContract<T> => ({
  version: 1,
  audience: 'federation',
  classification: 'internal',
  legalBasis,
  data,
  example,
});

/** An entry that anybody may read. */
export const open = <T extends TObject>(data: T, example: Static<T>, legalBasis = 'YRD-DEC-13'): EntryContract<T> => ({
  version: 1,
  audience: 'public',
  classification: 'public',
  legalBasis,
  data,
  example,
});
