/** Values by key, of which only those used last are kept: for whatever can be read again. */

/**
 * Two maps that take turns: what is used goes into the young one, and once that is half of what may be kept it becomes the old one. A
 * single map in the order of use, with a key taken out and put in again at each, is the usual way and a trap: V8 leaves what is taken out
 * in the chain of its key until the table is built anew, so that a key in steady use is searched past thousands of its own remains. With
 * 20,000 accounts in memory commands on one of them were four times as slow as alone.
 */
export class RecentlyUsed<V extends object> {
  private young = new Map<string, V>();
  private old = new Map<string, V>();

  constructor(
    /** Kept at most, those that stay aside; half as many, the last ones used, are kept at least. */
    private readonly most: number,
    /** What may not be forgotten yet; few at a time. */
    private readonly stays: (value: V) => boolean = () => false,
  ) {}

  has(key: string): boolean {
    return this.young.has(key) || this.old.has(key);
  }

  get(key: string): V | undefined {
    const found = this.young.get(key);
    if (found) return found;
    const older = this.old.get(key);
    if (older) this.keep(key, older);
    return older;
  }

  keep(key: string, value: V): void {
    this.young.set(key, value);
    if (2 * this.young.size < this.most) return;
    const forgotten = this.old;
    this.old = this.young;
    this.young = new Map();
    for (const [name, each] of forgotten) if (!this.old.has(name) && this.stays(each)) this.young.set(name, each);
  }

  forget(key: string): void {
    this.young.delete(key);
    this.old.delete(key);
  }

  clear(): void {
    this.young.clear();
    this.old.clear();
  }
}
