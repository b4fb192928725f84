/** Checking an export of the audit, offline: the file and the federation file are all that is needed. */
import { canonical, checkEvidence, pin, type Federation, type Pinned } from '@yrd/ledger';
import { nodeTools } from '../keys/node-crypto.js';

export interface ExportVerdict {
  /** Records that are proven. */
  readonly good: number;
  /** What is wrong, one sentence each with the number of the line. */
  readonly faults: readonly string[];
}

const RECORDED = 'access.access-recorded.v1';

const parsed = (line: string): Readonly<Record<string, unknown>> => {
  try {
    const value: unknown = JSON.parse(line);
    return typeof value === 'object' && value !== null ? (value as Readonly<Record<string, unknown>>) : {};
  } catch {
    return {};
  }
};

/** Reads lines with the keys that are pinned in a federation file. */
class ExportReader {
  private readonly pins = new Map<string, Pinned>();
  good = 0;
  readonly faults: string[] = [];
  private end: number | null = null;

  constructor(private readonly federation: Federation) {}

  read(text: string, number: number): void {
    const line = parsed(text);
    const fault = this.end !== null ? 'it stands behind the end' : this.ends(line) ? null : this.faultOf(line);
    if (fault !== null) this.faults.push(`line ${number}: ${fault}`);
  }

  close(): void {
    if (this.end === null) this.faults.push('the file has no last line that says how many records there are: it was cut short');
    else if (this.end !== this.good + this.faults.length) this.faults.push(`the last line speaks of ${this.end} records: some are missing`);
  }

  private ends({ end }: Readonly<Record<string, unknown>>): boolean {
    const { records } = (end ?? {}) as { readonly records?: unknown };
    if (typeof records === 'number') this.end = records;
    return this.end !== null;
  }

  private faultOf(line: Readonly<Record<string, unknown>>): string | null {
    const { journal, record } = line;
    const [, owner, context] = /^(\d{2})\/([a-z][a-z0-9-]{0,31})$/.exec(typeof journal === 'string' ? journal : '') ?? [];
    const pinned = context === undefined ? null : this.pinned(context);
    const verifier = pinned?.journal(String(journal));
    if (!pinned || !verifier) return 'it is of no journal of this federation';
    const cosigners = [...pinned.cosigners].filter(([province]) => province !== owner).map(([, each]) => each);
    const verdict = checkEvidence(nodeTools, { journal: verifier, cosigners }, line);
    if (!verdict.good) return `it is not proven (${verdict.fault})`;
    const shown = (record ?? {}) as Readonly<Record<string, unknown>>;
    const same = Object.entries(verdict.data).every(([name, value]) => canonical(shown[name] ?? null) === canonical(value));
    if (verdict.envelope.type === RECORDED && !same) return 'what it shows as the record is not what was recorded';
    this.good += 1;
    return null;
  }

  private pinned(context: string): Pinned | null {
    const known = this.pins.get(context);
    if (known) return known;
    try {
      const made = pin(nodeTools, this.federation, context);
      this.pins.set(context, made);
      return made;
    } catch {
      return null;
    }
  }
}

/** Checks every line of an export. Never throws, whatever the file holds. */
export const checkExport = (federation: Federation, text: string): ExportVerdict => {
  const reader = new ExportReader(federation);
  for (const [at, line] of text.trimEnd().split('\n').entries()) reader.read(line, at + 1);
  reader.close();
  return { good: reader.good, faults: reader.faults };
};
