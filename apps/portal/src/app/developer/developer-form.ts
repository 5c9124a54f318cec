import {
  ChangeDetectionStrategy,
  Component,
  computed,
  inject,
  input,
  linkedSignal,
  output,
  signal,
} from '@angular/core';
import { form, FormField } from '@angular/forms/signals';
import { TranslocoDirective } from '@jsverse/transloco';
import errorIcon from '@material-symbols/svg-400/rounded/error.svg';
import { MAX_DESCRIPTION_LENGTH } from '@flixcheck/api-types/limits';
import { Api } from '../api/api';
import { apiErrorFrom } from '../api/problem';
import { DeveloperClient, Envelope } from '../api/types';
import { Formats } from '../i18n/formats';
import { checkContact, checkLength, checkLink } from '../registry/client-checks';
import { errorTextOf, READING, SAVING } from '../registry/client-form-errors';
import { FIELD_LABELS } from '../registry/client-form-model';
import { focusLater } from '../ui/focus-later';
import { sendForm } from '../ui/send-form';
import { TextField } from '../ui/text-field';
import { SettingsSection } from '../ui/settings-section';
import { fieldErrors, tooLong } from '../ui/field-errors';
import { Icon } from '../ui/icon';
import { Words } from '../ui/question';
import { troubleWords } from '../ui/trouble';
import { UnsavedChanges } from '../unsaved/unsaved-changes';
import { DEVELOPER_CLIENTS } from './developer-clients';

const TEXTS = ['description', 'descriptionEn'] as const;
const LINKS = ['homepageUri', 'privacyPolicyUri'] as const;
const FIELDS = [...TEXTS, ...LINKS, 'contactEmail'] as const;

const GONE = { not_found: 'developer.notFound.text' };

type Field = (typeof FIELDS)[number];
type Model = Record<Field, string>;
/** What has been typed, and what it was typed on. */
type Typed = Record<'base' | 'mine', Model>;
type Translate = (key: string, values?: Record<string, unknown>) => string;

/** What developers may say about their application themselves. */
@Component({
  selector: 'fx-developer-form',
  changeDetection: ChangeDetectionStrategy.OnPush,
  imports: [FormField, Icon, SettingsSection, TextField, TranslocoDirective],
  templateUrl: './developer-form.html',
  styleUrl: '../registry/client-form.scss',
})
export class DeveloperForm {
  readonly client = input.required<DeveloperClient>();
  readonly saved = output<DeveloperClient>();
  /** What somebody else has saved meanwhile. */
  readonly overtaken = output<DeveloperClient>();

  private readonly api = inject(Api);
  private readonly formats = inject(Formats);
  private readonly focusLater = focusLater();

  private readonly base = computed(() => toModel(this.client()), {
    equal: (one, other) => changed(one, other).length === 0,
  });
  /** What had been typed when the session ended, and on what. */
  private readonly kept: Typed | null = inject(UnsavedChanges).watch({
    name: 'client',
    loss: () => (this.dirty() ? 'changes' : null),
    draft: () => ({ base: this.base(), mine: this.model() }),
  });
  /** Keeps what has been typed when what it was typed on changes. */
  protected readonly model = linkedSignal<Model, Model>({
    source: this.base,
    computation: (base, before) => {
      const [from, typed] = before
        ? [before.source, before.value]
        : [this.kept?.base ?? base, this.kept?.mine ?? base];
      return { ...base, ...pick(typed, changed(from, typed)) };
    },
  });
  protected readonly form = form(this.model, (path) => {
    for (const field of TEXTS) checkLength(path[field], MAX_DESCRIPTION_LENGTH);
    for (const field of LINKS) checkLink(path[field]);
    checkContact(path.contactEmail);
  });

  protected readonly dirty = computed(() => changed(this.base(), this.model()).length > 0);
  protected readonly busy = signal(false);
  protected readonly tried = signal(false);
  protected readonly trouble = signal<Words | null>(null);
  protected readonly labels = FIELD_LABELS;
  protected readonly icons = { errorIcon };

  protected says(t: Translate, field: Field): string | null {
    const text = errorTextOf(this.form[field](), this.tried());
    const written = this.form[field]().value();
    return text && t(text, tooLong(written, MAX_DESCRIPTION_LENGTH, this.formats));
  }

  protected async send(event: Event): Promise<void> {
    event.preventDefault();
    if (this.busy() || !this.dirty()) return;
    this.tried.set(true);
    this.trouble.set(null);
    if (await sendForm(this.form, () => this.save())) return;
    this.focusLater('[aria-invalid="true"], .answer .fx-notice');
  }

  private async save() {
    const { id, version } = this.client();
    const path = `${DEVELOPER_CLIENTS}/${id}`;
    this.busy.set(true);
    try {
      const { resource } = await this.api.patch<Envelope<DeveloperClient>>(
        path,
        { resource: toInput(pick(this.model(), changed(this.base(), this.model()))) },
        { headers: { 'if-match': `"${version}"` } },
      );
      this.tried.set(false);
      this.saved.emit(resource);
      return undefined;
    } catch (cause) {
      const error = apiErrorFrom(cause);
      const atFields = fieldErrors(error, (path) => {
        const field = FIELDS.find((name) => name === path);
        return field && this.form[field];
      });
      if (atFields.length > 0) return atFields;
      if (error.code === 'precondition_failed') await this.takeOver(path);
      else this.trouble.set(troubleWords(error, this.formats, { ...SAVING, ...GONE }));
      return 'failed' as const;
    } finally {
      this.busy.set(false);
    }
  }

  /** Reads what somebody else has saved; what has been typed here stays on top of it. */
  private async takeOver(path: string): Promise<void> {
    try {
      const { resource } = await this.api.get<Envelope<DeveloperClient>>(path);
      this.overtaken.emit(resource);
      this.trouble.set({ text: 'developer.form.changed' });
    } catch (cause) {
      this.trouble.set(troubleWords(apiErrorFrom(cause), this.formats, { ...READING, ...GONE }));
    }
  }
}

function toModel(client: DeveloperClient): Model {
  return Object.fromEntries(FIELDS.map((field) => [field, client[field] ?? ''])) as Model;
}

function changed(one: Model, other: Model): Field[] {
  return FIELDS.filter((field) => one[field].trim() !== other[field].trim());
}

function pick(model: Model, fields: readonly Field[]): Partial<Model> {
  return Object.fromEntries(fields.map((field) => [field, model[field]]));
}

/** As the API takes it: an address that is missing is null. */
function toInput(model: Partial<Model>): Record<string, string | null> {
  const texts: readonly string[] = TEXTS;
  return Object.fromEntries(
    Object.entries(model).map(([field, text]) => [
      field,
      text.trim() || (texts.includes(field) ? '' : null),
    ]),
  );
}
