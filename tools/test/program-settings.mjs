import { readFileSync } from 'node:fs';
import { inWorkspace } from '../setup/workspace.mjs';

/**
 * Every variable that the program reads, in the table of docs/operate.md, which a test of the API
 * holds to be whole; a secret's may have `_FILE` behind it.
 */
export function programSettings() {
  const lines = readFileSync(inWorkspace('docs', 'operate.md'), 'utf8').split('\n');
  const rows = lines.slice(lines.findIndex((line) => /^\| name +\| default +\|/.test(line)) + 2);
  const end = rows.findIndex((line) => !line.startsWith('|'));
  return rows
    .slice(0, end)
    .flatMap((row) => [...row.split('|')[1].matchAll(/`(\w+)`/g)].map(([, name]) => name))
    .flatMap((name) => [name, `${name}_FILE`]);
}
