import { describe, expect, it } from '@jest/globals';
import { SCOPE_TABLE, SCOPES } from '@flixcheck/oauth-protocol';
import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { inWords } from './config/in-words.js';
import { SECOND } from './config/clock.js';
import { REQUESTS_KEPT_MS } from './oauth-clients/request-log-retention.js';
import { CODE_LIFETIME_MS } from './oauth-codes/code-rules.js';
import { ACCESS_TOKEN_LIFETIME_MS } from './oauth-tokens/access-token-rules.js';
import { REFRESH_RETRY_MS, REFRESH_TOKEN_IDLE_MS } from './oauth-tokens/refresh-token-rules.js';
import { ROTATE_AFTER_MS } from './oauth-tokens/signing-keys.js';

/** On one line, wherever it wraps. */
const read = (document: string) =>
  readFileSync(resolve(__dirname, '../../../docs', document), 'utf8').replace(/\s+/g, ' ');

describe('the documentation gives the numbers that the code uses', () => {
  it.each([
    ['integrate.md', `exchanges the code**, within ${inWords(CODE_LIFETIME_MS)}`],
    ['integrate.md', `The JWT lives ${inWords(ACCESS_TOKEN_LIFETIME_MS)}`],
    ['integrate.md', `"expires_in": ${ACCESS_TOKEN_LIFETIME_MS / SECOND}`],
    ['integrate.md', `is at most ${inWords(REFRESH_RETRY_MS)} old`],
    ['integrate.md', `nobody uses for ${inWords(REFRESH_TOKEN_IDLE_MS)} expires`],
    ['operate.md', `rotate by themselves every ${inWords(ROTATE_AFTER_MS)}`],
    ['operate.md', `the request log for ${parseInt(inWords(REQUESTS_KEPT_MS))}.`],
  ])('%s: %s', (document, sentence) => {
    expect(read(document)).toContain(sentence);
  });
});

describe('the guide for third parties has the scopes of the table', () => {
  const [, rest = ''] = read('integrate.md').split('## Calling the API');
  const [section = ''] = rest.split('## ');
  const rows = [...section.matchAll(/\| `([^`]+)` \| ([^|]+) \| ([^|]*)\|/g)];

  it.each(SCOPES)('%s', (scope) => {
    const { meaning, includes } = SCOPE_TABLE[scope];
    const [, , words, included = ''] = rows.find(([, name]) => name === scope) ?? [];
    expect(words?.trim()).toBe(meaning);
    expect([...included.matchAll(/`([^`]+)`/g)].map(([, name]) => name)).toEqual(includes);
  });

  it('and no others', () => {
    expect(rows.map(([, name]) => name)).toEqual(SCOPES);
  });
});

describe('a length of time in words', () => {
  it.each([
    [60_000, '60 seconds'],
    [120_000, '2 minutes'],
    [3_600_000, '60 minutes'],
    [86_400_000, '24 hours'],
    [30 * 86_400_000, '30 days'],
  ])('%i ms', (ms, words) => {
    expect(inWords(ms)).toBe(words);
  });
});
