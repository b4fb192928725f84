/**
 * Lists by when something is due (domain §1.5): the next clock of each row with the working days left, and what is due within so many
 * working days, or past due. Days left are counted by the calendar of the row's home; a filter counts by that of the province it asks
 * for, else by the own one.
 */
import {
  answerList,
  FromText,
  ListQuery,
  NULLABLE,
  OneOf,
  shownRow,
  WholeNumber,
  type Call,
  type List,
  type ShownField,
} from '@yrd/platform';
import type { Match } from '@yrd/ledger';
import { toShanghaiDate, type Calendar } from '@yrd/standards';
import { CLOCK_NAMES, CLOCKS, daysLeft, dueBeforeMs, NEVER_MS, type Due } from '@yrd/voucher';
import type { Desk } from './desk.js';
import { provisional } from './answer-fields.js';
import { only, orderOf } from './rows.js';

/** A year of work and more: beyond it the number is a slip of the hand. */
const WITHIN_MAX = 500;
const YES_NO = ['yes', 'no'] as const;

const ClockWords = shownRow('ClockWords', { zh: ['中文', 'in Chinese'], en: ['英文', 'in English'] });

/** What a list shows of a row's clocks. */
export const dueFields = {
  dueClock: ['最先到期的时限', 'clock that ends first', 'text', { ...NULLABLE, enum: CLOCK_NAMES }],
  dueWords: ['所等候的事项', 'what there is time for until then', 'object', { ...NULLABLE, of: () => ClockWords }],
  dueMs: ['到期时刻', 'its last moment', 'time', NULLABLE],
  workingDaysLeft: ['剩余工作日，0 为最后一日或已过期', 'working days still to come; 0 on the last and later', 'whole', NULLABLE],
  pastDue: ['是否已过期限', 'whether its last moment is over', 'yesno'],
  dueProvisional: provisional('到期时刻是否暂定', 'why it may still move'),
} as const satisfies Readonly<Record<string, ShownField>>;

/** Query of a list over which clocks run. */
export class DueQuery extends ListQuery {
  @FromText()
  @WholeNumber(
    0,
    WITHIN_MAX,
    {
      zh: '多少个工作日内到期；0 为今日，不含已过期',
      en: 'due within so many working days, 0 is today; without what is past due',
      optional: true,
    },
    5,
  )
  dueWithin?: number;

  @OneOf(YES_NO, {
    zh: '是否已过期限；yes 与 dueWithin 并用则二者都列',
    en: 'whether it is past due; yes beside dueWithin gives both',
    optional: true,
  })
  pastDue?: (typeof YES_NO)[number];
}

interface Moment {
  readonly nowMs: number;
  readonly calendar: (province: string) => Promise<Calendar>;
}
/** Now, and each province's calendar as far as it is read; each is asked for once. */
const moment = (desk: Desk): Moment => {
  const known = new Map<string, Promise<Calendar>>();
  const calendar = (province: string): Promise<Calendar> => {
    const found = known.get(province) ?? desk.calendar(province);
    known.set(province, found);
    return found;
  };
  return { nowMs: desk.node.status().now, calendar };
};

/** The rows that are asked for: `[from, before)` of their due dates; undefined where nobody asks. */
const dueAsked = async ({ dueWithin, pastDue }: DueQuery, { nowMs, calendar }: Moment, province: string): Promise<Match | undefined> => {
  if (dueWithin === undefined) return pastDue === undefined ? undefined : pastDue === 'yes' ? { lt: nowMs } : { gte: nowMs };
  const lt = dueBeforeMs(nowMs, dueWithin, await calendar(province));
  return pastDue === 'yes' ? { lt } : { gte: nowMs, lt };
};

type Row = Due & { readonly province?: string };
type Shower = (row: Row) => Promise<object>;

/** Shows rows with their days left; those that end on the same day are counted once. */
const shower = (desk: Desk, { nowMs, calendar }: Moment): Shower => {
  const counted = new Map<string, number>();
  return async ({ dueClock, dueMs, ...row }) => {
    if (dueClock === null || dueMs === NEVER_MS)
      return { ...row, dueClock: null, dueWords: null, dueMs: null, workingDaysLeft: null, pastDue: false };
    const home = row.province ?? desk.province;
    const key = `${home} ${toShanghaiDate(dueMs)}`;
    const workingDaysLeft = counted.get(key) ?? daysLeft(nowMs, dueMs, await calendar(home));
    counted.set(key, workingDaysLeft);
    const [zh, en] = CLOCKS[dueClock];
    return { ...row, dueClock, dueWords: { zh, en }, dueMs, workingDaysLeft, pastDue: dueMs < nowMs };
  };
};

/** A single row as its list shows it. */
export const showDue = (desk: Desk, row: Row): Promise<object> => shower(desk, moment(desk))(row);

/** A list over which clocks run; `usual` is its order where nobody asks for one. */
interface DueList extends Pick<List<Row>, 'view' | 'where' | 'row'> {
  readonly usual: string;
}

/**
 * Answers a list over which clocks run. What is asked for by its due date comes in that order where no other is asked for: that is the
 * order of the index that finds it. @throws Problem as `answerList`.
 */
export const answerDue = async (
  call: Call,
  desk: Desk,
  { usual, ...list }: DueList,
  query: DueQuery & { readonly province?: string | undefined; readonly sort?: string | undefined },
): ReturnType<typeof answerList> => {
  const at = moment(desk);
  const { dueWithin, pastDue } = query;
  const dueMs = await dueAsked(query, at, query.province ?? desk.province);
  const show = shower(desk, at);
  const { sort = dueMs === undefined ? usual : 'dueMs' } = query;
  return answerList<Row>(
    call,
    desk.node,
    {
      ...list,
      order: orderOf(sort),
      where: { ...list.where, ...only({ dueMs }) },
      // The range moves with the clock, what was asked does not: a cursor stays good.
      asked: { ...list.where, ...only({ dueWithin, pastDue }) },
      shown: (rows) => Promise.all(rows.map(show)),
    },
    query,
  );
};
