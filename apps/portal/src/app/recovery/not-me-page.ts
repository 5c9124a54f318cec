import {
  afterNextRender,
  ChangeDetectionStrategy,
  Component,
  inject,
  Injector,
  signal,
} from '@angular/core';
import { Router, RouterLink } from '@angular/router';
import { TranslocoDirective } from '@jsverse/transloco';
import errorIcon from '@material-symbols/svg-400/rounded/error.svg';
import { Api } from '../api/api';
import { apiErrorFrom } from '../api/problem';
import { Disavowed, Envelope } from '../api/types';
import { Formats } from '../i18n/formats';
import { takeLinkToken } from '../session/link-token';
import { SessionStore } from '../session/session-store';
import { GuestLayout } from '../ui/guest-layout';
import { Icon } from '../ui/icon';
import { PageFocus } from '../ui/page-focus';
import { Words } from '../ui/question';
import { Trouble, troubleWords } from '../ui/trouble';

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
  private readonly focus = inject(PageFocus);
  private readonly injector = inject(Injector);
  private readonly formats = inject(Formats);

  /** From the link. Null once it has turned out to be of no use, and after the page was reloaded. */
  protected readonly token = signal<string | null>(null);
  /** The API has refused it. */
  protected readonly refused = signal(false);
  protected readonly busy = signal(false);
  protected readonly trouble = signal<Words | null>(null);
  protected readonly errorIcon = errorIcon;

  constructor() {
    takeLinkToken('/not-me', (token) => {
      if (!token) return;
      this.token.set(token);
      this.refused.set(false);
    });
  }

  protected async disavow(): Promise<void> {
    if (this.busy()) return;
    this.trouble.set(null);
    this.busy.set(true);
    try {
      const { resource } = await this.api.post<Envelope<Disavowed>>(
        '/guest/v7/sessions/disavowals',
        { resource: { token: this.token() } },
        { onSessionEnd: 'tell' },
      );
      // Every session of the user has ended, one of this browser too.
      this.session.forget();
      const next = this.router.createUrlTree(['/reset-password'], { fragment: resource.token });
      await this.router.navigateByUrl(next, { replaceUrl: true });
    } catch (cause) {
      const error = apiErrorFrom(cause);
      if (error.code !== 'validation_failed')
        return this.trouble.set(troubleWords(error, this.formats));
      this.token.set(null);
      this.refused.set(true);
      // The buttons have gone, and the focus with them.
      afterNextRender(() => this.focus.focusHeading(), { injector: this.injector });
    } finally {
      this.busy.set(false);
    }
  }
}
