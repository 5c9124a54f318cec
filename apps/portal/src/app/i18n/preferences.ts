import { DOCUMENT, effect, inject, Injectable, signal } from '@angular/core';
import { TranslocoService } from '@jsverse/transloco';
import { Language } from '../api/types';
import { firstLanguage, firstTheme, LANGUAGE_KEY, putOn, Theme, THEME_KEY } from './first-choice';

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

/** Language and theme of this browser: chosen here, or else as the browser says. */
@Injectable({ providedIn: 'root' })
export class Preferences {
  private readonly document = inject(DOCUMENT);
  private readonly transloco = inject(TranslocoService);
  private readonly chosenLanguage = signal(firstLanguage(this.document.defaultView));
  private readonly chosenTheme = signal(firstTheme(this.document.defaultView));

  readonly language = this.chosenLanguage.asReadonly();
  readonly theme = this.chosenTheme.asReadonly();

  constructor() {
    effect(() => {
      const language = this.language();
      this.transloco.setActiveLang(language);
      this.document.documentElement.lang = language;
    });
    effect(() => putOn(this.theme(), this.document.documentElement));
  }

  setLanguage(language: Language): void {
    this.chosenLanguage.set(language);
    this.store(LANGUAGE_KEY, language);
  }

  setTheme(theme: Theme): void {
    this.chosenTheme.set(theme);
    this.store(THEME_KEY, theme);
  }

  // Storage may be switched off; then the choice lasts as long as the page.
  private store(key: string, value: string): void {
    try {
      this.document.defaultView?.localStorage.setItem(key, value);
    } catch {
      return;
    }
  }
}
