import { ChangeDetectionStrategy, Component, inject } from '@angular/core';
import { TranslocoDirective } from '@jsverse/transloco';
import language from '@material-symbols/svg-400/rounded/language.svg';
import contrast from '@material-symbols/svg-400/rounded/contrast.svg';
import { Language } from '../api/types';
import { Preferences, Theme } from '../i18n/preferences';
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
        <span aria-hidden="true">{{
          preferences.language() === 'de' ? 'Deutsch' : 'English'
        }}</span>
        <select [attr.aria-label]="t('preferences.language')" (change)="setLanguage($event)">
          <option value="de" lang="de" [selected]="preferences.language() === 'de'">Deutsch</option>
          <option value="en" lang="en" [selected]="preferences.language() === 'en'">English</option>
        </select>
      </span>
      <span class="choice">
        <fx-icon [svg]="themeIcon" />
        <select [attr.aria-label]="t('preferences.theme')" (change)="setTheme($event)">
          <option value="system" [selected]="preferences.theme() === 'system'">
            {{ t('preferences.system') }}
          </option>
          <option value="light" [selected]="preferences.theme() === 'light'">
            {{ t('preferences.light') }}
          </option>
          <option value="dark" [selected]="preferences.theme() === 'dark'">
            {{ t('preferences.dark') }}
          </option>
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
  protected readonly languageIcon = language;
  protected readonly themeIcon = contrast;

  protected setLanguage(event: Event): void {
    this.preferences.setLanguage((event.target as HTMLSelectElement).value as Language);
  }

  protected setTheme(event: Event): void {
    this.preferences.setTheme((event.target as HTMLSelectElement).value as Theme);
  }
}
