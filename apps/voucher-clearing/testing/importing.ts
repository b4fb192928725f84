/** Tables sent to a province, and what came of them. */
import { workbookOf, type Json, type RunningDelta, type Told, type Who } from '@yrd/platform/testing';

/** What came of an import: rows that were done, unchanged and refused, and what is told of each. */
export interface Imported {
  readonly id: string;
  readonly counts: readonly unknown[];
  readonly rows: readonly Json[];
}

export class Importing {
  constructor(private readonly delta: RunningDelta) {}

  /** Sends a table. */
  async send(who: Who, kind: string, body: string | Buffer, headers: Record<string, string> = {}): Promise<Told> {
    const answer = await this.delta.fetch(who.province, `/v1/imports/${kind}`, {
      method: 'POST',
      headers: { ...this.delta.headers(who), 'Content-Type': 'text/csv', ...headers },
      body: typeof body === 'string' ? body : new Uint8Array(body),
    });
    return { status: answer.status, headers: answer.headers, body: (await answer.json()) as Json };
  }

  /** The import once it is over. */
  async finished(who: Who, id: string): Promise<Json> {
    let job: Json = {};
    await this.delta.until(async () => {
      job = (await this.delta.get(who, `/v1/imports/${id}`)).body;
      return ['done', 'cancelled', 'failed'].includes(String(job['state']));
    });
    return job;
  }

  /** Sends a table, which must be taken in and carried out to its end. */
  async imported(who: Who, kind: string, body: string | Buffer, headers: Record<string, string> = {}): Promise<Imported> {
    const answer = await this.send(who, kind, body, headers);
    const id = String(answer.body['id']);
    if (answer.status !== 202 || answer.headers.get('location') !== `/v1/imports/${id}`)
      throw new Error(`${kind} answered ${answer.status} ${JSON.stringify(answer.body)}`);
    const job = await this.finished(who, id);
    if (job['state'] !== 'done' || job['read'] !== job['rows']) throw new Error(`${id} ended as ${JSON.stringify(job)}`);
    const { body: report } = await this.delta.get(who, `/v1/imports/${id}/report`);
    return { id, counts: [job['done'], job['unchanged'], job['refused']], rows: report['rows'] as readonly Json[] };
  }
}

/** The faults of a row, each as its column and its code. */
export const faultsOf = (row: Json | undefined): readonly string[] =>
  (row?.['faults'] as readonly { readonly column: string | null; readonly code: string }[]).map(({ column, code }) => `${column} ${code}`);

/** A workbook of one sheet. */
export const book = async (rows: readonly (readonly (string | number)[])[]): Promise<Buffer> => {
  const parts: Buffer[] = [];
  for await (const part of workbookOf(rows)) parts.push(part);
  return Buffer.concat(parts);
};
