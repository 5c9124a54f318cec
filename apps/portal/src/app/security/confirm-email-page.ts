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
import { ApiError, apiErrorFrom } from '../api/problem';
import { Envelope, Me, OpenEmailChange } from '../api/types';
import { Formats } from '../i18n/formats';
import { takeLinkToken } from '../session/link-token';
import { SessionStore, TELL } from '../session/session-store';
import { Icon } from '../ui/icon';
import { Messages } from '../ui/messages';
import { PageFocus } from '../ui/page-focus';
import { Words } from '../ui/question';
import { Trouble, troubleWords } from '../ui/trouble';
import { Waiting } from '../ui/waiting';

const ADDRESS = '/settings/security/email';
const ME = '/user/v7/users/me';
const CHANGES = `${ME}/email-changes`;

const isRefused = ({ code }: ApiError): boolean =>
  code === 'validation_failed' || code === 'session_required';

/** Where the mail to a new address leads: it counts once the user has said so. */
@Component({
  selector: 'fx-confirm-email-page',
  changeDetection: ChangeDetectionStrategy.OnPush,
  imports: [Icon, RouterLink, TranslocoDirective, Trouble, Waiting],
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
  /** Whether the link is still good is being asked. */
  protected readonly looking = signal(false);
  /** Null where the API could not say it. */
  protected readonly newEmail = signal<string | null>(null);
  protected readonly reason = signal('security.email.confirm.invalid');
  protected readonly busy = signal(false);
  protected readonly trouble = signal<Words | null>(null);
  protected readonly errorIcon = errorIcon;

  constructor() {
    takeLinkToken(ADDRESS, (token) => {
      const taken = token ?? this.tokenBeforeSigningIn();
      if (!taken) return;
      this.token.set(taken);
      void this.lookUp(taken);
    });
  }

  /** Says which address it is, and at once where the link is of no use any more. */
  private async lookUp(token: string): Promise<void> {
    this.newEmail.set(null);
    this.looking.set(true);
    try {
      const resource = { token };
      const answer = await this.api.post<Envelope<OpenEmailChange>>(
        `${CHANGES}/lookups`,
        { resource },
        TELL,
      );
      if (token === this.token()) this.newEmail.set(answer.resource.newEmail);
    } catch (cause) {
      // What else is wrong, the API says again when the address is confirmed.
      if (token === this.token() && isRefused(apiErrorFrom(cause))) this.dismiss();
    } finally {
      if (token === this.token() || this.token() === null) this.looking.set(false);
    }
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
      await this.api.post(`${CHANGES}/completions`, { resource: { token: this.token() } }, TELL);
      const { resource } = await this.api.get<Envelope<Me>>(ME, TELL);
      this.session.update({ email: resource.email });
      await this.router.navigateByUrl('/settings/security', { replaceUrl: true });
      this.messages.show('security.email.confirm.done');
    } catch (cause) {
      const error = apiErrorFrom(cause);
      if (!isRefused(error)) return this.trouble.set(troubleWords(error, this.formats));
      const taken = error.problem.errors.some(({ code }) => code === 'address_taken');
      if (taken) this.reason.set('security.email.confirm.taken');
      this.dismiss();
    } finally {
      this.busy.set(false);
    }
  }

  /** The button has gone, and the focus with it. */
  private dismiss(): void {
    this.token.set(null);
    afterNextRender(() => this.focus.focusHeading(), { injector: this.injector });
  }
}
