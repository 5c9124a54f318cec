import { inWords, table } from './markdown.mjs';

/** The report of `npm run bench`: of the parts that were measured. */
export function costReport({ machine, sizes, grants, bearer, routes, refusals, check }) {
  const parts = [
    grants && grantsReport(grants, sizes),
    bearer && bearerReport(bearer, sizes),
    routes && routesReport(routes, sizes),
    refusals && refusalsReport(refusals),
    check && checkReport(check, sizes),
  ];
  return [`${machine}.\n`, ...parts.filter(Boolean)].join('\n');
}

/** Steps of the housekeeping that take less are not worth a line. */
const SHORT_MS = 20;

/** The report of `npm run bench:flat`. */
export function flatReport({ machine, sizes, rows, steps }) {
  const { rounds, requests, measured } = mapValues(sizes, inWords);
  return `${machine}.

${rounds} rounds, in each of which every size has a block of ${requests} requests, of pages a fourth of that, for ${measured} connections among all.

${table(
  [
    ...['request', 'lineages', 'server µs', 'PostgreSQL µs', '× smallest', 'p50 ms', '× smallest'],
    'WAL kB',
  ],
  rows.map(({ request, lineages, server, postgres, ratio, p50, p50Ratio, wal }) => [
    ...[request, lineages, server, postgres, spread(ratio), p50, spread(p50Ratio), wal / 1000],
  ]),
)}${steps.length > 0 ? stepsReport(steps) : ''}`;
}

function stepsReport(steps) {
  const byName = Object.values(Object.groupBy(steps, ({ step }) => step));
  const isLong = (sizes) => sizes.some(({ longest }) => longest >= SHORT_MS);
  const long = byName.filter(isLong);
  const headings = byName[0].flatMap(({ lineages }) => [
    ...[`longest ms, ${inWords(lineages)}`, 'all ms', 'CPU ms'],
  ]);
  return `
### Housekeeping

${table(
  ['step', ...headings],
  long.map((sizes) => [
    `\`${sizes[0].step}\``,
    ...sizes.flatMap(({ longest, all, cpu }) => [longest, all, cpu]),
  ]),
)}
No statement of the other ${byName.length - long.length} steps took ${SHORT_MS} ms.
`;
}

function grantsReport(rows, { rounds, requests }) {
  return `### Token endpoint

${inWords(rounds)} rounds, in each of which every side has a block of ${inWords(requests)} requests.

${table(
  [
    ...['request', 'connections', 'side', 'server µs', 'PostgreSQL µs', '× floor'],
    ...['p50 ms', '× floor', 'p99 ms', '× floor'],
  ],
  rows.map((row) => [
    ...[row.grant, row.connections, row.side, row.server, row.postgres, spread(row.ratio)],
    ...[row.p50, spread(row.p50Ratio), row.p99, spread(row.p99Ratio)],
  ]),
)}`;
}

function bearerReport(rows, { pairs, requests }) {
  return `### Request with an access token

${inWords(pairs)} pairs of blocks of ${inWords(requests)} requests.

${table(
  ['request', 'CPU µs with', 'CPU µs without', '× without'],
  rows.map(({ path, with: on, without, ratio }) => [
    ...[`\`GET ${path}\``, on, without, spread(ratio)],
  ]),
)}`;
}

function routesReport(rows, { rounds, requests }) {
  return `### Other routes

${inWords(rounds)} rounds, in each of which every side has a block of ${inWords(requests / 4)} requests.

${table(
  ['route', 'statements', 'server µs', 'PostgreSQL µs', 'bare: server', 'PostgreSQL', '× bare'],
  rows.map(({ route, statements, server, postgres, floorServer, floorPostgres, ratio }) => [
    ...[route, statements, server, postgres, floorServer, floorPostgres, spread(ratio)],
  ]),
)}`;
}

function refusalsReport(rows) {
  return `### Refused sign-ins

${table(
  ['reason', 'attempts', 'median ms', 'p'],
  rows.map(({ reason, attempts, ms, p }) => [reason, attempts, ms, p === null ? '' : p.toFixed(2)]),
)}`;
}

function checkReport(check, sizes) {
  const { calls, seconds } = mapValues(sizes, inWords);
  return `### Check of revocations

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

const spread = ({ median, min, max }) => `${ratio(median)} (${ratio(min)}–${ratio(max)})`;
const ratio = (value) => value.toFixed(2);

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

/** The report of `npm run bench:portal`: a table for each of its parts. */
export function portalReport({ machine, entries }) {
  const parts = Object.entries(Object.groupBy(entries, (entry) => entry.table)).map(
    ([title, rows]) => {
      const columns = Object.keys(rows[0].row);
      return `\n### ${title}\n\n${table(
        columns,
        rows.map(({ row }) => columns.map((column) => row[column])),
      )}`;
    },
  );
  return `${machine}.\n${parts.join('')}`;
}

/** The report of `npm run bench:footprint`. */
export function footprintReport({ machine, exchanges, rows, sizes }) {
  return `${machine}.

${table(
  [
    ...['side', 'first start, ms', 'later starts, ms', 'idle, MB'],
    ...[`after ${inWords(exchanges)} exchanges, MB`, 'five seconds later, MB'],
  ],
  rows.map((row) => [
    ...[row.side, row.firstStartMs, row.secondStartMs].map(whole),
    ...[row.idleMB, row.afterMB, row.laterMB].map(whole),
  ]),
)}
${table(
  ['in the image', 'MB'],
  [
    ['Node itself', sizes.node],
    ['modules', sizes.modules],
    ['program, portal and documentation', sizes.program],
    ['all of it', sizes.image],
  ].map(([what, bytes]) => [what, whole(bytes / 1e6)]),
)}`;
}

const whole = (value) => (typeof value === 'number' ? Math.round(value) : value);

/** `acceptedAfterMs` is "accepted after ms". */
const keyInWords = (key) => key.replace(/[A-Z]/g, (letter) => ` ${letter.toLowerCase()}`);

const mapValues = (object, map) =>
  Object.fromEntries(Object.entries(object).map(([key, value]) => [key, map(value)]));
