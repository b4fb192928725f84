/**
 * Which streams a journal may hold: a filter in memory (a scalable Bloom filter), so that a stream that is new, as every order's
 * is, is opened without asking the store. It never denies a stream that is there; once in thousands it asks for one that is not.
 */
import type { StoredBlock } from './block.js';

/** Bits for each stream, and how many of them are set: one in about 2,000 absent streams is taken for present. */
const BITS_PER_STREAM = 16;
const PROBES = 6;
/** A journal begins small, as most in a test stay, and each further layer has four times the room of the one before. */
const FIRST_STREAMS = 1 << 12;
const GROWTH = 4;

const { imul } = Math;

interface Layer {
  readonly bits: Uint32Array;
  /** Streams it has room for. */
  readonly room: number;
  count: number;
}

const layerFor = (room: number): Layer => ({ bits: new Uint32Array((room * BITS_PER_STREAM) / 32), room, count: 0 });

/** Two numbers of 32 bits out of a name (FNV-1a and a second multiplier); nobody gains by making them collide. */
const hashes = (name: string): readonly [number, number] => {
  let [a, b] = [0x811c9dc5, 0x9e3779b9];
  for (let at = 0; at < name.length; at++) {
    const unit = name.charCodeAt(at);
    a = imul(a ^ unit, 0x01000193);
    b = imul(b ^ unit, 0x85ebca6b) ^ (b >>> 13);
  }
  return [a >>> 0, (b | 1) >>> 0];
};

export class KnownStreams {
  private readonly layers: Layer[] = [layerFor(FIRST_STREAMS)];

  add(stream: string): void {
    const [a, b] = hashes(stream);
    if (this.holds(a, b)) return;
    let last = this.layers.at(-1)!;
    if (last.count >= last.room) this.layers.push((last = layerFor(GROWTH * last.room)));
    last.count += 1;
    for (let probe = 0; probe < PROBES; probe++) {
      const bit = (a + probe * b) % (last.bits.length * 32);
      last.bits[bit >>> 5]! |= 1 << (bit & 31);
    }
  }

  /** Adds all streams of a block. */
  learn({ commits }: Pick<StoredBlock, 'commits'>): void {
    for (const { streams } of commits) for (const stream of streams) this.add(stream);
  }

  /** False only for a stream that was never added. */
  has(stream: string): boolean {
    return this.holds(...hashes(stream));
  }

  private holds(a: number, b: number): boolean {
    return this.layers.some(({ bits }) => {
      for (let probe = 0; probe < PROBES; probe++) {
        const bit = (a + probe * b) % (bits.length * 32);
        if (((bits[bit >>> 5]! >>> (bit & 31)) & 1) === 0) return false;
      }
      return true;
    });
  }
}
