import { booleanAttribute, ChangeDetectionStrategy, Component, inject, input } from '@angular/core';
import { TranslocoDirective } from '@jsverse/transloco';
import { Api } from '../api/api';
import { Language } from '../api/types';
import { LANGUAGES, Preferences, THEMES } from '../i18n/preferences';
import { SessionStore } from '../session/session-store';
import { Messages } from './messages';

/**
 * Language and theme for somebody who is signed in. Both hold at once in this browser; the language
 * is also kept with the user, for the next device and for mails.
 */
@Component({
  selector: 'fx-appearance-choices',
  changeDetection: ChangeDetectionStrategy.OnPush,
  imports: [TranslocoDirective],
  templateUrl: './appearance-choices.html',
  styleUrl: './appearance-choices.scss',
  host: { '[class.compact]': 'compact()' },
})
export class AppearanceChoices {
  /** Unique on the page: what the groups of radio buttons are called. */
  readonly name = input.required<string>();
  /** The choices of a group lie in one line, as in a panel. */
  readonly compact = input(false, { transform: booleanAttribute });

  protected readonly preferences = inject(Preferences);
  private readonly api = inject(Api);
  private readonly session = inject(SessionStore);
  private readonly messages = inject(Messages);

  protected readonly languages = LANGUAGES;
  protected readonly themes = THEMES;

  protected async setLanguage(locale: Language): Promise<void> {
    this.preferences.setLanguage(locale);
    try {
      await this.api.patch('/user/v7/users/me', { resource: { locale } });
      this.session.update({ locale });
    } catch {
      this.messages.show('settings.languageNotStored');
    }
  }
}
