/** The auditor of a run under faults: what a home journal holds, read straight from its database, beside what a client was promised. */
import { mongo } from 'mongoose';
import { commandId } from '@yrd/ledger';
import { databaseOf, nodeHasher } from '@yrd/platform';

/** A command that a node acknowledged to a client. */
export interface Acknowledged {
  readonly organisation: string;
  /** The command's name, as in `PlaceOrder`. */
  readonly operation: string;
  /** Its `Idempotency-Key`. */
  readonly key: string;
}

/** What must be empty. */
export interface Findings {
  /** Commands written in the home journal. */
  readonly commands: number;
  /** Acknowledged, and in no commit. */
  readonly lost: readonly Acknowledged[];
  /** Command ids that stand in more than one commit, acknowledged or not, the node's own reactions included. */
  readonly doubled: readonly string[];
}

/** Holds what was acknowledged against the command ids of all commits of a journal, in any order. */
export const findings = (ids: Iterable<string>, acknowledged: readonly Acknowledged[]): Findings => {
  const times = new Map<string, number>();
  for (const id of ids) times.set(id, (times.get(id) ?? 0) + 1);
  times.delete(''); // Entries that came back from a peer without their command.
  const idOf = ({ organisation, operation, key }: Acknowledged) => commandId(nodeHasher, organisation, operation, key);
  return {
    commands: times.size,
    lost: acknowledged.filter((each) => !times.has(idOf(each))),
    doubled: [...times].filter(([, count]) => count > 1).map(([id]) => id),
  };
};

/** The same for a province's voucher service, from its own database. */
export const auditHome = async (mongoUrl: string, province: string, acknowledged: readonly Acknowledged[]): Promise<Findings> => {
  const client = new mongo.MongoClient(mongoUrl);
  try {
    const blocks = client.db(databaseOf(province, 'voucher')).collection<{ commits: { k: string }[] }>(`journal.${province}.voucher`);
    const found = await blocks.find({}, { projection: { 'commits.k': 1 } }).toArray();
    return findings(
      found.flatMap(({ commits }) => commits.map(({ k }) => k)),
      acknowledged,
    );
  } finally {
    await client.close();
  }
};
