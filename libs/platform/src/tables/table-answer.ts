/** Tables as answers: what a client asks for by `format` or `Accept`, sent while it is made, so that its length is nobody's memory. */
import { Readable } from 'node:stream';
import { StreamableFile } from '@nestjs/common';
import { CSV_MARK, csvLine, type Cell } from './csv.js';
import type { Response } from '../http/request.js';
import { FORMAT_NAMES, formatOf, FORMATS, type TableFormat } from './table.js';
import { workbookOf } from './workbook.js';

/** How a table may be asked for. */
export const ANSWER_FORMATS = ['json', ...FORMAT_NAMES] as const;
export type AnswerFormat = (typeof ANSWER_FORMATS)[number];

/** What is asked for: by name, else by the media types that the client takes, the first of ours that it names; JSON without either. */
export const formatAsked = (named: AnswerFormat | undefined, accept: string | undefined): AnswerFormat => {
  if (named !== undefined) return named;
  const types = (accept ?? '')
    .slice(0, 1_000)
    .split(',')
    .map((part) => part.split(';')[0]!.trim().toLowerCase());
  for (const type of types) {
    const found = formatOf(type);
    if (found !== undefined) return found;
    if (type === 'application/json' || type === '*/*') return 'json';
  }
  return 'json';
};

async function* csvOf(rows: AsyncIterable<readonly Cell[]>): AsyncGenerator<string> {
  yield CSV_MARK;
  for await (const cells of rows) yield csvLine(cells);
}

/** A file that is sent while it is made. What fails on the way cuts the connection, so that half a table never looks whole. */
export const sent = (response: Response, type: string, name: string, content: AsyncIterable<string | Buffer>): StreamableFile => {
  const stream = Readable.from(content, { objectMode: false });
  response.once('close', () => stream.destroy());
  const file = new StreamableFile(stream, { type, disposition: `attachment; filename="${name}"` });
  return file.setErrorHandler(() => void response.destroy());
};

/** The rows as a table, the headings first. */
export const sentTable = (
  response: Response,
  { name, format, rows }: { readonly name: string; readonly format: TableFormat; readonly rows: AsyncIterable<readonly Cell[]> },
): StreamableFile => {
  const type = format === 'csv' ? `${FORMATS.csv}; charset=utf-8` : FORMATS[format];
  return sent(response, type, `${name}.${format}`, format === 'csv' ? csvOf(rows) : workbookOf(rows));
};
