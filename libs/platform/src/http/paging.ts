/** Reading lists: pages by cursor, and waiting for one's own write with `?at=`. */
import { createHash } from 'node:crypto';
import { Injectable, type CallHandler, type ExecutionContext, type NestInterceptor } from '@nestjs/common';
import { ApiPropertyOptional } from '@nestjs/swagger';
import type { RecordQuery, RowPage, Scalar } from '@yrd/ledger';
import { Type } from 'class-transformer';
import { IsInt, IsString, Matches, Max, MaxLength, Min } from 'class-validator';
import type { Observable } from 'rxjs';
import { showPositions } from '../commands.js';
import { Nodes, parsePosition, showPosition } from '../nodes.js';
import { Problem, retryAfter } from './problem.js';
import type { Request } from './request.js';
import { OneOf } from './fields.js';
import { ANSWER_FORMATS, type AnswerFormat } from '../tables/table-answer.js';
import { LeftOut } from './validation.js';

/** Rows of a page at most. */
export const pageMax = 200;
const pageDefault = 50;
/** How long `?at=` waits for a position, ms (architecture §2). */
const atWaitMs = 2_000;
const CURSOR_WORDS = { en: 'take the cursor from the next of a page of this same list', zh: '请使用同一列表上一页 next 中的游标' };

/** Query of any GET; those with fields of their own extend it. */
export class ReadQuery {
  @ApiPropertyOptional({ description: 'Wait up to 2 s until this position is read, e.g. 32/voucher@123; then 503.' })
  @LeftOut()
  @IsString()
  at?: string;
}

/** Query of a list. */
export class PageQuery extends ReadQuery {
  @ApiPropertyOptional({ type: 'integer', minimum: 1, maximum: pageMax, default: pageDefault })
  @LeftOut()
  @Type(() => Number)
  @IsInt()
  @Min(1)
  @Max(pageMax)
  limit?: number;

  @ApiPropertyOptional({ description: 'From the `next` of the page before; good only for the same list.' })
  @LeftOut()
  @Matches(/^[\w-]+$/, { message: CURSOR_WORDS.en, context: { zh: CURSOR_WORDS.zh } })
  @MaxLength(2_000)
  cursor?: string;
}

/** Query of a list that is also sent as a table. */
export class ListQuery extends PageQuery {
  @OneOf(ANSWER_FORMATS, {
    zh: '格式，默认按 Accept；csv、xlsx 给出全部行，limit 只用于 json',
    en: 'format, by Accept without it; csv and xlsx give every row, limit is for json',
    optional: true,
  })
  format?: AnswerFormat;
}

/** A page as it is answered. */
export interface Page<T> {
  readonly items: readonly T[];
  readonly next: string | null;
  /** How far each journal was read: `32/voucher@123`. */
  readonly positions: readonly string[];
}

/** Which list a cursor belongs to, in 12 hex digits: a cursor of another list would skip rows silently. */
const listMark = ({ view, where, asked, order }: Listed): string =>
  createHash('sha256')
    .update(JSON.stringify([view, asked ?? where ?? null, order ?? null]))
    .digest('hex')
    .slice(0, 12);

type After = NonNullable<RecordQuery['after']>;

const encodeCursor = (mark: string, { value, id }: After): string => Buffer.from(JSON.stringify([mark, value, id])).toString('base64url');

const isScalar = (value: unknown): value is Scalar => value === null || ['string', 'number', 'boolean'].includes(typeof value);

const badCursor = (): Problem =>
  Problem.invalid({
    field: '/cursor',
    rule: 'matches',
    message: CURSOR_WORDS,
  });

const decodeCursor = (mark: string, cursor: string): After => {
  let parts: unknown;
  try {
    parts = JSON.parse(Buffer.from(cursor, 'base64url').toString('utf8'));
  } catch {
    throw badCursor();
  }
  const [found, value, id, ...rest] = Array.isArray(parts) ? (parts as readonly unknown[]) : [];
  if (found !== mark || !isScalar(value) || typeof id !== 'string' || rest.length > 0) throw badCursor();
  return { value, id };
};

/** Which list it is. */
export interface Listed extends Pick<RecordQuery, 'where' | 'order'> {
  readonly view: string;
  /** What was asked for, where `where` moves with time: a cursor belongs to that. */
  readonly asked?: object;
}

/** Where a list goes on; undefined at its beginning. @throws Problem E-VALIDATION for a cursor of another list. */
export const cursorOf = (list: Listed, { cursor }: PageQuery): After | undefined =>
  cursor === undefined ? undefined : decodeCursor(listMark(list), cursor);

/** One page of a view's rows, each with its `id`. @throws Problem E-VALIDATION for a cursor of another list. */
export const readPage = async <R extends object>(
  node: { rows(view: string, query: RecordQuery): Promise<RowPage<R>> },
  list: Listed,
  page: PageQuery,
): Promise<Page<R & { readonly id: string }>> => {
  const after = cursorOf(list, page);
  const found: RowPage<R> = await node.rows(list.view, {
    ...(list.where === undefined ? {} : { where: list.where }),
    ...(list.order === undefined ? {} : { order: list.order }),
    ...(after === undefined ? {} : { after }),
    limit: page.limit ?? pageDefault,
  });
  return {
    items: found.rows.map(({ id, row }) => ({ ...row, id })),
    next: found.next === null ? null : encodeCursor(listMark(list), found.next),
    positions: showPositions(found.positions),
  };
};

/** Holds a GET with `?at=` until its position is read. */
@Injectable()
export class AtInterceptor implements NestInterceptor {
  constructor(private readonly nodes: Nodes) {}

  async intercept(context: ExecutionContext, next: CallHandler): Promise<Observable<unknown>> {
    if (context.getType() === 'http') await this.reach(context.switchToHttp().getRequest<Request>());
    return next.handle();
  }

  private async reach(request: Request): Promise<void> {
    const at = request.method === 'GET' || request.method === 'HEAD' ? request.query['at'] : undefined;
    if (at === undefined) return;
    const position = parsePosition(at);
    if (position === null) {
      const message = { en: 'must be a position like 32/voucher@123', zh: '须为如 32/voucher@123 的位置' };
      throw Problem.invalid({ field: '/at', rule: 'matches', message });
    }
    if (await this.nodes.holding(position.journal).reach(position, atWaitMs)) return;
    throw new Problem('E-NOT-REACHED', { facts: { position: showPosition(position), waitedMs: atWaitMs }, headers: retryAfter(1_000) });
  }
}
