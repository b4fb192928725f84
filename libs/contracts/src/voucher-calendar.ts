/** The calendar of working days as entries: a year's notice as a province adopted it, and how a limit in working days was counted. */
import { Type, type Static } from '@sinclair/typebox';
import { Ms, Text, open } from './schema.js';
import { Day } from './voucher-pack.js';

const Year = Type.Integer({ minimum: 2000, maximum: 2100 });

/**
 * How a limit in working days was counted: everything needed to count it again by another calendar. The end is `days` working days
 * after the Shanghai day of `fromMs`, not before `leastMs`, not after `mostMs`, and then `shiftMs` later where it was interrupted.
 */
export const Counted = Type.Object({
  fromMs: Ms,
  days: Type.Integer({ minimum: 1, maximum: 3660 }),
  /** Years whose notices may still move it, ascending. Not empty: the limit is provisional. */
  awaits: Type.Array(Year, { maxItems: 20 }),
  leastMs: Type.Optional(Ms),
  mostMs: Type.Optional(Ms),
  shiftMs: Type.Optional(Ms),
});
export type Counted = Static<typeof Counted>;

/** How an entry with a limit says so; entries made before this was recorded, and limits in calendar days, say nothing. */
export const counting = { counted: Type.Optional(Counted) };

/** `CN-FESTIVALS`: 全国年节及纪念日放假办法, under which the General Office of the State Council announces each year. */
export const calendar = {
  CalendarNoticeAdopted: open(
    Type.Object({
      year: Year,
      notice: Text,
      issued: Day,
      holidays: Type.Array(Type.Object({ name: Type.Object({ zh: Text, en: Text }), from: Day, to: Day }), { minItems: 1, maxItems: 20 }),
      makeUpWorkdays: Type.Array(Day, { maxItems: 20 }),
      /** Number of the notice that this one corrects. */
      replaces: Type.Optional(Text),
    }),
    {
      year: 2025,
      notice: '国办发明电〔2024〕12号',
      issued: '2024-11-12',
      holidays: [{ name: { zh: '元旦', en: 'New Year’s Day' }, from: '2025-01-01', to: '2025-01-01' }],
      makeUpWorkdays: ['2025-01-26'],
    },
    'CN-FESTIVALS',
  ),
};
