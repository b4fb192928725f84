/** How the samples speak to the nodes: with tokens of the local issuer, patiently where a node is busy, and naming the row when refused. */
import { allEnded } from '@yrd/ledger';
import { DEMO_CLIENT, requestToken, type DemoClient } from './clients.js';
import type { CsvRow } from './samples-csv.js';
import type { Province } from './samples-data.js';
import { Fault, sleep } from './say.js';

/** Who asks: one person of one organisation in one role. */
export interface Visitor {
  readonly province: Province;
  readonly organisation: string;
  readonly role: string;
}

/** One thing to be done. `key` names it for ever: the same key and body are carried out once. */
export interface Wish {
  readonly as: Visitor;
  readonly path: string;
  readonly key: string;
  readonly body: object;
  /** The row that it comes from, for people; absent for what no row asks for. */
  readonly row?: CsvRow;
  /** Waits while the other province has not heard yet, as a person would who tries again. */
  readonly patient?: boolean;
}

export interface Api {
  /** Answers the body, or throws a Fault that names the row and what the node said. */
  post(wish: Wish): Promise<unknown>;
  /** Answers the body; undefined when there is no such thing (404). */
  get(as: Visitor, path: string): Promise<unknown>;
  /** Throws a Fault once the starter is stopping. */
  goOn(): void;
}

/** A node's refusal, with its code. */
export class Refusal extends Fault {
  constructor(
    message: string,
    readonly code: string,
  ) {
    super(message);
  }
}

export interface ApiOptions {
  readonly nodes: ReadonlyMap<string, string>;
  readonly issuer: string;
  readonly client?: DemoClient;
  readonly signal: AbortSignal;
}

/** Requests under way at once, over all nodes. Whoever waits for another province's news does not count. */
const IN_FLIGHT = 8;
const REQUEST_MS = 20_000;
const PATIENCE_MS = 60_000;
const PAUSE_MIN_MS = 50;
const PAUSE_MAX_MS = 1_000;
/** What another province's news may still mend. */
const NOT_YET = ['E-NOTFOUND', 'E-STATE', 'E-AGENCY', 'E-RECOG'];

/** A text field of an answer; empty when there is none. */
export const textIn = (body: unknown, name: string): string => {
  const value = fieldIn(body, name);
  return typeof value === 'string' ? value : '';
};
/** Any field of an answer. */
export const fieldIn = (body: unknown, name: string): unknown =>
  typeof body === 'object' && body !== null ? (Object.entries(body).find(([key]) => key === name)?.[1] as unknown) : undefined;

const where = (row: CsvRow | undefined): string =>
  row === undefined ? '' : `${row.file}, line ${row.line} (${Object.values(row.fields)[0] ?? ''}): `;

interface Answered {
  readonly status: number;
  readonly body: unknown;
  readonly retryAfterMs: number;
}

const read = async (response: Response): Promise<Answered> => {
  const text = await response.text();
  let body: unknown = text;
  if (response.headers.get('content-type')?.includes('json')) body = JSON.parse(text);
  return { status: response.status, body, retryAfterMs: Number(response.headers.get('retry-after') ?? 0) * 1_000 };
};

/** What a node said, in one sentence. */
const refusal = (what: string, said: unknown): Refusal => {
  const code = textIn(said, 'code');
  const faults = fieldIn(said, 'errors');
  const mend =
    code === 'E-IDEMPOTENCY' ? ' The files in samples/ changed after a first load: bring the old ones back, or npm run reset.' : '';
  return new Refusal(`${what}: ${textIn(said, 'detail')}${faults === undefined ? '' : ` ${JSON.stringify(faults)}`}${mend}`, code);
};

/** Lets at most `limit` at a time through, first come, first served. */
const gate = (limit: number): (<T>(work: () => Promise<T>) => Promise<T>) => {
  const queue: (() => void)[] = [];
  let free = limit;
  return async (work) => {
    if (free > 0) free -= 1;
    else await new Promise<void>((turn) => queue.push(turn));
    try {
      return await work();
    } finally {
      const next = queue.shift(); // The place is handed on, so that nobody overtakes the queue.
      if (next) next();
      else free += 1;
    }
  };
};

/** Speaks as many visitors; asks the issuer once for each. */
export const createApi = (o: ApiOptions): Api => {
  const tokens = new Map<string, Promise<string>>();
  const tokenOf = ({ province, organisation, role }: Visitor): Promise<string> => {
    const sub = `sample:${organisation}:${role}`;
    const known = tokens.get(sub) ?? requestToken(o.issuer, o.client ?? DEMO_CLIENT, { province, roles: [role], org: organisation, sub });
    tokens.set(sub, known);
    return known;
  };
  const through = gate(IN_FLIGHT);
  const goOn = (): void => {
    if (o.signal.aborted) throw new Fault('The samples are not all there yet; the next start goes on with them.');
  };
  const send = async (as: Visitor, path: string, init: { method: string; key?: string; body?: string }): Promise<Answered | null> => {
    const headers: Record<string, string> = { authorization: `Bearer ${await tokenOf(as)}`, 'accept-language': 'en' };
    if (init.body !== undefined) headers['content-type'] = 'application/json';
    if (init.key !== undefined) headers['idempotency-key'] = init.key;
    const signal = AbortSignal.any([o.signal, AbortSignal.timeout(REQUEST_MS)]);
    const sent = { method: init.method, headers, signal, ...(init.body === undefined ? {} : { body: init.body }) };
    // A node that was just restarted refuses connections for a moment: null, and the caller tries again.
    return fetch(`${o.nodes.get(as.province) ?? ''}${path}`, sent).then(read, () => null);
  };
  const again = async (name: string, ask: () => Promise<Answered | null>, wait: (answer: Answered) => boolean): Promise<Answered> => {
    const end = Date.now() + PATIENCE_MS;
    for (let pauseMs = PAUSE_MIN_MS; ; pauseMs = Math.min(PAUSE_MAX_MS, pauseMs * 1.5)) {
      goOn();
      const answer = await through(ask);
      if (answer && !(wait(answer) || answer.status === 429 || answer.status === 503)) return answer;
      if (Date.now() > end) {
        if (answer) return answer;
        throw new Fault(`${name}: the node did not answer for ${PATIENCE_MS / 1_000} s; look at its log.`);
      }
      await sleep(Math.max(answer?.retryAfterMs ?? 0, pauseMs));
    }
  };
  return {
    goOn,
    async post({ as, path, key, body, row, patient = false }) {
      const text = JSON.stringify(body);
      const waits = ({ status, body: said }: Answered): boolean => patient && status >= 400 && NOT_YET.includes(textIn(said, 'code'));
      const { status, body: said } = await again(
        `${where(row)}POST ${path}`,
        () => send(as, path, { method: 'POST', key, body: text }),
        waits,
      );
      if (status < 300) return said;
      throw refusal(`${where(row)}node ${as.province} refused POST ${path} (${status})`, said);
    },
    async get(as, path) {
      const { status, body } = await again(
        `GET ${path}`,
        () => send(as, path, { method: 'GET' }),
        () => false,
      );
      if (status === 404) return undefined;
      if (status < 300) return body;
      throw new Fault(`Node ${as.province} refused GET ${path} (${status}): ${textIn(body, 'detail')}`);
    },
  };
};

/** Does the work for every item, at most `limit` at a time. The first failure ends it, after what is under way. */
export const inParallel = async <T>(items: readonly T[], limit: number, work: (item: T) => Promise<void>): Promise<void> => {
  const waiting = items.values(); // One iterator for all lanes: each item goes to one of them.
  let failed = false;
  const lane = async (): Promise<void> => {
    for (const item of waiting) {
      if (failed) return;
      try {
        await work(item);
      } catch (error) {
        failed = true;
        throw error;
      }
    }
  };
  await allEnded(Array.from({ length: limit }, lane));
};
