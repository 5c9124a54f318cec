import { describe, expect, it } from '@jest/globals';
import { validateSync } from 'class-validator';
import { IsDisplayText } from './display-text.js';

describe('a text that users read', () => {
  class Shown {
    @IsDisplayText()
    text: unknown;

    constructor(text: unknown) {
      this.text = text;
    }
  }
  const accepted = (text: unknown) => validateSync(new Shown(text)).length === 0;

  it.each(['Maklerwelt CRM', 'Müller & Söhne „Direkt“', '山田', "O'Neill <Ltd>", 'a'])(
    'may be %j',
    (text) => {
      expect(accepted(text)).toBe(true);
    },
  );

  it.each([
    '',
    ' ',
    ' Maklerwelt',
    'Maklerwelt ',
    'two\nlines',
    'tab\tbed',
    'NUL\0',
    'bank\u202Eelpmaxe',
    'zero\u200Bwidth',
    '\u00AD',
    '\uFEFF',
    '\u2800',
    '\uD800',
    '\u2028',
    7,
    null,
    ['Maklerwelt'],
    { toString: 'Maklerwelt' },
  ])('may not be %j', (text) => {
    expect(accepted(text)).toBe(false);
  });
});

describe('a text that people write about people', () => {
  class Written {
    @IsDisplayText({ asTyped: true })
    text: unknown;

    constructor(text: unknown) {
      this.text = text;
    }
  }
  const accepted = (text: unknown) => validateSync(new Written(text)).length === 0;

  it.each([
    ' Erika ',
    'Müller-Lüdenscheidt',
    'עברית \u200Fsigned',
    'می\u200Cخواهم',
    'क्\u200Dष',
    'Familie 👨\u200D👩\u200D👧',
    '❤\uFE0F\u200D🔥',
  ])('may be %j, as its script needs it', (text) => {
    expect(accepted(text)).toBe(true);
  });

  it.each([
    '',
    ' ',
    '\u200F',
    'bank\u202Eelpmaxe',
    'bank\u2066elpmaxe',
    'zero\u200Bwidth',
    'no\u200Djoint',
    'no\u200C joint',
    'soft\u00ADhyphen',
    '\uFEFFErika',
    'half\uD83D',
    'two\nlines',
    7,
    null,
  ])('may not be %j', (text) => {
    expect(accepted(text)).toBe(false);
  });
});
