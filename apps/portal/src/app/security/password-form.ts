import {
  ChangeDetectionStrategy,
  Component,
  computed,
  effect,
  inject,
  output,
  signal,
  viewChild,
} from '@angular/core';
import { form, FormField, required, validate } from '@angular/forms/signals';
import { TranslocoDirective } from '@jsverse/transloco';
import checkIcon from '@material-symbols/svg-400/rounded/check_circle.svg';
import { MAX_PASSWORD_LENGTH, MIN_PASSWORD_LENGTH } from '@flixcheck/api-types/limits';
import { Api } from '../api/api';
import { apiErrorFrom } from '../api/problem';
import { Formats } from '../i18n/formats';
import { SessionStore } from '../session/session-store';
import { Icon } from '../ui/icon';
import { fieldErrors } from '../ui/field-errors';
import { PasswordField } from '../ui/password-field';
import { Words } from '../ui/question';
import { sendForm } from '../ui/send-form';
import { Trouble, troubleWords } from '../ui/trouble';
import { lengthOf, StrengthOfPassword } from './password-strength';
import { OwnPassword } from './own-password';
import { SettingsSection } from '../ui/settings-section';
import { StrengthMeter } from './strength-meter';

interface Model {
  currentPassword: string;
  newPassword: string;
  revokeConnections: boolean;
}

const TEXTS = {
  title: 'security.password.title',
  text: 'security.password.text',
  send: 'security.password.send',
  done: 'security.password.done',
  doneAll: 'security.password.doneAll',
};
const FIRST_TEXTS: typeof TEXTS = {
  title: 'security.password.first.title',
  text: 'security.password.first.text',
  send: 'security.password.first.send',
  done: 'security.password.first.done',
  doneAll: 'security.password.first.doneAll',
};

const EMPTY: Model = { currentPassword: '', newPassword: '', revokeConnections: false };

/** Kinds of errors, ours and the API's codes, by field. */
const CURRENT_ERRORS: Record<string, string> = {
  required: 'security.password.errors.currentMissing',
  wrong_password: 'security.password.errors.currentWrong',
};
const NEW_ERRORS: Record<string, string> = {
  required: 'security.password.errors.newMissing',
  min_length: 'security.password.errors.tooShort',
  max_length: 'security.password.errors.tooLong',
  same_as_current: 'security.password.errors.same',
  same_as_email: 'security.password.errors.email',
  too_common: 'security.password.errors.common',
};

@Component({
  selector: 'fx-password-form',
  changeDetection: ChangeDetectionStrategy.OnPush,
  imports: [
    FormField,
    Icon,
    OwnPassword,
    PasswordField,
    SettingsSection,
    StrengthMeter,
    TranslocoDirective,
    Trouble,
  ],
  templateUrl: './password-form.html',
  styleUrl: './form.scss',
  providers: [StrengthOfPassword],
})
export class PasswordForm {
  /** The password is another one, and the other devices are signed out. */
  readonly changed = output();

  private readonly api = inject(Api);
  private readonly session = inject(SessionStore);
  private readonly formats = inject(Formats);
  private readonly meter = inject(StrengthOfPassword);

  protected readonly model = signal<Model>(EMPTY);
  /** They have joined with a passkey, and have had no password until now. */
  protected readonly first = computed(() => this.session.user()?.passwordMissing === true);
  protected readonly texts = computed(() => (this.first() ? FIRST_TEXTS : TEXTS));
  protected readonly form = form(this.model, (path) => {
    required(path.currentPassword, { when: () => !this.first() });
    required(path.newPassword);
    validate(path.newPassword, ({ value, valueOf }) => {
      const length = lengthOf(value());
      if (length === 0) return undefined;
      if (length < MIN_PASSWORD_LENGTH) return { kind: 'min_length' };
      if (length > MAX_PASSWORD_LENGTH) return { kind: 'max_length' };
      return value() === valueOf(path.currentPassword) ? { kind: 'same_as_current' } : undefined;
    });
  });
  protected readonly busy = signal(false);
  /** Set once somebody has tried to send the form; before that nothing is complained about. */
  protected readonly tried = signal(false);
  protected readonly trouble = signal<Words | null>(null);
  protected readonly success = signal<string | null>(null);

  protected readonly strength = this.meter.strength;
  protected readonly currentError = computed(() => {
    const kind = this.form.currentPassword().errors()[0]?.kind;
    if (!this.tried() || kind === undefined) return null;
    return CURRENT_ERRORS[kind] ?? 'security.password.errors.currentWrong';
  });
  protected readonly newError = computed(() => {
    const kind = this.form.newPassword().errors()[0]?.kind;
    if (!this.tried() || kind === undefined) return null;
    return NEW_ERRORS[kind] ?? 'security.password.errors.unfit';
  });

  private readonly currentField = viewChild<OwnPassword>('current');
  private readonly newField = viewChild<PasswordField>('next');

  protected readonly rules = `minlength: ${MIN_PASSWORD_LENGTH}; maxlength: ${MAX_PASSWORD_LENGTH};`;
  protected readonly checkIcon = checkIcon;

  constructor() {
    effect(() => this.meter.typed(this.model().newPassword));
  }

  protected async send(event: Event): Promise<void> {
    event.preventDefault();
    if (this.busy()) return;
    this.tried.set(true);
    this.trouble.set(null);
    this.success.set(null);
    const sent = await sendForm(this.form, () => this.change());
    if (sent) this.finish();
    else if (this.form.currentPassword().invalid()) this.currentField()?.focus();
    else if (this.form.newPassword().invalid()) this.newField()?.focus();
  }

  /** @returns what the API complains about, by field */
  private async change() {
    this.busy.set(true);
    try {
      const { currentPassword, ...chosen } = this.model();
      const resource = this.first() ? chosen : { currentPassword, ...chosen };
      await this.api.post('/user/v7/users/me/password', { resource });
      return undefined;
    } catch (cause) {
      const error = apiErrorFrom(cause);
      const fields = new Map([
        ['currentPassword', this.form.currentPassword],
        ['newPassword', this.form.newPassword],
      ]);
      const atFields = fieldErrors(error, (path) => fields.get(path));
      if (atFields.length > 0) return atFields;
      this.trouble.set(troubleWords(error, this.formats));
      return 'failed' as const;
    } finally {
      this.busy.set(false);
    }
  }

  private finish(): void {
    const { done, doneAll } = this.texts();
    this.success.set(this.model().revokeConnections ? doneAll : done);
    this.session.update({ passwordMissing: undefined });
    this.form().reset(EMPTY);
    this.tried.set(false);
    this.currentField()?.hide();
    this.newField()?.hide();
    this.changed.emit();
  }
}
