/** The audit over HTTP: search, what concerns oneself, and an export with proofs. Nothing here changes anything. */
import { pipeline } from 'node:stream/promises';
import { Readable } from 'node:stream';
import { Controller, Get, Query, Res } from '@nestjs/common';
import { IntersectionType } from '@nestjs/swagger';
import { concernsOf, type AuditRow } from '@yrd/access';
import { accessTable, OUTCOMES, type AccessName, type Outcome } from '@yrd/contracts';
import type { Actor, LedgerNode, RecordQuery } from '@yrd/ledger';
import {
  Allows,
  Call,
  CSV_MARK,
  csvLine,
  CurrentActor,
  CurrentCall,
  FromText,
  OneOf,
  answerList,
  ListQuery,
  Lists,
  pagesOf,
  Problem,
  ReadQuery,
  Sends,
  TextField,
  TimeMs,
  type HttpResponse,
} from '@yrd/platform';
import { AuditListed, OwnAuditListed } from './list-rows.js';
import { auditCells, auditHeadings, shownRecord, shownToParty, type ShownRecord } from './audit-shown.js';

const ROWS = [...(Object.keys(accessTable) as AccessName[]), '-'] as const;
const FORMATS = ['ndjson', 'csv'] as const;
const ABOUT = /^(?:[a-z][A-Za-z-]{0,31}\/)?[A-Za-z0-9._-]{1,100}$/;
const ORGANISATION = /^[\w.:-]{1,64}$/;

/** Longest period of one export, ms: a quarter. */
const PERIOD_MAX_MS = 92 * 86_400_000;
/** Records of one export; each proof is some kilobytes and some reads of the store. */
const EXPORT_MAX = 10_000;
const EXPORT_PAGE = 500;

const FROM = { zh: '起始时间（毫秒，含）', en: 'from this time on, ms' };
const TO = { zh: '截止时间（毫秒，不含）', en: 'before this time, ms' };

/** What both the search and the export narrow records down by. */
class AuditFilter {
  @TextField(
    ABOUT,
    140,
    { zh: '所涉事项编号', en: 'id of what it is about, with or without its kind', optional: true },
    'order/0f3c5a9b1d2e4f60718293a4b5',
  )
  about?: string;

  @TextField(/^[0-9a-f]{16,64}$/, 64, { zh: '人员假名', en: 'pseudonym of who acted', optional: true }, '0f3c5a9b1d2e4f60')
  actor?: string;

  @TextField(ORGANISATION, 64, { zh: '所属机构', en: 'organisation of who acted', optional: true }, 'org-huaying')
  organisation?: string;

  @OneOf(ROWS, { zh: '权限表中的行', en: 'row of the access table', optional: true })
  row?: AccessName | '-';

  @TextField(/^[A-Z][A-Z-]{1,39}$/, 40, { zh: '拒绝代码，如 E-RECUSE 回避', en: 'code of the refusal', optional: true }, 'E-RECUSE')
  code?: string;

  @OneOf(OUTCOMES, { zh: 'done 已办，refused 被拒，read 查阅，dropped 丢失', en: 'what came of it', optional: true })
  outcome?: Outcome;
}

class AuditQuery extends IntersectionType(ListQuery, AuditFilter) {
  @FromText()
  @TimeMs({ ...FROM, optional: true })
  from?: number;

  @FromText()
  @TimeMs({ ...TO, optional: true })
  to?: number;
}

class ExportQuery extends IntersectionType(ReadQuery, AuditFilter) {
  @FromText()
  @TimeMs(FROM)
  from: number;

  @FromText()
  @TimeMs(TO)
  to: number;

  @OneOf(FORMATS, { zh: 'ndjson 附证明，csv 供人阅读', en: 'ndjson with proofs, csv for people', optional: true })
  format?: (typeof FORMATS)[number];
}

type Asked = Pick<AuditQuery, 'about' | 'actor' | 'organisation' | 'row' | 'outcome' | 'code' | 'from' | 'to'>;
type Where = NonNullable<RecordQuery['where']>;

const whereOf = ({ about: thing, actor: person, from, to, ...rest }: Asked): Where => {
  const fields = { ids: thing, person, organisation: rest.organisation, row: rest.row, outcome: rest.outcome, code: rest.code };
  const given = Object.entries(fields).flatMap(([name, value]) => (value === undefined ? [] : [[name, value] as const]));
  const period = { ...(from === undefined ? {} : { gte: from }), ...(to === undefined ? {} : { lt: to }) };
  return { ...Object.fromEntries(given), ...(from === undefined && to === undefined ? {} : { at: period }) };
};

/** A security administrator looks for attacks, not at business (three roles of 等保, domain 1.10). */
const SECURITY: readonly Outcome[] = ['refused', 'dropped'];

const NEWEST_FIRST = { field: 'at', descending: true };

const wrong = (field: string, en: string, zh: string): Problem => Problem.invalid({ field: `/${field}`, rule: 'max', message: { en, zh } });

/** What the controllers of this service stand on. */
export class AuditDesk {
  constructor(
    readonly node: LedgerNode,
    readonly retentionDays: number,
  ) {}

  /** All records of a period, oldest first. @throws Problem E-VALIDATION when it is too long or holds too many. */
  async period(query: ExportQuery): Promise<readonly AuditRow[]> {
    const { from, to } = query;
    if (!(from < to && to - from <= PERIOD_MAX_MS))
      throw wrong('to', 'choose a period of at most 92 days that ends after it begins', '请选择不超过 92 天的时段，截止须晚于起始');
    const found: AuditRow[] = [];
    const asked = { where: whereOf(query), order: { field: 'at' }, limit: EXPORT_PAGE };
    for await (const rows of pagesOf<AuditRow>(this.node, 'audit', asked)) {
      found.push(...rows.map((each) => each.row));
      if (found.length > EXPORT_MAX)
        throw wrong(
          'to',
          `the period holds more than ${EXPORT_MAX} records: choose a shorter one`,
          `该时段超过 ${EXPORT_MAX} 条记录，请缩短`,
        );
    }
    return found;
  }

  shown(found: AuditRow): ShownRecord {
    return shownRecord(found, this.retentionDays);
  }
}

@Controller('v1/audit')
export class AuditController {
  constructor(private readonly desk: AuditDesk) {}

  @Get()
  @Allows('ReadAudit')
  @Lists(AuditListed)
  search(@Query() query: AuditQuery, @CurrentActor() asker: Actor, @CurrentCall() call: Call) {
    const where = whereOf(query);
    const narrowed = { outcome: { in: SECURITY.filter((each) => query.outcome === undefined || query.outcome === each) } };
    const list = { view: 'audit', where: asker.roles.includes('auditor') ? where : { ...where, ...narrowed }, order: NEWEST_FIRST };
    const shown = (rows: readonly AuditRow[]) => rows.map((each) => this.desk.shown(each));
    return answerList<AuditRow>(call, this.desk.node, { ...list, row: AuditListed, shown }, query);
  }

  @Get('mine')
  @Allows('ReadOwnAudit')
  @Lists(OwnAuditListed)
  mine(@Query() query: ListQuery, @CurrentActor() asker: Actor, @CurrentCall() call: Call) {
    const list = { view: 'audit', where: { concerns: { in: concernsOf(asker) } }, order: NEWEST_FIRST };
    const shown = (rows: readonly AuditRow[]) => rows.map((each) => shownToParty(each, asker));
    return answerList<AuditRow>(call, this.desk.node, { ...list, row: OwnAuditListed, shown }, query);
  }

  @Get('alerts')
  @Allows('ReadAlerts')
  @Lists(AuditListed)
  alerts(@Query() query: ListQuery, @CurrentCall() call: Call) {
    const shown = (rows: readonly AuditRow[]) => rows.map((each) => this.desk.shown(each));
    return answerList<AuditRow>(call, this.desk.node, { view: 'alerts', where: {}, order: NEWEST_FIRST, row: AuditListed, shown }, query);
  }

  /** Every line of the NDJSON can be checked by itself, offline (docs/VERIFYING.md); the last one says how many there are. */
  @Get('export')
  @Allows('ReadAuditExport')
  @Sends('Records with their proofs, a line each, or a table for people.', 'application/x-ndjson', 'text/csv')
  async export(@Query() query: ExportQuery, @CurrentCall() call: Call, @Res() response: HttpResponse): Promise<void> {
    const found = await this.desk.period(query);
    const csv = query.format === 'csv';
    // Said before anything is sent: whether the others have cosigned as far as the newest record.
    const newest = found.reduce<AuditRow | null>((last, each) => (last && last.index > each.index ? last : each), null);
    if (!csv && newest) await this.desk.node.evidence(newest.journal, newest.index);
    call.noteRead();
    const { from, to } = query;
    const name = `audit-${new Date(from).toISOString().slice(0, 10)}-${new Date(to).toISOString().slice(0, 10)}.${csv ? 'csv' : 'ndjson'}`;
    response.setHeader('Content-Type', csv ? 'text/csv; charset=utf-8' : 'application/x-ndjson; charset=utf-8');
    response.setHeader('Content-Disposition', `attachment; filename="${name}"`);
    await pipeline(Readable.from(csv ? this.table(found) : this.proven(found, query)), response).catch((error: unknown) => {
      // Who asked has gone.
      if (!response.destroyed) throw error;
    });
  }

  private *table(found: readonly AuditRow[]): Generator<string> {
    yield CSV_MARK + csvLine(auditHeadings);
    for (const each of found) yield csvLine(auditCells(this.desk.shown(each)));
  }

  private async *proven(found: readonly AuditRow[], { from, to }: ExportQuery): AsyncGenerator<string> {
    for (const each of found) {
      const evidence = await this.desk.node.evidence(each.journal, each.index);
      const { journal, index } = each;
      yield `${JSON.stringify({ record: this.desk.shown(each), ...(evidence ?? { journal, index, lost: true }) })}\n`;
    }
    yield `${JSON.stringify({ end: { records: found.length, from, to } })}\n`;
  }
}
