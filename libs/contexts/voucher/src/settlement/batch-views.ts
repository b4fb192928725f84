/** The read model `batches`: what both sides of a pair said of it within a window; and the state of a batch, whole (domain §2.3). */
import type { VoucherData } from '@yrd/contracts';
import type { Entry, View } from '@yrd/ledger';
import { composeBatchNumber, isProvinceCode, toShanghaiDate } from '@yrd/standards';
import type { WindowRow } from './clearing-views.js';
import { dataOf, idIn, idOf, provinceOf } from '../reading.js';
import { agree, isSide, sidesOf } from './settlement.js';

/** What one side said. */
interface SideSaid {
  readonly difference: VoucherData<'DifferenceNamed'> | null;
  readonly proposed: readonly VoucherData<'RepairProposed'>[];
  readonly refused: readonly VoucherData<'RepairRefused'>[];
  readonly moved: readonly VoucherData<'LineMoved'>[];
  readonly compensated: readonly VoucherData<'LineCompensated'>[];
  readonly disputed: readonly VoucherData<'LineDisputed'>[];
  readonly confirmed: VoucherData<'BatchConfirmed'> | null;
  readonly instructed: VoucherData<'BatchInstructed'> | null;
  readonly paid: VoucherData<'BatchPaid'> | null;
  readonly reconciled: VoucherData<'BatchReconciled'> | null;
}
interface BatchPart {
  readonly id: string;
  readonly said: SideSaid;
}

/** Row of view `batches`: id `1.32-31`, and what each of its two sides said. */
export interface BatchRow {
  readonly id: string;
  readonly window: number;
  readonly pair: string;
  readonly said: Readonly<Record<string, SideSaid>>;
}

const silent: SideSaid = {
  difference: null,
  proposed: [],
  refused: [],
  moved: [],
  compensated: [],
  disputed: [],
  confirmed: null,
  instructed: null,
  paid: null,
  reconciled: null,
};

/** What both sides do in turn; the entries of the finder stay in the journals. */
const saying = (said: SideSaid, entry: Entry): SideSaid => {
  const into = <T>(list: readonly T[], data: T | null): readonly T[] => (data === null ? list : [...list, data]);
  return {
    difference: dataOf(entry, 'DifferenceNamed') ?? said.difference,
    proposed: into(said.proposed, dataOf(entry, 'RepairProposed')),
    refused: into(said.refused, dataOf(entry, 'RepairRefused')),
    moved: into(said.moved, dataOf(entry, 'LineMoved')),
    compensated: into(said.compensated, dataOf(entry, 'LineCompensated')),
    disputed: into(said.disputed, dataOf(entry, 'LineDisputed')),
    confirmed: dataOf(entry, 'BatchConfirmed') ?? said.confirmed,
    instructed: dataOf(entry, 'BatchInstructed') ?? said.instructed,
    paid: dataOf(entry, 'BatchPaid') ?? said.paid,
    reconciled: dataOf(entry, 'BatchReconciled') ?? said.reconciled,
  };
};

const partsOfId = (id: string): Pick<BatchRow, 'window' | 'pair'> => {
  const [window = '', pair = ''] = id.split('.');
  return { window: Number(window), pair };
};

export const batches: View<BatchPart> = {
  name: 'batches',
  on: [
    'DifferenceNamed',
    'RepairProposed',
    'RepairRefused',
    'LineMoved',
    'LineCompensated',
    'LineDisputed',
    'BatchConfirmed',
    'BatchInstructed',
    'BatchPaid',
    'BatchReconciled',
  ],
  // Only the two sides speak of a batch.
  key: (entry) => {
    const id = idIn(entry, 'batch');
    return id !== null && isSide(partsOfId(id).pair, provinceOf(entry.journal)) ? id : null;
  },
  fold: (part, entry) => ({ id: idOf(entry.stream), said: saying(part?.said ?? silent, entry) }),
  join: (parts) => {
    const id = Object.values(parts)[0]?.id;
    if (id === undefined) return null;
    const said = Object.fromEntries(Object.entries(parts).map(([journal, part]) => [provinceOf(journal), part.said]));
    return { id, ...partsOfId(id), said } satisfies BatchRow;
  },
};

/** The states of a batch, in their order (domain §2.3). */
export const BATCH_STATES = ['Open', 'Cut', 'Diverged', 'Matched', 'Confirmed', 'Paid', 'Reconciled'] as const;
export type BatchState = (typeof BATCH_STATES)[number];

export interface ShownBatch {
  readonly id: string;
  /** `QS-3132-202607-c`: pair and the month in which the later side closed; null while one is open. */
  readonly number: string | null;
  readonly window: number;
  readonly pair: string;
  readonly payer: string;
  readonly payee: string;
  readonly state: BatchState;
  readonly count: number | null;
  readonly sumFen: number | null;
  readonly digest: string | null;
  /** Whoever confirmed what stands now. */
  readonly confirmedBy: readonly string[];
  readonly said: BatchRow['said'];
}

/** The number of a batch by the month, in Shanghai, in which the later of its two sides closed the window. */
export const batchNumberOf = (pair: string, closedMs: number): string | null => {
  const { payer, payee } = sidesOf(pair);
  const [year = '', month = ''] = toShanghaiDate(closedMs).split('-');
  if (!isProvinceCode(payer) || !isProvinceCode(payee)) return null;
  return composeBatchNumber({ provinces: [payer, payee], year: Number(year), month: Number(month) });
};

/** A batch whole: its state from both closes, both attestations, and what both sides said since. */
export const batchOf = (row: WindowRow, pair: string, batch: BatchRow | null): ShownBatch => {
  const { payer, payee } = sidesOf(pair);
  const sides = [payer, payee];
  const closes = sides.map((side) => row.closes[side]);
  const [one, other] = sides.map((side) => row.attested[side]?.[pair]);
  const said = batch?.said ?? {};
  const agreed = one && agree(one, other) ? one : null;
  const confirmedBy = sides.filter((side) => agreed !== null && said[side]?.confirmed?.digest === agreed.digest);
  const stateNow = (): BatchState => {
    if (closes.some((close) => close === undefined)) return 'Open';
    if (!one || !other) return 'Cut';
    if (!agreed) return 'Diverged';
    if (confirmedBy.length < sides.length) return 'Matched';
    if (sides.every((side) => said[side]?.reconciled)) return 'Reconciled';
    return said[payer]?.paid || agreed.sumFen === 0 ? 'Paid' : 'Confirmed';
  };
  const state = stateNow();
  const closedMs = Math.max(...closes.map((close) => close?.atMs ?? 0));
  return {
    id: `${row.window}.${pair}`,
    number: state === 'Open' ? null : batchNumberOf(pair, closedMs),
    window: row.window,
    pair,
    payer,
    payee,
    state,
    count: agreed?.count ?? null,
    sumFen: agreed?.sumFen ?? null,
    digest: agreed?.digest ?? null,
    confirmedBy,
    said,
  };
};
