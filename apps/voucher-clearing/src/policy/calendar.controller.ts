/** The working-day calendar of this province: years by their notices, pinned or adopted, and years that are provisional. */
import { Body, Controller, Get, Param, Post, Query } from '@nestjs/common';
import { ApiOkResponse } from '@nestjs/swagger';
import { Allows, Call, CurrentCall, DAY, Day, FromText, ListOf, Nested, Offers, Prose, ReadQuery, WordList, Year } from '@yrd/platform';
import { toShanghaiDate } from '@yrd/standards';
import { awaiting, calendarStream, notices, officialYears } from '@yrd/voucher';
import { Desk } from '../desk.js';
import { CalendarShown, CalendarYearShown } from './policy-answers.js';

const FESTIVALS_MAX = 20;
const YEAR = { zh: '年度', en: 'year' };

class FestivalName {
  @Prose({ zh: '中文名称', en: 'name in Chinese' }, '元旦')
  zh: string;

  @Prose({ zh: '英文名称', en: 'name in English' }, 'New Year’s Day')
  en: string;
}

class HolidayBody {
  @Nested(() => FestivalName, { zh: '节日名称', en: 'name of the festival' })
  name: FestivalName;

  @Day({ zh: '放假首日', en: 'first day off' })
  from: string;

  @Day({ zh: '放假末日', en: 'last day off' })
  to: string;
}

class CalendarNoticeBody {
  @Year(YEAR)
  year: number;

  @Prose({ zh: '通知文号', en: 'number of the notice' }, '国办发明电〔2025〕7号')
  notice: string;

  @Day({ zh: '发文日期', en: 'date of the notice' })
  issued: string;

  @ListOf(() => HolidayBody, FESTIVALS_MAX, { zh: '放假安排', en: 'days off' })
  holidays: HolidayBody[];

  @WordList(DAY, FESTIVALS_MAX, { zh: '调休上班日（周六、周日）', en: 'make-up workdays, on weekends' }, ['2026-01-04'], 0)
  makeUpWorkdays: string[];

  @Prose({ zh: '被更正的通知文号', en: 'number of the notice that this one corrects', optional: true }, '国办发明电〔2025〕7号')
  replaces?: string;
}

class CalendarPath {
  @FromText()
  @Year(YEAR)
  year: number;
}

@Controller('v1/calendar')
export class CalendarController {
  constructor(private readonly desk: Desk) {}

  @Post()
  @Offers('AdoptCalendarNotice', { creates: true })
  adopt(@Body() body: CalendarNoticeBody, @CurrentCall() call: Call) {
    return this.desk.createNamed(call, 'AdoptCalendarNotice', {
      id: String(body.year),
      at: (id) => `/v1/calendar/${id}`,
      body: () => body,
    });
  }

  @Get()
  @Allows('ReadCalendar')
  @ApiOkResponse({ type: CalendarShown })
  async list(@Query() _query: ReadQuery, @CurrentCall() call: Call): Promise<object> {
    const { state, known } = await this.known(call);
    const next = Number(toShanghaiDate(this.desk.node.status().now).slice(0, 4)) + 1;
    const first = known[0]?.year ?? next;
    const years = [...new Set([...known.map(({ year }) => year), ...Array.from({ length: next - first + 1 }, (_, at) => first + at)])];
    return { items: years.sort((one, other) => one - other).map((year) => shown(year, state, known)) };
  }

  @Get(':year')
  @Allows('ReadCalendarYear')
  @ApiOkResponse({ type: CalendarYearShown })
  async read(@Param() { year }: CalendarPath, @Query() _query: ReadQuery, @CurrentCall() call: Call): Promise<object> {
    const { state, known } = await this.known(call);
    return shown(year, state, known);
  }

  private async known(call: Call) {
    const found = await this.desk.node.read(notices, calendarStream);
    call.stamp(found);
    return { state: found.state, known: officialYears(found.state) };
  }
}

/** A year without a notice is provisional: weekends and the days off by law count, no make-up day is guessed. */
const shown = (year: number, { adopted }: (typeof notices)['initial'], known: ReturnType<typeof officialYears>): object => {
  const official = known.find((each) => each.year === year);
  if (!official) return { year, provisional: awaiting([year]), from: null };
  return { ...official, provisional: null, from: adopted[year] ? 'adopted' : 'pinned' };
};
