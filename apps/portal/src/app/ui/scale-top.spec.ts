import { expect, it } from '@jest/globals';
import { scaleTop } from './scale-top';

it('a chart has a round scale at or above the highest value', () => {
  expect([0, 5, 6, 42, 104, 999].map(scaleTop)).toEqual([5, 5, 8, 50, 150, 1000]);
});
