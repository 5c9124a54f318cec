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
import { Envelope, Me } from '../api/types';
import { Formats } from '../i18n/formats';
import { takeLinkToken } from '../session/link-token';
import { SessionStore } from '../session/session-store';
import { Icon } from '../ui/icon';
import { Messages } from '../ui/messages';
import { PageFocus } from '../ui/page-focus';
import { Words } from '../ui/question';
import { Trouble, troubleWords } from '../ui/trouble';

const ADDRESS = '/settings/security/email';
const ME = '/user/v7/users/me';

/** Where the mail to a new address leads: it counts once the user has said so. */
@Component({
  selector: 'fx-confirm-email-page',
  changeDetection: ChangeDetectionStrategy.OnPush,
  imports: [Icon, RouterLink, TranslocoDirective, Trouble],
  templateUrl: './confirm-email-page.html',
  styleUrl: './confirm-email-page.scss',
})
export class ConfirmEmailPage {
  private readonly api = inject(Api);
  private readonly session = inject(SessionStore);
  private readonly messages = inject(Messages);
  private readonly router = inject(Router);
  private readonly focus = inject(PageFocus);
  private readonly injector = inject(Injector);
  private readonly formats = inject(Formats);

  /** From the link. Null once it has turned out to be of no use. */
  protected readonly token = signal<string | null>(null);
  protected readonly reason = signal('security.email.confirm.invalid');
  protected readonly busy = signal(false);
  protected readonly trouble = signal<Words | null>(null);
  protected readonly errorIcon = errorIcon;

  constructor() {
    takeLinkToken(ADDRESS, (token) => {
      const taken = token ?? this.tokenBeforeSigningIn();
      if (taken) this.token.set(taken);
    });
  }

  /** Whoever had to sign in first comes back to an address without it. */
  private tokenBeforeSigningIn(): string | undefined {
    const [page, token] = this.session.cameFor.split('#');
    this.session.cameFor = '';
    return page === ADDRESS ? token : undefined;
  }

  protected async confirm(): Promise<void> {
    if (this.busy()) return;
    this.trouble.set(null);
    this.busy.set(true);
    try {
      // The address of this page still has the token for the router: it must not become a return.
      const options = { onSessionEnd: 'tell' } as const;
      await this.api.post(
        `${ME}/email-changes/completions`,
        { resource: { token: this.token() } },
        options,
      );
      const { resource } = await this.api.get<Envelope<Me>>(ME, options);
      this.session.update({ email: resource.email });
      await this.router.navigateByUrl('/settings/security', { replaceUrl: true });
      this.messages.show('security.email.confirm.done');
    } catch (cause) {
      const error = apiErrorFrom(cause);
      if (error.code !== 'validation_failed' && error.code !== 'session_required')
        return this.trouble.set(troubleWords(error, this.formats));
      const taken = error.problem.errors.some(({ code }) => code === 'address_taken');
      if (taken) this.reason.set('security.email.confirm.taken');
      this.token.set(null);
      // The button has gone, and the focus with it.
      afterNextRender(() => this.focus.focusHeading(), { injector: this.injector });
    } finally {
      this.busy.set(false);
    }
  }
}
