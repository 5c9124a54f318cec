import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from '@jest/globals';
import { MEASURES, MOTION, PAIRS, RADII, SHADOWS, SIZES, SPACES, TYPE } from './tokens';

const source = readFileSync(join(__dirname, '../../styles/_tokens.scss'), 'utf8');
const defined = new Set([...source.matchAll(/^\s*(--[\w-]+):/gm)].map(([, name]) => name));
const shown = new Set([
  ...PAIRS.flatMap(({ pairs }) =>
    pairs.flatMap(({ ground, ink }) => [ground, ...(ink ? [ink] : [])]),
  ),
  ...[...SIZES, ...TYPE, ...SPACES, ...RADII, ...SHADOWS, ...MEASURES, ...MOTION].map(
    ({ name }) => name,
  ),
]);

describe('the design page', () => {
  it('shows every token, and says what it is for', () => {
    expect([...defined].filter((name) => name !== undefined && !shown.has(name))).toEqual([]);
  });

  it('shows no token that does not exist', () => {
    expect([...shown].filter((name) => !defined.has(name))).toEqual([]);
  });
});
