import {
  ChangeDetectionStrategy,
  Component,
  ElementRef,
  inject,
  input,
  output,
  signal,
} from '@angular/core';
import { TranslocoDirective } from '@jsverse/transloco';
import { Api } from '../api/api';
import { apiErrorFrom } from '../api/problem';
import { Language } from '../api/types';
import { Preferences } from '../i18n/preferences';
import { Formats } from '../i18n/formats';
import { LanguageField } from '../ui/language-field';
import { Messages } from '../ui/messages';
import { Words } from '../ui/question';
import { SettingsSection } from '../ui/settings-section';
import { TextField } from '../ui/text-field';
import { Trouble, troubleWords } from '../ui/trouble';
import { COMPANY_TROUBLES, emailError } from './company-errors';

/** Invites an admin into a company: the first one, or another where the company has lost its own. */
@Component({
  selector: 'fx-invite-admin',
  changeDetection: ChangeDetectionStrategy.OnPush,
  imports: [LanguageField, SettingsSection, TextField, TranslocoDirective, Trouble],
  template: `
    <fx-settings-section
      *transloco="let t"
      name="invite-admin"
      [heading]="t('companies.admin.title')"
      [text]="t('companies.admin.text')"
    >
      <form method="post" novalidate (submit)="send($event)">
        <fx-trouble [words]="trouble()" />
        <fx-text-field
          fieldId="admin-email"
          kind="email"
          [label]="t('companies.admin.email')"
          [hint]="t('companies.admin.hint')"
          [(value)]="email"
          [error]="error() && t(error()!)"
        />
        <fx-language-field
          fieldId="admin-language"
          [label]="t('companies.admin.language')"
          [(value)]="language"
        />
        <div>
          <button
            type="submit"
            class="fx-button fx-button--compact fx-button--secondary"
            [attr.aria-disabled]="busy() ? true : null"
          >
            {{ t(busy() ? 'companies.admin.sending' : 'companies.admin.send') }}
          </button>
        </div>
      </form>
    </fx-settings-section>
  `,
  styles: `
    form {
      display: grid;
      grid-template-columns: minmax(0, 1fr);
      gap: var(--fx-space-4);
      max-width: 34rem;
      padding: var(--fx-space-5);
    }
  `,
})
export class InviteAdmin {
  /** The address of the company's invitations in the API. */
  readonly path = input.required<string>();
  readonly invited = output();

  private readonly api = inject(Api);
  private readonly formats = inject(Formats);
  private readonly messages = inject(Messages);
  private readonly host = inject<ElementRef<HTMLElement>>(ElementRef);

  protected readonly email = signal('');
  protected readonly language = signal<Language>(inject(Preferences).language());
  protected readonly error = signal<string | null>(null);
  protected readonly trouble = signal<Words | null>(null);
  protected readonly busy = signal(false);

  protected async send(event: Event): Promise<void> {
    event.preventDefault();
    if (this.busy()) return;
    const email = this.email().trim();
    this.trouble.set(null);
    this.error.set(email ? null : 'companies.error.email');
    if (!email) return this.focus();
    this.busy.set(true);
    try {
      await this.api.post(this.path(), { resource: { email, locale: this.language() } });
      this.email.set('');
      this.invited.emit();
      this.messages.show('companies.admin.done', { email });
    } catch (cause) {
      const problem = apiErrorFrom(cause);
      this.error.set(emailError(problem, 'email'));
      if (this.error()) this.focus();
      else this.trouble.set(troubleWords(problem, this.formats, COMPANY_TROUBLES));
    } finally {
      this.busy.set(false);
    }
  }

  private focus(): void {
    this.host.nativeElement.querySelector<HTMLElement>('#admin-email')?.focus();
  }
}
