/** What reads of packs and calendars answer: each field with what it means. */
import { VoucherPack } from '@yrd/contracts';
import { NULLABLE, OPTIONAL, shownRow, type ShownField } from '@yrd/platform';
import { OF_PROVINCE, provisional } from '../answer-fields.js';

const standing = {
  province: ['省', 'province', 'text', OF_PROVINCE],
  scheme: ['方案', 'scheme'],
  version: ['版本', 'version'],
  title: ['名称', 'title'],
  from: ['起始日期', 'first day'],
  adopted: ['已采用', 'whether it was adopted', 'yesno'],
  inForce: ['现行', 'whether it is in force now', 'yesno'],
} as const satisfies Readonly<Record<string, ShownField>>;

const PolicyStanding = shownRow('PolicyStanding', standing);
export const PoliciesShown = shownRow('Policies', {
  items: ['本节点可采用的政策包', 'packs that this node can adopt', 'objects', { of: () => PolicyStanding }],
});
export const PolicyShown = shownRow('PolicyShown', {
  ...standing,
  pack: ['政策包全文：每个数字及其来源', 'the whole pack: every number with its source', 'object', { schema: VoucherPack }],
});

const FestivalShown = shownRow('Festival', { zh: ['中文名称', 'name in Chinese'], en: ['英文名称', 'name in English'] });
const HolidayShown = shownRow('Holiday', {
  name: ['节日名称', 'name of the festival', 'object', { of: () => FestivalShown }],
  from: ['放假首日', 'first day off'],
  to: ['放假末日', 'last day off'],
});
export const CalendarYearShown = shownRow('CalendarYear', {
  year: ['年度', 'year', 'whole'],
  notice: ['通知文号', 'number of the notice', 'text', OPTIONAL],
  issued: ['发文日期', 'date of the notice', 'text', OPTIONAL],
  holidays: ['放假安排', 'days off', 'objects', { ...OPTIONAL, of: () => HolidayShown }],
  makeUpWorkdays: ['调休上班日', 'make-up workdays', 'words', OPTIONAL],
  replaces: ['被更正的通知文号', 'number of the notice that this one corrects', 'text', OPTIONAL],
  provisional: provisional('暂定说明', 'why the year may still change'),
  from: [
    'pinned 随软件，adopted 本省采用',
    'pinned with the software, or adopted here',
    'text',
    { ...NULLABLE, enum: ['pinned', 'adopted'] },
  ],
});
export const CalendarShown = shownRow('Calendar', {
  items: ['各年度', 'years', 'objects', { of: () => CalendarYearShown }],
});
