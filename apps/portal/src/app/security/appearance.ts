import { ChangeDetectionStrategy, Component, inject } from '@angular/core';
import { TranslocoDirective } from '@jsverse/transloco';
import { Api } from '../api/api';
import { Language } from '../api/types';
import { Preferences, Theme } from '../i18n/preferences';
import { SessionStore } from '../session/session-store';
import { Messages } from '../ui/messages';
import { SettingsSection } from './settings-section';

/** Language and theme. Both hold at once; the language is also kept with the user. */
@Component({
  selector: 'fx-appearance',
  changeDetection: ChangeDetectionStrategy.OnPush,
  imports: [SettingsSection, TranslocoDirective],
  templateUrl: './appearance.html',
  styleUrl: './appearance.scss',
})
export class Appearance {
  protected readonly preferences = inject(Preferences);
  private readonly api = inject(Api);
  private readonly session = inject(SessionStore);
  private readonly messages = inject(Messages);

  protected readonly languages: readonly { value: Language; name: string }[] = [
    { value: 'de', name: 'Deutsch' },
    { value: 'en', name: 'English' },
  ];
  protected readonly themes: readonly { value: Theme; text: string }[] = [
    { value: 'system', text: 'preferences.system' },
    { value: 'light', text: 'preferences.light' },
    { value: 'dark', text: 'preferences.dark' },
  ];

  protected async setLanguage(locale: Language): Promise<void> {
    this.preferences.setLanguage(locale);
    try {
      await this.api.patch('/user/v7/users/me', { resource: { locale } });
      this.session.update({ locale });
    } catch {
      this.messages.show('security.appearance.notStored');
    }
  }
}
