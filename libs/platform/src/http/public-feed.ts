/**
 * The public entries of a journal as server-sent events, one CloudEvent each, resumable by the number of the last one. Entries are read
 * when their reader has room for them: nothing waits in memory for who does not read, and who reads too slowly is let go.
 */
import { Controller, Get, Param, Req, Res, type BeforeApplicationShutdown } from '@nestjs/common';
import { ApiHeader, ApiParam, ApiProduces, ApiTags } from '@nestjs/swagger';
import { jsonEvent, parseSequence, PUBLIC_START, sequenceText, Unavailable, type LedgerNode, type PublicPlace } from '@yrd/ledger';
import { Allows } from '../identity/access.js';
import { sleepMs } from '../clock.js';
import { journalOf } from '../nodes.js';
import { Problem, retryAfter } from './problem.js';
import { beginEvents, clientAddress, type Request, type Response } from './request.js';

/** How a feed goes on, ms. */
export interface FeedPace {
  /** How long after the end of a journal it is looked at again. */
  readonly lookMs: number;
  /** A feed that is silent for so long says that it lives: proxies cut what is silent for half a minute. */
  readonly beatMs: number;
  /** Who has not taken what was sent for so long is let go: it resumes where it was. */
  readonly slowMs: number;
}

const PACE: FeedPace = { lookMs: 250, beatMs: 15_000, slowMs: 30_000 };
/** Entries read at a time for one reader: a payload holds at most 256 kB, so he costs 4 MB at most. */
const PAGE = 16;
/** Feeds that one client may hold: the journals of four provinces in two contexts. */
const CLIENT_MAX = 8;

export interface FeedsOptions {
  /** The node that holds a journal. */
  readonly nodes: { holding(journal: string): Pick<LedgerNode, 'publicEntries'> };
  /** The public address of this node: events lead to their proofs there. */
  readonly url: string;
  /** Feeds that this process holds. */
  readonly most: number;
  readonly pace?: FeedPace;
}

/** What a feed is asked for. */
export interface FeedRequest {
  readonly journal: string;
  /** `Last-Event-ID` as it was sent: nothing tells from the first entry on. */
  readonly lastEventId: string | undefined;
  /** Address of the client. */
  readonly client: string;
}

interface Open extends FeedRequest {
  readonly response: Response;
}

export class PublicFeeds implements BeforeApplicationShutdown {
  private readonly open = new Set<Open>();
  private readonly pace: FeedPace;

  constructor(private readonly options: FeedsOptions) {
    this.pace = options.pace ?? PACE;
  }

  /**
   * Tells until the reader leaves or is too slow.
   * @throws Problem E-BUSY when there are enough feeds; E-VALIDATION for what is no number; E-NOT-REACHED for one that is not here yet.
   */
  async follow(request: FeedRequest, response: Response): Promise<void> {
    const feed = { ...request, response };
    const same = [...this.open].filter(({ client }) => client === request.client).length;
    if (this.open.size >= this.options.most || same >= CLIENT_MAX)
      throw new Problem('E-BUSY', { facts: { feedsPerClient: CLIENT_MAX }, headers: retryAfter(10_000) });
    this.open.add(feed);
    response.once('close', () => this.open.delete(feed));
    try {
      const place = await this.placeOf(request);
      beginEvents(response);
      // HEAD asks what would come, and waits for no body.
      if (response.req.method === 'HEAD') return void response.end();
      response.write('retry: 3000\n\n');
      void this.tell(feed, place);
    } catch (error) {
      this.open.delete(feed);
      throw error;
    }
  }

  beforeApplicationShutdown(): void {
    for (const { response } of this.open) response.end();
    this.open.clear();
  }

  private async placeOf({ journal, lastEventId = '0' }: FeedRequest): Promise<PublicPlace> {
    const sequence = parseSequence(lastEventId);
    if (sequence === null) {
      const message = { en: 'send the id of the last event that was received, digits only', zh: '须为最后收到的事件编号，仅含数字' };
      throw Problem.invalid({ field: 'Last-Event-ID', rule: 'matches', message });
    }
    const reader = this.options.nodes.holding(journal).publicEntries(journal);
    const place = sequence === 0 ? PUBLIC_START : await reader.behind(sequence);
    if (place) return place;
    throw new Problem('E-NOT-REACHED', {
      facts: { position: `${journal}#${sequence}`, waitedMs: 0 },
      headers: retryAfter(1_000),
    });
  }

  private async tell(feed: Open, from: PublicPlace): Promise<void> {
    const { response } = feed;
    const { lookMs, beatMs } = this.pace;
    let place = from;
    let toldAt = performance.now();
    try {
      while (this.open.has(feed)) {
        const before = place;
        place = await this.tellPage(feed, place);
        if (place.sequence > before.sequence) toldAt = performance.now();
        else if (performance.now() - toldAt >= beatMs) {
          response.write(': \n\n');
          toldAt = performance.now();
        }
        if (response.writableNeedDrain) await this.drained(response);
        else if (place.index === before.index) await sleepMs(lookMs);
      }
    } catch {
      // Whoever asks again is told what is wrong: here there is no room for it any more.
      response.end();
      this.open.delete(feed);
    }
  }

  /** Writes what the reader has room for. A node that cannot answer now is waited for. */
  private async tellPage({ journal, response }: Open, from: PublicPlace): Promise<PublicPlace> {
    try {
      const { entries, next } = await this.options.nodes.holding(journal).publicEntries(journal).page(from, PAGE);
      for (const entry of entries) {
        const event = jsonEvent(entry, { journal, url: this.options.url });
        const room = response.write(`id: ${sequenceText(entry.sequence)}\ndata: ${event}\n\n`);
        if (!room) return { sequence: entry.sequence, index: entry.index + 1 };
      }
      return next;
    } catch (error) {
      if (error instanceof Unavailable) return from;
      throw error;
    }
  }

  /** Waits until the reader has taken what was sent; cuts him off after a time. */
  private async drained(response: Response): Promise<void> {
    const late = setTimeout(() => response.destroy(), this.pace.slowMs);
    await new Promise<void>((resolve) => {
      const done = (): void => {
        response.off('drain', done).off('close', done);
        resolve();
      };
      response.on('drain', done).on('close', done);
      if (response.destroyed || !response.writableNeedDrain) done();
    });
    clearTimeout(late);
  }
}

@ApiTags('feeds')
@ApiParam({ name: 'province', example: '31' })
@ApiParam({ name: 'context', example: 'voucher' })
@Controller('v1/feeds/:province/:context')
export class FeedsController {
  constructor(private readonly feeds: PublicFeeds) {}

  @Get()
  @Allows('FollowFeed')
  @ApiHeader({
    name: 'Last-Event-ID',
    required: false,
    description: 'The id of the last event that was received; without it all are told.',
  })
  @ApiProduces('text/event-stream')
  follow(
    @Param('province') province: string,
    @Param('context') context: string,
    @Req() request: Request,
    @Res() response: Response,
  ): Promise<void> {
    const sent = request.headers['last-event-id'];
    const lastEventId = typeof sent === 'string' ? sent : undefined;
    return this.feeds.follow({ journal: journalOf(province, context), lastEventId, client: clientAddress(request) ?? '-' }, response);
  }
}
