/**
 * A block's document, read straight from its bytes (BSON 1.1): the driver would make an object and two arrays of its own for every
 * field of every commit, and reading journals is mostly that.
 */
import type { StoredBlock, StoredCommit } from '@yrd/ledger';
import { bytesAt, numberAt, sourceOf, textAt, walk, type Take } from './bson.js';

const text: Take<string[]> = (texts, source, _name, _end, _type, value) => texts.push(textAt(source, value));
const number: Take<number[]> = (numbers, source, _name, _end, type, value) => numbers.push(numberAt(source, type, value));

type Changing<T> = { -readonly [K in keyof T]: T[K] };

const EMPTY = new Uint8Array(0);

const field: Take<Changing<StoredCommit>> = (commit, source, name, _end, type, value) => {
  switch (String.fromCharCode(source.bytes[name]!)) {
    case 'f':
      commit.first = numberAt(source, type, value);
      break;
    case 'n':
      commit.count = numberAt(source, type, value);
      break;
    case 's':
      commit.streams = walk(source, value, [], text);
      break;
    case 'v':
      commit.versions = walk(source, value, [], number);
      break;
    case 'k':
      commit.command = textAt(source, value);
      break;
    case 'h':
      commit.body = textAt(source, value);
      break;
    case 'b':
      commit.bytes = bytesAt(source, value);
  }
};

const commit: Take<StoredCommit[]> = (commits, source, _name, _end, _type, value) =>
  commits.push(walk(source, value, { first: 0, count: 0, streams: [], versions: [], command: '', body: '', bytes: EMPTY }, field));

const part: Take<Changing<StoredBlock>> = (block, source, name, end, type, value) => {
  switch (source.bytes.toString('latin1', name, end)) {
    case '_id':
      block.first = numberAt(source, type, value);
      break;
    case 'n':
      block.count = numberAt(source, type, value);
      break;
    case 'root':
      block.root = bytesAt(source, value);
      break;
    case 'epoch':
      block.epoch = numberAt(source, type, value);
      break;
    case 'at':
      block.at = numberAt(source, type, value);
      break;
    case 'note':
      block.note = textAt(source, value);
      break;
    case 'commits':
      block.commits = walk(source, value, [], commit);
  }
};

/** A small document is copied, so that keeping it does not keep the whole answer of the server. */
const COPIED_BYTES = 65_536;

/**
 * The block in a document as `mongo-blocks.ts` writes it. Its arrays of bytes are parts of one copy of the document. Throws
 * TypeError or RangeError when the bytes are no such document.
 */
export const blockFromBson = (document: Uint8Array): StoredBlock => {
  const bytes = document.length < COPIED_BYTES ? Buffer.from(document) : Buffer.from(document.buffer, document.byteOffset, document.length);
  return walk(sourceOf(bytes), 0, { first: 0, count: 0, root: EMPTY, epoch: 0, at: 0, commits: [] }, part);
};
