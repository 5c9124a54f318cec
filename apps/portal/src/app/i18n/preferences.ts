import { DOCUMENT, effect, inject, Injectable, signal } from '@angular/core';
import { TranslocoService } from '@jsverse/transloco';
import { Language } from '../api/types';

export type Theme = 'system' | 'light' | 'dark';

/** Each under its own name, so that everybody finds theirs. */
export const LANGUAGES: readonly { value: Language; name: string }[] = [
  { value: 'de', name: 'Deutsch' },
  { value: 'en', name: 'English' },
];
/** With the key of each one's name. */
export const THEMES: readonly { value: Theme; text: string }[] = [
  { value: 'system', text: 'preferences.system' },
  { value: 'light', text: 'preferences.light' },
  { value: 'dark', text: 'preferences.dark' },
];

const LANGUAGE_KEY = 'flixcheck.language';
const THEME_KEY = 'flixcheck.theme';

/** Language and theme of this browser: chosen here, or else as the browser says. */
@Injectable({ providedIn: 'root' })
export class Preferences {
  private readonly document = inject(DOCUMENT);
  private readonly transloco = inject(TranslocoService);
  private readonly chosenLanguage = signal<Language>(this.firstLanguage());
  private readonly chosenTheme = signal<Theme>(this.firstTheme());

  readonly language = this.chosenLanguage.asReadonly();
  readonly theme = this.chosenTheme.asReadonly();

  constructor() {
    effect(() => {
      const language = this.language();
      this.transloco.setActiveLang(language);
      this.document.documentElement.lang = language;
    });
    effect(() => {
      const theme = this.theme();
      const root = this.document.documentElement;
      if (theme === 'system') root.removeAttribute('data-theme');
      else root.setAttribute('data-theme', theme);
    });
  }

  setLanguage(language: Language): void {
    this.chosenLanguage.set(language);
    this.store(LANGUAGE_KEY, language);
  }

  setTheme(theme: Theme): void {
    this.chosenTheme.set(theme);
    this.store(THEME_KEY, theme);
  }

  private firstLanguage(): Language {
    const stored = this.read(LANGUAGE_KEY);
    if (stored === 'de' || stored === 'en') return stored;
    const spoken = this.document.defaultView?.navigator.languages ?? [];
    for (const tag of spoken) {
      const language = tag.slice(0, 2).toLowerCase();
      if (language === 'de' || language === 'en') return language;
    }
    return 'de';
  }

  private firstTheme(): Theme {
    const stored = this.read(THEME_KEY);
    return stored === 'light' || stored === 'dark' ? stored : 'system';
  }

  // Storage may be switched off; then the choice lasts as long as the page.
  private read(key: string): string | null {
    try {
      return this.document.defaultView?.localStorage.getItem(key) ?? null;
    } catch {
      return null;
    }
  }

  private store(key: string, value: string): void {
    try {
      this.document.defaultView?.localStorage.setItem(key, value);
    } catch {
      return;
    }
  }
}
