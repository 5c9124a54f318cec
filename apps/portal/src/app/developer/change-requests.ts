import { ChangeDetectionStrategy, Component, computed, inject, input, signal } from '@angular/core';
import { form, FormField, validate } from '@angular/forms/signals';
import { TranslocoDirective } from '@jsverse/transloco';
import errorIcon from '@material-symbols/svg-400/rounded/error.svg';
import warning from '@material-symbols/svg-400/rounded/warning.svg';
import { MAX_CHANGE_NOTE_LENGTH } from '@flixcheck/api-types/limits';
import { Api } from '../api/api';
import { apiResource, keptValue } from '../api/api-resource';
import { apiErrorFrom } from '../api/problem';
import { isSameData } from '../api/same-data';
import { DeveloperChangeRequest, DeveloperClient, ListEnvelope } from '../api/types';
import { Formats } from '../i18n/formats';
import { FullName } from '../people/full-name';
import { ChangeLines } from '../registry/change-lines';
import { errorTextOf, SAVING } from '../registry/client-form-errors';
import {
  checkRedirectUris,
  redirectUriAt,
  RedirectUrisField,
} from '../registry/redirect-uris-field';
import { ScopeChoices } from '../registry/scope-choices';
import { focusLater } from '../ui/focus-later';
import { sendForm } from '../ui/send-form';
import { TextField } from '../ui/text-field';
import { KnownScopes } from '../scopes/known-scopes';
import { Confirmation } from '../ui/confirmation';
import { fieldErrors, tooLong } from '../ui/field-errors';
import { Icon } from '../ui/icon';
import { LoadError } from '../ui/load-error';
import { Messages } from '../ui/messages';
import { Moment } from '../ui/moment';
import { Words } from '../ui/question';
import { troubleWords } from '../ui/trouble';
import { UnsavedChanges } from '../unsaved/unsaved-changes';
import { DEVELOPER_CLIENTS } from './developer-clients';

/** The open one, and the latest answers. */
const SHOWN = 5;

interface Wanted {
  redirectUris: string[];
  scopes: string[];
  note: string;
}

const TROUBLES = {
  ...SAVING,
  not_found: 'developer.notFound.text',
  too_many_attempts: 'developer.change.tooMany',
};

const CHIPS = {
  open: 'fx-chip--accent',
  accepted: 'fx-chip--positive',
  declined: 'fx-chip--negative',
};

const STATES = {
  open: 'developer.change.state.open',
  accepted: 'developer.change.state.accepted',
  declined: 'developer.change.state.declined',
};

/** What developers cannot change themselves: they ask for it here, and read the answer. */
@Component({
  selector: 'fx-change-requests',
  changeDetection: ChangeDetectionStrategy.OnPush,
  imports: [
    ChangeLines,
    FormField,
    FullName,
    Icon,
    LoadError,
    Moment,
    RedirectUrisField,
    ScopeChoices,
    TextField,
    TranslocoDirective,
  ],
  templateUrl: './change-requests.html',
  styleUrl: './change-requests.scss',
})
export class ChangeRequests {
  readonly client = input.required<DeveloperClient>();

  private readonly api = inject(Api);
  private readonly formats = inject(Formats);
  private readonly confirmation = inject(Confirmation);
  private readonly messages = inject(Messages);
  private readonly knownScopes = inject(KnownScopes);
  private readonly focusLater = focusLater();

  private readonly path = computed(
    () => `${DEVELOPER_CLIENTS}/${this.client().id}/change-requests`,
  );
  protected readonly read = apiResource<ListEnvelope<DeveloperChangeRequest>>(
    () => `${this.path()}?limit=${SHOWN}`,
  );
  private readonly kept = keptValue(this.read, () => this.client().id);
  protected readonly requests = computed(() => this.kept()?.resources);
  protected readonly waits = computed(() =>
    (this.requests() ?? []).some(({ status }) => status === 'open'),
  );

  protected readonly scopes = this.knownScopes.table;
  /** What had been typed when the session ended. */
  private readonly typed: Wanted | null = inject(UnsavedChanges).watch({
    name: 'change-request',
    loss: () => (this.dirty() ? 'unsent' : null),
    draft: () => this.model(),
  });
  protected readonly asking = signal(this.typed !== null);
  protected readonly model = signal<Wanted>(
    this.typed ?? { redirectUris: [], scopes: [], note: '' },
  );
  protected readonly form = form(this.model, (path) => {
    checkRedirectUris(path.redirectUris);
    validate(path.scopes, ({ value }) => (value().length > 0 ? undefined : { kind: 'no_scope' }));
    validate(path.note, ({ value }) =>
      [...value().trim()].length > MAX_CHANGE_NOTE_LENGTH ? { kind: 'too_long' } : undefined,
    );
  });
  /** What the request would change, as far as it has been typed. */
  protected readonly changes = computed(() => {
    const { redirectUris, scopes } = this.client();
    const uris = this.model().redirectUris.map((uri) => uri.trim());
    return {
      redirectUris: changeOf(redirectUris, uris),
      scopes: changeOf(scopes, this.model().scopes as typeof scopes),
    };
  });
  protected readonly changed = computed(
    () => this.changes().redirectUris !== null || this.changes().scopes !== null,
  );
  private readonly dirty = computed(
    () => this.asking() && (this.changed() || this.model().note !== ''),
  );

  protected readonly busy = signal(false);
  protected readonly tried = signal(false);
  protected readonly trouble = signal<Words | null>(null);
  protected readonly noteLength = computed(() =>
    tooLong(this.model().note, MAX_CHANGE_NOTE_LENGTH, this.formats),
  );
  protected readonly chips = CHIPS;
  protected readonly states = STATES;
  protected readonly icons = { errorIcon, warning };

  protected start(): void {
    const { redirectUris, scopes } = this.client();
    this.model.set({ redirectUris: [...redirectUris], scopes: [...scopes], note: '' });
    this.form().reset();
    this.tried.set(false);
    this.trouble.set(null);
    this.knownScopes.retry();
    this.asking.set(true);
    this.focusLater('#redirect-uri-0');
  }

  protected stop(): void {
    this.asking.set(false);
    this.focusLater('.ask');
  }

  protected setScopes(scopes: string[]): void {
    this.model.update((model) => ({ ...model, scopes }));
  }

  protected errorOf(field: 'scopes' | 'note'): string | null {
    return errorTextOf(this.form[field](), this.tried());
  }

  protected async send(event: Event): Promise<void> {
    event.preventDefault();
    if (this.busy() || !this.changed()) return;
    this.tried.set(true);
    this.trouble.set(null);
    if (await sendForm(this.form, () => this.ask())) return;
    this.focusLater('[aria-invalid="true"], .answer .fx-notice');
  }

  protected async withdraw({ id }: DeveloperChangeRequest): Promise<void> {
    const done = await this.confirmation.ask({
      heading: { text: 'developer.change.withdraw.heading' },
      points: [{ text: 'developer.change.withdraw.stays' }],
      confirm: { text: 'developer.change.withdraw.confirm' },
      action: () => this.api.delete(`${this.path()}/${id}`),
    });
    if (!done) return;
    this.messages.show('developer.change.withdraw.done');
    this.read.reload();
    this.focusLater('.ask');
  }

  private async ask() {
    const { redirectUris, scopes } = this.changes();
    this.busy.set(true);
    try {
      await this.api.post(this.path(), {
        resource: {
          ...(redirectUris && { redirectUris: redirectUris.to }),
          ...(scopes && { scopes: scopes.to }),
          note: this.model().note.replace(/\s+/g, ' ').trim(),
        },
      });
      this.messages.show('developer.change.sent');
      this.read.reload();
      this.stop();
      return undefined;
    } catch (cause) {
      const error = apiErrorFrom(cause);
      const atFields = fieldErrors(error, (path) => this.fieldAt(path));
      if (atFields.length > 0) return atFields;
      this.trouble.set(troubleWords(error, this.formats, TROUBLES));
      return 'failed' as const;
    } finally {
      this.busy.set(false);
    }
  }

  private fieldAt(path: string) {
    const uri = redirectUriAt(this.form.redirectUris, path);
    const [name] = path.split('.');
    return name === 'scopes' || name === 'note' ? this.form[name] : uri;
  }
}

/** Null where both hold the same, in whatever order. */
function changeOf<Item extends string>(from: Item[], to: Item[]) {
  return isSameData([...from].sort(), [...to].sort()) ? null : { from, to };
}
