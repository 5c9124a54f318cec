import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { plotGrants } from './plot.mjs';

const FILE = new URL('results.md', import.meta.url);
const JSON_FILE = new URL('results.json', import.meta.url);
/** Of the numbers that are measured, the one that a busy installation has. */
const PLOTTED_CONNECTIONS = 16;
const HEAD = '# Results\n\n[README.md](README.md) says what they mean.\n\n';

/** Puts a report into `results.md` under its heading; what other commands wrote there stays. */
export function writeSection(title, report, file = FILE) {
  const heading = `## ${title}\n`;
  const text = existsSync(file) ? readFileSync(file, 'utf8') : HEAD;
  const sections = text.split(/^(?=## )/m).map((section) => `${section.trimEnd()}\n`);
  const section = `${heading}\n${report.trimEnd()}\n`;
  const at = sections.findIndex((other) => other.startsWith(heading));
  if (at < 0) sections.push(section);
  else sections[at] = section;
  writeFileSync(file, sections.join('\n'));
}

/** The figures behind the reports, for programs that draw or compare them; those of other commands stay. */
export function writeJson(results, file = JSON_FILE) {
  const { flat } = readJson(file);
  save({ ...results, flat }, file);
}

/** Puts the figures of another command beside those of `npm run bench`. */
export function addToJson(name, results, file = JSON_FILE) {
  save({ ...readJson(file), [name]: results }, file);
}

function readJson(file) {
  return existsSync(file) ? JSON.parse(readFileSync(file, 'utf8')) : {};
}

function save(results, file) {
  const round = (_, value) => (typeof value === 'number' ? Number(value.toPrecision(4)) : value);
  writeFileSync(file, `${JSON.stringify(results, round, 2)}\n`);
}

/** The picture of the README. */
export function writePlot(grants, file = new URL('../docs/images/cost.svg', import.meta.url)) {
  writeFileSync(file, plotGrants(grants, PLOTTED_CONNECTIONS));
}
