/** The one path of errors: whatever is thrown becomes an RFC 9457 problem in the asker's language, or a bare 500 logged once. */
import { Catch, HttpException, Injectable, type ArgumentsHost, type ExceptionFilter } from '@nestjs/common';
import { CONCEALED, mendingOf, tell, tellAll } from '@yrd/contracts';
import { Busy, Unavailable, UnknownJournal, say, type Rejection, type SaidPart } from '@yrd/ledger';
import { throwError, type Observable } from 'rxjs';
import { noteRefused } from '../audit/audit-notes.js';
import type { AuditTrail } from '../audit/audit-trail.js';
import type { Log } from '../log.js';
import { storeIsAway } from '../mongo/mongo-connection.js';
import { nodeCodes, type CodeRow, type CodeTable, type NodeCode, type Words } from './problem-codes.js';
import { askedOf, type Language, type Request, type Response } from './request.js';

export type Facts = Rejection['facts'];

/** One wrong field of the input. */
export interface FieldFault {
  /** JSON pointer (RFC 6901) into the body, the query or the parts of the path; or the name of a header. */
  readonly field: string;
  /** The rule it breaks, `isInt`. */
  readonly rule: string;
  readonly message: Words;
}

interface ProblemOptions {
  readonly seenAs?: string;
  readonly facts?: Facts;
  readonly errors?: readonly FieldFault[];
  readonly headers?: Readonly<Record<string, string>>;
}

/** A refusal by the node itself. Facts hold no personal data: they are shown and logged. */
export class Problem extends Error {
  override readonly name = 'Problem';
  readonly facts: Facts;
  readonly errors: readonly FieldFault[];
  readonly headers: Readonly<Record<string, string>>;
  /** What the audit calls it; never in the answer. */
  readonly seenAs: string;
  constructor(
    readonly code: NodeCode,
    options: ProblemOptions = {},
  ) {
    super(code);
    this.facts = options.facts ?? {};
    this.errors = options.errors ?? [];
    this.headers = options.headers ?? {};
    this.seenAs = options.seenAs ?? code;
  }

  /** Not found to the asker; E-ROW in the audit when it is there and belongs to another organisation. */
  static unseen(there: boolean): Problem {
    return new Problem('E-NOTFOUND', there ? { seenAs: CONCEALED } : {});
  }

  /** E-VALIDATION with all that is wrong. */
  static invalid(...errors: readonly FieldFault[]): Problem {
    return new Problem('E-VALIDATION', { errors, facts: { count: errors.length } });
  }

  /** E-MALFORMED with its one sentence. */
  static malformed(en: string, zh: string): Problem {
    return new Problem('E-MALFORMED', { facts: { reason: en, reasonZh: zh } });
  }

  /** E-UNAVAILABLE with Retry-After. */
  static unavailable(en: string, zh: string, retryAfterMs = 1_000): Problem {
    return new Problem('E-UNAVAILABLE', { facts: { reason: en, reasonZh: zh }, headers: retryAfter(retryAfterMs) });
  }
}

/** A refusal by the domain: a rejection on its way to the caller. */
export class Refused extends Error {
  override readonly name = 'Refused';
  constructor(
    readonly context: string,
    readonly rejection: Rejection,
  ) {
    super(rejection.rejected);
  }
}

/** What a node says, without what is for its log alone. */
const openly = ({ detail: _detail, say, ...rest }: SaidPart): SaidPart => ({ ...rest, say });

/** Retry-After is whole seconds (RFC 9110 §10.2.3), at least one. */
export const retryAfter = (ms: number): Readonly<Record<string, string>> => ({ 'Retry-After': String(Math.max(1, Math.ceil(ms / 1_000))) });

/** What goes over the wire as `application/problem+json`. */
export interface ProblemDocument {
  readonly type: string;
  readonly title: string;
  readonly status: number;
  readonly detail: string;
  readonly code: string;
  /** The rule that refuses. */
  readonly clause?: string;
  readonly traceId: string;
  /** What it rests on, in the language asked for. */
  readonly facts: Facts;
  /** The same for programs, where it is more than a word or a number: phrases by their names, money in fen, times in ms. */
  readonly values?: Facts;
  readonly errors?: readonly { readonly field: string; readonly rule: string; readonly message: string }[];
}

/** Puts facts into the words of a detail: `{limitBytes}`. */
const fill = (text: string, facts: ReturnType<typeof tellAll>): string =>
  text.replace(/\{(\w+)\}/g, (whole, name: string) => String(facts[name] ?? whole));

/** What the facts of a refusal are called in each language; others keep their names. */
const LABELS: Readonly<Record<Language, Readonly<Record<string, string>>>> = {
  zh: {
    policy: '政策版本',
    seen: '实际',
    needed: '要求',
    whoCanMend: '可由谁补正',
    reference: '参照订单',
    defects: '缺少',
    field: '字段',
    check: '核对项',
    points: '不符之处',
    mapping: '对照版本',
    why: '原因',
    stream: '流',
    expected: '期望版本',
    actual: '现有版本',
    entries: '条目数',
    from: '自',
    to: '至',
  },
  en: { whoCanMend: 'who can mend it', points: 'not met' },
};

/** A refusal teaches: the words, the rule, every value seen and needed, and who can mend it. */
const withFacts = (row: CodeRow, facts: Facts, language: Language, clause: string | undefined): string => {
  const told = Object.entries(facts).map(([name, value]) => `${LABELS[language][name] ?? name} = ${tell(value, language)}`);
  const rule = clause === undefined ? [] : [`[${clause}]`];
  return [row[language], ...rule, ...(told.length === 0 ? [] : [told.join(language === 'zh' ? '；' : ', ')])].join(' ');
};

/** The words of the code, with the facts in their gaps or behind them. */
const detailOf = (row: CodeRow, facts: ReturnType<typeof tellAll>, language: Language, clause: string | undefined): string =>
  row.detail === undefined ? withFacts(row, facts, language, clause) : fill(row.detail[language], facts);

interface Told {
  readonly context: string;
  readonly code: string;
  readonly row: CodeRow;
  readonly facts: Facts;
  readonly errors: readonly FieldFault[];
  readonly headers: Readonly<Record<string, string>>;
}

/** How an exception is told, and what the audit calls it. */
interface Telling {
  readonly told: Told;
  readonly unexpected: boolean;
  readonly seenAs: string;
}

const byStatus: Readonly<Record<number, NodeCode>> = {
  400: 'E-MALFORMED',
  401: 'E-AUTH',
  403: 'E-ROLE',
  404: 'E-NOTFOUND',
  405: 'E-METHOD',
  408: 'E-SLOW',
  413: 'E-TOO-LARGE',
  415: 'E-MEDIA-TYPE',
  429: 'E-BUSY',
  503: 'E-UNAVAILABLE',
};

/** The words of every code: the node's own and those of the contexts it serves. */
export class ProblemWords {
  private readonly table: CodeTable;
  constructor(codes: CodeTable) {
    this.table = { ...nodeCodes, ...codes };
  }

  /** How an exception is told, and whether it was unexpected. */
  tell(exception: unknown): Telling {
    const problem = this.asProblem(exception);
    if (problem instanceof Refused) return this.refusal(problem);
    const { code, facts, errors, headers, seenAs } = problem;
    const told = { context: 'node', code, row: nodeCodes[code], facts, errors, headers };
    return { told, unexpected: code === 'E-INTERNAL', seenAs };
  }

  document(told: Told, language: Language, traceId: string): ProblemDocument {
    const { row, facts } = told;
    const { reasonZh, clause: named, ...given } = facts;
    const rest = language === 'zh' && reasonZh !== undefined ? { ...given, reason: reasonZh } : given;
    const clause = typeof named === 'string' ? named : row.clause;
    const mend = mendingOf(told.code);
    const shown: ReturnType<typeof tellAll> = { ...tellAll(rest, language), ...(mend && { whoCanMend: mend[language] }) };
    const values = Object.fromEntries(Object.entries(rest).filter(([, fact]) => typeof fact === 'object' && fact !== null));
    const document = {
      type: `urn:yrd:problem:${told.context}:${told.code}`,
      title: row[language],
      status: row.status,
      // A node that cannot answer says why in its own words.
      detail: 'reason' in values ? String(shown['reason']) : detailOf(row, shown, language, clause),
      code: told.code,
      ...(clause === undefined ? {} : { clause }),
      traceId,
      facts: shown,
      ...(Object.keys(values).length === 0 ? {} : { values }),
    };
    if (told.errors.length === 0) return document;
    return { ...document, errors: told.errors.map(({ field, rule, message }) => ({ field, rule, message: message[language] })) };
  }

  private asProblem(thrown: unknown): Problem | Refused {
    const exception = storeIsAway(thrown) ? new Unavailable(say('storeSilent', { detail: String(thrown) })) : thrown;
    if (exception instanceof Problem || exception instanceof Refused) return exception;
    if (exception instanceof Unavailable || exception instanceof Busy) {
      const { why, retryAfterMs } = exception;
      const code = exception instanceof Busy ? 'E-BUSY' : 'E-UNAVAILABLE';
      // What stands in `detail` of it is for the log: addresses and drivers' words.
      return new Problem(code, { facts: { reason: openly(why) }, headers: retryAfter(retryAfterMs) });
    }
    if (exception instanceof UnknownJournal) return new Problem('E-NOTFOUND', { facts: { journal: exception.journal } });
    const code = exception instanceof HttpException ? byStatus[exception.getStatus()] : undefined;
    if (code === 'E-MALFORMED') return Problem.malformed('The address or a parameter cannot be decoded.', '地址或参数无法解码。');
    return new Problem(code ?? 'E-INTERNAL');
  }

  // A code without a row is our omission, not the caller's: it is told as a conflict and logged, so that somebody adds the row.
  private refusal({ context, rejection: { rejected, facts } }: Refused): Telling {
    const code = rejected === CONCEALED ? 'E-NOTFOUND' : rejected;
    const row = this.table[code];
    const told = { context, code, facts, errors: [], headers: {} };
    if (row !== undefined) return { told: { ...told, row }, unexpected: false, seenAs: rejected };
    return { told: { ...told, row: { status: 409, zh: code, en: code } }, unexpected: true, seenAs: rejected };
  }
}

@Catch()
@Injectable()
export class ProblemFilter implements ExceptionFilter {
  constructor(
    private readonly words: ProblemWords,
    private readonly log: Log,
    private readonly trail: AuditTrail,
  ) {}

  catch(exception: unknown, host: ArgumentsHost): void | Observable<never> {
    // Not asked over HTTP: the transport that called decides what a failure means.
    if (host.getType() !== 'http') return throwError(() => exception);
    const http = host.switchToHttp();
    this.answer(exception, http.getRequest<Request>(), http.getResponse<Response>());
  }

  private answer(exception: unknown, request: Request, response: Response): void {
    const { trace, language } = askedOf(request);
    const { told, unexpected, seenAs } = this.words.tell(exception);
    const { status } = told.row;
    noteRefused(this.trail, request, { code: seenAs, status, domain: exception instanceof Refused, policy: told.facts['policy'] });
    if (unexpected) this.log.error({ trace, code: told.code, err: exception }, 'a request failed unexpectedly');
    if (response.headersSent) {
      response.destroy();
      return;
    }
    const body = JSON.stringify(this.words.document(told, language, trace));
    response.statusCode = told.row.status;
    for (const [name, value] of Object.entries(told.headers)) response.setHeader(name, value);
    response.setHeader('Content-Type', 'application/problem+json; charset=utf-8');
    response.setHeader('Content-Language', language === 'zh' ? 'zh-CN' : 'en');
    response.setHeader('Vary', 'Accept-Language');
    response.setHeader('Cache-Control', 'no-store');
    response.setHeader('Content-Length', Buffer.byteLength(body));
    response.end(request.method === 'HEAD' ? undefined : body);
  }
}
