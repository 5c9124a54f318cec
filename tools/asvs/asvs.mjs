import { readFileSync } from 'node:fs';
import { inWorkspace } from '../setup/workspace.mjs';

const page = 'docs/asvs.md';

/** What a requirement's state may be, in the words of the page. */
export const STATES = ['met', 'not met', 'not applicable', 'installation'];

/** How many requirements ASVS 5.0.0 has, by level. */
export const REQUIREMENTS = { 1: 70, 2: 183 };

/**
 * The rows of the page's tables of requirements.
 * @returns {{id: string, level: string, state: string, files: string[], tests: {path: string, name: string}[]}[]}
 */
export function requirements(markdown = readPage()) {
  const rows = markdown.matchAll(
    /^\| V(\d+\.\d+\.\d+) +\| ([12]) +\| .+? +\| ([a-z ]+?) +\| (.*) \| (.*) \|$/gm,
  );
  return [...rows].map(([, id, level, state, where, tests]) => ({
    id,
    level,
    state,
    files: [...where.matchAll(/\]\((\.\.\/[^)#]+|[^)#.][^)#]*)/g)].map(([, link]) =>
      fromRoot(link),
    ),
    tests: [...tests.matchAll(/\]\(([^)]+)\): `([^`]+)`/g)].map(([, link, name]) => ({
      path: fromRoot(link),
      name,
    })),
  }));
}

/** The table of numbers at the top: by state, those of level 1, of level 2 and of both. */
export function counts(markdown = readPage()) {
  const rows = markdown.matchAll(/^\| ([a-z ]+?) +\| +(\d+) \| +(\d+) \| +(\d+) \|$/gm);
  return Object.fromEntries([...rows].map(([, state, ...numbers]) => [state, numbers.map(Number)]));
}

/** What that table has to say. */
export function counted(rows) {
  const of = (fits) => {
    const levels = ['1', '2'].map((level) =>
      rows.filter((row) => row.level === level && fits(row)),
    );
    const [one, two] = levels.map(({ length }) => length);
    return [one, two, one + two];
  };
  const states = STATES.map((state) => [state, of((row) => row.state === state)]);
  const shown = of((row) => row.state === 'met' && row.tests.length > 0);
  return Object.fromEntries([
    ...states,
    ['of these shown by a test', shown],
    ['all', of(() => true)],
  ]);
}

function readPage() {
  return readFileSync(inWorkspace(page), 'utf8');
}

/** A link of the page, which stands in docs. */
function fromRoot(link) {
  return link.startsWith('../') ? link.slice('../'.length) : `docs/${link}`;
}
