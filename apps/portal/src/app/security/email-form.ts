import {
  afterRenderEffect,
  ChangeDetectionStrategy,
  Component,
  ElementRef,
  inject,
  signal,
  viewChild,
} from '@angular/core';
import { RouterLink } from '@angular/router';
import { TranslocoDirective } from '@jsverse/transloco';
import mailIcon from '@material-symbols/svg-400/rounded/mail.svg';
import { Api } from '../api/api';
import { apiErrorFrom } from '../api/problem';
import { Formats } from '../i18n/formats';
import { SessionStore } from '../session/session-store';
import { Icon } from '../ui/icon';
import { mailOrigin } from '../ui/mail-origin';
import { Words } from '../ui/question';
import { SettingsSection } from '../ui/settings-section';
import { TextField } from '../ui/text-field';
import { Trouble, troubleWords } from '../ui/trouble';
import { IdentityProof } from './identity-proof';

const ERRORS: Record<string, string> = { same_as_current: 'security.email.errors.same' };
const TROUBLES: Record<string, string> = { too_many_attempts: 'security.email.trouble.tooMany' };

/** The address that the user signs in with, and how it becomes another one. */
@Component({
  selector: 'fx-email-form',
  changeDetection: ChangeDetectionStrategy.OnPush,
  imports: [
    Icon,
    IdentityProof,
    RouterLink,
    SettingsSection,
    TextField,
    TranslocoDirective,
    Trouble,
  ],
  templateUrl: './email-form.html',
  styleUrls: ['./form.scss', './email-form.scss'],
})
export class EmailForm {
  private readonly api = inject(Api);
  private readonly formats = inject(Formats);
  protected readonly session = inject(SessionStore);
  private readonly host = inject<ElementRef<HTMLElement>>(ElementRef);
  private readonly proof = viewChild(IdentityProof);
  private readonly section = viewChild.required(SettingsSection);

  protected readonly changing = signal(false);
  protected readonly busy = signal(false);
  protected readonly email = signal('');
  protected readonly error = signal<string | null>(null);
  protected readonly trouble = signal<Words | null>(null);
  /** Where the link has gone. */
  protected readonly sent = signal<string | null>(null);
  protected readonly origin = mailOrigin(() => this.sent() !== null);
  protected readonly mailIcon = mailIcon;

  constructor() {
    afterRenderEffect(() => {
      if (this.changing()) this.focusEmail();
    });
  }

  protected open(): void {
    this.email.set('');
    this.error.set(null);
    this.trouble.set(null);
    this.sent.set(null);
    this.changing.set(true);
  }

  protected close(): void {
    this.changing.set(false);
    this.section().focus();
  }

  protected async send(event: Event): Promise<void> {
    event.preventDefault();
    const proof = this.proof();
    if (this.busy() || !proof) return;
    const newEmail = this.email().trim();
    this.trouble.set(null);
    const proven = proof.check();
    this.error.set(newEmail.includes('@') ? null : 'security.email.errors.invalid');
    if (this.error()) return this.focusEmail();
    if (!proven) return proof.focus();
    this.busy.set(true);
    try {
      const resource = { newEmail, ...proof.value() };
      await this.api.post('/user/v7/users/me/email-changes', { resource });
      this.sent.set(newEmail);
      this.close();
    } catch (cause) {
      const error = apiErrorFrom(cause);
      const wrong = error.problem.errors.find(({ field }) => field === 'newEmail');
      this.error.set(wrong ? (ERRORS[wrong.code] ?? 'security.email.errors.invalid') : null);
      if (wrong) this.focusEmail();
      else if (proof.refuse(error)) proof.focus();
      else this.trouble.set(troubleWords(error, this.formats, TROUBLES));
    } finally {
      this.busy.set(false);
    }
  }

  private focusEmail(): void {
    this.host.nativeElement.querySelector<HTMLElement>('#new-email')?.focus();
  }
}
