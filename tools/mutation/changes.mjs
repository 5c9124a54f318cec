import { readFileSync } from 'node:fs';
import { Failure } from '../setup/failure.mjs';
import { inWorkspace } from '../setup/workspace.mjs';

/** The files that break a rule, as they are and as they would be. */
export function changesOf([, file, text, instead, suite]) {
  const built = file.replace('/src/', '/dist/').replace(/\.ts$/, '.js');
  // The API's own specs run its sources, and its libraries as they are built.
  const runsSources = suite === 'api' && file.startsWith('apps/api/');
  return (runsSources ? [file] : [file, built]).map((path) => changeOf(path, text, instead));
}

/** @throws Failure unless the text stands exactly once in the file */
export function changeOf(file, text, instead) {
  const path = inWorkspace(file);
  const before = readFileSync(path, 'utf8');
  const found = [...before.matchAll(new RegExp(patternOf(text), 'g'))];
  if (found.length !== 1) throw new Failure(`${file} has this ${found.length} times: ${text}`);
  const [{ 0: stands, index }] = found;
  return {
    path,
    before,
    after: before.slice(0, index) + instead + before.slice(index + stands.length),
  };
}

/** The compiler breaks and indents lines otherwise than the formatter. */
function patternOf(text) {
  return text
    .split(/\s+/)
    .map((word) => word.replace(/[^\w]/g, '\\$&'))
    .join('\\s+');
}
