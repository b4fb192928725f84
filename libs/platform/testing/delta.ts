/** Provinces with their services behind real HTTP, over a simulated world whose time runs tenfold. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { openNode } from '@yrd/ledger';
import { SimulatedWorld } from '@yrd/ledger/testing';
import { readConfig, type Environment } from '../src/config/config.js';
import { localWrapping } from '../src/keys/key-wrapping.js';
import { Service, type ServedContext } from '../src/service.js';
import { AnswerCheck, type ApiDocument } from './answer-check.js';
import { startIssuer, type Issuer } from './issuer.js';

export const DAY_MS = 86_400_000;

/** A body as it came; what a field holds is found out by expecting it. */
export type Json = Readonly<Record<string, unknown>>;

/** An answer over HTTP. */
export interface Told {
  readonly status: number;
  readonly headers: Headers;
  readonly body: Json;
}

/** Who asks: a role in a province, by default in the province's own department. */
export interface Who {
  readonly province: string;
  /** One role, or several with blanks between. */
  readonly role: string;
  readonly org?: string;
  /** Another person of the same role. */
  readonly person?: string;
}

/** What the provinces serve, and what their processes are told beside the usual. */
export interface DeltaOptions {
  readonly contexts: readonly ServedContext[];
  readonly environment?: Environment;
  /** Another seed is another federation of the same names: its keys are others. */
  readonly seed?: number;
  /** Called once all have stopped. */
  readonly after?: () => void;
}

export class RunningDelta {
  private readonly services = new Map<string, Service>();
  private driving = true;
  /** Each province keeps files below it. */
  readonly files = mkdtempSync(join(tmpdir(), 'yrd-files-'));
  private keys = 0;
  private described: AnswerCheck | null = null;

  private constructor(
    readonly world: SimulatedWorld,
    private readonly issuer: Issuer,
    private readonly options: DeltaOptions,
  ) {}

  static async start(provinces: readonly ('31' | '32' | '33' | '34')[], options: DeltaOptions): Promise<RunningDelta> {
    const contexts = options.contexts.map(({ context }) => context.name);
    const delta = new RunningDelta(new SimulatedWorld(options.seed ?? 11, provinces, contexts), await startIssuer(), options);
    void delta.drive();
    for (const province of provinces) delta.services.set(province, await delta.begin(province));
    for (const province of provinces) await delta.until(async () => (await delta.fetch(province, '/health/ready')).status === 200);
    delta.described = new AnswerCheck((await (await delta.fetch(provinces[0] ?? '31', '/openapi.json')).json()) as ApiDocument);
    return delta;
  }

  async stop(): Promise<void> {
    await Promise.all([...this.services.values()].map((service) => service.stop()));
    this.driving = false;
    await this.issuer.close();
    rmSync(this.files, { recursive: true });
    this.options.after?.();
  }

  /** Domain time now, whole ms: bodies take no other. */
  get nowMs(): number {
    return Math.floor(this.world.epoch + this.world.scheduler.now);
  }

  /** Moves the clock of all provinces forward. */
  pass(ms: number): void {
    this.world.epoch += ms;
  }

  /** Where a province answers. */
  url(province: string): string {
    return this.services.get(province)?.url ?? '';
  }

  fetch(province: string, path: string, init: RequestInit = {}): Promise<Response> {
    return fetch(`${this.url(province)}${path}`, init);
  }

  /** Headers of somebody who sends a new command. */
  headers({ province, role, org = `dept-${province}`, person = role }: Who): Record<string, string> {
    return {
      Authorization: `Bearer ${this.issuer.token({ province, org, sub: `${province}-${person}`, roles: role.split(' ') })}`,
      'Content-Type': 'application/json',
      'Accept-Language': 'en',
      'Idempotency-Key': `key-${(this.keys += 1)}`,
    };
  }

  /** A command at the node of the asker's province, or at another one. */
  async post(
    who: Who,
    path: string,
    body: unknown = {},
    more: { readonly at?: string; readonly headers?: Record<string, string> } = {},
  ): Promise<Told> {
    const text = typeof body === 'string' ? body : JSON.stringify(body);
    const init = { method: 'POST', body: text, headers: { ...this.headers(who), ...more.headers } };
    return this.told('post', path, await this.fetch(more.at ?? who.province, path, init));
  }

  /** The same, which must be carried out. Answers its body. */
  async does(who: Who, path: string, body: unknown = {}): Promise<Json> {
    const answer = await this.post(who, path, body);
    if (answer.status >= 300) throw new Error(`${path} answered ${answer.status} ${JSON.stringify(answer.body)}`);
    return answer.body;
  }

  async get(who: Who, path: string): Promise<Told> {
    return this.told('get', path, await this.fetch(who.province, path, { headers: this.headers(who) }));
  }

  async until(holds: () => Promise<boolean>): Promise<void> {
    for (let tries = 0; tries < 400; tries += 1) {
      if (await holds()) return;
      await new Promise((resolve) => setTimeout(resolve, 25));
    }
    throw new Error('It never became so.');
  }

  /** An answer, which must be what the interface describes: so every journey of every test proves the description. */
  private async told(verb: 'get' | 'post', path: string, answer: Response): Promise<Told> {
    const body = (await answer.json()) as Json;
    const fault = answer.ok ? this.described?.fault(verb, path, answer.status, body) : null;
    if (fault) throw new Error(fault);
    return { status: answer.status, headers: answer.headers, body };
  }

  private async begin(province: string): Promise<Service> {
    const env = {
      YRD_PROVINCE: province,
      KAFKA_BROKERS: 'localhost:1',
      MONGO_URL: 'mongodb://localhost:1',
      YRD_KEYS: '-',
      YRD_FEDERATION: '-',
      YRD_POLICIES: join(__dirname, '../../../policies'),
      YRD_ISSUER: this.issuer.url,
      YRD_PORT: '0',
      YRD_OPEN_ALONE: 'yes',
      YRD_LOG: 'silent',
      YRD_FILES_FOLDER: join(this.files, province),
      // A test asks more in a minute than any person.
      YRD_PERSON_REQUESTS: '1000000',
      ...this.options.environment,
    };
    const config = readConfig(env, () => JSON.stringify(this.world.federation));
    const { contexts } = this.options;
    // Each context has a disk of its own, as each has its own database.
    const worlds = Object.fromEntries(
      contexts.map(({ context: { name } }) => [name, this.world.process(province, { context: name }).world]),
    );
    const ground = { worlds, clock: null, close: () => Promise.resolve() };
    const wrapping = localWrapping([Buffer.from(`a key for tests that wraps in ${province}`.slice(0, 32))], config.personal.suite);
    const personKey = new Uint8Array(32);
    const service = new Service({ config, openNode, contexts, personKey, wrapping, reach: () => Promise.resolve(ground) });
    await service.start();
    return service;
  }

  /** Virtual time follows real time, so that HTTP clients see the simulated world move. */
  private async drive(): Promise<void> {
    while (this.driving) {
      await this.world.scheduler.pass(50);
      await new Promise((resolve) => setTimeout(resolve, 5));
    }
  }
}
