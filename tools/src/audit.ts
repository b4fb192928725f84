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

/** Holds what a province's voucher service acknowledged against the commits of its own journal. */
export const heldTwiceOrNever = async (mongoUrl: string, province: string, acknowledged: readonly Acknowledged[]): Promise<Findings> => {
  const client = new mongo.MongoClient(mongoUrl);
  try {
    const blocks = client.db(databaseOf(province, 'voucher')).collection(`journal.${province}.voucher`);
    const times = new Map<string, number>();
    for await (const { commits } of blocks.find<{ commits: { k: string }[] }>({}, { projection: { 'commits.k': 1 } })) {
      for (const { k } of commits) times.set(k, (times.get(k) ?? 0) + 1);
    }
    const idOf = ({ organisation, operation, key }: Acknowledged) => commandId(nodeHasher, organisation, operation, key);
    return {
      commands: times.size,
      lost: acknowledged.filter((each) => !times.has(idOf(each))),
      doubled: [...times].filter(([id, count]) => id !== '' && count > 1).map(([id]) => id),
    };
  } finally {
    await client.close();
  }
};
