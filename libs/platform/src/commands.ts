/** From an HTTP request to a command, and from its answer back to HTTP. */
import { createParamDecorator, type ExecutionContext, type StreamableFile } from '@nestjs/common';
import { applyDecorators } from '@nestjs/common';
import { ApiHeader } from '@nestjs/swagger';
import { commandId, streamId, type Actor, type Answer, type LedgerNode, type Position, type RowPage, type StreamRead } from '@yrd/ledger';
import { noteDone, noteRead } from './audit/audit-notes.js';
import type { Cell } from './tables/csv.js';
import type { Readable } from 'node:stream';
import { readFile, takeDocument, type DocumentLimits } from './http/file-body.js';
import { nodeHasher } from './keys/node-crypto.js';
import { showPosition } from './nodes.js';
import { Problem, Refused } from './http/problem.js';
import { askedOf, type Request, type Response } from './http/request.js';
import type { StoredFile } from './files/arrivals.js';
import { formatAsked, sent, sentTable, type AnswerFormat } from './tables/table-answer.js';
import type { TableFile } from './tables/table-file.js';

/** 1–255 visible ASCII characters (draft-ietf-httpapi-idempotency-key-header). */
const keyShape = /^[\x21-\x7e]{1,255}$/;
/** One strong entity tag holding a stream version (RFC 9110 §8.8.3). */
const tagShape = /^"(0|[1-9]\d{0,14})"$/;

const header = (request: Request, name: string): string | undefined => {
  const value = request.headers[name];
  return Array.isArray(value) ? value.join(', ') : value;
};

/** What an answered command says in its body. */
export interface CommandAnswer {
  /** Read your own write with `?at=` and this. */
  readonly position: string;
  readonly stream: string;
  readonly version: number;
  /** This very command had been carried out before; nothing was done twice. */
  readonly repeated: boolean;
}

type Accepted = Extract<Answer, { ok: true }>;

export interface RunOptions {
  /** Where a created thing is found: makes the answer 201 with `Location`. */
  readonly created?: (answer: Accepted) => string;
  /** Names this command in place of the request's key, where one request carries out several: the same name is carried out once. */
  readonly key?: string;
}

/** A request that wants something done: who, on whose behalf, expecting what. */
export class Call {
  constructor(
    private readonly request: Request,
    private readonly response: Response,
  ) {}

  get actor(): Actor {
    const { actor } = askedOf(this.request);
    if (actor === undefined) throw new Problem('E-AUTH', { facts: { reason: 'this needs a token', reasonZh: '此操作需要令牌' } });
    return actor;
  }

  /** @throws Problem E-VALIDATION when `Idempotency-Key` is missing or malformed. */
  private get idempotencyKey(): string {
    const key = header(this.request, 'idempotency-key');
    if (key !== undefined && keyShape.test(key)) return key;
    throw Problem.invalid({
      field: 'Idempotency-Key',
      rule: key === undefined ? 'isDefined' : 'matches',
      message: {
        en: 'send an Idempotency-Key header of 1 to 255 visible characters, the same one when you try again',
        zh: '请发送 1 至 255 个可见字符的 Idempotency-Key 请求头；重试时使用同一个值',
      },
    });
  }

  /** @throws Problem E-VALIDATION when `If-Match` is not one strong tag. */
  private get expected(): number | undefined {
    const tag = header(this.request, 'if-match');
    if (tag === undefined) return undefined;
    const version = tagShape.exec(tag.trim())?.[1];
    if (version !== undefined) return Number(version);
    throw Problem.invalid({
      field: 'If-Match',
      rule: 'matches',
      message: { en: 'send the ETag of the last read, like "7"', zh: '请发送最近一次读取所得的 ETag，例如 "7"' },
    });
  }

  /**
   * Carries a command out and writes status, `ETag`, `Location` and `Yrd-Position`.
   * @throws Refused when the domain refuses; Problem for a wrong header; Unavailable and Busy as the node says.
   */
  async run(node: LedgerNode, command: string, body: object, options: RunOptions = {}): Promise<CommandAnswer> {
    const expect = this.expected;
    const answer = await node.execute({
      command,
      body: plain(body),
      actor: this.actor,
      idempotencyKey: options.key ?? this.idempotencyKey,
      trace: askedOf(this.request).trace,
      ...(expect === undefined ? {} : { expect }),
    });
    if (!answer.ok) throw new Refused(node.status().context, { rejected: answer.rejected, facts: answer.facts });
    noteDone(this.request, answer);
    const { position, stream, version, repeated } = answer;
    this.stamp(answer);
    this.response.statusCode = options.created === undefined ? 200 : 201;
    if (options.created !== undefined) this.response.setHeader('Location', options.created(answer));
    return { position: showPosition(position), stream, version, repeated };
  }

  /** The trace that the request belongs to. */
  get trace(): string {
    return askedOf(this.request).trace;
  }

  /** The table that the request brings, on a route that takes one. @throws Problem as `readFile`. */
  file(): Promise<TableFile> {
    return readFile(this.request);
  }

  /** Hands on the document that the request brings, on a route that takes one. @throws Problem as `takeDocument`, and as `take`. */
  document<T>(limits: DocumentLimits, take: (content: Readable) => Promise<T>): Promise<T> {
    return takeDocument(this.request, limits, take);
  }

  /** Where the thing is found that was taken in hand and is not done yet. */
  location(at: string): void {
    this.response.setHeader('Location', at);
  }

  /** A table, or what was asked for in its place; made while it is sent. */
  table(name: string, asked: AnswerFormat | undefined, rows: () => AsyncIterable<readonly Cell[]>): StreamableFile | null {
    const format = formatAsked(asked, this.request.headers.accept);
    return format === 'json' ? null : sentTable(this.response, { name, format, rows: rows() });
  }

  /** Tells the audit now that somebody sees something, where the answer takes long: everything else is noted when it is answered. */
  noteRead(): void {
    noteRead(this.request);
  }

  /** Id of the thing of this kind that the command creates: the same whenever the same command is sent again. */
  newId(command: string, kind: string): string {
    return streamId(nodeHasher, commandId(nodeHasher, this.actor.organisation, command, this.idempotencyKey), kind);
  }

  /** Id of the command: the same whenever it is sent again. */
  commandId(command: string): string {
    return commandId(nodeHasher, this.actor.organisation, command, this.idempotencyKey);
  }

  /** A file as the answer, to be saved and not to be shown; its tag is its hash, which never changes. */
  sendFile({ hash, bytes, type }: StoredFile, name: string, content: AsyncIterable<Buffer>): StreamableFile {
    this.response.setHeader('ETag', `"${hash}"`);
    this.response.setHeader('Content-Length', bytes);
    return sent(this.response, type, name, content);
  }

  /** Marks an answer about one stream with its version (`ETag`) and position. */
  stamp(read: Pick<StreamRead<unknown>, 'version' | 'position'>): void {
    this.response.setHeader('ETag', `"${read.version}"`);
    this.response.setHeader('Yrd-Position', showPosition(read.position));
  }

  /** Marks an answer from a view with how far each journal was folded. */
  stampPage({ positions }: Pick<RowPage<unknown>, 'positions'>): void {
    this.response.setHeader('Yrd-Position', showPositions(positions).join(', '));
  }
}

/** Positions as they stand in an answer. */
export const showPositions = (positions: readonly Position[]): readonly string[] => positions.map(showPosition);

/** A DTO is an instance of a class; a command body is plain JSON. */
const plain = (body: object): object => JSON.parse(JSON.stringify(body)) as object;

/** The request as a `Call`, in a controller's method. */
export const CurrentCall = createParamDecorator((_: unknown, context: ExecutionContext): Call => {
  const http = context.switchToHttp();
  return new Call(http.getRequest<Request>(), http.getResponse<Response>());
});

/** Documents the headers that a command takes. */
export const AcceptsCommand = (): MethodDecorator & ClassDecorator =>
  applyDecorators(
    ApiHeader({ name: 'Idempotency-Key', required: true, description: 'Names this command: the same key and body are carried out once.' }),
    ApiHeader({ name: 'If-Match', required: false, description: 'The ETag of the last read; another version answers 412.' }),
  );
