/** A policy pack of voucher clearing: every number that a province decides, as data with its source (architecture §5). */
import { Type, type Static } from '@sinclair/typebox';
import { Fen, Province, Ratio, oneOf } from './schema.js';

/** 通用: the enterprise redeems (pays in full, is refunded). 通兑: the agency redeems (is paid the voucher part). */
export const Mode = oneOf('tongyong', 'tongdui');
export type Mode = Static<typeof Mode>;

export const SubjectKind = oneOf('firm', 'team');
export type SubjectKind = Static<typeof SubjectKind>;

/** Documents of a redemption file (V14). */
export const FileKind = oneOf('contract', 'invoice', 'payment', 'result');
export type FileKind = Static<typeof FileKind>;

/** What an enterprise says of an order when it places it (V10): law demands the test; another fiscal project pays for the work. */
export const Declaration = oneOf('statutory', 'funded');
export type Declaration = Static<typeof Declaration>;

/** The class of a service in an order: the agency's own code; across a border its common class too, and the mapping that led there. */
export const serviceClass = {
  itemClass: Type.String(),
  commonClass: Type.Optional(Type.String({ maxLength: 40 })),
  mapping: Type.Optional(Type.String({ maxLength: 40 })),
};

const closed = { additionalProperties: false };
/** A Shanghai day, YYYY-MM-DD. */
export const Day = Type.String({ pattern: '^[0-9]{4}-[0-9]{2}-[0-9]{2}$' });
const DayOfYear = Type.String({ pattern: '^[0-9]{2}-[0-9]{2}$' });

/** A length of time; working days follow the State Council calendar with its make-up days. */
export const Period = Type.Object({ days: Type.Integer({ minimum: 0, maximum: 3660 }), unit: oneOf('calendar', 'working') }, closed);
export type Period = Static<typeof Period>;

/** What a kind of subject gets. The first tier whose `belowFen` is above the base counts; the last tier has none. */
export const Terms = Type.Object(
  {
    capFen: Fen,
    orderCapFen: Type.Optional(Fen),
    tiers: Type.Array(Type.Object({ belowFen: Type.Optional(Fen), ratio: Ratio }, closed), { minItems: 1 }),
    /** Whether a current-year 科技型中小企业 record (firm) or a team proof (team) is needed. */
    proofNeeded: Type.Boolean(),
  },
  closed,
);
export type Terms = Static<typeof Terms>;

/** Legal forms of a service agency (V8). */
export const AgencyForm = oneOf('legal-entity', 'unincorporated');
export type AgencyForm = Static<typeof AgencyForm>;

/** What a province asks of service agencies, whatever the scheme; of several packs that say so, the newest in force holds. */
export const AgencyRules = Type.Object(
  {
    /** What a self-assessment must show (V8): the forms admitted, more than so many months in operation, points that must be met. */
    entry: Type.Object(
      {
        forms: Type.Array(AgencyForm, { minItems: 1 }),
        operatingMonths: Type.Integer({ minimum: 0, maximum: 1200 }),
        declarations: Type.Array(Type.String({ pattern: '^[a-z][a-z-]{1,39}$' }), { maxItems: 20 }),
      },
      closed,
    ),
    /** Calendar days for which a verified agency is shown before it is admitted. */
    publicityDays: Type.Integer({ minimum: 1, maximum: 366 }),
    /** Whether a suspension with an end is over by itself, or waits for somebody to say so. */
    suspension: Type.Object({ reinstates: Type.Boolean() }, closed),
    /** The longest that a revoked agency's organisation may be barred. */
    banYearsMax: Type.Integer({ minimum: 0, maximum: 50 }),
    /** Years from the decision for which a body punished for false data is not bought from (V9). */
    exclusionYears: Type.Integer({ minimum: 0, maximum: 50 }),
    /** Certificates that end within so many days are warned of. */
    warnDays: Type.Integer({ minimum: 0, maximum: 366 }),
    /** Until when a complaint has its first answer, and how many days before the end somebody is reminded (M5). */
    complaint: Type.Object({ answer: Period, remindDays: Type.Integer({ minimum: 0, maximum: 366 }) }, closed),
    /** Last day of the following year for a year's appraisal, and the months without an order after which an agency is told to go (M4). */
    appraisal: Type.Object(
      { lastDay: Type.String({ pattern: '^((0[1-9]|1[0-2])-(0[1-9]|1[0-9]|2[0-8])|(0[13-9]|1[0-2])-(29|30)|(0[13578]|1[02])-31)$' }) },
      closed,
    ),
    idleMonths: Type.Integer({ minimum: 1, maximum: 240 }),
  },
  closed,
);
export type AgencyRules = Static<typeof AgencyRules>;

export const VoucherPack = Type.Object(
  {
    province: Province,
    scheme: Type.String({ pattern: '^[a-z][a-z0-9-]{1,30}$' }),
    title: Type.String({ maxLength: 80 }),
    version: Type.String({ pattern: '^[a-z0-9.-]{1,40}$' }),
    from: Day,
    until: Type.Optional(Day),
    modes: Type.Object({ home: Type.Array(Mode), cross: Type.Array(Mode) }, closed),
    subjects: Type.Object({ firm: Type.Optional(Terms), team: Type.Optional(Terms) }, closed),
    /** Claims a subject may make in a year (V2), and the most one may ask. */
    claimsPerYear: Type.Integer({ minimum: 1, maximum: 100 }),
    claimCapFen: Type.Optional(Fen),
    /** Whether the district (区县科技局) reviews a claim before the province does. */
    districtReview: Type.Optional(Type.Boolean()),
    /** Money of the scheme for one year; absent: not limited here. */
    poolFen: Type.Optional(Fen),
    /**
     * What becomes of an order that the pool cannot serve (V27): it waits in line, for so many calendar days, if no more than `most` wait.
     * `whenShort`: a pool that has something left cuts the order to it, or the order waits for the whole. Absent: nobody waits (E-POOL).
     */
    queue: Type.Optional(
      Type.Object(
        {
          waitDays: Type.Integer({ minimum: 1, maximum: 366 }),
          most: Type.Integer({ minimum: 1, maximum: 1_000 }),
          whenShort: oneOf('cut', 'wait'),
        },
        closed,
      ),
    ),
    /**
     * Parts of a quota that may be set aside for another province (A1): the most one holds, for how many calendar days at most, and how
     * many days after its expiry the home waits before it uses the rest again. Absent: none are.
     */
    slices: Type.Optional(
      Type.Object(
        {
          mostFen: Fen,
          days: Type.Integer({ minimum: 1, maximum: 366 }),
          graceDays: Type.Integer({ minimum: 0, maximum: 90 }),
        },
        closed,
      ),
    ),
    /** Cap of all firms under one 实际控制人 in a year (V3). */
    group: Type.Optional(Type.Object({ capFen: Fen, whenOver: oneOf('cut', 'refuse') }, closed)),
    /** Who pays a cross-province order (V19, V20): shares of the enterprise's and the agency's province; they sum to one. */
    split: Type.Object({ home: Ratio, agency: Ratio }, closed),
    /** The largest share this province pays as the agency's side of such an order; absent: none. */
    shareAsAgency: Type.Optional(Ratio),
    /** `unpaid`: an approved redemption that is not paid by then raises an alarm to both provinces (V18); absent: none. */
    clocks: Type.Object(
      { accept: Period, contract: Period, supplement: Period, publicity: Period, peerPatience: Period, unpaid: Type.Optional(Period) },
      closed,
    ),
    /** From the grant, and not after this day: of the same year for use, of the following year for redemption (V13). */
    use: Type.Object({ days: Type.Integer({ minimum: 1 }), lastDay: DayOfYear }, closed),
    redeem: Type.Object({ days: Type.Integer({ minimum: 1 }), lastDay: DayOfYear }, closed),
    /** Peer data older than this blocks new orders above the limit (M2). */
    stale: Type.Object({ afterMs: Type.Integer({ minimum: 1 }), limitFen: Fen }, closed),
    /** What an unknown integrity answer means (V1). */
    integrityUnknown: oneOf('allow', 'refuse'),
    /** The part of all paid redemptions that is audited each half-year (V25). */
    audit: Type.Optional(Type.Object({ share: Ratio }, closed)),
    /** Related parties (V11): a holder of more than this share controls, and what ownership that nobody recorded means. */
    related: Type.Optional(Type.Object({ controlShare: Ratio, unknown: oneOf('allow', 'refuse') }, closed)),
    /** Item classes that a law or compulsory standard demands, which vouchers never pay for (V10). */
    statutory: Type.Optional(Type.Array(Type.String({ maxLength: 40 }))),
    /** All public support for one service together (V26), and whether work of another fiscal project is refused or counted (V10). */
    stacking: Type.Optional(Type.Object({ most: Ratio, funded: oneOf('refuse', 'count') }, closed)),
    /** Orders of one pair and class within so many days, each below what experts review but not together, are held (V30). */
    splitting: Type.Optional(
      Type.Object({ orders: Type.Integer({ minimum: 2 }), days: Type.Integer({ minimum: 1 }), reviewFromFen: Fen }, closed),
    ),
    /** What the agency pays back within so many days of the enterprise's payment is flagged (V29). */
    returnPaymentDays: Type.Optional(Type.Integer({ minimum: 1, maximum: 3660 })),
    /** How many working days before a limit of an order people are reminded of it (domain 1.5). */
    remindWorkingDays: Type.Optional(Type.Integer({ minimum: 0, maximum: 60 })),
    files: Type.Object({ tongyong: Type.Array(FileKind), tongdui: Type.Array(FileKind) }, closed),
    /** Item classes that the scheme pays for; `*` is every class. */
    classes: Type.Array(Type.String({ maxLength: 40 }), { minItems: 1 }),
    /** Item classes it never pays for. */
    forbidden: Type.Array(Type.String({ maxLength: 40 })),
    /** Item classes that only an agency with a valid certificate for them is paid for (V9); absent: none. */
    qualified: Type.Optional(Type.Array(Type.String({ maxLength: 40 }), { maxItems: 200 })),
    /** How agencies of this province are admitted and watched; absent: another pack says so, or nothing is decided yet. */
    agencies: Type.Optional(AgencyRules),
    /** Where each value comes from, and whether it is assumed until the province confirms it. */
    notes: Type.Array(Type.Object({ field: Type.String(), assumed: Type.Boolean(), source: Type.String({ minLength: 3 }) }, closed), {
      minItems: 1,
    }),
  },
  closed,
);
export type VoucherPack = Static<typeof VoucherPack>;

/** The JSON Schema document that `policies/policy.schema.json` holds, so that editors and other tools can check packs too. */
export const packSchemaDocument = (): object => ({
  $schema: 'https://json-schema.org/draft/2020-12/schema',
  $id: 'urn:yrd:policy:voucher',
  title: 'Policy pack of voucher clearing',
  ...VoucherPack,
});
