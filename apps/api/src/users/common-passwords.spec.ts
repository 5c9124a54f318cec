import { describe, expect, it } from '@jest/globals';
import { randomBytes } from 'node:crypto';
import { DEMO_PASSWORD } from '../database/demo-data.js';
import { isCommonPassword } from './common-passwords.js';

const PERSONAL = ['Erika', 'von Österreich-Übel', 'e.beispiel@grünwald.example', 'Grünwald GmbH'];
const isCommon = (password: string) => isCommonPassword(password, PERSONAL);

describe('a password that guessers try first is refused (NIST SP 800-63B §5.1.1.2)', () => {
  it.each([
    ['one character', ['aaaaaaaaaaaa', '000000000000', 'ü'.repeat(200), ' '.repeat(12)]],
    ['a short block', ['abababababab', 'abc123abc123', '12ab12ab12ab', 'xyzzyxyzzyxyz']],
    ['a run', ['123456789012', '987654321098', 'abcdefghijkl', 'qwertzuiopü+', 'qwertyuiop12']],
    ['runs', ['asdfghjkl123', '1qay2wsx3edc', '111222333444', 'a1b2c3d4e5f6', 'qwertzasdfgh']],
    ['a word with digits', ['passwort1234', 'Passwort2026!', 'password12345', '2026Kennwort!!']],
    ['words in disguise', ['P@ssw0rt2026!', 'p4$$w0rd1234', 'W1llk0mmen!!!', 'G3he1mn1s!2025']],
    ['our own words', ['Flixcheck2026', 'Maklerwelt123!', 'Versicherung24', 'flixcheckflixcheck']],
    ['names of the user', ['Erika1985!!!', 'österreich123', 'grünwald-grünwald', '2026Beispiel']],
  ])('%s', (_, passwords) => {
    for (const password of passwords)
      expect([password, isCommon(password)]).toEqual([password, true]);
  });

  it('in whatever way its characters are composed', () => {
    expect(isCommon('Münchenmünchen'.normalize('NFD'))).toBe(true);
    expect(isCommon('ｐａｓｓｗｏｒｔ１２３４')).toBe(true);
  });
});

describe('a password that is none of them is taken', () => {
  it.each([
    DEMO_PASSWORD,
    'drei-blaue-elefanten',
    'vom-schreibtisch',
    'zwölf-🐘-male',
    'korrekt pferd batterie heftklammer',
    'k7-xq9!Lm2#p',
    '839201746352',
    'Passwort für Tante Hedwig',
    'neues-passwort-2026',
    'Willkommen Juli 2026!',
  ])('%s', (password) => {
    expect(isCommon(password)).toBe(false);
  });

  it('such as every one that is made up', () => {
    for (let times = 0; times < 500; times += 1) {
      const password = randomBytes(18).toString('base64url');
      expect([password, isCommon(password)]).toEqual([password, false]);
    }
  });

  it('names of others count for nothing', () => {
    expect(isCommon('Hieronymus1985')).toBe(false);
  });
});
