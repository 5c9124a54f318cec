import { describe, expect, it } from '@jest/globals';
import { contrastRatio, parseColor, toHex } from './contrast';

describe('contrast', () => {
  it('is 21 between black and white and 1 between equals', () => {
    expect(contrastRatio([0, 0, 0], [255, 255, 255])).toBeCloseTo(21);
    expect(contrastRatio([12, 90, 85], [12, 90, 85])).toBe(1);
  });

  it('does not depend on the order', () => {
    expect(contrastRatio([118, 118, 118], [255, 255, 255])).toBeCloseTo(4.54, 2);
    expect(contrastRatio([255, 255, 255], [118, 118, 118])).toBeCloseTo(4.54, 2);
  });
});

describe('a computed colour', () => {
  it('is read in the forms that browsers use', () => {
    expect(parseColor('rgb(11, 90, 85)')).toEqual([11, 90, 85]);
    expect(parseColor('rgba(11, 90, 85, 1)')).toEqual([11, 90, 85]);
    expect(parseColor('color(srgb 1 0.5 0)')).toEqual([255, 127.5, 0]);
  });

  it('is none where something shines through', () => {
    expect(parseColor('rgba(0, 0, 0, 0)')).toBeNull();
    expect(parseColor('rgba(20, 38, 42, 0.05)')).toBeNull();
    expect(parseColor('transparent')).toBeNull();
  });

  it('is written as in the tokens', () => {
    expect(toHex([11, 90, 85])).toBe('#0b5a55');
  });
});
