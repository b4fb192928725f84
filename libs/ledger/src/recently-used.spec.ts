/** What is used is kept, what is not is forgotten, and what must stay stays, whatever the order. */
import fc from 'fast-check';
import { RecentlyUsed } from './recently-used.js';

interface Value {
  readonly key: string;
  readonly nth: number;
}

const key = fc.integer({ min: 0, max: 30 }).map((n) => `k${n}`);
const act = fc.oneof(
  { weight: 6, arbitrary: fc.record({ act: fc.constant('keep' as const), key }) },
  { weight: 6, arbitrary: fc.record({ act: fc.constant('get' as const), key }) },
  { weight: 1, arbitrary: fc.record({ act: fc.constant('forget' as const), key }) },
  { weight: 1, arbitrary: fc.record({ act: fc.constant('clear' as const), key }) },
);

describe('values that are used', () => {
  it('the last half of what may be kept is there, with its newest value, and no more than may be kept', () => {
    fc.assert(
      fc.property(fc.array(act, { minLength: 100, maxLength: 300 }), fc.integer({ min: 2, max: 20 }), (acts, most) => {
        const used = new RecentlyUsed<Value>(most);
        // Every value ever kept, the one used last at the end; null for what was forgotten on purpose, which was used all the same.
        const all = new Map<string, Value | null>();
        acts.forEach(({ act: what, key: name }, nth) => {
          if (what === 'clear') {
            used.clear();
            all.clear();
          } else if (what === 'forget') {
            used.forget(name);
            if (all.has(name)) all.set(name, null);
          } else if (what === 'keep' || used.has(name)) {
            const value = what === 'keep' ? { key: name, nth } : used.get(name)!;
            if (what === 'keep') used.keep(name, value);
            else expect(value).toEqual(all.get(name));
            all.delete(name);
            all.set(name, value);
          } else expect(used.get(name)).toBeUndefined();
          const kept = [...all.keys()].filter((each) => used.has(each));
          expect(kept.length).toBeLessThanOrEqual(most);
          const last = [...all].slice(-Math.ceil(most / 2)).filter(([, value]) => value !== null);
          expect(kept).toEqual(expect.arrayContaining(last.map(([each]) => each)));
        });
      }),
    );
  });

  it('what may not be forgotten yet stays through any number of others, always the newest of it, and goes once it may', () => {
    let pending = true;
    const used = new RecentlyUsed<Value>(10, ({ key: name }) => name === 'pending' && pending);
    used.keep('pending', { key: 'pending', nth: 0 });
    const pass = (): void => {
      for (let nth = 0; nth < 100; nth += 1) used.keep(`k${nth}`, { key: `k${nth}`, nth });
    };
    pass();
    expect(used.has('pending')).toBe(true);
    for (let nth = 1; nth <= 5; nth += 1) {
      used.keep('pending', { key: 'pending', nth });
      pass();
      expect(used.get('pending')).toEqual({ key: 'pending', nth });
    }
    pending = false;
    pass();
    expect(used.has('pending')).toBe(false);
  });
});
