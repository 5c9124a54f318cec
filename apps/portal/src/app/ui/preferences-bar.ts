import { ChangeDetectionStrategy, Component, inject } from '@angular/core';
import { TranslocoDirective } from '@jsverse/transloco';
import { Language } from '../api/types';
import { Preferences, Theme } from '../i18n/preferences';

/** Language and theme, as two plain selects. */
@Component({
  selector: 'fx-preferences-bar',
  changeDetection: ChangeDetectionStrategy.OnPush,
  imports: [TranslocoDirective],
  template: `
    <ng-container *transloco="let t">
      <label>
        <span class="fx-visually-hidden">{{ t('preferences.language') }}</span>
        <select (change)="setLanguage($event)">
          <option value="de" lang="de" [selected]="preferences.language() === 'de'">Deutsch</option>
          <option value="en" lang="en" [selected]="preferences.language() === 'en'">English</option>
        </select>
      </label>
      <label>
        <span class="fx-visually-hidden">{{ t('preferences.theme') }}</span>
        <select (change)="setTheme($event)">
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
      </label>
    </ng-container>
  `,
  styles: `
    :host {
      display: flex;
      flex-wrap: wrap;
      justify-content: center;
      gap: var(--fx-space-1) var(--fx-space-4);
    }
    select {
      min-height: 2rem;
      padding: 0 var(--fx-space-2);
      border: 0;
      border-radius: var(--fx-radius-sm);
      background: transparent;
      color: var(--mat-sys-on-surface-variant);
      font-size: var(--fx-text-sm);
      cursor: pointer;
    }
    select:hover {
      background: var(--fx-hover);
    }
    option {
      background: var(--mat-sys-surface-container-low);
      color: var(--mat-sys-on-surface);
    }
  `,
})
export class PreferencesBar {
  protected readonly preferences = inject(Preferences);

  protected setLanguage(event: Event): void {
    this.preferences.setLanguage((event.target as HTMLSelectElement).value as Language);
  }

  protected setTheme(event: Event): void {
    this.preferences.setTheme((event.target as HTMLSelectElement).value as Theme);
  }
}
