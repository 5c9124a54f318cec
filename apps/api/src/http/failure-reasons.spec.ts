import { expect, it } from '@jest/globals';
import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { FAILURE_REASONS } from './failure-reasons.js';

const PAGE = readFileSync(resolve(__dirname, '../../../../docs/guide/request-log.md'), 'utf8');

it('the guide has a paragraph for each reason of the request log, and for no other', () => {
  const [failures = ''] = PAGE.split('## Not a failure');
  const described = [...failures.matchAll(/^### `(\w+)`\n\n(?=[^#\n])/gm)].map(([, code]) => code);
  expect(described.sort()).toEqual([...FAILURE_REASONS].sort());
});
