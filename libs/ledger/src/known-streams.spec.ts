/** The filter of known streams: what it may forget is nothing, what it may imagine is little. */
import { KnownStreams } from './known-streams.js';

const order = (n: number): string => `order/${(n * 2_654_435_761).toString(16).padStart(16, '0')}`;

test('a stream that is there is never denied, however many there are', () => {
  const known = new KnownStreams();
  for (let n = 0; n < 90_000; n++) known.add(order(n));
  const denied = Array.from({ length: 90_000 }, (_, n) => order(n)).filter((each) => !known.has(each));
  expect(denied).toEqual([]);
});

test('hardly any stream that is not there is asked for', () => {
  const known = new KnownStreams();
  for (let n = 0; n < 90_000; n++) known.add(order(n));
  const imagined = Array.from({ length: 10_000 }, (_, n) => `quota/${n}`).filter((each) => known.has(each));
  expect(imagined.length).toBeLessThan(100);
});
