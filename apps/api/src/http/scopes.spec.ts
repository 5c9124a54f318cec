import { describe, expect, it } from '@jest/globals';
import { scopeAllows as verifierAllows } from '@flixcheck/access-token-verifier';
import { isScope, SCOPE_TABLE, scopeAllows, scopeNames, SCOPES } from '@flixcheck/oauth-protocol';
import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';

type Security = Record<string, string[]>;
const document = JSON.parse(readFileSync(resolve(__dirname, '../../openapi.json'), 'utf8')) as {
  paths: Record<string, Record<string, { security?: Security[] }>>;
};
/** The scopes that an access token needs at some endpoint, each with the method of it. */
const needs = Object.values(document.paths)
  .flatMap((methods) => Object.entries(methods))
  .flatMap(([method, { security = [] }]) =>
    security.flatMap(({ oauth2 = [] }) => oauth2.map((scope) => ({ scope, method }))),
  );
const needed = needs.map(({ scope }) => scope);

// What a new scope lacks, besides its line in the table and an endpoint, fails here by its name.

describe.each(SCOPES)('the scope %s', (scope) => {
  it('is a token that RFC 6749 §3.3 allows', () => {
    expect(scope).toMatch(/^[\x21\x23-\x5b\x5d-\x7e]+$/);
  });

  it('is needed by an endpoint', () => {
    expect(needed).toContain(scope);
  });

  it('has a meaning for developers, and a name of its own in both languages', () => {
    const { meaning, name } = SCOPE_TABLE[scope];
    expect([meaning, name.de, name.en].every((words) => words.trim() !== '')).toBe(true);
    const names = SCOPES.flatMap((other) => Object.values(SCOPE_TABLE[other].name));
    expect(new Set(names).size).toBe(2 * SCOPES.length);
  });

  it('says to users what it adds, in both languages and in words of its own', () => {
    const { rights } = SCOPE_TABLE[scope];
    expect(rights.length).toBeGreaterThan(0);
    for (const { de, en } of rights) {
      for (const text of [de, en]) expect(text).toMatch(/^\p{Lu}.+[^.\s]$/u);
      for (const language of ['de', 'en'] as const) {
        const all = SCOPES.flatMap((other) =>
          SCOPE_TABLE[other].rights.map((each) => each[language]),
        );
        expect(all.filter((text) => text === { de, en }[language])).toHaveLength(1);
      }
    }
  });

  it('changes nothing where it is for viewing only', () => {
    const sufficing = needs.filter((need) => isScope(need.scope) && scopeAllows(scope, need.scope));
    const onlyReads = sufficing.every(({ method }) => method === 'get');
    expect(onlyReads).toBe(SCOPE_TABLE[scope].viewOnly);
  });

  it('includes only scopes that exist, and never itself', () => {
    const included: readonly string[] = SCOPE_TABLE[scope].includes;
    expect(included.filter((other) => !isScope(other))).toEqual([]);
    for (const other of included.filter(isScope)) {
      expect(scopeAllows(other, scope)).toBe(false);
    }
  });

  it('allows the same at services that verify tokens themselves', () => {
    const allowed = SCOPES.map((other) => scopeAllows(scope, other));
    expect(SCOPES.map((other) => verifierAllows(scope, other))).toEqual(allowed);
  });
});

it('no endpoint needs a scope that does not exist', () => {
  expect(needed.filter((scope) => !isScope(scope))).toEqual([]);
});

it('what one granted scope includes is not named again', () => {
  expect(scopeNames(['read', 'readwrite'], 'de')).toBe(SCOPE_TABLE.readwrite.name.de);
});
