/**
 * A journal whose owner signed two histories is read no further, for ever. Which ones those are is a matter of the node, not of the process
 * that found out: the record of it is what counts.
 */
import type { World } from './ports.js';

/** Two signed heads of one journal that cannot both be true. */
export interface Equivocation {
  readonly journal: string;
  /** The note that contradicts what is held. */
  readonly note: string;
  /** The size at which they differ, and the note held there (or at the next block end). */
  readonly size: number;
  readonly held: string;
}

const TABLE = 'quarantine';

export class Quarantine {
  private evidence: Equivocation | null = null;

  constructor(
    private readonly world: World,
    private readonly journal: string,
    /** Told once by each process that is there when it comes to light. */
    private readonly onFound: (found: Equivocation) => void,
  ) {}

  /** Why the journal is in quarantine; null while it is not. */
  get found(): Equivocation | null {
    return this.evidence;
  }

  /** Remembers what an earlier run found. */
  async open(): Promise<void> {
    this.evidence = await this.kept();
  }

  /** Takes over what another process of this node found since, from a message that only that one got. */
  async recall(): Promise<void> {
    if (this.evidence) return;
    const found = await this.kept();
    if (found) this.believe(found);
  }

  /** Puts the journal in quarantine. */
  async put(found: Equivocation): Promise<void> {
    if (this.evidence) return;
    // Durable first: a write that fails brings the head again.
    await this.world.storage.records.write([{ table: TABLE, id: found.journal, value: found }]);
    this.world.notice({ level: 'error', what: 'replica.equivocation', facts: { journal: found.journal, size: found.size } });
    this.believe(found);
  }

  private async kept(): Promise<Equivocation | null> {
    return (await this.world.storage.records.get<Equivocation>(TABLE, this.journal))?.value ?? null;
  }

  private believe(found: Equivocation): void {
    if (this.evidence) return;
    this.evidence = found;
    this.onFound(found);
  }
}
