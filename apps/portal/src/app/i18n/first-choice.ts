import type { Language } from '../api/types';

export type Theme = 'system' | 'light' | 'dark';

export const LANGUAGE_KEY = 'flixcheck.language';
export const THEME_KEY = 'flixcheck.theme';

/** What has been chosen in this browser, or else the first of its languages that the portal has. */
export function firstLanguage(browser: Window | null): Language {
  const spoken = browser?.navigator.languages ?? [];
  for (const tag of [stored(browser, LANGUAGE_KEY), ...spoken]) {
    const language = tag?.slice(0, 2).toLowerCase();
    if (language === 'de' || language === 'en') return language;
  }
  return 'de';
}

export function firstTheme(browser: Window | null): Theme {
  const theme = stored(browser, THEME_KEY);
  return theme === 'light' || theme === 'dark' ? theme : 'system';
}

/** Puts a theme on the document; without one it follows the browser. */
export function putOn(theme: Theme, root: HTMLElement): void {
  if (theme === 'system') root.removeAttribute('data-theme');
  else root.setAttribute('data-theme', theme);
}

// Storage may be switched off; then the choice lasts as long as the page.
function stored(browser: Window | null, key: string): string | null {
  try {
    return browser?.localStorage.getItem(key) ?? null;
  } catch {
    return null;
  }
}
