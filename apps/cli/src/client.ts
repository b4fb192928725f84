/** How a command speaks to a node over HTTP: with a token where one is needed, and every refusal in one sentence. */
import type { Asked, Option } from './command.js';
import { isLocal, localFile, type NodeAddress } from './nodes.js';
import { EXIT, Failure, misused } from './outcome.js';

/** A node that has said nothing for so long is not there, ms; what runs long sends progress meanwhile. */
const ANSWER_MS = 60_000;
/** Answers that are read whole: a page, a tile, a problem. */
const WHOLE_MAX = 64 * 2 ** 20;

export const TOKEN_OPTIONS: readonly Option[] = [
  {
    name: 'token',
    value: 'JWT',
    words: {
      en: 'Bearer token (or YRD_TOKEN); without it the local identity provider gives one',
      zh: '访问令牌（或 YRD_TOKEN）；否则由本机身份服务签发',
    },
  },
];

/** What the local identity provider's settings say; it serves development only, and only from this machine. */
interface LocalIdentity {
  readonly url: string;
  readonly demoClients: readonly { readonly id: string; readonly secret: string }[];
}

const unreachable = (url: string, error: unknown): Failure => {
  const cause = error instanceof Error && error.cause instanceof Error ? error.cause : error;
  const why = (cause as { readonly code?: unknown } | null)?.code;
  const told = typeof why === 'string' ? ` (${why})` : '';
  return new Failure(EXIT.unreachable, {
    en: `${url} does not answer${told}: start the node (npm start), or name another with --node.`,
    zh: `${url} 没有应答${told}：请启动节点（npm start），或用 --node 指定其他节点。`,
  });
};

const signedIn = async (asked: Asked, { url, demoClients }: LocalIdentity, role: string, province: string): Promise<string> => {
  const [client] = demoClients;
  const form = new URLSearchParams({ grant_type: 'client_credentials', province, role, sub: 'yrd-cli' });
  const authorization = `Basic ${Buffer.from(`${client?.id}:${client?.secret}`).toString('base64')}`;
  const init = { method: 'POST', headers: { authorization }, body: form, signal: AbortSignal.timeout(ANSWER_MS) };
  const response = await asked.io.fetch(`${url}/token`, init).catch((error: unknown) => {
    throw unreachable(url, error);
  });
  const body = (await response.json().catch(() => ({}))) as { readonly access_token?: unknown; readonly error_description?: unknown };
  if (typeof body.access_token === 'string') return body.access_token;
  const why = typeof body.error_description === 'string' ? body.error_description : response.statusText;
  throw new Failure(EXIT.refused, {
    en: `The identity provider at ${url} refused (${why}): give a token with --token.`,
    zh: `身份服务 ${url} 拒绝（${why}）：请用 --token 给出令牌。`,
  });
};

/** A token for this role at the node: given, from the environment, or of the local identity provider. @throws Failure without any. */
const tokenFor = async (asked: Asked, node: NodeAddress, role: string): Promise<string> => {
  const token = asked.value('token') ?? asked.io.settings.token;
  if (token !== undefined) return token;
  const identity = isLocal(asked) && node.province !== null ? localFile<LocalIdentity>(asked, 'identity.json') : null;
  if (identity !== null && node.province !== null) return signedIn(asked, identity, role, node.province);
  throw misused(
    `This needs a token of the role ${role}: give it with --token or in YRD_TOKEN.`,
    `此操作需要角色 ${role} 的令牌：请用 --token 或环境变量 YRD_TOKEN 给出。`,
  );
};

interface ProblemBody {
  readonly code?: unknown;
  readonly detail?: unknown;
  readonly title?: unknown;
  readonly errors?: unknown;
}

const refusal = async (response: Response, url: string): Promise<Failure> => {
  const body = (await response.json().catch(() => ({}))) as ProblemBody;
  const said = [body.detail, body.title].find((each): each is string => typeof each === 'string') ?? response.statusText;
  const list = Array.isArray(body.errors) ? `\n${JSON.stringify(body.errors, null, 2)}` : '';
  const code = typeof body.code === 'string' ? body.code : String(response.status);
  const what = `${new URL(url).host} ${code}: ${said}${list}`;
  return new Failure(response.status === 503 ? EXIT.unreachable : EXIT.refused, { en: what, zh: what }, code);
};

/** What is sent to a node; the key makes a second try the same command. */
interface Sent {
  readonly body: object;
  readonly key: string;
}

export class NodeClient {
  private bearer: Promise<string> | null = null;

  /** `role`: whose token is needed; null where anybody may ask. */
  constructor(
    private readonly asked: Asked,
    readonly node: NodeAddress,
    private readonly role: string | null = null,
  ) {}

  private async ask(path: string, init: RequestInit = {}): Promise<Response> {
    const headers: Record<string, string> = { 'Accept-Language': this.asked.lang, ...(init.headers as Record<string, string> | undefined) };
    // What anybody may ask is asked without a token: a bad one would be refused even there.
    if (this.role !== null) headers['Authorization'] = `Bearer ${await (this.bearer ??= tokenFor(this.asked, this.node, this.role))}`;
    const url = `${this.node.url}${path}`;
    const silent = new AbortController();
    const timer = setTimeout(() => silent.abort(), ANSWER_MS);
    try {
      return await this.asked.io.fetch(url, { ...init, headers, signal: silent.signal });
    } catch (error) {
      throw unreachable(this.node.url, error);
    } finally {
      clearTimeout(timer);
    }
  }

  private async good(path: string, init?: RequestInit): Promise<Response> {
    const response = await this.ask(path, init);
    if (!response.ok) throw await refusal(response, this.node.url);
    return response;
  }

  /** The answer whole, and no more of it than can be read. */
  async bytes(path: string, send?: Sent): Promise<Uint8Array> {
    const pieces: Uint8Array[] = [];
    let size = 0;
    for await (const piece of this.pieces(path, send)) {
      size += piece.length;
      if (size > WHOLE_MAX)
        throw new Failure(EXIT.refused, { en: `${path} answers more than can be read.`, zh: `${path} 的应答过大，无法读取。` });
      pieces.push(piece);
    }
    const { buffer, byteOffset } = Buffer.concat(pieces, size);
    return new Uint8Array(buffer, byteOffset, size);
  }

  async text(path: string, send?: Sent): Promise<string> {
    return new TextDecoder().decode(await this.bytes(path, send));
  }

  async get<T>(path: string): Promise<T> {
    return JSON.parse(await this.text(path)) as T;
  }

  /** The same; null where there is no such thing. */
  async find<T>(path: string): Promise<T | null> {
    return this.get<T>(path).catch((error: unknown) => {
      if (error instanceof Failure && error.rejection === 'E-NOTFOUND') return null;
      throw error;
    });
  }

  /** Sends JSON; the answer is read piece by piece, however long it is. */
  async *pieces(path: string, send?: Sent): AsyncGenerator<Uint8Array> {
    const init = send && {
      method: 'POST',
      headers: { 'Content-Type': 'application/json', 'Idempotency-Key': send.key },
      body: JSON.stringify(send.body),
    };
    const { body } = await this.good(path, init);
    if (body === null) return;
    try {
      for await (const piece of body) yield piece as Uint8Array;
    } catch (error) {
      throw unreachable(this.node.url, error);
    }
  }

  /** The same, by lines. */
  async *lines(path: string, send?: Sent): AsyncGenerator<string> {
    // The mark at the head of a table stays: without it a spreadsheet takes Chinese for the local code page.
    const decoder = new TextDecoder('utf-8', { ignoreBOM: true });
    let rest = '';
    for await (const piece of this.pieces(path, send)) {
      const parts = (rest + decoder.decode(piece, { stream: true })).split('\n');
      rest = parts.pop() ?? '';
      yield* parts;
    }
    if (rest !== '') yield rest;
  }

  async post<T>(path: string, body: object, key: string): Promise<T> {
    return JSON.parse(await this.text(path, { body, key })) as T;
  }
}
