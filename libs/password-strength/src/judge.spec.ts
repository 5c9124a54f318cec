import { describe, expect, it } from '@jest/globals';
import { randomBytes } from 'node:crypto';
import { judge } from './judge.js';

const PERSONAL = ['Erika', 'von Österreich-Übel', 'e.beispiel@grünwald.example', 'Grünwald GmbH'];
const isRefused = (password: string) => judge(password, PERSONAL).level < 2;

describe('a password that guessers try first is refused (NIST SP 800-63B §5.1.1.2)', () => {
  it.each([
    ['one character', ['aaaaaaaaaaaa', '000000000000', 'ü'.repeat(200), ' '.repeat(12)]],
    ['a short block', ['abababababab', 'abc123abc123', '12ab12ab12ab', 'xyzzyxyzzyxyz']],
    ['a run', ['123456789012', '987654321098', 'abcdefghijkl', 'qwertzuiopü+', 'qwertyuiop12']],
    ['runs', ['asdfghjkl123', '1qay2wsx3edc', '111222333444', 'a1b2c3d4e5f6', 'qwertzasdfgh']],
    ['a word with digits', ['passwort1234', 'Passwort2026!', 'password12345', '2026Kennwort!!']],
    ['words in disguise', ['P@ssw0rt2026!', 'p4$$w0rd1234', 'W1llk0mmen!!!', 'G3he1mn1s!2025']],
    ['our own words', ['Flixcheck2026', 'Maklerwelt123!', 'Versicherung24', 'flixcheckflixcheck']],
    ['one of the million most common', ['q1w2e3r4t5y6', 'Manchesterunited', 'chickenwing101']],
    ['a first name with a year', ['Hieronymus1985', 'Alexander1999']],
    ['the e-mail address', ['e.beispiel@grünwald.example', 'E.Beispiel@Grünwald.example']],
    ['names of the user', ['Erika1985!!!', 'österreich123', 'grünwald-grünwald', '2026Beispiel']],
  ])('%s', (_, passwords) => {
    for (const password of passwords)
      expect([password, isRefused(password)]).toEqual([password, true]);
  });

  it('in whatever way its characters are composed', () => {
    expect(isRefused('Münchenmünchen'.normalize('NFD'))).toBe(true);
    expect(isRefused('ｐａｓｓｗｏｒｔ１２３４')).toBe(true);
  });
});

describe('any other password is accepted', () => {
  it.each([
    'demo-passwort-2026',
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
    expect(isRefused(password)).toBe(false);
  });

  it('such as every one that is made up', () => {
    for (let times = 0; times < 500; times += 1) {
      const password = randomBytes(18).toString('base64url');
      expect([password, isRefused(password)]).toEqual([password, false]);
    }
  });
});

describe('a password', () => {
  it.each([
    ['elfzeichen-', 'too_short'],
    ['ü'.normalize('NFD').repeat(11), 'too_short'],
    ['x'.repeat(201), 'too_long'],
    ['\ufdfa'.repeat(12), 'too_long'],
  ])('is measured as it is typed and as it is stored: %s', (password, weakness) => {
    expect(judge(password, PERSONAL)).toEqual({ level: 0, weakness });
  });

  it.each([
    ['Grünwald2026', 'personal'],
    ['Passwort2026!', 'common'],
    ['jkljkljkljkl', 'pattern'],
    ['wolkenbruch7', 'short'],
  ])('that is weak comes with the reason: %s', (password, weakness) => {
    expect(judge(password, PERSONAL)).toMatchObject({ weakness });
  });

  it.each([
    ['wolkenbruch7', 2],
    ['drei-blaue-elefanten', 3],
    ['korrekt-pferd-batterie-heftklammer', 4],
    [`${'a'.repeat(100)}korrekt-pferd-batterie-heftklammer`, 4],
  ])('is the better, the longer it takes to guess: %s', (password, level) => {
    expect(judge(password, PERSONAL).level).toBe(level);
  });
});
