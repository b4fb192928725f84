/**
 * What was worked out of an object and is kept with it, in a field that is neither listed, compared nor copied.
 *
 * Not a WeakMap: a young collection of V8 holds on to all that the values of an old one lead to, so whatever was read once grew old and
 * waited for a look through the whole heap. That took eight times the time of the collector where blocks are read and dropped.
 */
export class Memo<K extends object, V> {
  private readonly field = Symbol('memo');

  of(object: K): V | undefined {
    return (object as { readonly [field: symbol]: V | undefined })[this.field];
  }

  /** The object must not be frozen. */
  keep(object: K, value: V): V {
    Object.defineProperty(object, this.field, { value, writable: true, configurable: true });
    return value;
  }
}
