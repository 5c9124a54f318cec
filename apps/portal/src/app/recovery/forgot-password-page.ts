import {
  afterNextRender,
  ChangeDetectionStrategy,
  Component,
  computed,
  inject,
  Injector,
  signal,
  viewChild,
} from '@angular/core';
import { RouterLink } from '@angular/router';
import { TranslocoDirective } from '@jsverse/transloco';
import mailIcon from '@material-symbols/svg-400/rounded/mail.svg';
import { Api } from '../api/api';
import { apiErrorFrom } from '../api/problem';
import { Formats } from '../i18n/formats';
import { EmailField } from '../ui/email-field';
import { GuestLayout } from '../ui/guest-layout';
import { Icon } from '../ui/icon';
import { mailOrigin } from '../ui/mail-origin';
import { PageFocus } from '../ui/page-focus';
import { Words } from '../ui/question';
import { Trouble, troubleWords } from '../ui/trouble';

/** Asks for a link to set a new password. Whether there is such a user, the page never says. */
@Component({
  selector: 'fx-forgot-password-page',
  changeDetection: ChangeDetectionStrategy.OnPush,
  imports: [EmailField, GuestLayout, Icon, RouterLink, TranslocoDirective, Trouble],
  templateUrl: './forgot-password-page.html',
  styleUrl: '../sign-in/sign-in-page.scss',
})
export class ForgotPasswordPage {
  private readonly api = inject(Api);
  private readonly focus = inject(PageFocus);
  private readonly injector = inject(Injector);
  private readonly formats = inject(Formats);

  protected readonly email = signal('');
  protected readonly busy = signal(false);
  protected readonly sent = signal(false);
  protected readonly trouble = signal<Words | null>(null);
  /** Asked for beside the link, so that it is known with it. */
  protected readonly origin = mailOrigin(() => this.tried());
  private readonly tried = signal(false);
  /** What the API has not taken for an address. */
  private readonly refused = signal<string | null>(null);
  protected readonly emailMissing = computed(
    () => this.tried() && (this.email().trim() === '' || this.email() === this.refused()),
  );

  private readonly emailField = viewChild<EmailField>('emailField');

  protected readonly mailIcon = mailIcon;

  protected async send(event: Event): Promise<void> {
    event.preventDefault();
    if (this.busy()) return;
    this.tried.set(true);
    this.trouble.set(null);
    if (this.email().trim() === '') return this.emailField()?.focus();
    this.busy.set(true);
    try {
      const resource = { email: this.email().trim() };
      await this.api.post('/guest/v7/password-recoveries', { resource }, { onSessionEnd: 'tell' });
      this.sent.set(true);
      // The form has gone, and the focus with it.
      afterNextRender(() => this.focus.focusHeading(), { injector: this.injector });
    } catch (cause) {
      const error = apiErrorFrom(cause);
      if (error.code === 'validation_failed') {
        this.refused.set(this.email());
        this.emailField()?.focus();
      } else this.trouble.set(troubleWords(error, this.formats));
    } finally {
      this.busy.set(false);
    }
  }
}
