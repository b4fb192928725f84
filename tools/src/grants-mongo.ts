/** Who may do what at a province's MongoDB: one user of its node, who sees the province's own databases and nothing else. */
import { mongo } from 'mongoose';
import { mongoClient } from './ready.js';

/** A user or role that is there already. */
const EXISTS = [51003, 51002];

export interface NodeUser {
  readonly user: string;
  readonly password: string;
  /** The databases of the province's contexts: `yrd_32_voucher`. */
  readonly databases: readonly string[];
  /** Journals may be read and added to, and nothing in them changed or removed: a role that names each table of the database. */
  readonly appendOnly?: boolean;
}

type Privilege = { readonly resource: { readonly db: string; readonly collection: string }; readonly actions: readonly string[] };

const ANYWHERE = ['find', 'insert', 'createCollection', 'createIndex', 'listCollections', 'listIndexes'];
const IN_TABLES = ['update', 'remove', 'dropCollection'];

/** Everything may be added to; only tables, which are folds of the journals and can be made anew, may be changed. */
const appendOnlyPrivileges = async (client: mongo.MongoClient, databases: readonly string[]): Promise<readonly Privilege[]> => {
  const all: Privilege[] = [];
  for (const db of databases) {
    all.push({ resource: { db, collection: '' }, actions: ANYWHERE });
    const names = (await client.db(db).listCollections({}, { nameOnly: true }).toArray()).map(({ name }) => name);
    for (const collection of names.filter((name) => name.startsWith('table.'))) {
      all.push({ resource: { db, collection }, actions: IN_TABLES });
    }
  }
  return all;
};

/** What is asked of MongoDB's `admin` database, in this order: a role where journals are append-only, then the user. */
export const grantCommands = async (client: mongo.MongoClient, o: NodeUser): Promise<readonly mongo.Document[]> => {
  const { user, password, databases, appendOnly = false } = o;
  const login = { pwd: password, mechanisms: ['SCRAM-SHA-256'] };
  if (!appendOnly) return [{ createUser: user, ...login, roles: databases.map((db) => ({ role: 'readWrite', db })) }];
  const role = `${user}-appends`;
  const privileges = await appendOnlyPrivileges(client, databases);
  return [
    { createRole: role, privileges, roles: [] },
    { createUser: user, ...login, roles: [{ role, db: 'admin' }] },
  ];
};

const orUpdate = (command: mongo.Document): mongo.Document =>
  Object.fromEntries(Object.entries(command).map(([name, value]) => [name.replace(/^create/, 'update'), value as unknown]));

/** Makes the user, or gives it exactly this again. `adminUrl` is of who may make users. */
export const applyMongo = async (adminUrl: string, o: NodeUser): Promise<void> => {
  const client = mongoClient(adminUrl);
  try {
    const admin = client.db('admin');
    for (const command of await grantCommands(client, o)) {
      await admin.command(command).catch((error: unknown) => {
        if (error instanceof mongo.MongoServerError && EXISTS.includes(Number(error.code))) return admin.command(orUpdate(command));
        throw error;
      });
    }
  } finally {
    await client.close();
  }
};
