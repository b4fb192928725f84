/** The routes that every node has: health, status, metrics, and its logs for anybody who wants to check them. */
import { promisify } from 'node:util';
import { gzip } from 'node:zlib';
import { Body, Controller, Get, Header, HttpCode, Param, Post, Req, Res } from '@nestjs/common';
import { ApiOkResponse, ApiParam, ApiProduces, ApiProperty, ApiTags } from '@nestjs/swagger';
import type { Actor, Disclosure, JournalKey, ParkedItem, Redriven, Tile, ViewsState } from '@yrd/ledger';
import { IsInt, Min } from 'class-validator';
import { isStaff, parkedBecause, tell } from '@yrd/contracts';
import { Allows, CurrentActor } from './identity/access.js';
import { AcceptsCommand, Call, CurrentCall, type CommandAnswer } from './commands.js';
import { LiveFeed } from './http/live-feed.js';
import { Metrics } from './metrics.js';
import { NodeFacts, type PublicStatus } from './node-facts.js';
import { NoBody } from './http/no-fields.js';
import { journalOf, Nodes } from './nodes.js';
import { Problem } from './http/problem.js';
import { askedOf, type Request, type Response } from './http/request.js';

interface PeerHealth {
  readonly journal: string;
  readonly state: string;
  readonly size: number;
  readonly head: number;
  /** Entries not read yet. */
  readonly lag: number;
  readonly silentMs: number | null;
}

interface ReadyAnswer {
  readonly status: string;
  readonly reasons: readonly string[];
  /** What an operator should mend though the node answers: keys that expire, audit records that wait. */
  readonly warnings: readonly string[];
  readonly journals: readonly PeerHealth[];
}

@ApiTags('health')
@Controller('health')
export class HealthController {
  constructor(
    private readonly facts: NodeFacts,
    private readonly nodes: Nodes,
  ) {}

  @Get('live')
  @Allows('AskLive')
  live(): { status: string } {
    return { status: 'live' };
  }

  @Get('started')
  @Allows('AskStarted')
  started(@Res({ passthrough: true }) response: Response): { status: string } {
    response.statusCode = this.facts.started ? 200 : 503;
    return { status: this.facts.started ? 'started' : 'starting' };
  }

  @Get('ready')
  @Allows('AskReady')
  ready(@Req() request: Request, @Res({ passthrough: true }) response: Response): ReadyAnswer {
    const { language } = askedOf(request);
    const reasons = this.facts.reasons(language);
    response.statusCode = reasons.length === 0 ? 200 : 503;
    response.setHeader('Vary', 'Accept-Language');
    if (reasons.length > 0) response.setHeader('Retry-After', '1');
    const journals = this.nodes.all.flatMap((node) =>
      node.status().journals.map(({ journal, state, size, head, lag, silentMs }) => ({ journal, state, size, head, lag, silentMs })),
    );
    const warnings = this.facts.warnings().map((each) => tell(each, language));
    return { status: reasons.length === 0 ? 'ready' : 'not-ready', reasons, warnings, journals };
  }
}

class AcceptedLoss {
  @ApiProperty({ description: 'First lost entry.', example: 120 })
  @IsInt()
  @Min(0)
  from: number;

  @ApiProperty({ description: 'One past the last lost entry.', example: 131 })
  @IsInt()
  @Min(1)
  to: number;

  @ApiProperty({ description: 'How many are lost.', example: 4 })
  @IsInt()
  @Min(1)
  entries: number;
}

@ApiTags('node')
@Controller()
export class StatusController {
  constructor(
    private readonly facts: NodeFacts,
    private readonly nodes: Nodes,
    private readonly metrics: Metrics,
    private readonly feed: LiveFeed,
  ) {}

  @Get('v1/status')
  @Allows('ReadStatus')
  status(): PublicStatus {
    return this.facts.status();
  }

  @Get('v1/parked')
  @Allows('ReadParked')
  async parked(@Req() request: Request): Promise<{ items: readonly ParkedItem[] }> {
    const { language } = askedOf(request);
    const items = (await Promise.all(this.nodes.all.map((node) => node.parked()))).flat();
    return { items: items.map((item) => ({ ...item, why: parkedBecause(item, language) })) };
  }

  @Get('v1/views/:context')
  @Allows('ReadViews')
  async views(@Param('context') context: string): Promise<ViewsState & { readonly context: string }> {
    return { context, ...(await this.nodes.serving(context).views()) };
  }

  /** Answered at once: how far it is, `GET` tells. */
  @Post('v1/views/:context/rebuild')
  @Allows('RebuildViews')
  @HttpCode(202)
  async rebuild(@Param('context') context: string, @NoBody() _body: object): Promise<ViewsState & { readonly context: string }> {
    return { context, ...(await this.nodes.serving(context).views(true)) };
  }

  @Post('v1/parked/:context/redrive')
  @Allows('RedriveParked')
  @HttpCode(200)
  async redrive(@Param('context') context: string, @NoBody() _body: object): Promise<Redriven & { readonly context: string }> {
    return { context, ...(await this.nodes.serving(context).redrive()) };
  }

  /** The body is what `/v1/status` shows as lost: exactly that is accepted, and nothing that may be lost later. */
  @Post('v1/losses/:context/acceptance')
  @Allows('AcceptLoss')
  @HttpCode(200)
  @AcceptsCommand()
  acceptLoss(@Param('context') context: string, @Body() loss: AcceptedLoss, @CurrentCall() call: Call): Promise<CommandAnswer> {
    return call.run(this.nodes.serving(context), 'AcceptLoss', loss);
  }

  @Get('v1/live')
  @Allows('FollowStatus')
  @ApiProduces('text/event-stream')
  live(@Res() response: Response): void {
    this.feed.listen(response);
  }

  @Get('metrics')
  @Allows('ReadMetrics')
  @ApiProduces('text/plain')
  async scrape(@Res({ passthrough: true }) response: Response): Promise<string> {
    response.setHeader('Content-Type', this.metrics.registry.contentType);
    return this.metrics.registry.metrics();
  }
}

const found = <T>(value: T | null, journal: string): T => {
  if (value === null) throw new Problem('E-NOTFOUND', { facts: { journal } });
  return value;
};

/** An index as it stands in an address, or E-NOTFOUND. */
const indexOf = (index: string, journal: string): number => {
  if (!/^(0|[1-9]\d{0,14})$/.test(index)) throw new Problem('E-NOTFOUND', { facts: { journal } });
  return Number(index);
};

/**
 * Keys of a journal as text: the verifier line in force, as C2SP writes it, and for each one of before a line with `<verifier line>
 * <first size> <last size>`, and ` revoked <size>` where it is not believed from that size on.
 */
const shownKeys = (keys: readonly JournalKey[], lineOf: (key: JournalKey) => string | null, journal: string): string => {
  const now = keys.at(-1);
  const before = keys.slice(0, -1).reverse();
  const older = before.flatMap((key) => {
    const line = lineOf(key);
    const revoked = key.revokedFrom === null ? '' : ` revoked ${key.revokedFrom}`;
    return line === null ? [] : [`${line} ${key.from} ${key.until ?? key.from}${revoked}`];
  });
  return `${[found(now ? lineOf(now) : null, journal), ...older].join('\n')}\n`;
};

const compress = promisify(gzip);

/** Sends a tile. Full ones stay for ever; partial ones too, but nobody asks for them for long. Entries are text: they shrink to a third. */
const sendTile = async ({ bytes, full }: Tile, zip: boolean, response: Response): Promise<void> => {
  const body = zip ? await compress(bytes) : bytes;
  if (zip) response.setHeader('Content-Encoding', 'gzip');
  response.setHeader('Content-Type', 'application/octet-stream');
  response.setHeader('Cache-Control', `public, max-age=${full ? 31_536_000 : 3_600}, immutable`);
  response.setHeader('Cross-Origin-Resource-Policy', 'cross-origin');
  response.setHeader('Vary', 'Accept-Encoding');
  response.setHeader('Content-Length', body.length);
  response.end(body);
};

@ApiTags('log')
@ApiParam({ name: 'province', example: '31' })
@ApiParam({ name: 'context', example: 'voucher' })
@Controller('log/:province/:context')
export class LogController {
  constructor(private readonly nodes: Nodes) {}

  @Get('checkpoint')
  @Allows('ReadCheckpoint')
  @Header('Content-Type', 'text/plain; charset=utf-8')
  @ApiProduces('text/plain')
  async checkpoint(@Param('province') province: string, @Param('context') context: string): Promise<string> {
    const journal = journalOf(province, context);
    return found(await this.nodes.holding(journal).checkpoint(journal), journal);
  }

  @Get('tile/*path')
  @Allows('ReadTile')
  @ApiParam({ name: 'path', type: String, example: '0/000' })
  @ApiProduces('application/octet-stream')
  async tile(
    @Param('province') province: string,
    @Param('context') context: string,
    @Param('path') path: string | readonly string[],
    @Req() request: Request,
    @Res() response: Response,
  ): Promise<void> {
    const journal = journalOf(province, context);
    // An element with an encoded slash would be a second address of the same tile.
    const parts = typeof path === 'string' ? path.split('/') : path;
    if (parts.some((part) => part.includes('/')) || request.originalUrl.includes('?'))
      throw new Problem('E-NOTFOUND', { facts: { journal } });
    const tile = found(await this.nodes.holding(journal).tile(journal, parts.join('/')), journal);
    const accepts = /\bgzip\b(?!\s*;\s*q=0(\.0*)?(,|$))/.test(String(request.headers['accept-encoding'] ?? ''));
    await sendTile(tile, accepts && parts[0] === 'entries', response);
  }

  @Get('proof/:index')
  @Allows('ReadProof')
  @Header('Content-Type', 'text/plain; charset=utf-8')
  @ApiProduces('text/plain')
  async proof(@Param('province') province: string, @Param('context') context: string, @Param('index') index: string): Promise<string> {
    const journal = journalOf(province, context);
    return found(await this.nodes.holding(journal).proof(journal, indexOf(index, journal)), journal);
  }

  /** The key in force alone on its line; then those of before, newest first, each with the sizes of the heads that it signed. */
  @Get('key')
  @Allows('ReadKey')
  @Header('Content-Type', 'text/plain; charset=utf-8')
  @ApiProduces('text/plain')
  key(@Param('province') province: string, @Param('context') context: string): string {
    const journal = journalOf(province, context);
    return shownKeys(this.nodes.holding(journal).keys(journal), ({ line }) => line, journal);
  }

  @Get('key/sm2')
  @Allows('ReadSecondKey')
  @Header('Content-Type', 'text/plain; charset=utf-8')
  @ApiProduces('text/plain')
  secondKey(@Param('province') province: string, @Param('context') context: string): string {
    const journal = journalOf(province, context);
    return shownKeys(this.nodes.holding(journal).keys(journal), ({ second }) => second, journal);
  }

  @Get('entry/:index')
  @Allows('ReadEntry')
  @ApiOkResponse({ description: 'Leaf, RFC 6962 inclusion proof, checkpoint, and where the audience allows payload and salt.' })
  async entry(
    @Param('province') province: string,
    @Param('context') context: string,
    @Param('index') index: string,
    @CurrentActor() actor: Actor | undefined,
  ): Promise<Disclosure> {
    const journal = journalOf(province, context);
    const reader = actor && isStaff(actor.roles) ? actor.province : null;
    return found(await this.nodes.holding(journal).disclose(journal, indexOf(index, journal), reader), journal);
  }
}
