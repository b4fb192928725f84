/** Files of imports: what is kept comes back, and of a sealed one nothing opens in another place, or once it was let go. */
import { Disk, finderOf, memoryStorage, rowsOf } from '@yrd/ledger/testing';
import { quietGround } from '../../testing/ground.js';
import { SUBJECT_KEYS } from '../keys/custody.js';
import { ImportFiles, type Filed } from './import-files.js';

const PART = 1_047_552;
const disk = new Disk();
const { records } = memoryStorage(disk, { there: () => Promise.resolve(), back: () => Promise.resolve() });
const ground = quietGround(
  () => records,
  () => 0,
);
const files = new ImportFiles(ground);
let made = 0;
/** A file of so many bytes, in which each place differs from its neighbours. */
const bytesOf = (length: number): Buffer => Buffer.from(Array.from({ length }, (_, at) => (at * 31 + (at >> 8)) & 255));
const keep = async (bytes: Buffer, sealed: boolean): Promise<Filed> => {
  const filed: Filed = { id: `job-${(made += 1)}`, format: 'csv', charset: null, bytes: bytes.length, ...files.kept(bytes, sealed) };
  await files.write(filed, bytes);
  return filed;
};
const parts = () => rowsOf(disk, 'import-files').length;
beforeEach(() => disk.table('import-files').clear());

test.each([1, 3_072, PART - 1, PART, PART + 1, 2 * PART + 5])('a file of %d bytes comes back as it was, open or sealed', async (length) => {
  const bytes = bytesOf(length);
  for (const sealed of [false, true]) {
    const filed = await keep(bytes, sealed);
    expect(Buffer.from((await files.read(filed))!.bytes).equals(bytes)).toBe(true);
    await files.drop(filed);
    expect([parts(), await files.read(filed)]).toEqual([0, null]);
  }
});

test('of a sealed file no byte is readable in its record, and its digest is none that somebody else can make', async () => {
  const text = 'subject,idNumber\nx,11010519491231002X\n';
  const [open, sealed] = [await keep(Buffer.from(text), false), await keep(Buffer.from(text), true)];
  const found = finderOf(['11010519491231002X']);
  const rows = new Map(rowsOf(disk, 'import-files').map(([id, row]) => [id, Buffer.from(JSON.stringify(row))]));
  expect([open, sealed].map(({ id }) => found('there', rows.get(`${id}.000000`)!).length)).toEqual([1, 0]);
  const [one, other, again] = [
    files.kept(Buffer.from(text), false),
    files.kept(Buffer.from(text), true),
    files.kept(Buffer.from(text), true),
  ];
  expect([one.digest === other.digest, other.digest === again.digest, other.sealedTo === again.sealedTo]).toEqual([false, true, false]);
});

test('parts of a sealed file that changed places do not open', async () => {
  const filed = await keep(bytesOf(PART + 3_072), true);
  const [first, second] = ['000000', '000001'].map((at) => `${filed.id}.${at}`) as [string, string];
  const [one, other] = [disk.table('import-files').get(first)!, disk.table('import-files').get(second)!];
  disk.table('import-files').set(first, other).set(second, one);
  await expect(files.read(filed)).rejects.toThrow('does not open');
});

test('once it is let go its key is destroyed, and whoever still sends it writes nothing', async () => {
  const bytes = bytesOf(100);
  const filed = await keep(bytes, true);
  const copy = disk.copy();
  await files.drop(filed);
  await files.write(filed, bytes);
  expect(parts()).toBe(0);
  // As from a backup of the records, in which keys are not: nobody opens it, and its sender is told what to do.
  disk.tables.set('import-files', copy.table('import-files'));
  await expect(files.read(filed)).rejects.toThrow('can no longer be opened: send it again');
  disk.table(SUBJECT_KEYS).clear();
  await expect(files.read(filed)).rejects.toThrow('can no longer be opened: send it again');
});
