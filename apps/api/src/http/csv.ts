import { stringify } from 'csv-stringify';
import type { Transform } from 'node:stream';

/**
 * A table for spreadsheets (RFC 4180), to which rows are written.
 * @param language German spreadsheets expect semicolons
 */
export function csvTable(columns: string[], language: 'de' | 'en'): Transform {
  return stringify({
    // Without it, spreadsheets do not recognise UTF-8.
    bom: true,
    header: true,
    columns,
    delimiter: language === 'de' ? ';' : ',',
    record_delimiter: 'windows',
    // A name that begins with = must not become a formula in a spreadsheet.
    escape_formulas: true,
  });
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
