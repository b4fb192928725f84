/** Four provinces on one thread: a shared clock, and a network that delivers when it is told to. */
import { hash } from './finding.js';
import { Node, PROVINCE_CODES, type ProvinceCode } from './node.js';

/** The four of them, a shared clock, and a network that delivers when it is told to. */
export class World {
  readonly nodes: Readonly<Record<ProvinceCode, Node>>;
  /** Provinces that nobody hears and that hear nobody. */
  readonly down = new Set<ProvinceCode>();

  constructor(public nowMs: number) {
    this.nodes = { 31: new Node(this, '31'), 32: new Node(this, '32'), 33: new Node(this, '33'), 34: new Node(this, '34') };
  }

  private readonly roots = new Map<string, string>();

  /** A stand-in for the tree root at a size: one hash over the whole prefix, computed once. */
  rootOf(journal: string, size: number): string {
    const key = `${journal} ${size}`;
    const root = this.roots.get(key) ?? hash(JSON.stringify(this.owner(journal).entries.slice(0, size)));
    this.roots.set(key, root);
    return root;
  }

  owner(journal: string): Node {
    return this.nodes[journal.slice(0, 2) as ProvinceCode];
  }

  /** Lets one node read up to `count` more entries of another's journal. Says whether there was anything. */
  deliver(to: ProvinceCode, from: ProvinceCode, count = Number.MAX_SAFE_INTEGER): boolean {
    if (to === from || this.down.has(to) || this.down.has(from)) return false;
    const [reader, source] = [this.nodes[to], this.nodes[from]];
    const seen = reader.seen.get(source.journal) ?? 0;
    const until = Math.min(source.entries.length, seen + count);
    reader.seen.set(source.journal, until);
    if (until === source.entries.length) reader.heard.set(source.journal, this.nowMs);
    reader.digest(source.journal);
    return until > seen;
  }

  /** Delivers everything everywhere until nothing is left; `pick` chooses which link goes next, so that a test can shuffle. */
  settle(pick: (links: number) => number = () => 0, count = Number.MAX_SAFE_INTEGER): void {
    const links = PROVINCE_CODES.flatMap((to) => PROVINCE_CODES.filter((from) => from !== to).map((from) => [to, from] as const));
    for (let moved = true; moved;) {
      const waiting = links.filter(
        ([to, from]) =>
          !this.down.has(to) && !this.down.has(from) && (this.nodes[to].seen.get(`${from}/voucher`) ?? 0) < this.nodes[from].entries.length,
      );
      moved = waiting.length > 0;
      const link = waiting[pick(waiting.length) % Math.max(1, waiting.length)];
      if (link) this.deliver(link[0], link[1], count);
    }
    links.forEach(([to, from]) => this.deliver(to, from));
  }

  /** Moves the clock, fires timers, delivers; again until all is quiet. */
  pass(ms: number): void {
    this.nowMs += ms;
    for (let size = -1; size !== this.size();) {
      size = this.size();
      this.settle();
      for (const province of PROVINCE_CODES) if (!this.down.has(province)) this.nodes[province].fire();
    }
    this.settle();
  }

  private size(): number {
    return PROVINCE_CODES.reduce((total, province) => total + this.nodes[province].entries.length, 0);
  }
}
