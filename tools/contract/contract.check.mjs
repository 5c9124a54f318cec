import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, it } from 'node:test';
import { inWorkspace, root } from '../setup/workspace.mjs';
import { anchors, declaredEndpoints, rules, tableOfEndpoints, testsOfRules } from './contract.mjs';

const GENERATED = ['node_modules', 'dist', 'test-results', 'package-lock.json', 'generated.ts'];
const TEXT = /\.(ts|mjs|cjs|js|md|json|html|css|ya?ml)$/;

/** Every text file that somebody has written, by its path from the root. */
function writtenFiles(folder = '') {
  return readdirSync(join(root, folder), { withFileTypes: true }).flatMap((entry) => {
    const path = join(folder, entry.name);
    if (entry.name.startsWith('.') || GENERATED.includes(entry.name)) return [];
    if (entry.isDirectory()) return writtenFiles(path);
    return entry.isFile() && TEXT.test(entry.name) ? [path] : [];
  });
}

const thisFile = join('tools', 'contract', 'contract.check.mjs');
const others = writtenFiles().filter((path) => path !== thisFile);
const files = others.map((path) => ({
  path,
  text: readFileSync(join(root, path), 'utf8'),
}));

describe('the table of endpoints', () => {
  it('has a row for every route of the API, with who may call it, and no others', () => {
    assert.deepEqual(
      Object.fromEntries(tableOfEndpoints()),
      Object.fromEntries(declaredEndpoints()),
    );
  });

  it('has each route once', () => {
    const routes = tableOfEndpoints().map(([route]) => route);
    assert.deepEqual(routes, [...new Set(routes)]);
  });
});

describe('the rules of the contract', () => {
  it('have an anchor each, which no other heading has', () => {
    assert.deepEqual(anchors(), [...new Set(anchors())]);
  });

  it('all have tests, and nothing else is listed', () => {
    assert.deepEqual(Object.keys(testsOfRules()).toSorted(), rules().toSorted());
  });

  it('name tests that exist', () => {
    const missing = Object.entries(testsOfRules()).flatMap(([rule, byFile]) =>
      Object.entries(byFile).flatMap(([path, names]) => {
        const source = sourceOf(path);
        const gone = names.filter((name) => !isNamedIn(source, name));
        return gone.map((name) => `${rule}: no test of ${path} is called '${name}'`);
      }),
    );
    assert.deepEqual(missing, []);
    assert.ok(Object.values(testsOfRules()).every((byFile) => Object.keys(byFile).length > 0));
  });
});

describe('whoever refers to the contract', () => {
  it('links a heading that it has', () => {
    const known = anchors();
    const dead = files.flatMap(({ path, text }) =>
      [...text.matchAll(/contract\.md#([\w-]+)/g)]
        .filter(([, anchor]) => !known.includes(anchor))
        .map(([link]) => `${path}: ${link}`),
    );
    assert.deepEqual(dead, []);
  });

  it('cites no document that a reader does not have', () => {
    const cited = files.flatMap(({ path, text }) =>
      text.split('\n').flatMap((line, index, lines) => {
        const context = `${lines[index - 1] ?? ''} ${line}`;
        return isOutsideCitation(line, context) ? [`${path}:${index + 1}: ${line.trim()}`] : [];
      }),
    );
    assert.deepEqual(cited, []);
  });
});

function sourceOf(path) {
  try {
    return readFileSync(inWorkspace(path), 'utf8');
  } catch (error) {
    if (error.code === 'ENOENT') return '';
    throw error;
  }
}

function isNamedIn(source, name) {
  return ["'", '"', '`'].some((quote) => source.includes(`${quote}${name}${quote}`));
}

/** Names of documents outside the repository, which its comments and tests once cited. */
const ELSEWHERE = /\b(?:CONTRACT|DESIGN)\b/;

/** Also a numbered section without the RFC or other published document that it belongs to. */
function isOutsideCitation(line, context) {
  if (ELSEWHERE.test(line)) return true;
  return line.includes('§') && !/(RFC|UTS|NIST SP|ISO) ?\d|Fetch|OpenID|WebAuthn/.test(context);
}
