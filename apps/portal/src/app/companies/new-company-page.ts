import { ChangeDetectionStrategy, Component, inject, signal } from '@angular/core';
import { Router, RouterLink } from '@angular/router';
import { TranslocoDirective } from '@jsverse/transloco';
import { MAX_COMPANY_NAME_LENGTH } from '@flixcheck/api-types/limits';
import { Api } from '../api/api';
import { apiErrorFrom } from '../api/problem';
import { CompanyDetails, Envelope, Language } from '../api/types';
import { Preferences } from '../i18n/preferences';
import { Formats } from '../i18n/formats';
import { NoOperator } from '../registry/no-operator';
import { refusedUnless } from '../session/refused-unless';
import { focusLater } from '../ui/focus-later';
import { BackLink } from '../ui/back-link';
import { tooLong } from '../ui/field-errors';
import { LanguageField } from '../ui/language-field';
import { Messages } from '../ui/messages';
import { Words } from '../ui/question';
import { TextField } from '../ui/text-field';
import { Trouble, troubleWords } from '../ui/trouble';
import { COMPANIES } from './companies-list';
import { COMPANY_TROUBLES, emailError } from './company-errors';

/** For operators: makes a company and invites its first admin. */
@Component({
  selector: 'fx-new-company-page',
  changeDetection: ChangeDetectionStrategy.OnPush,
  imports: [
    BackLink,
    LanguageField,
    NoOperator,
    RouterLink,
    TextField,
    TranslocoDirective,
    Trouble,
  ],
  templateUrl: './new-company-page.html',
  styleUrl: './new-company-page.scss',
})
export class NewCompanyPage {
  private readonly api = inject(Api);
  private readonly messages = inject(Messages);
  private readonly router = inject(Router);
  private readonly formats = inject(Formats);
  private readonly focusLater = focusLater();

  protected readonly forbidden = refusedUnless('isOperator');
  protected readonly name = signal('');
  protected readonly email = signal('');
  protected readonly language = signal<Language>(inject(Preferences).language());
  protected readonly nameError = signal<Words | null>(null);
  protected readonly mailError = signal<string | null>(null);
  protected readonly trouble = signal<Words | null>(null);
  protected readonly busy = signal(false);

  protected async create(event: Event): Promise<void> {
    event.preventDefault();
    if (this.busy()) return;
    const [name, email] = [this.name().trim(), this.email().trim()];
    this.trouble.set(null);
    this.nameError.set(this.nameTrouble(name));
    this.mailError.set(email ? null : 'companies.error.email');
    if (this.nameError() || !email) return this.focusLater('[aria-invalid="true"]');
    this.busy.set(true);
    try {
      const admin = { email, locale: this.language() };
      const { resource } = await this.api.post<Envelope<CompanyDetails>>(COMPANIES, {
        resource: { name, admin },
      });
      await this.router.navigate(['/settings/companies', resource.id], { replaceUrl: true });
      this.messages.show('companies.new.done', { name, email });
    } catch (cause) {
      const error = apiErrorFrom(cause);
      const isName = error.problem.errors.some(({ field }) => field === 'name');
      this.nameError.set(isName ? { text: 'companies.error.nameUnfit' } : null);
      this.mailError.set(emailError(error, 'admin.email'));
      if (isName || this.mailError()) this.focusLater('[aria-invalid="true"]');
      else this.trouble.set(troubleWords(error, this.formats, COMPANY_TROUBLES));
    } finally {
      this.busy.set(false);
    }
  }

  private nameTrouble(name: string): Words | null {
    if (!name) return { text: 'companies.error.name' };
    if ([...name].length <= MAX_COMPANY_NAME_LENGTH) return null;
    const values = tooLong(name, MAX_COMPANY_NAME_LENGTH, this.formats);
    return { text: 'companies.error.nameTooLong', values };
  }
}
