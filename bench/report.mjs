import { inWords, table } from './markdown.mjs';

/** The report of `npm run bench`. */
export function costReport({ machine, sizes, grants, check }) {
  const [bare] = grants;
  const { rounds, pairs, requests, lanes, calls, seconds } = mapValues(sizes, inWords);
  return `${machine}.
Blocks of ${requests} requests, ${lanes} side by side: ${rounds} blocks for each row of the first table, ${pairs} pairs for each row of the second.

### Token endpoint

${table(
  ['request', 'requests', 'CPU µs', '× bare', 'per second', 'p50 ms', 'p99 ms'],
  grants.map(({ name, requests: total, microseconds, perSecond, p50, p99 }) => [
    ...[name, total, microseconds, microseconds / bare.microseconds, perSecond, p50, p99],
  ]),
)}
### Check of revocations

One check, of ${calls}: ${inWords(check.alone)} µs of CPU, with ${inWords(check.held)} revocations held.
The API without requests, for ${seconds} seconds: ${inWords(check.feed / 10_000)} % of one core, the feed that keeps them complete included.

${table(
  [
    'request',
    'requests',
    'CPU µs with',
    'CPU µs without',
    'check %',
    'difference %',
    'quartiles %',
  ],
  check.rows.map(({ path, requests: total, on, off, share, difference, from, to }) => [
    ...[`\`GET ${path}\``, total, on, off, share, difference, `${inWords(from)} to ${inWords(to)}`],
  ]),
)}`;
}

/** The report of `npm run bench:load`: from the figures that each load suite has left. */
export function loadReport({ machine, entries }) {
  const rows = entries.map(({ name, table: _, ...figures }) => [
    name,
    Object.entries(figures)
      .map(([key, value]) => `${keyInWords(key)} ${inWords(value)}`)
      .join(', '),
  ]);
  const details = entries
    .filter((entry) => entry.table?.length > 0)
    .map(({ name, table: details }) => {
      const columns = Object.keys(details[0]);
      const cells = details.map((row) =>
        columns.map((column) =>
          typeof row[column] === 'number' ? row[column] : inWords(row[column]),
        ),
      );
      return `\n### ${name}\n\n${table(columns.map(keyInWords), cells)}`;
    });
  return `${machine}.\n\n${table(['load', 'figures'], rows)}${details.join('')}`;
}

/** `acceptedAfterMs` is "accepted after ms". */
const keyInWords = (key) => key.replace(/[A-Z]/g, (letter) => ` ${letter.toLowerCase()}`);

const mapValues = (object, map) =>
  Object.fromEntries(Object.entries(object).map(([key, value]) => [key, map(value)]));
