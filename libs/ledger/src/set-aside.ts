/**
 * Signed heads that are not believed though their key bears the journal's name: of an expired, a revoked or an unknown key. They are
 * kept, one for each key and reason and all that were shown as evidence, and shown to the operator; nothing is taken from them until the
 * journal is read up to where their key is named. Evidence is kept, too, until the journal is read as far as it reaches.
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
  /** Shown by who saw two histories: it counts with the other one, so more than one of a key is kept. */
  readonly evidence?: true;
}

/** Why evidence by a good key is kept: what it covers is not here yet. */
export const NOT_READ = 'not read so far';

const TABLE = 'set-aside';
/** Of one journal, of either kind: whoever makes up keys must not fill a disk. */
const KEPT_MAX = 32;

export class SetAside {
  private kept: readonly SetAsideHead[] = [];
  /** Changes of keys that were known when all was judged last: none since this process began. */
  private judgedAt = -1;

  constructor(
    private readonly world: Pick<World, 'storage' | 'notice'>,
    private readonly journal: string,
  ) {}

  async open(): Promise<void> {
    const found = await this.world.storage.records.find<SetAsideHead>(TABLE, { where: { journal: this.journal }, limit: 2 * KEPT_MAX });
    this.kept = found.map(({ value }) => value);
  }

  get all(): readonly SetAsideHead[] {
    return this.kept;
  }

  /** Keeps the first of its kind, or one of evidence that is not kept yet. */
  async add(found: {
    readonly note: string;
    readonly size: number;
    readonly keyId: Uint8Array;
    readonly why: string;
    readonly at: number;
    readonly evidence: boolean;
  }): Promise<void> {
    const { note, size, keyId, why, at, evidence } = found;
    const key = hex(keyId);
    const alike = this.kept.filter((each) => (each.evidence ?? false) === evidence);
    if (alike.length >= KEPT_MAX || this.kept.some((each) => each.note === note)) return;
    if (!evidence && alike.some((each) => each.key === key && each.why === why)) return;
    const value: SetAsideHead = { journal: this.journal, why, key, size, at, note, ...(evidence && { evidence }) };
    this.kept = [...this.kept, value];
    await this.world.storage.records.write([{ table: TABLE, id: idOf(value), value }]);
    this.world.notice({ level: 'error', what: 'replica.distrusted', facts: { journal: this.journal, key, size, why } });
  }

  /**
   * Has heads judged again where keys changed, or what a head covers was read since, and forgets those that turn out to be true.
   * `changes`: of keys, counted; `read`: size of what is read.
   */
  async settle(changes: number, read: number, isGood: (note: string) => Promise<boolean>): Promise<void> {
    const all = this.judgedAt !== changes;
    this.judgedAt = changes;
    for (const head of this.kept.filter(({ why, size }) => all || (why === NOT_READ && size <= read))) {
      if (!(await isGood(head.note)) || head.why === 'expired' || head.size > read) continue;
      await this.world.storage.records.write([{ table: TABLE, id: idOf(head), value: null }]);
      this.kept = this.kept.filter((each) => each !== head);
    }
  }
}

const idOf = ({ journal, key, why, note, evidence }: SetAsideHead): string => [journal, key, why, ...(evidence ? [note] : [])].join('|');
