/**
 * `npm run grants`: who may do what at a province's own Kafka and MongoDB, printed for the people who run them, or applied with
 * `--apply`. Addresses, authority and the administrator's password come from the same variables as a node's.
 */
import { readFileSync } from 'node:fs';
import { parseArgs } from 'node:util';
import { ConfigError, databaseOf, processKafka, processMongo } from '@yrd/platform';
import { CONTEXTS } from './federation.js';
import { applyKafka, asCommands, consumerGrants, mirrorGrants, nodeGrants, outwardGrants, topicsOf, type Grant } from './grants-kafka.js';
import { applyMongo, grantCommands } from './grants-mongo.js';
import { mongoClient } from './ready.js';
import { Fault, say, step } from './say.js';

const HOW = `Say what is granted at whose servers:
  npm run grants -- kafka --province 32                       its node: reads yrd.*, writes yrd.32.*
  npm run grants -- kafka --province 32 --mirrors 31,33,34    and the mirrors that bring the others' topics to it
  npm run grants -- kafka --province 32 --outward             and the mirror that carries its own topics outward
  npm run grants -- kafka --province 32 --consumers audit     and who only reads its public events, as User:yrd-consumer-audit
  npm run grants -- mongo --province 32 --user yrd-32 --password-file <file> [--append-only]
Without --apply it is only printed.`;

const read = (args: readonly string[]) => {
  try {
    return parseArgs({
      args: [...args],
      allowPositionals: true,
      options: {
        province: { type: 'string' },
        mirrors: { type: 'string', default: '' },
        consumers: { type: 'string', default: '' },
        outward: { type: 'boolean', default: false },
        user: { type: 'string' },
        'password-file': { type: 'string' },
        'append-only': { type: 'boolean', default: false },
        apply: { type: 'boolean', default: false },
      },
    });
  } catch (error) {
    throw new Fault(`${error instanceof Error ? error.message : String(error)}\n${HOW}`);
  }
};

type Asked = ReturnType<typeof read>['values'];

const listOf = (text: string): readonly string[] => text.split(',').filter((each) => each !== '');
const isCode = (text: string): boolean => /^\d\d$/.test(text);

const forKafka = async (province: string, asked: Asked): Promise<void> => {
  const others = listOf(asked.mirrors);
  const consumers = listOf(asked.consumers);
  if (!others.every(isCode) || others.includes(province)) throw new Fault(`--mirrors takes the codes of other provinces.\n${HOW}`);
  if (!consumers.every((each) => /^[a-z][a-z0-9-]{0,30}$/.test(each))) throw new Fault(`--consumers takes short names.\n${HOW}`);
  const grants: readonly Grant[] = [
    ...nodeGrants(province),
    ...others.flatMap((each) => mirrorGrants(each)),
    ...consumers.flatMap((each) => consumerGrants(province, CONTEXTS, each)),
    ...(asked.outward ? outwardGrants(province) : []),
  ];
  const kafka = processKafka();
  if (!asked.apply) return asCommands(grants, kafka.brokers.join()).forEach(say);
  const topics = topicsOf(province, CONTEXTS);
  await step(`${topics.length} topics and ${grants.length} grants at ${kafka.brokers.join()}`, () => applyKafka(kafka, { topics, grants }));
};

const forMongo = async (province: string, asked: Asked): Promise<void> => {
  const { user, 'password-file': file, 'append-only': appendOnly } = asked;
  if (user === undefined || file === undefined) throw new Fault(`A user of MongoDB needs --user and --password-file.\n${HOW}`);
  const password = readFileSync(file, 'utf8').trim();
  const databases = CONTEXTS.map((context) => databaseOf(province, context));
  const mongoUrl = processMongo();
  const wanted = { user, password, databases, appendOnly };
  if (asked.apply) return step(`the user ${user} for ${databases.join()}`, () => applyMongo(mongoUrl, wanted));
  const client = mongoClient(mongoUrl);
  try {
    // Shown without the password: what is printed lands in terminals and tickets.
    const shown = await grantCommands(client, { ...wanted, password: '<password>' });
    for (const command of shown) say(`db.getSiblingDB('admin').runCommand(${JSON.stringify(command)})`);
  } finally {
    await client.close();
  }
};

/** Prints or applies. Throws a Fault that says how when it is asked for something else. */
export const grants = async (args: readonly string[]): Promise<void> => {
  const { values, positionals } = read(args);
  const [where] = positionals;
  const { province = '' } = values;
  if (!isCode(province) || positionals.length !== 1) throw new Fault(HOW);
  const grant = where === 'kafka' ? forKafka : where === 'mongo' ? forMongo : undefined;
  if (!grant) throw new Fault(HOW);
  await grant(province, values).catch((error: unknown) => {
    if (error instanceof ConfigError) throw new Fault(error.message);
    const why = error instanceof Error ? error.message : String(error);
    throw new Fault(`Not all was granted: ${why}. See that ${where} answers, and that you ask as its administrator; then say it again.`);
  });
};
