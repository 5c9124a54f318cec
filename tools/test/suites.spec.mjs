import assert from 'node:assert/strict';
import { existsSync, readdirSync } from 'node:fs';
import { describe, it } from 'node:test';
import { inWorkspace } from '../setup/workspace.mjs';
import { suites } from './suites.mjs';

const CONFIGS = ['jest.config.cjs', 'playwright.config.ts', 'lighthouse.config.ts'];

describe('the table of suites', () => {
  it('has every test configuration of the workspace', () => {
    const found = ['apps', 'libs'].flatMap((parent) =>
      readdirSync(inWorkspace(parent)).flatMap((name) =>
        CONFIGS.map((config) => `${parent}/${name}/${config}`).filter((path) =>
          existsSync(inWorkspace(path)),
        ),
      ),
    );
    const listed = suites.map(({ config }) => config).filter(Boolean);
    assert.deepEqual(listed.toSorted(), found.toSorted());
  });
});
