import { ChangeDetectionStrategy, Component, inject } from '@angular/core';
import { Router, RouterLink } from '@angular/router';
import { TranslocoDirective } from '@jsverse/transloco';
import errorIcon from '@material-symbols/svg-400/rounded/error.svg';
import { Api } from '../api/api';
import { Disavowed, Envelope } from '../api/types';
import { SessionStore } from '../session/session-store';
import { GuestLayout } from '../ui/guest-layout';
import { Icon } from '../ui/icon';
import { Trouble } from '../ui/trouble';
import { AFTER_DISAVOWAL } from './after-disavowal';
import { LinkStep } from './link-step';

/** Where the mail about a new device leads: ends everything, and goes on to a new password. */
@Component({
  selector: 'fx-not-me-page',
  changeDetection: ChangeDetectionStrategy.OnPush,
  imports: [GuestLayout, Icon, RouterLink, TranslocoDirective, Trouble],
  templateUrl: './not-me-page.html',
  styleUrls: ['../sign-in/sign-in-page.scss', './not-me-page.scss'],
})
export class NotMePage {
  private readonly api = inject(Api);
  private readonly session = inject(SessionStore);
  private readonly router = inject(Router);

  protected readonly step = new LinkStep('/not-me');
  protected readonly errorIcon = errorIcon;

  protected async disavow(): Promise<void> {
    await this.step.take(async (sent) => {
      const { resource } = await this.api.post<Envelope<Disavowed>>(
        '/guest/v7/sessions/disavowals',
        { resource: sent },
        { onSessionEnd: 'tell' },
      );
      // Every session of the user has ended, one of this browser too.
      this.session.forget();
      const next = this.router.createUrlTree(['/reset-password'], { fragment: resource.token });
      const state = { [AFTER_DISAVOWAL]: true };
      await this.router.navigateByUrl(next, { replaceUrl: true, state });
    });
  }
}
