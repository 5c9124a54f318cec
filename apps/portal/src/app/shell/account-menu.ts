import { ChangeDetectionStrategy, Component, inject, input } from '@angular/core';
import { TranslocoDirective } from '@jsverse/transloco';
import expand from '@material-symbols/svg-400/rounded/keyboard_arrow_down.svg';
import logout from '@material-symbols/svg-400/rounded/logout.svg';
import { Session } from '../api/types';
import { FullName } from '../people/full-name';
import { SessionExpiry } from '../session/session-expiry';
import { SessionStore } from '../session/session-store';
import { AppearanceChoices } from '../ui/appearance-choices';
import { Icon } from '../ui/icon';
import { Messages } from '../ui/messages';
import { Monogram } from '../ui/monogram';
import { Drafts } from '../unsaved/drafts';
import { UnsavedChanges } from '../unsaved/unsaved-changes';

/**
 * Who is signed in for which account; language, theme, signing out. A panel of plain controls, not
 * a menu, which could hold neither the name nor the choices. The browser opens and closes it.
 */
@Component({
  selector: 'fx-account-menu',
  changeDetection: ChangeDetectionStrategy.OnPush,
  imports: [AppearanceChoices, FullName, Icon, Monogram, TranslocoDirective],
  templateUrl: './account-menu.html',
  styleUrl: './account-menu.scss',
})
export class AccountMenu {
  readonly session = input.required<Session>();

  private readonly store = inject(SessionStore);
  private readonly expiry = inject(SessionExpiry);
  private readonly messages = inject(Messages);
  private readonly drafts = inject(Drafts);
  private readonly unsaved = inject(UnsavedChanges);

  protected readonly expand = expand;
  protected readonly logout = logout;

  protected async signOut(): Promise<void> {
    if (!(await this.unsaved.mayLeave())) return;
    try {
      await this.expiry.signOut(() => this.store.signOut());
      this.drafts.clear();
    } catch {
      this.messages.show('settings.menu.signOutFailed');
    }
  }
}
