import { describe, expect, it } from '@jest/globals';
import { OAUTH_ERRORS } from '@flixcheck/oauth-protocol';
import { globSync, readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { PROBLEMS } from './api-error.js';

const SOURCES = resolve(__dirname, '..');
/** These describe codes without sending any. */
const DESCRIPTIONS = ['http/api-error.ts', 'http/openapi-problems.ts'];

const sent = globSync('**/*.ts', { cwd: SOURCES })
  .filter((file) => !file.endsWith('.spec.ts') && !DESCRIPTIONS.includes(file))
  .map((file) => readFileSync(join(SOURCES, file), 'utf8'))
  .join('\n');

describe('a code that stands for a failure', () => {
  it.each([...Object.keys(PROBLEMS), ...Object.keys(OAUTH_ERRORS)])('%s is sent', (code) => {
    expect(sent).toContain(`'${code}'`);
  });
});
