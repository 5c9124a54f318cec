import { ChangeDetectionStrategy, Component, inject, input } from '@angular/core';
import { TranslocoDirective } from '@jsverse/transloco';
import expand from '@material-symbols/svg-400/rounded/keyboard_arrow_down.svg';
import logout from '@material-symbols/svg-400/rounded/logout.svg';
import { Api } from '../api/api';
import { Language, Session } from '../api/types';
import { Preferences, Theme } from '../i18n/preferences';
import { SessionExpiry } from '../session/session-expiry';
import { SessionStore } from '../session/session-store';
import { Icon } from '../ui/icon';
import { Messages } from '../ui/messages';
import { Monogram } from '../ui/monogram';

/**
 * Who is signed in for which account; language, theme, signing out. A panel of plain controls, not
 * a menu, which could hold neither the name nor the choices. The browser opens and closes it.
 */
@Component({
  selector: 'fx-account-menu',
  changeDetection: ChangeDetectionStrategy.OnPush,
  imports: [Icon, Monogram, TranslocoDirective],
  templateUrl: './account-menu.html',
  styleUrl: './account-menu.scss',
})
export class AccountMenu {
  readonly session = input.required<Session>();

  protected readonly preferences = inject(Preferences);
  private readonly api = inject(Api);
  private readonly store = inject(SessionStore);
  private readonly expiry = inject(SessionExpiry);
  private readonly messages = inject(Messages);

  protected readonly expand = expand;
  protected readonly logout = logout;
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
      this.store.update({ locale });
    } catch {
      // The page already uses the language; only the user's next device will not know it.
      return;
    }
  }

  protected async signOut(): Promise<void> {
    try {
      await this.expiry.signOut(() => this.store.signOut());
    } catch {
      this.messages.show('settings.menu.signOutFailed');
    }
  }
}
