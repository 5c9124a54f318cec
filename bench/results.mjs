import { existsSync, readFileSync, writeFileSync } from 'node:fs';

const FILE = new URL('results.md', import.meta.url);
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

/** The figures behind the report of `npm run bench`, for programs that draw or compare them. */
export function writeJson(results, file = new URL('results.json', import.meta.url)) {
  const round = (_, value) => (typeof value === 'number' ? Number(value.toPrecision(4)) : value);
  writeFileSync(file, `${JSON.stringify(results, round, 2)}\n`);
}
