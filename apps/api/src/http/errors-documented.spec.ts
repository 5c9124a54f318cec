import { expect, it } from '@jest/globals';
import { OAUTH_ERRORS } from '@flixcheck/oauth-protocol';
import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { PROBLEMS } from './api-error.js';

const PAGE = readFileSync(resolve(__dirname, '../../../../docs/guide/errors.md'), 'utf8');

it('the page about errors has each code with its status and what it means, and no other', () => {
  const shown = [...PAGE.matchAll(/^### (OAuth )?`(\w+)`\n\n(\d+) · (.+?\.)/gm)].map(
    ([, oauth, code, status, title]) => [code, Number(status), oauth ? 'OAuth' : title],
  );
  expect(shown).toEqual([
    ...Object.entries(PROBLEMS).map(([code, [status, title]]) => [code, status, `${title}.`]),
    ...Object.entries(OAUTH_ERRORS).map(([code, { status }]) => [code, status, 'OAuth']),
  ]);
});
