/** Blocks: the unit of durability, of replication and of proof. Types first; the codecs are below. */

/** One command's entries as they are stored: several streams may have grown in it. */
export interface StoredCommit {
  /** Index of its first entry. */
  readonly first: number;
  readonly count: number;
  /** Streams that grew; the first is the target, which remembers the command. */
  readonly streams: readonly string[];
  /** For each stream, its version before the commit. */
  readonly versions: readonly number[];
  /** Command id (hex), '' in a replica where it is not disclosed. */
  readonly command: string;
  /** SHA-256 (hex) of the command's canonical body. */
  readonly body: string;
  /** The entries, framed: see `encodeEntries`. */
  readonly bytes: Uint8Array;
}

/** A block in a journal's own store or in a replica of it. Immutable. */
export interface StoredBlock {
  /** Index of the first entry: the primary key, and the only fork guard that is needed. */
  readonly first: number;
  /** Entries in the block, ≥ 1. */
  readonly count: number;
  /** Tree root after the block, 32 bytes. */
  readonly root: Uint8Array;
  /** Lease epoch of the writer, for people who look. */
  readonly epoch: number;
  /** Domain time of the block, ms. */
  readonly at: number;
  readonly commits: readonly StoredCommit[];
  /** In a replica: the owner's signed checkpoint at the end of this block. */
  readonly note?: string;
}
