import { ApiPropertyOptional } from '@nestjs/swagger';
import { IsIn, IsOptional, IsTimeZone } from 'class-validator';
import { stringify } from 'csv-stringify';
import { pipeline, Readable } from 'node:stream';
import type { ResourcesEnvelope } from './envelope.js';

/** Rows to read at a time: few statements, and little memory however long the table gets. */
export const CSV_PAGE_SIZE = 500;

/** In which form a table is wanted. */
export class CsvQuery {
  @ApiPropertyOptional({
    enum: ['de', 'en'],
    default: 'en',
    description: 'of headings and words; with `de`, fields are separated by semicolons',
  })
  @IsOptional()
  @IsIn(['de', 'en'])
  language?: 'de' | 'en';

  @ApiPropertyOptional({ default: 'UTC', example: 'Europe/Berlin', description: 'of the times' })
  @IsOptional()
  @IsTimeZone()
  timeZone?: string;
}

interface CsvTable<Row> {
  columns: string[];
  /** German spreadsheets expect semicolons. */
  language: 'de' | 'en';
  /** Reads a page of the list, the first one without a cursor. */
  page: (cursor?: string) => Promise<ResourcesEnvelope<Row>>;
  cells: (row: Row) => string[];
  /** Of what went wrong once the answer had begun. */
  log: (error: unknown) => void;
}

/**
 * A list as a table for spreadsheets (RFC 4180), read as it is sent.
 * @returns the content; if reading fails, it ends with the error, so that nobody takes a part for
 *   the whole
 * @throws what the first page does, as long as there is still an answer to say it in
 */
export async function csvOf<Row>({
  columns,
  language,
  page,
  cells,
  log,
}: CsvTable<Row>): Promise<Readable> {
  const table = stringify({
    // Without it, spreadsheets do not recognise UTF-8.
    bom: true,
    header: true,
    columns,
    delimiter: language === 'de' ? ';' : ',',
    record_delimiter: 'windows',
    // A name that begins with = must not become a formula in a spreadsheet.
    escape_formulas: true,
  });
  const first = await page();
  async function* rows(): AsyncGenerator<string[]> {
    let { resources, meta } = first;
    for (;;) {
      for (const row of resources) yield cells(row);
      if (meta.nextCursor === undefined) return;
      ({ resources, meta } = await page(meta.nextCursor));
    }
  }
  pipeline(Readable.from(rows()), table, (error) => {
    if (error && error.code !== 'ERR_STREAM_PREMATURE_CLOSE') log(error);
  });
  return table;
}

/** How the times of a table are written: 2026-11-22 10:15. */
export function csvTime(timeZone: string): (at: Date) => string {
  const format = new Intl.DateTimeFormat('sv-SE', {
    timeZone,
    dateStyle: 'short',
    timeStyle: 'short',
  });
  return (at) => format.format(at);
}
