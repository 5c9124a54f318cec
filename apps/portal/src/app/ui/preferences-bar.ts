import { ChangeDetectionStrategy, Component, computed, inject } from '@angular/core';
import { TranslocoDirective } from '@jsverse/transloco';
import language from '@material-symbols/svg-400/rounded/language.svg';
import contrast from '@material-symbols/svg-400/rounded/contrast.svg';
import { Language } from '../api/types';
import { Theme } from '../i18n/first-choice';
import { LANGUAGES, Preferences, THEMES } from '../i18n/preferences';
import { Icon } from './icon';

/** Language and theme: native selects, laid over a sign, for pages that carry no component library. */
@Component({
  selector: 'fx-preferences-bar',
  changeDetection: ChangeDetectionStrategy.OnPush,
  imports: [Icon, TranslocoDirective],
  template: `
    <ng-container *transloco="let t">
      <span class="choice">
        <fx-icon [svg]="languageIcon" />
        <span aria-hidden="true">{{ languageName() }}</span>
        <select [attr.aria-label]="t('preferences.language')" (change)="setLanguage($event)">
          @for (one of languages; track one.value) {
            <option
              [value]="one.value"
              [attr.lang]="one.value"
              [selected]="preferences.language() === one.value"
            >
              {{ one.name }}
            </option>
          }
        </select>
      </span>
      <span class="choice">
        <fx-icon [svg]="themeIcon" />
        <select [attr.aria-label]="t('preferences.theme')" (change)="setTheme($event)">
          @for (one of themes; track one.value) {
            <option [value]="one.value" [selected]="preferences.theme() === one.value">
              {{ t(one.text) }}
            </option>
          }
        </select>
      </span>
    </ng-container>
  `,
  styles: `
    :host {
      display: flex;
      gap: var(--fx-space-1);
      min-height: var(--fx-control-height-compact);
    }
    /* Until its text is there, it would move. */
    :host:has(span:empty) {
      visibility: hidden;
    }
    .choice {
      display: inline-flex;
      align-items: center;
      gap: var(--fx-space-2);
      position: relative;
      min-height: var(--fx-control-height-compact);
      padding: 0 var(--fx-space-3);
      border-radius: var(--fx-radius-full);
      color: var(--mat-sys-on-surface-variant);
      font-size: var(--fx-text-sm);
      font-weight: var(--fx-weight-medium);
    }
    .choice:hover {
      background: var(--fx-hover);
    }
    .choice:focus-within:has(:focus-visible) {
      outline: 0.1875rem solid var(--mat-sys-primary);
    }
    fx-icon {
      font-size: 1.25rem;
    }
    select {
      position: absolute;
      inset: 0;
      width: 100%;
      opacity: 0;
      cursor: pointer;
    }
    option {
      background: var(--mat-sys-surface-container-low);
      color: var(--mat-sys-on-surface);
    }
  `,
})
export class PreferencesBar {
  protected readonly preferences = inject(Preferences);
  protected readonly languages = LANGUAGES;
  protected readonly themes = THEMES;
  protected readonly languageName = computed(
    () => LANGUAGES.find(({ value }) => value === this.preferences.language())?.name,
  );
  protected readonly languageIcon = language;
  protected readonly themeIcon = contrast;

  protected setLanguage(event: Event): void {
    this.preferences.setLanguage((event.target as HTMLSelectElement).value as Language);
  }

  protected setTheme(event: Event): void {
    this.preferences.setTheme((event.target as HTMLSelectElement).value as Theme);
  }
}
