/** The interface as a node describes it: every operation with its row of the access table, and how to send one. */
import { accessTable, type AccessName, type AccessRow } from '@yrd/contracts';
import type { Json, RunningDelta, Who } from './delta.js';

export interface Schema {
  readonly $ref?: string;
  readonly allOf?: readonly Schema[];
  readonly type?: string;
  readonly example?: unknown;
  readonly items?: Schema;
  readonly required?: readonly string[];
  readonly properties?: Readonly<Record<string, Schema>>;
}

export interface Operation {
  readonly verb: string;
  /** With its parameters: `/v1/orders/{order}`. */
  readonly path: string;
  readonly row: AccessName;
  readonly body: Schema | undefined;
  /** Takes a file instead. */
  readonly file: boolean;
  /** Names of its query parameters. */
  readonly asks: readonly string[];
}

/** What stands for a parameter of a path, and for fields of the same name in a body. */
export type Ids = Readonly<Record<string, string>>;

/** An id of nothing. */
export const NOWHERE = 'ffffffffffffffffffffffffff';

/** Ids of every kind of parameter: of these things, or of nothing. */
export const idsOf = (year: number, { subject = NOWHERE, agency = NOWHERE, order = NOWHERE, import: job = NOWHERE } = {}): Ids => ({
  ...{ subject, agency, order, quota: `${subject}.cxq.${year}`, id: `31.${agency}.p1` },
  ...{ agencyProvince: '31', home: '32', product: 'p1', province: '32', context: 'voucher', index: '0', path: '0/000' },
  ...{ hash: 'f'.repeat(64), import: job, kind: 'agencies', version: '32-cxq-test.1', certificate: 'CMA-0001', year: '2026' },
  ...{ window: '1', pair: '32-31', lineId: order, clawback: '1', day: '2026-01-05', half: '2026H1', complaint: NOWHERE, slice: NOWHERE },
  objection: `32.${NOWHERE}`,
});

/** An answer, with its body where that is a problem. */
export interface Answer {
  readonly status: number;
  readonly headers: Headers;
  readonly told: Json;
}

interface Document {
  readonly paths: Readonly<Record<string, Readonly<Record<string, Json>>>>;
  readonly components: { readonly schemas: Readonly<Record<string, Schema>> };
}

export class Described {
  readonly operations: readonly Operation[];

  private constructor(
    private readonly delta: RunningDelta,
    private readonly document: Document,
  ) {
    this.operations = Object.entries(document.paths).flatMap(([path, verbs]) =>
      Object.entries(verbs).map(([verb, operation]): Operation => {
        const content = operation['requestBody'] as
          { readonly content?: Readonly<Record<string, { readonly schema: Schema }>> } | undefined;
        const parameters = (operation['parameters'] ?? []) as readonly { readonly name: string; readonly in: string }[];
        const file = content?.content !== undefined && !('application/json' in content.content);
        const asks = parameters.flatMap((each) => (each.in === 'query' ? [each.name] : []));
        return {
          verb,
          path,
          row: operation['operationId'] as AccessName,
          body: content?.content?.['application/json']?.schema,
          file,
          asks,
        };
      }),
    );
  }

  static async by(delta: RunningDelta): Promise<Described> {
    return new Described(delta, (await (await delta.fetch('32', '/openapi.json')).json()) as Document);
  }

  /** What a schema stands for, once its references are followed. */
  plain(schema: Schema): Schema {
    if (schema.allOf?.[0]) return this.plain(schema.allOf[0]);
    if (schema.$ref === undefined) return schema;
    return this.plain(this.document.components.schemas[schema.$ref.split('/').at(-1)!]!);
  }

  /** A body of all that is required, as the description shows it. */
  shown(schema: Schema): unknown {
    const { example, type, items, required, properties } = this.plain(schema);
    if (example !== undefined) return example;
    if (type === 'array') return items ? [this.shown(items)] : [];
    return Object.fromEntries((required ?? []).map((name) => [name, this.shown(properties![name]!)]));
  }

  /** The body that an operation shows; what it names is what the address names. */
  bodyOf({ body }: Operation, ids: Ids): Json {
    const shown = body ? (this.shown(body) as Json) : {};
    return Object.fromEntries(Object.entries(shown).map(([name, value]) => [name, name in ids && name !== 'year' ? ids[name] : value]));
  }

  address({ path }: Operation, ids: Ids): string {
    return path.replace(/\{(\w+)\}/g, (_, name: string) => ids[name] ?? '1');
  }

  /** Somebody whom the table lets in. */
  bearer({ row }: Operation): Who {
    const { roles }: AccessRow = accessTable[row];
    return { province: '32', role: roles === 'anybody' ? 'auditor' : roles[0]!, org: 'org-walker' };
  }

  /** Sends to an address in Jiangsu; null asks without a token. A body is JSON text. */
  async send(verb: string, address: string, who: Who | null, body?: string): Promise<Answer> {
    const headers = who ? this.delta.headers(who) : { 'Content-Type': 'application/json', 'Idempotency-Key': 'walk' };
    const abort = new AbortController();
    const init = { method: verb.toUpperCase(), headers, signal: abort.signal, ...(body === undefined ? {} : { body }) };
    const answer = await this.delta.fetch('32', address, init);
    const told = answer.headers.get('content-type')?.startsWith('application/problem') ? ((await answer.json()) as Json) : {};
    abort.abort(); // A feed of events would go on for ever.
    return { status: answer.status, headers: answer.headers, told };
  }
}
