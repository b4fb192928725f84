/** What must hold of a federation after healing, whatever was done to it: read off the disks, not asked of the nodes. */
import { append, emptyRange, entriesOf, equal, hex, leafHash, parseNote, rangeRoot } from '../src/index.js';
import type { Context, Entry, LedgerEntry, StoredBlock, View } from '../src/index.js';
import type { HostileRun } from './hostile-run.js';
import { rowsOf, type Disk } from './memory.js';

/** A journal as its owner holds it: every entry decoded, and the root at every size. */
export interface Told {
  readonly journal: string;
  readonly blocks: readonly StoredBlock[];
  readonly entries: readonly LedgerEntry[];
  /** By index; null where the entry is not known to this version. */
  readonly decoded: readonly (Entry | null)[];
  /** Those that its owner can read, and those that others can read too. */
  readonly own: readonly Entry[];
  readonly shared: readonly Entry[];
  /** The root at a size; no bytes at all at a size that it never had. */
  readonly rootAt: (size: number) => Uint8Array;
}

/** The root at each size, worked out when it is asked for. */
const rootsOf = ({ hasher }: HostileRun['world'], entries: readonly LedgerEntry[]): Told['rootAt'] => {
  const ranges = [emptyRange];
  const roots = new Map<number, Uint8Array>();
  return (size) => {
    while (ranges.length <= Math.min(size, entries.length))
      ranges.push(append(hasher, ranges.at(-1)!, [leafHash(hasher, entries[ranges.length - 1]!.leaf)]));
    const range = ranges[size];
    const root = roots.get(size) ?? (range ? rangeRoot(hasher, range) : new Uint8Array());
    roots.set(size, root);
    return root;
  };
};

const tell = (run: HostileRun, province: string): Told => {
  const journal = `${province}/${run.context.name}`;
  const blocks = run.world.disks.get(province)!.journal(journal).inOrder();
  const entries = blocks.flatMap((block) => entriesOf(block));
  const read = blocks.flatMap((block) => run.vocabulary.read(journal, block));
  const decoded = read.map(({ decoded: found }) => (found.kind === 'entry' ? found.entry : null));
  const own = decoded.filter((entry) => entry !== null);
  const shared = entries.some(({ opened }) => opened) ? own.filter(({ index }) => !entries[index]!.opened) : own;
  return { journal, blocks, entries, decoded, own, shared, rootAt: rootsOf(run.world, entries) };
};

/** The journals of all provinces as their owners hold them. */
export const journalsOf = (run: HostileRun): ReadonlyMap<string, Told> =>
  new Map(run.provinces.map((province) => [province, tell(run, province)]));

/** Every sentence is something that must not be. */
type Complaints = string[];

/** Blocks follow each other, and each ends in the root that its leaves have. */
const whole = (context: Context, { journal, blocks, entries, rootAt, decoded }: Told, complaints: Complaints): void => {
  let [end, time] = [0, 0];
  for (const { first, count, root } of blocks) {
    if (first !== end) complaints.push(`${journal}: a block starts at ${first} and not at ${end}`);
    end = first + count;
    if (!equal(root, rootAt(end))) complaints.push(`${journal}: the block that ends at ${end} has another root`);
  }
  decoded.forEach((entry, index) => {
    if (!entry) complaints.push(`${journal}: entry ${index} cannot be read by its own node`);
    else if (entry.time < time) complaints.push(`${journal}: entry ${index} is older than the one before`);
    time = Math.max(time, entry?.time ?? 0);
  });
  hidden(context, { journal, entries, decoded }, complaints);
};

/** What nobody else may read is sealed, and no two salts are the same: equal payloads must not show that they are. */
const hidden = (
  context: Context,
  { journal, entries, decoded }: Pick<Told, 'journal' | 'entries' | 'decoded'>,
  complaints: Complaints,
): void => {
  const salts = new Set<string>();
  entries.forEach(({ opened, payload }, index) => {
    const type = decoded[index]?.type ?? '';
    if (context.entryTypes[type]?.audience === 'private' && !opened) complaints.push(`${journal}: entry ${index} (${type}) is open to all`);
    for (const salt of [opened?.salt, payload?.salt]) {
      if (salt && salts.size === salts.add(hex(salt)).size) complaints.push(`${journal}: entry ${index} has a salt that was used before`);
    }
  });
};

/** All replicas equal their originals, root by root and leaf by leaf. */
const replicated = (told: Told, at: string, disk: Disk, complaints: Complaints): void => {
  const blocks = disk.journal(told.journal).inOrder();
  let end = 0;
  for (const block of blocks) {
    if (block.first !== end) complaints.push(`${at} holds ${told.journal} with a gap at ${end}`);
    end = block.first + block.count;
    if (!equal(block.root, told.rootAt(end))) complaints.push(`${at} holds another root of ${told.journal} at ${end}`);
    entriesOf(block).forEach(({ leaf, opened, payload }, offset) => {
      const original = told.entries[block.first + offset];
      if (!original || !equal(leaf, original.leaf)) complaints.push(`${at} holds another leaf ${block.first + offset} of ${told.journal}`);
      if (opened || Boolean(payload) === Boolean(original?.opened))
        complaints.push(`${at} sees of entry ${block.first + offset} of ${told.journal} what it should not, or not what it should`);
    });
  }
  if (end !== told.entries.length) complaints.push(`${at} holds ${end} of ${told.entries.length} entries of ${told.journal}`);
};

/** Every head that a node holds of others bears the signatures of the keys of its size, and of no other. */
const signedInTime = (run: HostileRun, told: Told, at: string, disk: Disk, complaints: Complaints): void => {
  const { world } = run;
  const ring = world.ring({ hasher: world.hasher, signer: world.signer(at), notice: () => undefined }, told.journal);
  for (const block of told.blocks) ring.learn(block);
  for (const { first, count, note } of disk.journal(told.journal).inOrder()) {
    const ids = (note === undefined ? null : parseNote(note))?.signatures.map(({ keyId }) => hex(keyId)).sort();
    const due = ring.signing(first + count).map(({ keyId }) => hex(keyId));
    if (ids?.join() !== [...due].sort().join())
      complaints.push(
        `${at} holds a head of ${told.journal} at ${first + count} that is signed by ${ids?.join()} and not by ${due.join()}`,
      );
  }
};

/** No command wrote twice; every one that was acknowledged stands where it was said to, under one answer. */
const promised = (run: HostileRun, journals: ReadonlyMap<string, Told>, complaints: Complaints): void => {
  for (const [province, { journal, blocks }] of journals) {
    const ends = new Map<string, number>();
    for (const { command, first, count } of blocks.flatMap(({ commits }) => commits)) {
      if (ends.has(command))
        complaints.push(`${journal}: the command ${command.slice(0, 8)} wrote at ${ends.get(command)} and at ${first}`);
      ends.set(command, first + count);
    }
    const said = new Map<string, string>();
    for (const { id, command, answer } of run.acknowledged.filter((each) => each.province === province)) {
      if (ends.get(id) !== answer.position.size)
        complaints.push(`${journal}: ${command} was acknowledged at ${answer.position.size}, but stands at ${ends.get(id) ?? 'no place'}`);
      const words = `${answer.stream} ${answer.version}`;
      if ((said.get(id) ?? words) !== words) complaints.push(`${journal}: ${command} was answered ${said.get(id)} and then ${words}`);
      said.set(id, words);
    }
  }
};

/** What the entries of one journal make of each row of a view, folded anew from nothing. */
type Parts = ReadonlyMap<string, object>;

const refolded = (view: View, entries: readonly Entry[]): Parts => {
  const parts = new Map<string, object>();
  for (const entry of entries) {
    const key = view.on.includes(entry.type) ? view.key(entry) : null;
    if (key === null) continue;
    const part = view.fold(parts.get(key) ?? null, entry);
    if (part === null) parts.delete(key);
    else parts.set(key, part);
  }
  return parts;
};

/** Replays what a node may read of a journal: what several may read is replayed once. */
const replaying = (): ((view: View, entries: readonly Entry[]) => Parts) => {
  const known = new Map<View, Map<readonly Entry[], Parts>>();
  return (view, entries) => {
    const of = known.get(view) ?? new Map<readonly Entry[], Parts>();
    const parts = of.get(entries) ?? refolded(view, entries);
    known.set(view, of.set(entries, parts));
    return parts;
  };
};

const isFields = (value: unknown): value is Readonly<Record<string, unknown>> => typeof value === 'object' && value !== null;

/** Whether two values are the same as JSON, whatever the order of their keys. */
const alike = (one: unknown, other: unknown): boolean => {
  if (!isFields(one) || !isFields(other)) return one === other;
  if (one === other) return true;
  if (Array.isArray(one) !== Array.isArray(other)) return false;
  let fields = 0;
  for (const key of Object.keys(one)) {
    if (one[key] === undefined) continue;
    fields += 1;
    if (!alike(one[key], other[key])) return false;
  }
  for (const key of Object.keys(other)) if (other[key] !== undefined) fields -= 1;
  return fields === 0;
};

/** The rows of a node are what a replay of all that it may read gives. */
const viewed = (
  context: Context,
  at: string,
  disk: Disk,
  replay: (view: View) => readonly (readonly [journal: string, parts: Parts])[],
  complaints: Complaints,
): void => {
  for (const view of context.views) {
    const fresh = new Map<string, Record<string, object>>();
    for (const [journal, parts] of replay(view))
      for (const [id, part] of parts) {
        const row = fresh.get(id) ?? {};
        row[journal] = part;
        fresh.set(id, row);
      }
    const held = rowsOf(disk, `view.${view.name}@${context.codeVersion}`);
    if (held.length !== fresh.size) complaints.push(`${at}: the view ${view.name} has ${held.length} rows, a replay ${fresh.size}`);
    for (const [id, row] of held) {
      const parts = fresh.get(id);
      const joined = parts ? { parts, row: view.join(parts) } : null;
      if (!alike(row, joined)) complaints.push(`${at}: row ${id} of the view ${view.name} is not what a replay gives`);
    }
  }
};

/** Nothing lies parked, and all that is there is folded and reacted to. */
const digested = (run: HostileRun, at: string, disk: Disk, complaints: Complaints): void => {
  for (const table of [`parked@${run.context.codeVersion}`, 'parked-reactions'])
    for (const [id, item] of rowsOf(disk, table)) {
      if (run.liar === null || !id.startsWith(`${run.liar}/`)) complaints.push(`${at}: ${table} holds ${id}: ${JSON.stringify(item)}`);
    }
};

/** What was vouched for was true: every head that a node cosigned is one of the journal's. */
const vouched = (run: HostileRun, journals: ReadonlyMap<string, Told>, at: string, disk: Disk, complaints: Complaints): void => {
  for (const [, kept] of rowsOf(disk, 'cosigned')) {
    for (const [journal, { size, root }] of Object.entries(kept as Readonly<Record<string, { size: number; root: string }>>)) {
      const told = journals.get(journal.slice(0, 2));
      if (journal.slice(0, 2) !== run.liar && root !== hex(told?.rootAt(size) ?? new Uint8Array()))
        complaints.push(`${at} cosigned a head of ${journal} at ${size} that it never had`);
    }
  }
};

/** Whoever told two histories is quarantined by everybody else, with both notes as evidence in an entry. */
const exposed = (run: HostileRun, journals: ReadonlyMap<string, Told>, complaints: Complaints): void => {
  for (const at of run.liar === null ? [] : run.honest) {
    const journal = `${run.liar}/${run.context.name}`;
    const status = run.ready(at)?.status();
    if (status?.journals.find((each) => each.journal === journal)?.state !== 'quarantined')
      complaints.push(`${at} still believes ${journal}`);
    const evidence = journals.get(at)?.decoded.find((entry) => entry?.type === 'EquivocationFound' && entry.data['journal'] === journal);
    if (!evidence) complaints.push(`${at} published no evidence against ${journal}`);
  }
};

/** All complaints about a healed federation; none when all is well. Journals of a liar count only at its own node. */
export const complaintsOf = (run: HostileRun, journals: ReadonlyMap<string, Told>): readonly string[] => {
  const complaints: Complaints = [...run.defects];
  const replay = replaying();
  promised(run, journals, complaints);
  exposed(run, journals, complaints);
  for (const [province, told] of journals) if (province !== run.liar) whole(run.context, told, complaints);
  for (const at of run.honest) {
    const disk = run.world.disks.get(at)!;
    for (const told of journals.values()) {
      if (told.journal.startsWith(at) || told.journal.startsWith(String(run.liar))) continue;
      replicated(told, at, disk, complaints);
      signedInTime(run, told, at, disk, complaints);
    }
    digested(run, at, disk, complaints);
    vouched(run, journals, at, disk, complaints);
    if (run.liar !== null) continue;
    const read = (view: View) =>
      [...journals].map(([province, { journal, own, shared }]) => [journal, replay(view, province === at ? own : shared)] as const);
    viewed(run.context, at, disk, read, complaints);
  }
  return complaints;
};

/** Why the federation is not at rest: something under way, not yet everywhere, not folded, not reacted to, or due; null when it is. */
export const unrest = (run: HostileRun): string | null => {
  const sizes = new Map<string, number>();
  for (const at of run.honest) {
    const status = run.ready(at)?.status();
    if (!status) return `${at} is not ready`;
    if (status.queued > 0) return `${at} has ${status.queued} commands under way`;
    for (const { journal, size } of status.journals) {
      if (journal.startsWith(String(run.liar))) continue;
      if ((sizes.get(journal) ?? size) !== size) return `${journal} ends at ${sizes.get(journal)} and at ${size}`;
      sizes.set(journal, size);
    }
  }
  for (const at of run.honest) {
    const disk = run.world.disks.get(at)!;
    for (const id of [`views@${run.context.codeVersion}`, 'reactions']) {
      const positions = (rowsOf(disk, 'positions').find(([each]) => each === id)?.[1] ?? {}) as Readonly<Record<string, number>>;
      const behind = [...sizes].find(([journal, size]) => positions[journal] !== size);
      if (behind) return `the ${id} of ${at} stand at ${positions[behind[0]]} of ${behind.join(' ')}`;
    }
    const timers = rowsOf(disk, `timers@${run.context.codeVersion}`);
    const due = run.liar === null && timers.find(([, timer]) => (timer as { dueMs: number }).dueMs <= run.world.now);
    if (due) return `the timer ${due[0]} of ${at} is due`;
  }
  return null;
};
