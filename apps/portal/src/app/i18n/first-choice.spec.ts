import { describe, expect, it } from '@jest/globals';
import { firstLanguage, firstTheme } from './first-choice';

function browser(languages: string[], kept: Record<string, string> = {}): Window {
  const localStorage = { getItem: (key: string) => kept[key] ?? null };
  return { navigator: { languages }, localStorage } as unknown as Window;
}

const withoutStorage = {
  navigator: { languages: ['en-GB'] },
  get localStorage(): Storage {
    throw new DOMException('The operation is insecure.', 'SecurityError');
  },
} as unknown as Window;

describe('the first language', () => {
  it('is the one that has been chosen in this browser', () => {
    expect(firstLanguage(browser(['de-DE'], { 'flixcheck.language': 'en' }))).toBe('en');
  });

  it('is otherwise the first of the browser’s that the portal has', () => {
    expect(firstLanguage(browser(['fr-FR', 'EN-gb', 'de']))).toBe('en');
    expect(firstLanguage(browser(['fr-FR', 'de-AT', 'en']))).toBe('de');
    expect(firstLanguage(browser(['de'], { 'flixcheck.language': 'xx' }))).toBe('de');
  });

  it('is German where the browser has none of ours, or does not say', () => {
    expect(firstLanguage(browser(['fr-FR']))).toBe('de');
    expect(firstLanguage(null)).toBe('de');
  });

  it('is the browser’s where nothing can be stored', () => {
    expect(firstLanguage(withoutStorage)).toBe('en');
  });
});

describe('the first theme', () => {
  it('is the one that has been chosen in this browser, or else the browser’s own', () => {
    expect(firstTheme(browser([], { 'flixcheck.theme': 'dark' }))).toBe('dark');
    expect(firstTheme(browser([], { 'flixcheck.theme': 'pink' }))).toBe('system');
    expect(firstTheme(withoutStorage)).toBe('system');
  });
});
