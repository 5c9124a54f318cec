import {
  afterNextRender,
  ChangeDetectionStrategy,
  Component,
  inject,
  Injector,
  signal,
  viewChild,
} from '@angular/core';
import { Router, RouterLink } from '@angular/router';
import { TranslocoDirective } from '@jsverse/transloco';
import checkIcon from '@material-symbols/svg-400/rounded/check_circle.svg';
import errorIcon from '@material-symbols/svg-400/rounded/error.svg';
import { MAX_PASSWORD_LENGTH, MIN_PASSWORD_LENGTH } from '@flixcheck/api-types/limits';
import { Api } from '../api/api';
import { ApiError, apiErrorFrom } from '../api/problem';
import { Formats } from '../i18n/formats';
import { takeLinkToken } from '../session/link-token';
import { SessionStore, TELL } from '../session/session-store';
import { GuestLayout } from '../ui/guest-layout';
import { Icon } from '../ui/icon';
import { PageFocus } from '../ui/page-focus';
import { Words } from '../ui/question';
import { Trouble, troubleWords } from '../ui/trouble';
import { PasswordField } from '../ui/password-field';
import { Waiting } from '../ui/waiting';
import { AFTER_DISAVOWAL } from './after-disavowal';

const PASSWORD_ERRORS: Record<string, string> = {
  min_length: 'recovery.reset.errors.tooShort',
  max_length: 'recovery.reset.errors.tooLong',
  too_common: 'recovery.reset.errors.common',
};

const RECOVERIES = '/guest/v7/password-recoveries';

const isAtToken = ({ problem }: ApiError): boolean => problem.errors[0]?.field === 'token';

/** Where the link in the mail leads: sets a new password with the token in the fragment. */
@Component({
  selector: 'fx-reset-password-page',
  changeDetection: ChangeDetectionStrategy.OnPush,
  imports: [GuestLayout, Icon, PasswordField, RouterLink, TranslocoDirective, Trouble, Waiting],
  templateUrl: './reset-password-page.html',
  styleUrl: '../sign-in/sign-in-page.scss',
})
export class ResetPasswordPage {
  private readonly api = inject(Api);
  private readonly session = inject(SessionStore);
  private readonly focus = inject(PageFocus);
  private readonly injector = inject(Injector);
  private readonly formats = inject(Formats);
  private readonly router = inject(Router);

  /** From the link. Null once it has turned out to be of no use, and after the page was reloaded. */
  protected readonly token = signal<string | null>(null);
  /** Whether the link is still good is being asked. */
  protected readonly looking = signal(false);
  /** It comes from somebody's not having been a sign-in, which has ended connections. */
  protected readonly disavowed = signal(false);
  /** The API has refused it. */
  protected readonly refused = signal(false);
  protected readonly password = signal('');
  protected readonly busy = signal(false);
  protected readonly done = signal(false);
  protected readonly trouble = signal<Words | null>(null);
  protected readonly passwordError = signal<string | null>(null);

  private readonly field = viewChild<PasswordField>('field');

  protected readonly rules = `minlength: ${MIN_PASSWORD_LENGTH}; maxlength: ${MAX_PASSWORD_LENGTH};`;
  protected readonly checkIcon = checkIcon;
  protected readonly errorIcon = errorIcon;

  constructor() {
    takeLinkToken('/reset-password', (token) => {
      if (!token) return;
      this.token.set(token);
      const state = this.router.currentNavigation()?.extras.state;
      this.disavowed.set(state?.[AFTER_DISAVOWAL] === true);
      this.refused.set(false);
      void this.lookUp(token);
    });
  }

  /** Nobody thinks of a password for a link that is of no use any more. */
  private async lookUp(token: string): Promise<void> {
    this.looking.set(true);
    try {
      await this.api.post(`${RECOVERIES}/lookups`, { resource: { token } }, TELL);
    } catch (cause) {
      // What else is wrong, the API says again when the password is sent.
      if (token === this.token() && isAtToken(apiErrorFrom(cause))) this.dismiss();
    } finally {
      if (token === this.token() || this.token() === null) this.looking.set(false);
    }
  }

  protected async send(event: Event): Promise<void> {
    event.preventDefault();
    if (this.busy()) return;
    this.trouble.set(null);
    this.passwordError.set(null);
    const length = [...this.password()].length;
    if (length === 0) return this.refuse('recovery.reset.errors.missing');
    if (length < MIN_PASSWORD_LENGTH) return this.refuse('recovery.reset.errors.tooShort');
    this.busy.set(true);
    try {
      const resource = { token: this.token(), newPassword: this.password() };
      await this.api.post(`${RECOVERIES}/completions`, { resource }, TELL);
      // Every session of the user has ended, one of this browser too.
      this.session.forget();
      this.password.set('');
      this.done.set(true);
      this.focusHeading();
    } catch (cause) {
      this.explain(apiErrorFrom(cause));
    } finally {
      this.busy.set(false);
    }
  }

  private explain(error: ApiError): void {
    const [first] = error.problem.errors;
    if (isAtToken(error)) this.dismiss();
    else if (first?.field === 'newPassword') {
      this.refuse(PASSWORD_ERRORS[first.code] ?? 'recovery.reset.errors.unfit');
    } else this.trouble.set(troubleWords(error, this.formats));
  }

  /** The link is of no use any more. */
  private dismiss(): void {
    this.token.set(null);
    this.refused.set(true);
    this.focusHeading();
  }

  private refuse(text: string): void {
    this.passwordError.set(text);
    this.field()?.focus();
  }

  /** The form has gone, and the focus with it. */
  private focusHeading(): void {
    afterNextRender(() => this.focus.focusHeading(), { injector: this.injector });
  }
}
