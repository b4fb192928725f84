/** One connection lent to many at once: after any failure it is lent no more, and goes when its last user is done. */
import { disconnect } from './kafka-client.js';

interface Connected {
  disconnect(): Promise<void>;
}

interface Lent<C> {
  readonly connection: Promise<C>;
  users: number;
  retired: boolean;
}

export class Lending<C extends Connected> {
  private lent: Lent<C> | null = null;

  constructor(private readonly open: () => Promise<C>) {}

  /** Uses the connection, opening one where there is none. Rejects as `work` does. */
  async use<T>(work: (connection: C) => Promise<T>): Promise<T> {
    const lent = (this.lent ??= { connection: this.open(), users: 0, retired: false });
    lent.users += 1;
    try {
      return await work(await lent.connection);
    } catch (error) {
      // Its sequence numbers, or its memory of a topic that is gone, would fail what comes next.
      this.retire(lent);
      throw error;
    } finally {
      lent.users -= 1;
      if (lent.retired && lent.users === 0) void lent.connection.then(disconnect, () => undefined);
    }
  }

  private retire(lent: Lent<C>): void {
    lent.retired = true;
    if (this.lent === lent) this.lent = null;
  }

  /** Lets the connection go. Never rejects. */
  async close(): Promise<void> {
    const { lent } = this;
    if (!lent) return;
    this.retire(lent);
    await lent.connection.then(disconnect, () => undefined);
  }
}
