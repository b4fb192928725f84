/** The keys of all journals of a context, as one node follows them: its own, which it signs with, and the others', which it judges by. */
import type { RepinKey } from './builtin.js';
import { KeyRing } from './key-ring.js';
import type { NodeOptions } from './node.js';
import { OwnKeys, WARNING_DAYS } from './own-keys.js';
import type { Pinned } from './pinned.js';
import type { Judging } from './replica.js';
import { QUORUM } from './tlog-proof.js';
import type { WitnessKeys } from './witness.js';

/** The province in the name of a key, `<federation>/log/31/voucher` or `<federation>/witness/31/voucher`. */
const ownerOf = (line: string): string => /^[^/]+\/[a-z]+\/([0-9]{2})\//.exec(line)?.[1] ?? '';

export class KeyRings {
  readonly own: OwnKeys;
  private readonly rings = new Map<string, KeyRing>();

  constructor(
    private readonly options: NodeOptions,
    private readonly pinned: Pinned,
    /** Trusted time, domain ms; null when it is not known. */
    private readonly trusted: () => number | null,
  ) {
    for (const { province } of options.federation.nodes) {
      const journal = this.journalOf(province);
      this.rings.set(journal, new KeyRing(options.world, pinned.keys(journal)));
    }
    const warningDays = options.keyWarningDays ?? WARNING_DAYS;
    this.own = new OwnKeys(options.world, this.of(this.journalOf(options.province)), { warningDays, trusted });
  }

  private journalOf(province: string): string {
    return `${province}/${this.options.context.name}`;
  }

  /** The keys of a journal. Throws when it is of no node of this federation. */
  of(journal: string): KeyRing {
    return this.rings.get(journal) ?? new KeyRing(this.options.world, this.pinned.keys(journal));
  }

  /** How a replica of this journal tells whether a key has expired: by two of those who are neither its owner nor this node. */
  judging(journal: string): Judging {
    const { federation, province, world } = this.options;
    const others = federation.nodes.length - 2;
    return {
      now: () => this.trusted() ?? world.clock.now(),
      voices: journal === this.journalOf(province) ? 0 : Math.max(1, Math.min(QUORUM, others)),
    };
  }

  get witness(): WitnessKeys {
    const ringOf = (province: string): KeyRing | undefined => this.rings.get(this.journalOf(province));
    return {
      own: () => this.own.ring.cosigner.key,
      of: (province) => ringOf(province)?.speakers ?? [],
      stated: () => [...this.rings.values()].flatMap(({ stated }) => stated),
      offer: (stated) => ringOf(ownerOf(stated.key))?.offer(stated),
    };
  }

  /** What the federation file pins of the others' journals after their first keys. */
  get repinned(): readonly RepinKey[] {
    const others = [...this.rings.keys()].filter((journal) => journal !== this.journalOf(this.options.province));
    return others.flatMap((journal) =>
      this.pinned.keys(journal).state.periods.flatMap(({ from, key }) => (from > 0 ? [{ journal, from, key: key.line }] : [])),
    );
  }
}
