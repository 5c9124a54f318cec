import {
  ChangeDetectionStrategy,
  Component,
  computed,
  inject,
  linkedSignal,
  signal,
} from '@angular/core';
import { form, FormField, validate } from '@angular/forms/signals';
import { TranslocoDirective } from '@jsverse/transloco';
import errorIcon from '@material-symbols/svg-400/rounded/error.svg';
import { MAX_PERSON_NAME_LENGTH } from '@flixcheck/api-types/limits';
import { Api } from '../api/api';
import { apiErrorFrom } from '../api/problem';
import { Envelope, Me } from '../api/types';
import { Formats } from '../i18n/formats';
import { SessionStore } from '../session/session-store';
import { focusLater } from '../ui/focus-later';
import { fieldErrors, tooLong } from '../ui/field-errors';
import { Icon } from '../ui/icon';
import { Messages } from '../ui/messages';
import { Words } from '../ui/question';
import { sendForm } from '../ui/send-form';
import { Trouble, troubleWords } from '../ui/trouble';
import { SettingsSection } from '../ui/settings-section';
import { UnsavedChanges } from '../unsaved/unsaved-changes';

const NAME_ERRORS: Record<string, string> = {
  missing: 'security.profile.errors.missing',
  too_long: 'security.profile.errors.tooLong',
};

/** The name that colleagues and connected applications see. */
@Component({
  selector: 'fx-profile-form',
  changeDetection: ChangeDetectionStrategy.OnPush,
  imports: [FormField, Icon, SettingsSection, TranslocoDirective, Trouble],
  templateUrl: './profile-form.html',
  styleUrl: './form.scss',
})
export class ProfileForm {
  private readonly api = inject(Api);
  private readonly session = inject(SessionStore);
  private readonly messages = inject(Messages);
  private readonly formats = inject(Formats);
  private readonly focusLater = focusLater();

  protected readonly user = computed(() => this.session.user());
  /** Compared by value: other changes to the user must not undo what has been typed. */
  private readonly name = computed(
    () => ({ firstName: this.user()?.firstName ?? '', lastName: this.user()?.lastName ?? '' }),
    { equal: (a, b) => a.firstName === b.firstName && a.lastName === b.lastName },
  );
  protected readonly model = linkedSignal(() => ({ ...this.name() }));
  protected readonly form = form(this.model, (path) => {
    for (const name of [path.firstName, path.lastName]) {
      validate(name, ({ value }) => {
        const text = value().trim();
        if (text === '') return { kind: 'missing' };
        return [...text].length > MAX_PERSON_NAME_LENGTH ? { kind: 'too_long' } : undefined;
      });
    }
  });
  protected readonly busy = signal(false);
  protected readonly tried = signal(false);
  protected readonly trouble = signal<Words | null>(null);
  protected readonly firstError = computed(() => this.errorOf(this.form.firstName().errors()));
  protected readonly lastError = computed(() => this.errorOf(this.form.lastName().errors()));

  protected readonly errorIcon = errorIcon;

  constructor() {
    const kept = inject(UnsavedChanges).watch({
      name: 'profile',
      loss: () => {
        const { firstName, lastName } = this.model();
        const saved = this.name();
        return firstName === saved.firstName && lastName === saved.lastName ? null : 'changes';
      },
      draft: () => this.model(),
    });
    if (kept) this.model.set(kept);
  }

  protected async send(event: Event): Promise<void> {
    event.preventDefault();
    if (this.busy()) return;
    this.tried.set(true);
    this.trouble.set(null);
    const saved = await sendForm(this.form, () => this.save());
    if (saved) this.messages.show('security.profile.done');
    else this.focusLater('[aria-invalid="true"]');
  }

  private async save() {
    const { firstName, lastName } = this.model();
    this.busy.set(true);
    try {
      const { resource } = await this.api.patch<Envelope<Me>>('/user/v7/users/me', {
        resource: { firstName: firstName.trim(), lastName: lastName.trim() },
      });
      this.session.update({ firstName: resource.firstName, lastName: resource.lastName });
      return undefined;
    } catch (cause) {
      const fields = new Map([
        ['firstName', this.form.firstName],
        ['lastName', this.form.lastName],
      ]);
      const error = apiErrorFrom(cause);
      const atFields = fieldErrors(error, (path) => fields.get(path));
      if (atFields.length > 0) return atFields;
      this.trouble.set(troubleWords(error, this.formats));
      return 'failed' as const;
    } finally {
      this.busy.set(false);
    }
  }

  protected length(name: string) {
    return tooLong(name, MAX_PERSON_NAME_LENGTH, this.formats);
  }

  private errorOf(errors: readonly { kind: string }[]): string | null {
    const kind = errors[0]?.kind;
    if (!this.tried() || kind === undefined) return null;
    return NAME_ERRORS[kind] ?? 'security.profile.errors.unfit';
  }
}
