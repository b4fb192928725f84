/**
 * Who administers security here. In production the role in a token is a claim of its issuer and no more: this node binds persons
 * itself, the first one by a code that it prints once, the others by those who are bound. Every act is kept.
 */
import { createHash, randomBytes, timingSafeEqual } from 'node:crypto';
import type { Actor, Recorded, Records } from '@yrd/ledger';
import { RateLimiterMemory } from 'rate-limiter-flexible';
import { secondFactorMissing, type Bearer } from './auth.js';
import type { Log } from '../log.js';
import { Problem } from '../http/problem.js';
import { countOne } from './rate-limits.js';

const ROLE = 'security-admin';
/** Who runs or audits the node does not keep its keys as well (MLPS 2.0). */
const OTHER_DUTIES: readonly string[] = ['operator', 'auditor'];
const TABLE = 'security-admins';
const ACTS = 'security-admin-acts';
const STATE = 'all';
const CODE_BYTES = 16;
/** Guesses of one person in so many seconds; 128 bits need no more, but a flood of guesses should not even be work. */
const GUESSES = { points: 5, duration: 900 };
/** Another replica may have written in between; more often than this it is no accident. */
const TRIES = 5;
const ACTS_SHOWN = 200;

/** A bound person, by pseudonym. */
export interface BoundAdmin {
  readonly person: string;
  readonly sinceMs: number;
  /** Pseudonym of who named this one; `code` for the first. */
  readonly by: string;
}

export interface AdminAct {
  /** 1 for the first act of this node. */
  readonly number: number;
  readonly atMs: number;
  readonly act: 'invited' | 'bound' | 'named' | 'removed';
  readonly person: string;
  readonly by: string;
}

interface State {
  readonly admins: readonly BoundAdmin[];
  /** SHA-256 of the one-time code, hex, while it is good. */
  readonly code: { readonly hash: string; readonly untilMs: number } | null;
  /** How many acts there were. */
  readonly acts: number;
}

const nobody: State = { admins: [], code: null, acts: 0 };

export interface SecurityAdminsOptions {
  readonly production: boolean;
  readonly secondFactor: boolean;
  /** How long a code is good, ms. */
  readonly codeMs: number;
  readonly log: Log;
  /** Where bindings are kept; null where this process keeps none. */
  readonly records: () => Records | null;
}

const hashOf = (code: string): Buffer => createHash('sha256').update(code).digest();
const inFours = (hex: string): string => hex.match(/.{4}/g)?.join('-') ?? hex;

export class SecurityAdmins {
  private readonly guesses = new RateLimiterMemory(GUESSES);
  constructor(private readonly options: SecurityAdminsOptions) {}

  /** The actor with the roles that count here: in production a security administrator is who is bound, whatever the token says. */
  async judged(bearer: Bearer, needed: readonly string[] | 'anybody'): Promise<Actor> {
    const { actor } = bearer;
    if (!this.options.production) return actor;
    const others = actor.roles.filter((role) => role !== ROLE);
    if (!needed.includes(ROLE) || !(await this.isBound(actor.person))) return { ...actor, roles: others };
    if (this.options.secondFactor && !bearer.secondFactor) throw secondFactorMissing();
    return { ...actor, roles: others.some((role) => OTHER_DUTIES.includes(role)) ? others : [...others, ROLE] };
  }

  async isBound(person: string): Promise<boolean> {
    return (await this.state())?.value.admins.some((admin) => admin.person === person) ?? false;
  }

  async list(): Promise<{ readonly admins: readonly BoundAdmin[]; readonly acts: readonly AdminAct[] }> {
    const { records, value } = await this.present();
    const order = { field: 'number', descending: true };
    const acts = await records.find<AdminAct>(ACTS, { order, limit: ACTS_SHOWN });
    return { admins: value.admins, acts: acts.map((act) => act.value) };
  }

  /**
   * A new one-time code when this node knows no security administrator and no code is under way; else null. Only its hash is
   * kept, so this is the one time that it can be shown.
   */
  async invite(): Promise<string | null> {
    if (!this.options.production || this.options.records() === null) return null;
    const code = inFours(randomBytes(CODE_BYTES).toString('hex'));
    const untilMs = Date.now() + this.options.codeMs;
    const hash = hashOf(code).toString('hex');
    const invited = await this.change({ act: 'invited', person: '-', by: 'node' }, (state) =>
      state.admins.length > 0 || (state.code !== null && state.code.untilMs > Date.now()) ? null : { ...state, code: { hash, untilMs } },
    );
    return invited ? code : null;
  }

  /** Binds the first one. @throws Problem E-CODE for a code that is wrong, used or late, E-RATE for too many guesses, E-DUTIES. */
  async bindFirst({ person, roles }: Actor, code: string, trace: string): Promise<void> {
    await countOne(this.guesses, person, 'first-security-admin');
    if (roles.some((role) => OTHER_DUTIES.includes(role))) throw new Problem('E-DUTIES');
    const given = hashOf(code);
    const bound = await this.change({ act: 'bound', person, by: 'code' }, (state) => {
      const wanted = Buffer.from(state.code?.hash ?? '', 'hex');
      // Compared as hashes of equal length, in constant time, also when there is none.
      const same = timingSafeEqual(wanted.length === given.length ? wanted : hashOf(''), given);
      if (!same || state.code === null || state.code.untilMs <= Date.now() || state.admins.length > 0) return null;
      return { ...state, code: null, admins: [{ person, sinceMs: Date.now(), by: 'code' }] };
    });
    if (bound) return;
    this.options.log.warn({ audit: true, trace, act: 'refused', person }, 'a one-time code was refused');
    throw new Problem('E-CODE');
  }

  /** Names another one; changes nothing when that one is already. */
  async name(person: string, by: Actor): Promise<void> {
    await this.change({ act: 'named', person, by: by.person }, (state) =>
      state.admins.some((admin) => admin.person === person)
        ? null
        : { ...state, code: null, admins: [...state.admins, { person, sinceMs: Date.now(), by: by.person }] },
    );
  }

  /** Removes one. @throws Problem E-NOTFOUND for somebody who is none, E-LAST for the last one. */
  async remove(person: string, by: Actor): Promise<void> {
    await this.change({ act: 'removed', person, by: by.person }, (state) => {
      const admins = state.admins.filter((admin) => admin.person !== person);
      if (admins.length === state.admins.length) throw new Problem('E-NOTFOUND');
      if (admins.length === 0) throw new Problem('E-LAST');
      return { ...state, admins };
    });
  }

  /** Decides on the present state and writes what comes of it with its act, both or none; false when nothing is to be changed. */
  private async change(act: Omit<AdminAct, 'atMs' | 'number'>, decide: (state: State) => State | null): Promise<boolean> {
    for (let tries = 0; tries < TRIES; tries += 1) {
      const { records, value, rev } = await this.present();
      const next = decide(value);
      if (next === null) return false;
      const number = value.acts + 1;
      const written = await records.write([
        { table: TABLE, id: STATE, value: { ...next, acts: number }, rev },
        { table: ACTS, id: String(number).padStart(9, '0'), value: { ...act, number, atMs: Date.now() }, rev: 0 },
      ]);
      if (!written) continue;
      this.options.log.info({ audit: true, ...act }, `security administrators: ${act.act}`);
      return true;
    }
    throw Problem.unavailable('Others change the security administrators at this moment.', '安全管理员名单正在变更，请稍后再试。');
  }

  private async present(): Promise<{ readonly records: Records; readonly value: State; readonly rev: number }> {
    const records = this.options.records();
    if (records === null) throw new Problem('E-NOTFOUND');
    const found = await this.state();
    return { records, value: found?.value ?? nobody, rev: found?.rev ?? 0 };
  }

  private async state(): Promise<Recorded<State> | null> {
    return (await this.options.records()?.get<State>(TABLE, STATE)) ?? null;
  }
}
