/** How long records with personal data must be kept: a pack of one province, as data with its sources (domain 1.8). */
import { Type, type Static } from '@sinclair/typebox';
import { Value } from '@sinclair/typebox/value';
import { Province } from './schema.js';

const closed = { additionalProperties: false };
const Day = Type.String({ pattern: '^\\d{4}-\\d{2}-\\d{2}$' });
const Word = Type.String({ pattern: '^[a-z][a-z-]{1,39}$' });
const DAYS_MAX = 18_300; // Fifty years: no duty known is longer than thirty.

export const Retention = Type.Object(
  {
    province: Province,
    version: Type.String({ pattern: '^[a-z0-9.-]{1,40}$' }),
    title: Type.String({ minLength: 1, maxLength: 100 }),
    from: Day,
    /** Classes of records in which a person may stand. Of several that apply, the longest holds. */
    classes: Type.Array(
      Type.Object(
        {
          class: Word,
          title: Type.String({ minLength: 1, maxLength: 100 }),
          /** Counted from the day that the person was recorded. */
          days: Type.Integer({ minimum: 0, maximum: DAYS_MAX }),
          /** Code of the clause that demands it. */
          basis: Type.String({ pattern: '^[A-Z0-9-]{2,40}$' }),
        },
        closed,
      ),
      { minItems: 1, maxItems: 40 },
    ),
    /** Where each number comes from, and whether it is assumed until the province confirms it. */
    notes: Type.Array(Type.Object({ field: Type.String(), assumed: Type.Boolean(), source: Type.String({ minLength: 3 }) }, closed), {
      minItems: 1,
    }),
  },
  closed,
);
export type Retention = Static<typeof Retention>;

const FAULTS_MAX = 20;

/** The document as a pack, or one sentence for each fault. */
export const parseRetention = (
  document: unknown,
): { readonly ok: true; readonly pack: Retention } | { readonly ok: false; readonly faults: readonly string[] } => {
  if (!Value.Check(Retention, document)) {
    const faults = [...Value.Errors(Retention, document)].map(({ path, message }) => `${path === '' ? 'the document' : path}: ${message}`);
    return { ok: false, faults: faults.slice(0, FAULTS_MAX) };
  }
  const names = document.classes.map((each) => each.class);
  const double = names.find((name, at) => names.indexOf(name) !== at);
  return double === undefined ? { ok: true, pack: document } : { ok: false, faults: [`/classes: ${double} stands in it twice`] };
};
