import { readFileSync } from 'node:fs';
import { inWorkspace } from '../setup/workspace.mjs';

const contractFile = 'docs/contract.md';
const testsFile = 'docs/contract.tests.json';

/** Addresses in the table that are not part of the API that the OpenAPI document describes. */
const DOCUMENTATION = ['GET /docs', 'GET /docs/openapi.json'];

const read = (path) => readFileSync(inWorkspace(path), 'utf8');

/** The anchors of the contract's headings, as GitHub generates them. */
export function anchors(markdown = read(contractFile)) {
  return headings(markdown).map(({ text }) => anchorOf(text));
}

/** The anchors of its rules: its headings of the third level. */
export function rules(markdown = read(contractFile)) {
  return headings(markdown)
    .filter(({ level }) => level === 3)
    .map(({ text }) => anchorOf(text));
}

/** Every route of the table, as `GET /path`, with who may call it. */
export function tableOfEndpoints(markdown = read(contractFile)) {
  const rows = [...markdown.matchAll(/^\| ([A-Z]+) +\| `(\/[^`]*)` +\| (.+?) +\|/gm)];
  return rows
    .map(([, method, path, who]) => [`${method} ${path}`, who])
    .filter(([route]) => !DOCUMENTATION.includes(route));
}

/** Every route of the OpenAPI document, in the words of the table. */
export function declaredEndpoints(document = JSON.parse(read('apps/api/openapi.json'))) {
  return Object.entries(document.paths).flatMap(([path, operations]) =>
    Object.entries(operations).map(([method, operation]) => [
      `${method.toUpperCase()} ${path}`,
      whoMayCall(operation['x-access']),
    ]),
  );
}

/** By rule, and by file within it, the names of the tests that prove it. */
export const testsOfRules = () => JSON.parse(read(testsFile));

function headings(markdown) {
  const withoutCode = markdown.replace(/^```.*?^```/gms, '');
  return [...withoutCode.matchAll(/^(#{1,6}) (.+)$/gm)].map(([, marks, text]) => ({
    level: marks.length,
    text,
  }));
}

function anchorOf(heading) {
  return heading
    .toLowerCase()
    .replace(/[^\p{L}\p{N}_ -]/gu, '')
    .replaceAll(' ', '-');
}

function whoMayCall({ kind, roles = [], developer = false, scope }) {
  switch (kind) {
    case 'session':
      if (developer) return 'session (developer)';
      return roles.length === 0 ? 'session' : `session (${roles.join(', ')})`;
    case 'bearer':
      return `token (\`${scope}\`)`;
    case 'session-or-bearer':
      return `session or token (\`${scope}\`)`;
    default:
      return kind;
  }
}
