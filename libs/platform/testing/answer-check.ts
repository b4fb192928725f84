/** Answers held against the description: a route that answers what it does not describe, to the last field, fails the test that asked. */
import { Ajv2020, type ValidateFunction } from 'ajv/dist/2020.js';

type Schema = Readonly<Record<string, unknown>>;
interface Operation {
  readonly responses?: Readonly<Record<string, { readonly content?: Readonly<Record<string, { readonly schema?: Schema }>> }>>;
}
/** As much of an OpenAPI document as answers are held against. */
export interface ApiDocument {
  readonly paths: Readonly<Record<string, Readonly<Record<string, Operation>>>>;
  readonly components: { readonly schemas: Readonly<Record<string, Schema>> };
}

const isObject = (value: unknown): value is Schema => typeof value === 'object' && value !== null && !Array.isArray(value);

export class AnswerCheck {
  private readonly ajv = new Ajv2020({ strict: false, validateFormats: false });
  private readonly compiled = new Map<string, ValidateFunction>();
  private readonly routes: readonly { readonly shape: RegExp; readonly path: string; readonly fixed: number }[];

  constructor(private readonly document: ApiDocument) {
    this.routes = Object.keys(document.paths)
      .map((path) => ({
        path,
        shape: new RegExp(`^${path.replace(/\{\w+\}/g, '[^/]+')}$`),
        // Of two that fit, the one with fewer holes is meant: `/v1/orders/summary`, not `/v1/orders/{order}`.
        fixed: -(path.match(/\{/g)?.length ?? 0),
      }))
      .sort((one, other) => other.fixed - one.fixed);
  }

  /** What is wrong with a successful answer, in one sentence; null when it is as described, or of a route that is not described at all. */
  fault(verb: string, address: string, status: number, body: unknown): string | null {
    const path = this.routes.find(({ shape }) => shape.test(address.split('?')[0] ?? ''))?.path;
    const operation = path === undefined ? undefined : this.document.paths[path]?.[verb];
    if (path === undefined || operation === undefined) return null;
    const schema = operation.responses?.[String(status)]?.content?.['application/json']?.schema;
    // Which routes must have one is said by the test that walks the description of a whole node.
    if (!schema) return null;
    const key = `${verb} ${path} ${status}`;
    const validate = this.compiled.get(key) ?? this.ajv.compile(this.closed(schema, []) as Schema);
    this.compiled.set(key, validate);
    if (validate(body)) return null;
    const which = JSON.stringify(validate.errors?.map(({ params }) => params as unknown));
    return `${key} answers otherwise than described: ${this.ajv.errorsText(validate.errors)} ${which}`;
  }

  /** The schema with its references followed and every object closed, so that no field goes undescribed. */
  private closed(schema: unknown, within: readonly string[], open = false): unknown {
    if (Array.isArray(schema)) return schema.map((each) => this.closed(each, within, open));
    if (!isObject(schema)) return schema;
    const { $ref } = schema;
    if (typeof $ref === 'string') {
      if (within.includes($ref)) return {};
      return this.closed(this.document.components.schemas[$ref.split('/').at(-1) ?? ''], [...within, $ref], open);
    }
    const joined = Array.isArray(schema['allOf']);
    const entries = Object.entries(schema).map(([key, value]) => {
      if (key === 'properties' && isObject(value))
        return [key, Object.fromEntries(Object.entries(value).map(([name, each]) => [name, this.closed(each, within)]))] as const;
      if (key === 'example' || key === 'examples' || key === 'enum' || key === 'const') return [key, value] as const;
      return [key, this.closed(value, within, key === 'allOf')] as const;
    });
    const now = Object.fromEntries(entries);
    if (joined) return open ? now : { ...now, unevaluatedProperties: false };
    if (open || !('properties' in schema) || 'additionalProperties' in schema) return now;
    return { ...now, additionalProperties: false };
  }
}
