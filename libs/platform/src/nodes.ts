/** The ledger nodes that run in this process, one per context. */
import type { LedgerNode, Position } from '@yrd/ledger';
import { Problem } from './http/problem.js';

/** `32/voucher@123`: a position as it stands in headers, bodies and `?at=`. */
export const showPosition = ({ journal, size }: Position): string => `${journal}@${size}`;

const positionShape = /^(\d{2}\/[a-z][a-z0-9-]{0,31}(?:~\d{1,3})?)@(0|[1-9]\d{0,14})$/;

/** A position as somebody sent it; null when it is malformed. */
export const parsePosition = (text: unknown): Position | null => {
  const [, journal, size] = (typeof text === 'string' ? positionShape.exec(text) : null) ?? [];
  return journal === undefined ? null : { journal, size: Number(size) };
};

/** `31` and `voucher` from the address → `31/voucher`, or E-NOTFOUND. */
export const journalOf = (province: string, context: string): string => {
  const journal = `${province}/${context}`;
  if (!/^\d{2}\/[a-z][a-z0-9-]{0,31}(?:~\d{1,3})?$/.test(journal)) throw new Problem('E-NOTFOUND');
  return journal;
};

/** `31/voucher~2` → `voucher`: the successor of a quarantined journal belongs to the same context. */
const contextOf = (journal: string): string => /^\d{2}\/([a-z0-9-]+)/.exec(journal)?.[1] ?? '';

export class Nodes {
  private readonly byContext: ReadonlyMap<string, LedgerNode>;
  constructor(contexts: Readonly<Record<string, LedgerNode>>) {
    this.byContext = new Map(Object.entries(contexts));
  }

  get all(): readonly LedgerNode[] {
    return [...this.byContext.values()];
  }

  /** The node of a context. @throws Problem E-NOTFOUND when it is not served here. */
  serving(context: string): LedgerNode {
    const node = this.byContext.get(context);
    if (node === undefined) throw new Problem('E-NOTFOUND', { facts: { context } });
    return node;
  }

  /** The node that holds a journal. @throws Problem E-NOTFOUND when its context is not served here. */
  holding(journal: string): LedgerNode {
    const node = this.byContext.get(contextOf(journal));
    if (node === undefined) throw new Problem('E-NOTFOUND', { facts: { journal } });
    return node;
  }
}
