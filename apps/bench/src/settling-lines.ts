/**
 * The lines of settlement windows, written by all four provinces into Shanghai's store, in a process of its own: what it takes to prepare a
 * million of them is gone when the node that is measured begins.
 */
import { voucherContracts } from '@yrd/contracts';
import { canonicalBytes, hex, makeEntry, utf8, type LedgerEntry } from '@yrd/ledger';
import { nodeHasher, nodeRandom } from '@yrd/platform';
import { journalOf, lineKey, orderStream, PAIRS, PairCount, PROVINCES, sidesOf, voucher, windowStream, type Line } from '@yrd/voucher';
import { Growing, type Written } from './growing.js';
import { FEDERATION, MINE, opened, type Preparing, type Window } from './settling.js';

const BLOCK_COMMITS = 50;
const YEAR_MS = 1_760_000_000_000;
/** Far ahead: nothing lapses while this runs. */
const LIMITS = { acceptByMs: 4e12, useUntilMs: 4e12, redeemUntilMs: 4e12 };

const hash = (text: string): string => hex(nodeHasher.sha256(utf8(text)));

/** An entry as its province would have written it. */
const entryOf = (province: string, index: number, stream: string, event: string, data: object): LedgerEntry => {
  const declared = voucher.entryTypes[event]!;
  const payload = canonicalBytes({ basis: {}, command: index.toString(16).padStart(64, '0'), data, person: '', trace: '' });
  const leaf = {
    ...{ source: `${FEDERATION}/log/${journalOf(province)}`, type: declared.type, subject: stream },
    ...{ time: new Date(YEAR_MS + index).toISOString(), actor: `${province}/node`, policyversion: '-' },
    ...{ legalbasis: declared.legalBasis, classification: declared.classification },
  };
  return makeEntry(nodeHasher, index, leaf, payload, { payload: nodeRandom.bytes(32) });
};

interface Journal {
  readonly province: string;
  readonly journal: Growing;
}
interface Stated extends Journal {
  readonly lines: readonly Line[];
}

/** Writes a province's lines with all others, and its close. Of orders whose lines this node releases, the order stands there too. */
const state = async ({ province, journal }: Journal, window: Window): Promise<Stated> => {
  const count = window.lines / PROVINCES.length;
  const pairs = PAIRS.filter((pair) => Object.values(sidesOf(pair)).includes(province));
  const lines: Line[] = [];
  for (let done = 0; done < count;) {
    let index = journal.size;
    const block = Array.from({ length: Math.min(BLOCK_COMMITS, count - done) }, (_, at): Written => {
      const n = done + at;
      const pair = pairs[n % pairs.length]!;
      const { payer, payee } = sidesOf(pair);
      const [order, other, amountFen] = [`${province}-${window.number}-${n}`, province === payer ? payee : payer, 10_000 + (n % 9_973)];
      const stream = orderStream(order);
      const terms = { ...voucherContracts.OrderPlaced.example, ...LIMITS, order, number: order, agencyProvince: other };
      const placed = province === MINE ? [entryOf(province, index++, stream, 'OrderPlaced', terms)] : [];
      const line = { payer, payee, amountFen, foreign: journalOf(other), foreignSize: 1 };
      const ended = entryOf(province, index++, stream, 'PublicityEnded', { order, subsidyFen: amountFen, line });
      lines.push({ order, pair, home: province, amountFen, homeSize: index, foreignSize: 1 });
      return { stream, entries: [...placed, ended] };
    });
    await journal.add(block);
    done += block.length;
  }
  const stream = windowStream(window.number);
  await journal.add([{ stream, entries: [entryOf(province, journal.size, stream, 'WindowClosed', { window: window.number })] }]);
  return { province, journal, lines };
};

/** What all four attest, by pair. */
const attestations = (all: readonly Stated[], window: number): readonly object[] =>
  PAIRS.map((pair) => {
    const sides = all.filter(({ province }) => Object.values(sidesOf(pair)).includes(province));
    const cuts = Object.fromEntries(
      sides.map(({ province, journal }) => [journalOf(province), { size: journal.size, root: journal.root }] as const),
    );
    const count = new PairCount({ window, pair, cuts }, hash);
    const lines = sides.flatMap((side) => side.lines.filter((line) => line.pair === pair));
    const keyed = lines.map((line) => ({ key: lineKey(line, {}), line })).sort((one, two) => (one.key < two.key ? -1 : 1));
    for (const { line } of keyed) count.take(line);
    return count.attestation;
  });

/** All lines of a window in all four journals, three of which say all they have to say of it. */
const write = async (journals: readonly Journal[], window: Window): Promise<void> => {
  const all: Stated[] = [];
  for (const each of journals) all.push(await state(each, window));
  const attested = attestations(all, window.number);
  const stream = windowStream(window.number);
  for (const { province, journal } of all) {
    if (province === MINE) continue;
    const entries = attested.map((data, at) => entryOf(province, journal.size + at, stream, 'PairAttested', data));
    await journal.add([{ stream, entries, version: 1 }]);
  }
};

/** Writes the windows into Shanghai's store, and folds its views. */
const prepare = async ({ windows, ...opening }: Preparing): Promise<void> => {
  const first = await opened(opening, [], {});
  await first.node.stop();
  const journals: Journal[] = [];
  for (const province of PROVINCES) journals.push({ province, journal: await Growing.on(first.world.storage.blocks(journalOf(province))) });
  for (const window of windows) await write(journals, window);
  await first.close();
  process.send?.('  the lines are written');
  // Without indexes: the node that is measured builds them over all rows at once, which is several times faster than row by row.
  const folding = await opened(opening, [], {});
  for (const { province, journal } of journals)
    if (!(await folding.node.reach({ journal: journalOf(province), size: journal.size }, 3_600_000)))
      throw new Error('Not folded in time.');
  // What reacted to nothing stands at the end of all journals.
  await new Promise((resolve) => setTimeout(resolve, 5_000));
  await folding.close();
  process.send?.('  and folded');
};

process.once('message', (preparing) => void prepare(preparing as Preparing).then(() => process.disconnect()));
