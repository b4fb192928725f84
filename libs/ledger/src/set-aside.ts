/**
 * Signed heads that are not believed though their key bears the journal's name: of an expired, a revoked or an unknown key. They are
 * kept as evidence, one for each key and reason, and shown to the operator; nothing is taken from them.
 */
import { hex } from './bytes.js';
import type { World } from './ports.js';

/** One of them, as it is kept. */
export interface SetAsideHead {
  readonly journal: string;
  /** Why its key is not believed, in a few words. */
  readonly why: string;
  /** Id of the key (hex) as it stands in the note. */
  readonly key: string;
  readonly size: number;
  /** Trusted time when it came, domain ms. */
  readonly at: number;
  readonly note: string;
}

const TABLE = 'set-aside';
/** Of one journal: whoever makes up keys must not fill a disk. */
const KEPT_MAX = 32;

export class SetAside {
  private kept: readonly SetAsideHead[] = [];

  constructor(
    private readonly world: Pick<World, 'storage' | 'notice'>,
    private readonly journal: string,
  ) {}

  async open(): Promise<void> {
    const found = await this.world.storage.records.find<SetAsideHead>(TABLE, { where: { journal: this.journal }, limit: KEPT_MAX });
    this.kept = found.map(({ value }) => value);
  }

  get all(): readonly SetAsideHead[] {
    return this.kept;
  }

  /** Keeps the first of its kind. */
  async add(found: {
    readonly note: string;
    readonly size: number;
    readonly keyId: Uint8Array;
    readonly why: string;
    readonly at: number;
  }): Promise<void> {
    const { note, size, keyId, why, at } = found;
    const key = hex(keyId);
    if (this.kept.length >= KEPT_MAX || this.kept.some((each) => each.key === key && each.why === why)) return;
    const value: SetAsideHead = { journal: this.journal, why, key, size, at, note };
    this.kept = [...this.kept, value];
    await this.world.storage.records.write([{ table: TABLE, id: `${this.journal}|${key}|${why}`, value }]);
    this.world.notice({ level: 'error', what: 'replica.distrusted', facts: { journal: this.journal, key, size, why } });
  }
}
