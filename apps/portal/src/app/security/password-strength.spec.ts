import { describe, expect, it } from '@jest/globals';
import { passwordStrength } from './password-strength';

const own = ['Andrea', 'Musterhaus', 'a.musterhaus@musterhaus.example', 'Musterhaus GmbH'];
const strength = (password: string) => passwordStrength(password, own);

describe('the strength of a password', () => {
  it.each([
    ['', 12],
    ['kurz', 8],
    ['elfzeichen-', 1],
    ['äöüäöüäöüäö', 1],
    ['🔑🔑🔑🔑🔑🔑', 6],
  ])('counts characters, not bytes, up to the minimum: “%s”', (password, missing) => {
    expect(strength(password)).toEqual({ level: 0, weakness: 'too-short', missing });
  });

  it.each([
    ['aaaaaaaaaaaa', 'pattern'],
    ['abcabcabcabc', 'pattern'],
    ['123456789012', 'pattern'],
    ['qwertzuiopqwertzuiop', 'common'],
    ['Passwort2026', 'common'],
    ['P@ssw0rt2026!', 'common'],
    ['Sommer2026!!', 'common'],
    ['Frühling2026', 'common'],
    ['demo-passwort-2026', 'common'],
    ['flixcheck-flixcheck', 'common'],
    ['Musterhaus2026', 'personal'],
    ['AndreaMusterhaus', 'personal'],
    ['musterhaus.example', 'personal'],
  ])('calls it weak and says why: %s', (password, weakness) => {
    expect(strength(password)).toEqual({ level: 1, weakness, missing: 0 });
  });

  it('asks for length where nothing else is wrong', () => {
    expect(strength('wolkenbruch7')).toMatchObject({ level: 1, weakness: 'short' });
    expect(strength('wolkenbruch-tisch')).toMatchObject({ level: 2, weakness: 'short' });
  });

  it.each(['drei-blaue-elefanten', 'tasse wolke gitarre neun', 'xkqjzwvpnmtr'])(
    'finds it good: %s',
    (password) => {
      expect(strength(password)).toEqual({ level: 3, weakness: null, missing: 0 });
    },
  );

  it.each([
    'korrekt-pferd-batterie-heftklammer',
    'gT7$kq9!Zw2p',
    'Bratpfanne, Mondschein & 3 Gurken',
  ])('finds it very good: %s', (password) => {
    expect(strength(password)).toEqual({ level: 4, weakness: null, missing: 0 });
  });

  it('does not punish a weak part in a strong password', () => {
    expect(strength('korrekt-pferd-batterie-2026-passwort').level).toBeGreaterThanOrEqual(3);
  });

  it('takes the longest password that the API takes in no time', () => {
    const started = performance.now();
    for (const letters of ['a', 'ab', 'abcdefgh1', '.*+?^${}()|[]\\']) {
      strength(letters.repeat(200).slice(0, 200));
    }
    expect(performance.now() - started).toBeLessThan(2000);
  });

  it('works without personal words', () => {
    expect(passwordStrength('musterhaus-wolkenbruch', []).level).toBe(3);
    expect(passwordStrength('musterhaus-wolkenbruch', ['a', '', ' -- ']).level).toBe(3);
  });
});
