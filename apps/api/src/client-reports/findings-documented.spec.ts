import { expect, it } from '@jest/globals';
import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { FINDING_WORDS } from './diagnosis-words.js';

const PAGE = readFileSync(resolve(__dirname, '../../../../docs/guide/doctor.md'), 'utf8');

it('the page about the doctor has each finding with how to mend it, and no other', () => {
  const shown = [...PAGE.matchAll(/^## `(\w+)`\n\n.+\n\n\*\*How to mend it:\*\* (.+)$/gm)];
  expect(shown.map(([, code, remedy]) => [code, remedy])).toEqual(
    Object.entries(FINDING_WORDS).map(([code, { remedy }]) => [code, remedy]),
  );
});
