/**
 * `npm run bench:flat`: whether requests cost the same however much there is, as a Markdown report on
 * stdout. The database server is that of TEST_DATABASE_URL, and needs room for what is asked for.
 */
import { parseArgs } from 'node:util';
import { measureFlat, PARTS } from './flat/measure.mjs';
import { startSizes } from './flat/sizes.mjs';
import { machine } from './machine.mjs';
import { flatReport } from './report.mjs';
import { addToJson, writeSection } from './results.mjs';

const FULL = { rounds: 7, requests: 1000, lanes: 16, measured: 5000 };
const QUICK = { rounds: 1, requests: 20, lanes: 4, measured: 200 };
const LINEAGES = { full: '0,100000,1000000', quick: '0,1000' };

const { values: options } = parseArgs({
  options: {
    quick: { type: 'boolean', default: false },
    write: { type: 'boolean', default: false },
    keep: { type: 'boolean', default: false },
    lineages: { type: 'string' },
    part: { type: 'string', multiple: true, default: PARTS },
    ...Object.fromEntries(Object.keys(FULL).map((name) => [name, { type: 'string' }])),
  },
});
const unknown = options.part.find((part) => !PARTS.includes(part));
if (unknown) throw new Error(`--part must be one of ${PARTS.join(', ')}, not '${unknown}'`);
const sizes = { ...(options.quick ? QUICK : FULL) };
for (const name of Object.keys(sizes)) {
  if (options[name] !== undefined) sizes[name] = number(name, options[name]);
}
const given = options.lineages ?? LINEAGES[options.quick ? 'quick' : 'full'];
sizes.lineages = given.split(',').map((text) => (text === '0' ? 0 : number('lineages', text)));

const adminUrl = process.env.TEST_DATABASE_URL;
if (!adminUrl) throw new Error('TEST_DATABASE_URL is missing. Run this as: npm run bench:flat');

const say = (text) => process.stderr.write(`${text}\n`);
const world = await startSizes(adminUrl, { ...sizes, keep: options.keep, say });
try {
  const results = {
    machine: await machine(adminUrl),
    sizes,
    ...(await measureFlat(sizes, world, options.part)),
  };
  const report = flatReport(results);
  process.stdout.write(report);
  if (options.write) {
    addToJson('flat', results);
    writeSection('At any size', report);
  }
} finally {
  await world.stop();
}

function number(name, text) {
  if (/^[1-9]\d{0,7}$/.test(text)) return Number(text);
  throw new Error(`--${name} must be a number, not '${text}'`);
}
