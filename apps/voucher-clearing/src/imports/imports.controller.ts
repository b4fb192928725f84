/** Imports over HTTP: a table is sent and becomes a job, which is followed, reported row by row, and may be cancelled. */
import { Readable } from 'node:stream';
import { setTimeout as sleep } from 'node:timers/promises';
import {
  applyDecorators,
  Controller,
  Get,
  HttpCode,
  Inject,
  Param,
  Post,
  Query,
  Res,
  type OnApplicationBootstrap,
  type OnModuleDestroy,
} from '@nestjs/common';
import { ApiAcceptedResponse, ApiHeader, ApiOkResponse, ApiExtraModels, getSchemaPath } from '@nestjs/swagger';
import { isStaff, type AccessName } from '@yrd/contracts';
import type { Actor } from '@yrd/ledger';
import {
  Allows,
  beginEvents,
  Call,
  CurrentActor,
  CurrentCall,
  Imports,
  isOver,
  NoBody,
  Problem,
  ReadQuery,
  Sends,
  FORMATS,
  answerList,
  Lists,
  sent,
  TakesFile,
  templateOf,
  type Cell,
  type HttpResponse,
  type ImportJob,
  type ImportKind,
  type RowResult,
} from '@yrd/platform';
import {
  ImportReport,
  ImportPath,
  ImportQuery,
  ImportShown,
  ImportsQuery,
  KindPath,
  REPORT,
  reportCells,
  ReportQuery,
  shown,
  TemplateQuery,
  type KindName,
} from './import-shown.js';
import { only } from '../rows.js';

/** How often progress is looked at for who follows it, ms. */
const FOLLOW_MS = 500;
/** Who may follow at the same time. */
const FOLLOWERS_MAX = 64;

/** Marks a route that takes a table in as one kind of import. */
const Takes = (row: AccessName): MethodDecorator =>
  applyDecorators(
    Allows(row),
    TakesFile(),
    HttpCode(202),
    ApiHeader({ name: 'Idempotency-Key', required: true, description: 'Names this import: the same key and file are taken in once.' }),
    ApiAcceptedResponse({
      type: ImportShown,
      headers: { Location: { description: 'Where its progress is found.', schema: { type: 'string' } } },
    }),
  );

const REPORT_CONTENT = {
  'application/json': { schema: { $ref: getSchemaPath(ImportReport) } },
  [FORMATS.csv]: { schema: { type: 'string' } },
  [FORMATS.xlsx]: { schema: { type: 'string', format: 'binary' } },
};

@Controller('v1/imports')
export class ImportsController implements OnApplicationBootstrap, OnModuleDestroy {
  private followers = 0;

  constructor(
    private readonly imports: Imports,
    @Inject('ImportKinds') private readonly kinds: readonly ImportKind[],
  ) {}

  onApplicationBootstrap(): void {
    this.imports.start();
  }

  onModuleDestroy(): Promise<void> {
    return this.imports.stop();
  }

  @Post('agencies')
  @Takes('ImportAgencies')
  agencies(@Query() query: ImportQuery, @CurrentCall() call: Call) {
    return this.take('agencies', query, call);
  }

  @Post('products')
  @Takes('ImportProducts')
  products(@Query() query: ImportQuery, @CurrentCall() call: Call) {
    return this.take('products', query, call);
  }

  @Post('subject-facts')
  @Takes('ImportSubjectFacts')
  facts(@Query() query: ImportQuery, @CurrentCall() call: Call) {
    return this.take('subject-facts', query, call);
  }

  @Post('quota-applications')
  @Takes('ImportQuotaApplications')
  applications(@Query() query: ImportQuery, @CurrentCall() call: Call) {
    return this.take('quota-applications', query, call);
  }

  @Post('quota-grants')
  @Takes('ImportQuotaGrants')
  grants(@Query() query: ImportQuery, @CurrentCall() call: Call) {
    return this.take('quota-grants', query, call);
  }

  @Post('subject-ownership')
  @Takes('ImportSubjectOwnership')
  subjectOwnership(@Query() query: ImportQuery, @CurrentCall() call: Call) {
    return this.take('subject-ownership', query, call);
  }

  @Post('agency-ownership')
  @Takes('ImportAgencyOwnership')
  agencyOwnership(@Query() query: ImportQuery, @CurrentCall() call: Call) {
    return this.take('agency-ownership', query, call);
  }

  @Get('templates/:kind')
  @Allows('ReadImportTemplate')
  @Sends('A table with its headings and an example.', ...Object.values(FORMATS))
  template(@Param() { kind }: KindPath, @Query() { format }: TemplateQuery, @CurrentCall() call: Call) {
    const lines = templateOf(this.kind(kind));
    return call.table(`import-${kind}`, format ?? 'csv', () => Readable.from(lines));
  }

  @Get()
  @Allows('ReadImports')
  @Lists(ImportShown)
  list(@Query() query: ImportsQuery, @CurrentActor() actor: Actor, @CurrentCall() call: Call) {
    const { kind, state } = query;
    const whose = isStaff(actor.roles) ? {} : { organisation: actor.organisation };
    const list = { view: 'imports', where: { ...only({ kind, state }), ...whose }, order: { field: 'createdMs', descending: true } };
    return answerList<ImportJob>(call, this.imports.jobs, { ...list, row: ImportShown, shown: (rows) => rows.map(shown) }, query);
  }

  @Get(':import')
  @Allows('ReadImport')
  @ApiOkResponse({ type: ImportShown })
  async read(@Param() path: ImportPath, @Query() _query: ReadQuery, @CurrentActor() actor: Actor): Promise<ImportShown> {
    return shown(await this.seen(actor, path, isStaff(actor.roles)));
  }

  /** Every change until the end, then nothing more: whoever comes late is told how it stands. */
  @Get(':import/events')
  @Allows('FollowImport')
  @Sends('Events `progress`, each with the import as it stands.', 'text/event-stream')
  async follow(
    @Param() path: ImportPath,
    @Query() _query: ReadQuery,
    @CurrentActor() actor: Actor,
    @Res() response: HttpResponse,
  ): Promise<void> {
    let job = await this.seen(actor, path, isStaff(actor.roles));
    if (this.followers >= FOLLOWERS_MAX) throw new Problem('E-BUSY', { headers: { 'Retry-After': '10' } });
    beginEvents(response);
    this.followers += 1;
    try {
      for (let told = -1; ;) {
        if (job.updatedMs !== told || isOver(job)) response.write(`event: progress\ndata: ${JSON.stringify(shown(job))}\n\n`);
        told = job.updatedMs;
        if (isOver(job) || response.destroyed) return;
        await sleep(FOLLOW_MS);
        job = (await this.imports.jobs.get(path.import)) ?? job;
      }
    } finally {
      this.followers -= 1;
      response.end();
    }
  }

  @Get(':import/report')
  @Allows('ReadImportReport')
  @ApiExtraModels(ImportReport)
  @ApiOkResponse({ content: REPORT_CONTENT })
  async report(
    @Param() path: ImportPath,
    @Query() { format, outcome }: ReportQuery,
    @CurrentActor() actor: Actor,
    @CurrentCall() call: Call,
    @Res({ passthrough: true }) response: HttpResponse,
  ) {
    const job = await this.seen(actor, path, isStaff(actor.roles));
    const name = `import-${job.kind}-${job.id}`;
    const table = call.table(name, format, () => this.reportTable(job, outcome));
    return table ?? sent(response, 'application/json; charset=utf-8', `${name}.json`, this.reportJson(job, outcome));
  }

  @Post(':import/cancellation')
  @Allows('CancelImport')
  @HttpCode(200)
  @ApiOkResponse({ type: ImportShown })
  async cancel(@Param() path: ImportPath, @NoBody() _body: object, @CurrentActor() actor: Actor): Promise<ImportShown> {
    await this.seen(actor, path, false);
    return shown(await this.imports.cancel(path.import));
  }

  private kind(name: KindName): ImportKind {
    return this.kinds.find((each) => each.name === name)!;
  }

  private async take(name: KindName, { dryRun }: ImportQuery, call: Call): Promise<ImportShown> {
    const job = await this.imports.receive(call, this.kind(name), dryRun === 'true');
    call.location(`/v1/imports/${job.id}`);
    return shown(job);
  }

  /** An import of the asker's organisation, or any where he may see all. @throws Problem E-NOTFOUND. */
  private async seen(actor: Actor, { import: id }: ImportPath, all: boolean): Promise<ImportJob> {
    const job = await this.imports.jobs.get(id);
    if (!job || !(all || job.organisation === actor.organisation)) throw Problem.unseen(job !== null);
    return job;
  }

  private async *results(job: ImportJob, outcome: ReportQuery['outcome']): AsyncGenerator<RowResult> {
    for await (const each of this.imports.jobs.results(job)) if (outcome === undefined || each.outcome === outcome) yield each;
  }

  private async *reportTable(job: ImportJob, outcome: ReportQuery['outcome']): AsyncGenerator<readonly Cell[]> {
    yield REPORT;
    for await (const each of this.results(job, outcome)) yield* reportCells(each);
  }

  private async *reportJson(job: ImportJob, outcome: ReportQuery['outcome']): AsyncGenerator<string> {
    let before = `{"import":${JSON.stringify(shown(job))},"rows":[`;
    for await (const each of this.results(job, outcome)) {
      yield `${before}${JSON.stringify(each)}`;
      before = ',\n';
    }
    yield before === ',\n' ? ']}' : `${before}]}`;
  }
}
