/** The read model `papers`: which files, by hash, the entries about an order name, and the papers of an agency's self-assessment. */
import type { FileKind } from '@yrd/contracts';
import type { Entry, View } from '@yrd/ledger';
import { dataOf, idOf, type EntryName } from '../reading.js';

/** Who names a paper, and so hands it in where he is at home; who redeems depends on the order's mode. */
export type NamedBy = 'enterprise' | 'agency' | 'redeemer' | 'office';

export interface Paper {
  readonly hash: string;
  /** `return-payment` is evidence of a suspicion (V29), and not for the parties. */
  readonly kind: FileKind | 'receipt' | 'return-payment' | 'assessment';
  readonly by: NamedBy;
}

/** Row of view `papers`, by order, or by `assessment.` and agency. */
export interface PapersRow {
  readonly id: string;
  /** For the question who names a file. */
  readonly hashes: readonly string[];
  readonly papers: readonly Paper[];
}

interface Part {
  readonly id: string;
  readonly papers: readonly Paper[];
}

const PAPER_EVENTS = [
  'ContractSignatureStated',
  'ContractSignatureTaken',
  'ContractSigned',
  'DeliveryStated',
  'ServiceDelivered',
  'InvoiceClaimAsked',
  'RedemptionRequested',
  'RedemptionSubmitted',
  'RedemptionSettled',
  'PaymentReturned',
  'ClawbackRecovered',
  'ReturnPaymentRecorded',
  'AgencySelfAssessed',
] as const satisfies readonly EntryName[];

const OF_AGENCY: readonly string[] = ['ContractSignatureStated', 'ContractSignatureTaken', 'DeliveryStated', 'ServiceDelivered'];

/** What an entry names. */
const papersOf = (entry: Entry): readonly Paper[] => {
  const { contractHash, deliverableHash, receiptHash } = entry.data as Readonly<Record<string, string | undefined>>;
  const by = OF_AGENCY.includes(entry.type) ? 'agency' : 'enterprise';
  if (contractHash !== undefined) return [{ hash: contractHash, kind: 'contract', by }];
  if (deliverableHash !== undefined) return [{ hash: deliverableHash, kind: 'result', by }];
  if (receiptHash !== undefined) return [{ hash: receiptHash, kind: 'receipt', by: 'office' }];
  const returned = dataOf(entry, 'ReturnPaymentRecorded');
  if (returned) return [{ hash: returned.evidenceHash, kind: 'return-payment', by: 'office' }];
  const assessed = dataOf(entry, 'AgencySelfAssessed');
  if (assessed) return assessed.papers.map(({ hash }) => ({ hash, kind: 'assessment', by: 'agency' }));
  const redemption = dataOf(entry, 'InvoiceClaimAsked') ??
    dataOf(entry, 'RedemptionRequested') ??
    dataOf(entry, 'RedemptionSubmitted') ?? { files: [] };
  return redemption.files.map(({ hash, kind }) => ({ hash, kind, by: 'redeemer' }));
};

const same = (one: Paper, other: Paper): boolean => one.hash === other.hash && one.kind === other.kind && one.by === other.by;

/** Each once, in the order in which they were named: also what a later signature or a corrected file replaced. */
const joined = (papers: readonly Paper[], more: readonly Paper[]): readonly Paper[] =>
  more.reduce((all, one) => (all.some((known) => same(known, one)) ? all : [...all, one]), papers);

/** Both journals speak of an order under its id: its home in `order/…`, the agency's province in `engagement/…`. */
const keyOf = ({ type, stream }: Entry): string => (type === 'AgencySelfAssessed' ? `assessment.${idOf(stream)}` : idOf(stream));

export const papers: View<Part> = {
  name: 'papers',
  on: PAPER_EVENTS,
  key: keyOf,
  fold: (part, entry) => ({ id: keyOf(entry), papers: joined(part?.papers ?? [], papersOf(entry)) }),
  join: (parts): PapersRow | null => {
    const named = Object.keys(parts)
      .sort()
      .flatMap((journal) => parts[journal]!.papers);
    const all = joined([], named);
    const [first] = Object.values(parts);
    return first === undefined ? null : { id: first.id, hashes: [...new Set(all.map(({ hash }) => hash))], papers: all };
  },
};
