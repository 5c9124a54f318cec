import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { readSuites } from '../test/suites.mjs';
import { changeOf } from './changes.mjs';
import { mutants } from './mutants.mjs';

describe('each rule that the mutation test breaks', () => {
  for (const [rule, file, text, instead, suite] of mutants) {
    it(`stands where it is looked for: ${rule}`, () => {
      const { before, after } = changeOf(file, text, instead);
      assert.notEqual(before, after);
      assert.ok(readSuites().some(({ name }) => name === suite));
    });
  }
});
