/** One node as an outsider meets it: HTTP, tokens, problems. Knows nothing of what stands behind. */

/** An answer of a node, whole. */
export interface Reply {
  readonly status: number;
  readonly headers: Headers;
  /** Parsed JSON, or the text when it is not JSON. */
  readonly body: unknown;
}

/** Whom a token is for. */
export interface Person {
  readonly province: string;
  readonly roles: readonly string[];
  readonly org: string;
  readonly sub: string;
}

const tokens = new Map<string, Promise<string>>();

const demo = `Basic ${Buffer.from('demo:demo-on-this-machine-only').toString('base64')}`;

const askToken = async (issuer: string, person: Person): Promise<string> => {
  const form = new URLSearchParams({ grant_type: 'client_credentials', province: person.province, org: person.org, sub: person.sub });
  for (const role of person.roles) form.append('role', role);
  const response = await fetch(`${issuer}/token`, { method: 'POST', headers: { authorization: demo }, body: form });
  const { access_token: token } = (await response.json()) as { access_token?: string };
  if (!token) throw new Error(`The issuer gave no token for ${person.sub} (HTTP ${response.status}).`);
  return token;
};

/** A bearer token of a person; asked for once. */
export const tokenOf = (issuer: string, person: Person): Promise<string> => {
  const key = JSON.stringify(person);
  const token = tokens.get(key) ?? askToken(issuer, person);
  tokens.set(key, token);
  return token;
};

export interface Sending {
  readonly method?: string;
  /** JSON; a string is sent as it is. */
  readonly body?: unknown;
  readonly headers?: Readonly<Record<string, string>>;
  /** How long an answer is waited for, ms. */
  readonly answerMs?: number;
}

/** A node that is held still answers nothing: who waits for it asks again. */
const ANSWER_MS = 20_000;

/** One request. Never rejects on a status; rejects when no answer comes. */
export const send = async (url: string, { method = 'GET', body, headers = {}, answerMs = ANSWER_MS }: Sending = {}): Promise<Reply> => {
  const text = body === undefined || typeof body === 'string' ? body : JSON.stringify(body);
  const response = await fetch(url, {
    method,
    headers: { ...(text === undefined ? {} : { 'content-type': 'application/json' }), ...headers },
    ...(text === undefined ? {} : { body: text }),
    signal: AbortSignal.timeout(answerMs),
  });
  const raw = await response.text();
  let parsed: unknown = raw;
  try {
    parsed = JSON.parse(raw);
  } catch {
    // Checkpoints and metrics are text.
  }
  return { status: response.status, headers: response.headers, body: parsed };
};

/** A refusal that no waiting mends. */
export class Refusal extends Error {
  override readonly name = 'Refusal';
}

/** Waits until the question has an answer; fails with what was seen last. */
export const eventually = async <T>(what: string, ask: () => Promise<T | null | undefined | false>, timeoutMs = 60_000): Promise<T> => {
  const deadline = Date.now() + timeoutMs;
  let last = '';
  for (;;) {
    try {
      const found = await ask();
      if (found !== null && found !== undefined && found !== false) return found;
    } catch (error) {
      if (error instanceof Refusal) throw error;
      last = ` (last: ${error instanceof Error ? error.message : 'no reason given'})`;
    }
    if (Date.now() > deadline) throw new Error(`${what}: not within ${timeoutMs} ms${last}.`);
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
};
