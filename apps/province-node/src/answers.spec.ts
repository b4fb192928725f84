/** Every answer of voucher clearing and of the access register is described: with a schema, and each field with its meaning and unit. */
import { accessRegister } from '@yrd/access-register';
import { nodeRows } from '@yrd/contracts';
import { RunningDelta, type Json } from '@yrd/platform/testing';
import { startDelta } from '@yrd/voucher-clearing/testing';

interface Schema {
  readonly $ref?: string;
  readonly description?: string;
  readonly properties?: Readonly<Record<string, Schema>>;
}
interface Described {
  readonly paths: Readonly<Record<string, Readonly<Record<string, Json>>>>;
  readonly components: { readonly schemas: Readonly<Record<string, Schema>> };
}

let delta: RunningDelta;
let document: Described;
beforeAll(async () => {
  delta = await startDelta(['32'], [accessRegister]);
  document = (await (await delta.fetch('32', '/openapi.json')).json()) as Described;
}, 60_000);
afterAll(() => delta.stop());

/** Every successful answer of a route that belongs to a service: its schemas by type of content. */
const answers = () =>
  Object.entries(document.paths).flatMap(([path, verbs]) =>
    Object.entries(verbs).flatMap(([verb, { operationId, responses }]) =>
      Object.keys(nodeRows).includes(String(operationId))
        ? []
        : Object.entries(responses as Readonly<Record<string, Json>>)
            .filter(([status]) => status.startsWith('2'))
            .map(([status, { content }]) => ({
              route: `${verb} ${path} ${status}`,
              content: (content ?? {}) as Readonly<Record<string, { readonly schema?: object }>>,
            })),
    ),
  );

test('there is no answer without a schema that says something', () => {
  const bare = answers().filter(({ content }) => {
    const schemas = Object.values(content).map(({ schema }) => schema);
    return schemas.length === 0 || schemas.some((schema) => schema === undefined || Object.keys(schema).length === 0);
  });
  expect(bare.map(({ route }) => route)).toEqual([]);
  expect(answers().length).toBeGreaterThan(100);
});

/** Names of the schemas that answers are made of, through and through. */
const shown = (): ReadonlySet<string> => {
  const found = new Set<string>();
  const walk = (value: unknown): void => {
    if (typeof value !== 'object' || value === null) return;
    const name = (value as Schema).$ref?.split('/').at(-1);
    if (name !== undefined && !found.has(name)) {
      found.add(name);
      walk(document.components.schemas[name]);
    }
    Object.values(value).forEach(walk);
  };
  answers().forEach(({ content }) => walk(content));
  return found;
};

test('each field of an answer has words in Chinese and English; money says fen, and times say ms', () => {
  const wordless: string[] = [];
  for (const name of shown()) {
    // A page of rows is told by its list; a command’s answer by the headers that it repeats.
    if (['RowsPage', 'CommandAnswered', 'ThingCreated'].includes(name)) continue;
    for (const [field, { description = '' }] of Object.entries(document.components.schemas[name]?.properties ?? {})) {
      const units = [
        [/Fen$/, /分.*fen/],
        [/Ms$/, /毫秒.*ms/],
      ] as const;
      const united = units.every(([ends, says]) => !ends.test(field) || says.test(description));
      if (!/\p{Script=Han}.* · .*[a-z]/u.test(description) || !united) wordless.push(`${name}.${field}: ${description}`);
    }
  }
  expect(wordless).toEqual([]);
  expect(shown()).toContain('OrderShown');
});
