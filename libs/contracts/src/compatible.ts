/**
 * Whether contracts still hold what was promised when they were tagged. Two directions count: entries that were written stay for ever, so
 * what was valid must stay valid; and readers are updated later than writers, so they must understand what is written from now on.
 */
import type { Audience } from '@yrd/ledger';

/** A JSON Schema, as far as contracts use it. */
export type Schema = Readonly<Record<string, unknown>>;

/** What is promised of one entry type. */
export interface TaggedType {
  readonly audience: Audience;
  readonly classification: string;
  readonly schema: Schema;
}
/** Wire name → what is promised of it. */
export type Tagged = Readonly<Record<string, TaggedType>>;

/** Says nothing about which values are good. */
const isAnnotation = (keyword: string): boolean =>
  keyword.startsWith('x-') || ['title', 'description', 'examples', 'default', 'deprecated', '$id', '$schema', '$comment'].includes(keyword);

const LOWER = ['minimum', 'minLength', 'minItems', 'minProperties'];
const UPPER = ['maximum', 'maxLength', 'maxItems', 'maxProperties'];
/** Limits of size are guards: readers are told not to rest on them, so they may widen, and never narrow. */
export const LIMITS: readonly string[] = [...LOWER, ...UPPER];
/** What a reader may rest on: the form of a text that he keeps, what he tells apart, what he adds up. */
const FIXED = ['pattern', 'format', 'uniqueItems', 'multipleOf'];
const SHAPES = ['type', 'enum', 'const', 'anyOf', 'properties', 'required', 'additionalProperties', 'patternProperties', 'items'];
const KNOWN = new Set([...LIMITS, ...FIXED, ...SHAPES]);

const isSchema = (value: unknown): value is Schema => typeof value === 'object' && value !== null && !Array.isArray(value);
const shown = (value: unknown): string => (value === undefined ? 'nothing' : JSON.stringify(value));
const listOf = (value: unknown): readonly unknown[] => (Array.isArray(value) ? (value as readonly unknown[]) : []);
const schemasIn = (value: unknown): ReadonlyMap<string, Schema> =>
  new Map(isSchema(value) ? Object.entries(value).filter((each): each is [string, Schema] => isSchema(each[1])) : []);

/** The same words in one order and one way of writing. */
const wordsOf = ({ enum: words, const: word }: Schema): readonly string[] | null => {
  if (words === undefined && word === undefined) return null;
  return [...new Set((words === undefined ? [word] : listOf(words)).map(shown))].sort();
};
/** `type`, which may be one name or several. */
const typesOf = ({ type }: Schema): string => [...new Set((Array.isArray(type) ? listOf(type) : [type]).map(shown))].sort().join();
const variantsOf = ({ anyOf }: Schema): readonly Schema[] => listOf(anyOf).filter(isSchema);
/** Whether fields that nobody declared are let pass, refused, or must fit a schema. */
const restOf = ({ additionalProperties: rest }: Schema): Schema | 'open' | 'closed' => {
  if (rest === false) return 'closed';
  return isSchema(rest) && Object.keys(rest).some((keyword) => !isAnnotation(keyword)) ? rest : 'open';
};

type Found = readonly string[];
interface Pair {
  readonly at: string;
  readonly was: Schema;
  readonly is: Schema;
}

const types = ({ at, was, is }: Pair): Found =>
  typesOf(was) === typesOf(is) ? [] : [`${at}: the type was ${typesOf(was)} and is ${typesOf(is)}`];

const words = ({ at, was, is }: Pair): Found => {
  const [before, now] = [wordsOf(was), wordsOf(is)];
  if (before === null && now === null) return [];
  if (before === null) return [`${at}: any value was good, and now only some words are`];
  if (now === null) return [`${at}: readers know some words, and now any value may come`];
  return [
    ...before.filter((word) => !now.includes(word)).map((word) => `${at}: the word ${word} is gone, and entries hold it`),
    ...now.filter((word) => !before.includes(word)).map((word) => `${at}: the word ${word} is new, and readers have no answer to it`),
  ];
};

const numberOf = (schema: Schema, keyword: string, without: number): number => {
  const value = schema[keyword];
  return typeof value === 'number' ? value : without;
};
const narrowed = ({ at, was, is }: Pair, keyword: string): string =>
  `${at}: ${keyword} was ${shown(was[keyword])} and is ${shown(is[keyword])}, so entries that were good are not any more`;

const limits = (pair: Pair): Found => [
  ...LOWER.filter((keyword) => {
    const floor = keyword === 'minimum' ? -Infinity : 0;
    return numberOf(pair.is, keyword, floor) > numberOf(pair.was, keyword, floor);
  }).map((keyword) => narrowed(pair, keyword)),
  ...UPPER.filter((keyword) => numberOf(pair.is, keyword, Infinity) < numberOf(pair.was, keyword, Infinity)).map((keyword) =>
    narrowed(pair, keyword),
  ),
];

const fixed = ({ at, was, is }: Pair): Found =>
  FIXED.filter((keyword) => shown(was[keyword]) !== shown(is[keyword])).map(
    (keyword) => `${at}: ${keyword} was ${shown(was[keyword])} and is ${shown(is[keyword])}`,
  );

const variants = ({ at, was, is }: Pair): Found => {
  const left = [...variantsOf(is)];
  const gone = variantsOf(was).filter((before) => {
    const same = left.findIndex((now) => schemaBreaks({ at, was: before, is: now }).length === 0);
    if (same >= 0) left.splice(same, 1);
    return same < 0;
  });
  return [
    ...gone.map((variant) => `${at}: the variant ${shown(variant)} is gone or another`),
    ...left.map((variant) => `${at}: the variant ${shown(variant)} is new, and readers have no answer to it`),
  ];
};

const field = (pair: Pair, name: string): Found => {
  const at = `${pair.at}/${name}`;
  const [was, is] = [schemasIn(pair.was['properties']).get(name), schemasIn(pair.is['properties']).get(name)];
  const [needed, needs] = [listOf(pair.was['required']).includes(name), listOf(pair.is['required']).includes(name)];
  if (!was && !is)
    return needed === needs ? [] : [`${at}: a field that nobody declares ${needs ? 'is required' : 'is not required any more'}`];
  if (!is) return [`${at}: the field is gone`];
  if (!was) {
    const mapped = restOf(pair.was) instanceof Object || pair.was['patternProperties'] !== undefined;
    if (mapped) return [`${at}: the field is new where any name could stand already`];
    return needs ? [`${at}: the field is new and required, and entries that were written do not have it`] : [];
  }
  const duty = needs ? 'is required now, and entries do not all have it' : 'is optional now, and readers rest on it';
  return [...(needed === needs ? [] : [`${at}: the field ${duty}`]), ...schemaBreaks({ at, was, is })];
};

const fields = (pair: Pair): Found => {
  const { at, was, is } = pair;
  const names = new Set([was, is].flatMap((each) => [...schemasIn(each['properties']).keys(), ...listOf(each['required']).map(String)]));
  const [before, now] = [restOf(was), restOf(is)];
  const kept = before === now || (before === 'closed' && now === 'open');
  const told = (rest: Schema | string): string => (isSchema(rest) ? 'described' : String(rest));
  const changed = kept ? [] : [`${at}: fields that are not declared were ${told(before)} and are ${told(now)}`];
  const rest = isSchema(before) && isSchema(now) ? schemaBreaks({ at: `${at}/*`, was: before, is: now }) : changed;
  return [...[...names].flatMap((name) => field(pair, name)), ...rest];
};

const patterns = ({ at, was, is }: Pair): Found => {
  const [before, now] = [schemasIn(was['patternProperties']), schemasIn(is['patternProperties'])];
  return [...new Set([...before.keys(), ...now.keys()])].flatMap((pattern) => {
    const [one, other] = [before.get(pattern), now.get(pattern)];
    if (!one || !other) return [`${at}: the names ${pattern} are ${one ? 'gone' : 'new'}`];
    return schemaBreaks({ at: `${at}/${pattern}`, was: one, is: other });
  });
};

const items = ({ at, was, is }: Pair): Found => {
  const [before, now] = [was['items'], is['items']];
  if (isSchema(before) && isSchema(now)) return schemaBreaks({ at: `${at}/[]`, was: before, is: now });
  return shown(before) === shown(now) ? [] : [`${at}: what the list holds was ${shown(before)} and is ${shown(now)}`];
};

/** A keyword that this comparison was not taught may mean anything: it must stay as it is. */
const strange = ({ at, was, is }: Pair): Found =>
  [...new Set([...Object.keys(was), ...Object.keys(is)])]
    .filter((keyword) => !KNOWN.has(keyword) && !isAnnotation(keyword) && shown(was[keyword]) !== shown(is[keyword]))
    .map((keyword) => `${at}: ${keyword} has changed, of which it is not known what it breaks`);

const CHECKS = [types, words, limits, fixed, variants, fields, patterns, items, strange];
const schemaBreaks = (pair: Pair): Found => CHECKS.flatMap((check) => check(pair));

/** Each promise that is broken, in a sentence; none where only something was added. */
export const contractBreaks = (tagged: Tagged, now: Tagged): readonly string[] =>
  Object.entries(tagged).flatMap(([type, was]) => {
    const is = now[type];
    if (!is) return [`${type}: the type is gone; a type that is not written any more stays readable`];
    const moved = (['audience', 'classification'] as const)
      .filter((what) => shown(was[what]) !== shown(is[what]))
      .map((what) => `${type}: the ${what} was ${shown(was[what])} and is ${shown(is[what])}, also of entries written before`);
    return [...moved, ...schemaBreaks({ at: type, was: was.schema, is: is.schema })];
  });
