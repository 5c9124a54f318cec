/**
 * A table as Prettier would write it.
 * @param columns headings; a number under one is aligned to the right
 * @param rows cells, each a string or a number
 */
export function table(columns, rows) {
  const isNumeric = columns.map((_, at) => rows.every((row) => typeof row[at] === 'number'));
  const lines = [columns, ...rows.map((row) => row.map(inWords))];
  const widths = columns.map((_, at) => Math.max(3, ...lines.map((line) => line[at].length)));
  const pad = (cell, at) => (isNumeric[at] ? cell.padStart(widths[at]) : cell.padEnd(widths[at]));
  const rule = widths.map((width, at) =>
    isNumeric[at] ? `${'-'.repeat(width - 1)}:` : '-'.repeat(width),
  );
  const [heading, ...body] = lines.map((line) => line.map(pad));
  return [heading, rule, ...body].map((cells) => `| ${cells.join(' | ')} |\n`).join('');
}

/** A measurement on a shared machine is good for three digits at most. */
export function inWords(value) {
  if (typeof value === 'boolean') return value ? 'yes' : 'no';
  if (typeof value !== 'number') return String(value);
  if (Number.isInteger(value) || Math.abs(value) >= 100)
    return Math.round(value).toLocaleString('en');
  return value.toLocaleString('en', { maximumSignificantDigits: 3 });
}
