/** Ledger nodes on real MongoDB and Kafka within this process, and the command path as a service walks it. */
import { ValidationPipe, type ArgumentMetadata } from '@nestjs/common';
import { openNode, type Actor, type Answer, type Context, type Federation, type LedgerNode, type World } from '@yrd/ledger';
import { createNodeKeys, openWorld, systemClock } from '@yrd/platform';
import { until } from './measure.js';
import { Amount, authorised, NOTE, transfers } from './transfers.js';

/** Addresses that everything runs against. */
export interface Servers {
  readonly mongoUrl: string;
  readonly brokers: readonly string[];
}

export interface Opened {
  readonly province: string;
  readonly node: LedgerNode;
  readonly world: World;
  readonly database: string;
  close(): Promise<void>;
}

/** Nodes of a federation of its own, all in this process, ready to write. `alter` changes the world that a node is given. */
export const openFederation = async (
  { mongoUrl, brokers }: Servers,
  provinces: readonly string[],
  {
    name = 'bench',
    context = transfers,
    alter = (world: World): World => world,
  }: { name?: string; context?: Context; alter?: (world: World, province: string) => World } = {},
): Promise<readonly Opened[]> => {
  // A name of its own for each: topics carry province and context only.
  const named: Context = { ...context, name };
  const federationName = `${name}.test`;
  const keys = provinces.map((province) =>
    createNodeKeys({ federation: federationName, province, name: province, url: `http://node-${province}.test`, contexts: [name] }),
  );
  const federation: Federation = { federation: federationName, nodes: keys.map((each) => each.public) };
  const opened = await Promise.all(
    provinces.map(async (province, at) => {
      const database = `${name}_${province}_${process.pid}`;
      const made = await openWorld({
        mongoUrl,
        database,
        kafka: { brokers: [...brokers] },
        keys: keys[at]!.secret,
        clock: systemClock(),
        notice: () => undefined,
      });
      const world = alter(made, province);
      const node = openNode({ world, province, context: named, federation, instance: `${name}-${province}`, openAlone: true });
      await node.start();
      return { province, node, world, database, close: async () => (await node.stop(), await made.close()) };
    }),
  );
  const trouble = () => opened.map(({ node }) => node.status().notReady);
  await until(
    () => trouble().every((each) => each === null),
    () => `all are ready: ${JSON.stringify(trouble())}`,
    60_000,
  );
  return opened;
};

const pipe = new ValidationPipe({ transform: true, whitelist: true, forbidNonWhitelisted: true });
const metadata: ArgumentMetadata = { type: 'body', metatype: Amount };

const actor: Actor = { person: 'p-7c1f', organisation: 'org-bench', province: '31', roles: ['enterprise'] };
let keys = 0;
const run = `${process.pid}-${Date.now().toString(36)}`;

const told = (answer: Answer): Answer => {
  if (!answer.ok) throw new Error(`Refused: ${answer.rejected} ${JSON.stringify(answer.facts)}`);
  return answer;
};

/** One command of a client: validated against its DTO, authorised, decided, durable. */
export const command = async (node: LedgerNode, name: string, body: object): Promise<Answer> => {
  const refused = authorised(actor);
  if (refused) throw new Error(refused.rejected);
  return told(await node.execute({ command: name, body, actor, idempotencyKey: `${run}-${(keys += 1)}`, trace: '' }));
};

/** Holds an amount on an account, or spends it, by the whole path. */
export const pay = async (node: LedgerNode, how: 'Hold' | 'Spend', account: string, order: string): Promise<Answer> => {
  const checked = (await pipe.transform({ account, order, fen: 100, note: NOTE }, metadata)) as Amount;
  return command(node, how, { ...checked });
};

/** Waits until the node has folded all that it wrote, so that the next measurement starts on a quiet machine. */
export const settled = async ({ node, province }: Opened, context = 'bench'): Promise<void> => {
  const journal = `${province}/${context}`;
  const size = node.status().journals.find((each) => each.journal === journal)?.size ?? 0;
  await node.reach({ journal, size }, 120_000);
};
