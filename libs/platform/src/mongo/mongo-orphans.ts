/**
 * Transactions that a killed process left open. MongoDB keeps them and their locks for a minute (`transactionLifetimeLimitSeconds`), and
 * whoever follows would wait at every record that they touched. A process that starts knows that the former one of its name is dead.
 */
import type { mongo } from 'mongoose';

/** An open transaction between two of its steps, as `$currentOp` tells it. */
interface Idle {
  readonly lsid: { readonly id: mongo.Binary };
}

/** Names connections of one process: the same after its restart, another for every process beside it. */
export const processName = (database: string, instance: string): string => `${database} ${instance}`;

/**
 * Ends the transactions of former processes of this name, before this one begins any. Asks and ends those of its own user only, which
 * every user may. Answers how many there were.
 */
export const endOrphans = async (client: mongo.MongoClient, name: string): Promise<number> => {
  const admin = client.db('admin');
  const left = await admin
    .aggregate<Idle>([
      { $currentOp: { allUsers: false, idleSessions: true } },
      { $match: { type: 'idleSession', appName: name, transaction: { $exists: true } } },
      { $project: { lsid: 1 } },
    ])
    .toArray();
  if (left.length > 0) await admin.command({ killSessions: left.map(({ lsid: { id } }) => ({ id })) });
  return left.length;
};
