/** What of a request becomes a record of the audit: who, what, about which things; never a body, a text or a token. */
import { Injectable, type CallHandler, type ExecutionContext, type NestInterceptor } from '@nestjs/common';
import { ABOUT_MAX, accessTable, isSensitive, ROLES, speakable, type AccessName, type AccessRecord } from '@yrd/contracts';
import type { Actor, Answer } from '@yrd/ledger';
import { tap, type Observable } from 'rxjs';
import type { AuditTrail } from './audit-trail.js';
import { showPosition } from '../nodes.js';
import { askedOf, clientAddress, type Request } from '../http/request.js';

/** Fields of bodies and queries that name a thing; what is in a path is named by the route. */
const NAMING = ['order', 'subject', 'agency', 'quota', 'person'] as const;

const fieldsOf = (value: unknown): Readonly<Record<string, unknown>> =>
  typeof value === 'object' && value !== null ? (value as Readonly<Record<string, unknown>>) : {};

/** What a request is about, as `kind/id`, without what nobody has looked at yet: only ids that a node makes, and small numbers. */
const aboutOf = (request: Request): readonly string[] => {
  const [query, body] = [fieldsOf(request.query), fieldsOf(request.body)];
  // Who searches the audit for a thing is himself to be found by it.
  const sought = typeof query['about'] === 'string' ? query['about'].split('/').at(-1) : undefined;
  const named = [
    ...Object.entries(request.params ?? {}),
    ['thing', sought] as const,
    ...NAMING.flatMap((name) => [[name, query[name]] as const, [name, body[name]] as const]),
  ];
  return named.flatMap(([kind, id]) => (typeof id === 'string' && speakable(id, true) ? [`${kind}/${id}`] : []));
};

const rolesOf = (held: readonly string[], asked: readonly string[] | 'anybody'): string[] => {
  const known = held.filter((role) => Object.hasOwn(ROLES, role));
  const used = known.filter((role) => asked.includes(role));
  return used.length > 0 ? used : known;
};

type Noted = Pick<AccessRecord, 'outcome'> & Partial<AccessRecord>;

const record = (request: Request, trail: AuditTrail, { about = [], ...rest }: Noted): AccessRecord => {
  const { trace, actor, row, purpose } = askedOf(request);
  return {
    at: trail.now,
    row: row?.name ?? '-',
    code: null,
    person: actor?.person ?? null,
    organisation: actor?.organisation ?? null,
    province: actor?.province ?? null,
    roles: rolesOf(actor?.roles ?? [], row?.row.roles ?? []),
    about: [...new Set([...about, ...aboutOf(request)])].slice(0, ABOUT_MAX),
    parties: [],
    purpose: purpose ?? null,
    policyVersion: null,
    address: clientAddress(request),
    trace,
    position: null,
    count: 1,
    ...rest,
  };
};

/** Notes that a command was carried out, also one that had been before; not where the entry itself is the record. */
export const noteDone = (request: Request, answer?: Extract<Answer, { ok: true }>): void => {
  const asked = askedOf(request);
  if (!asked.trail || asked.row?.row.audited === 'itself') return;
  asked.noted = true;
  const { stream, policyVersion = null, repeated = false, position } = answer ?? {};
  const id = stream?.slice(stream.indexOf('/') + 1) ?? '';
  const about = stream !== undefined && speakable(id, false) ? [stream] : [];
  const code = repeated ? 'repeated' : null;
  asked.trail.note(
    record(request, asked.trail, { outcome: 'done', code, policyVersion, position: position ? showPosition(position) : null, about }),
  );
};

/** Notes that somebody saw what is not for everybody. Done once a request. */
export const noteRead = (request: Request): void => {
  const asked = askedOf(request);
  if (!asked.trail || !asked.row || asked.noted === true || !isSensitive(asked.row.row)) return;
  asked.noted = true;
  asked.trail.note(record(request, asked.trail, { outcome: 'read' }));
};

/** Notes what came of a command that was sent for somebody after his request: of a row of a table that he imports. */
export const noteRow = (
  trail: AuditTrail,
  { actor, trace }: { readonly actor: Actor; readonly trace: string },
  row: AccessName,
  answer: Answer,
): void => {
  const { person, organisation, province } = actor;
  const done = answer.ok ? answer : null;
  const id = done?.stream.slice(done.stream.indexOf('/') + 1) ?? '';
  trail.note({
    ...{ at: trail.now, outcome: done ? 'done' : 'refused', row, code: answer.ok ? null : answer.rejected },
    ...{ person, organisation, province, roles: rolesOf(actor.roles, accessTable[row].roles) },
    about: done && speakable(id, false) ? [done.stream] : [],
    ...{ parties: [], purpose: null, policyVersion: done?.policyVersion ?? null, address: null, trace },
    position: done ? showPosition(done.position) : null,
    count: 1,
  });
};

export interface Refusal {
  readonly code: string;
  readonly status: number;
  /** A context refused, not the node. */
  readonly domain: boolean;
  readonly policy: unknown;
}

/** What nobody known was told of an address that is none: no refusal. */
const NOTHING_THERE: readonly string[] = ['E-NOTFOUND', 'E-METHOD'];

/** Notes a refusal: every one by a context, and by the node those that are the caller's doing. */
export const noteRefused = (trail: AuditTrail, request: Request, { code, status, domain, policy }: Refusal): void => {
  if (!domain && (status < 400 || status >= 500)) return;
  const { actor, row } = askedOf(request);
  if (actor) {
    const policyVersion = typeof policy === 'string' && /^[a-z0-9.-]{1,40}$/.test(policy) ? policy : null;
    trail.note(record(request, trail, { outcome: 'refused', code, policyVersion }));
  } else if (!NOTHING_THERE.includes(code)) {
    trail.refused({ at: trail.now, code, row: row?.name ?? '-', network: networkOf(clientAddress(request)) });
  }
};

/** `203.0.113.7` → `203.0.113.0/24`, `2001:db8:1:2::3` → `2001:db8:1::/48`: enough to see where a flood comes from. */
export const networkOf = (address: string | null): string | null => {
  if (address === null) return null;
  const v4 = /^(\d{1,3}\.\d{1,3}\.\d{1,3})\.\d{1,3}$/.exec(address);
  if (v4) return `${v4[1]}.0/24`;
  const [head = '', tail] = address.split('::');
  const groups = head === '' ? [] : head.split(':');
  const all = tail === undefined ? groups : [...groups, '0', '0', '0'];
  return `${all.slice(0, 3).join(':')}::/48`;
};

/** Notes what was answered well: readings that are sensitive, and whatever changed something without being a command of a node. */
@Injectable()
export class AuditInterceptor implements NestInterceptor {
  intercept(context: ExecutionContext, next: CallHandler): Observable<unknown> {
    if (context.getType() !== 'http') return next.handle();
    const request = context.switchToHttp().getRequest<Request>();
    return next.handle().pipe(tap({ complete: () => noteAnswered(request) }));
  }
}

const noteAnswered = (request: Request): void => {
  const { row, noted } = askedOf(request);
  if (!row || noted === true) return;
  if (request.method === 'GET' || request.method === 'HEAD') noteRead(request);
  else if (row.row.roles !== 'anybody') noteDone(request);
};
