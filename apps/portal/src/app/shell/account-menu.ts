import { ChangeDetectionStrategy, Component, inject, input } from '@angular/core';
import { MatMenu, MatMenuItem, MatMenuTrigger } from '@angular/material/menu';
import { MatSnackBar } from '@angular/material/snack-bar';
import { Router } from '@angular/router';
import { TranslocoDirective, TranslocoService } from '@jsverse/transloco';
import check from '@material-symbols/svg-400/rounded/check.svg';
import expand from '@material-symbols/svg-400/rounded/keyboard_arrow_down.svg';
import logout from '@material-symbols/svg-400/rounded/logout.svg';
import { Session } from '../api/types';
import { Preferences, Theme } from '../i18n/preferences';
import { SessionStore } from '../session/session-store';
import { Icon } from '../ui/icon';
import { Monogram } from '../ui/monogram';

/** Who is signed in for which account; language, theme, signing out. */
@Component({
  selector: 'fx-account-menu',
  changeDetection: ChangeDetectionStrategy.OnPush,
  imports: [Icon, MatMenu, MatMenuItem, MatMenuTrigger, Monogram, TranslocoDirective],
  templateUrl: './account-menu.html',
  styleUrl: './account-menu.scss',
})
export class AccountMenu {
  readonly session = input.required<Session>();

  protected readonly preferences = inject(Preferences);
  private readonly store = inject(SessionStore);
  private readonly router = inject(Router);
  private readonly snackBar = inject(MatSnackBar);
  private readonly transloco = inject(TranslocoService);

  protected readonly check = check;
  protected readonly expand = expand;
  protected readonly logout = logout;
  protected readonly themes: readonly { value: Theme; text: string }[] = [
    { value: 'system', text: 'preferences.system' },
    { value: 'light', text: 'preferences.light' },
    { value: 'dark', text: 'preferences.dark' },
  ];

  protected async signOut(): Promise<void> {
    try {
      await this.store.signOut();
      await this.router.navigate(['/sign-in'], { state: { reason: 'signed-out' } });
    } catch {
      this.snackBar.open(this.transloco.translate('settings.menu.signOutFailed'));
    }
  }
}
