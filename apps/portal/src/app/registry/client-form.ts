import {
  afterNextRender,
  ChangeDetectionStrategy,
  Component,
  computed,
  DOCUMENT,
  ElementRef,
  inject,
  Injector,
  input,
  linkedSignal,
  OnInit,
  output,
  signal,
  viewChild,
} from '@angular/core';
import { form, FormField, validate } from '@angular/forms/signals';
import { TranslocoDirective } from '@jsverse/transloco';
import errorIcon from '@material-symbols/svg-400/rounded/error.svg';
import visibility from '@material-symbols/svg-400/rounded/visibility.svg';
import warning from '@material-symbols/svg-400/rounded/warning.svg';
import {
  MAX_CLIENT_NAME_LENGTH,
  MAX_DESCRIPTION_LENGTH,
  MAX_PUBLISHER_LENGTH,
} from '@flixcheck/api-types/limits';
import { clientIdFrom } from '../api/address-words';
import { Api } from '../api/api';
import { apiResource } from '../api/api-resource';
import { ApiError, apiErrorFrom } from '../api/problem';
import {
  ClientConnections,
  CreatedClient,
  Envelope,
  OAuthScope,
  RegistryClient,
} from '../api/types';
import { Formats } from '../i18n/formats';
import { FullName } from '../people/full-name';
import { focusLater } from '../ui/focus-later';
import { SettingsSection } from '../ui/settings-section';
import { come } from '../ui/come';
import { Confirmation } from '../ui/confirmation';
import { fieldErrors, tooLong } from '../ui/field-errors';
import { Icon } from '../ui/icon';
import { Messages } from '../ui/messages';
import { Words } from '../ui/question';
import { troubleWords } from '../ui/trouble';
import { UnsavedChanges } from '../unsaved/unsaved-changes';
import { checkContact, checkLength, checkLink } from './client-checks';
import { errorTextOf, READING, SAVING } from './client-form-errors';
import {
  ClientField,
  ClientFormModel,
  differences,
  FIELD_LABELS,
  rebased,
  toChanges,
  toCreateInput,
  toModel,
  VISIBILITIES,
  type Visibility,
} from './client-form-model';
import { CompanyChoices } from './company-choices';
import { harmInWords } from './harm-words';
import { Preview } from './preview';
import { checkRedirectUris, redirectUriAt, RedirectUrisField } from './redirect-uris-field';
import { REGISTRY } from './registry-clients';
import { ScopeChoices } from './scope-choices';
import { sendForm } from '../ui/send-form';
import { TextField } from '../ui/text-field';

const LENGTHS = {
  name: MAX_CLIENT_NAME_LENGTH,
  publisher: MAX_PUBLISHER_LENGTH,
  description: MAX_DESCRIPTION_LENGTH,
  descriptionEn: MAX_DESCRIPTION_LENGTH,
};

/** What has been typed, and what it was typed on. */
interface Typed {
  base: ClientFormModel;
  mine: ClientFormModel;
}

type Translate = (key: string, values?: Record<string, unknown>) => string;

const GONE = { not_found: 'registry.form.gone' };

/** Registers a client, or changes the one that it is given. */
@Component({
  selector: 'fx-client-form',
  changeDetection: ChangeDetectionStrategy.OnPush,
  host: { '[class.coming]': '!come()' },
  imports: [
    CompanyChoices,
    FormField,
    FullName,
    Icon,
    RedirectUrisField,
    ScopeChoices,
    SettingsSection,
    TextField,
    TranslocoDirective,
  ],
  templateUrl: './client-form.html',
  styleUrl: './client-form.scss',
})
export class ClientForm implements OnInit {
  readonly client = input<RegistryClient | null>(null);
  readonly scopes = input.required<readonly OAuthScope[]>();
  readonly created = output<CreatedClient>();
  readonly saved = output<RegistryClient>();
  /** What somebody else has saved meanwhile. */
  readonly overtaken = output<RegistryClient>();

  protected readonly formats = inject(Formats);
  private readonly api = inject(Api);
  private readonly confirmation = inject(Confirmation);
  private readonly preview = inject(Preview);
  private readonly host = inject<ElementRef<HTMLElement>>(ElementRef);
  private readonly injector = inject(Injector);
  private readonly document = inject(DOCUMENT);
  private readonly messages = inject(Messages);
  private readonly focusLater = focusLater();
  private lastField: HTMLElement | undefined;

  protected readonly base = computed(() => toModel(this.client()));
  /** What had been typed when the session ended, and on what. */
  private readonly kept: Typed | null = inject(UnsavedChanges).watch({
    name: 'client',
    loss: () => (this.dirty() ? 'changes' : null),
    draft: () => ({ base: this.base(), mine: this.model() }),
  });
  /** Keeps what has been typed when what it was typed on changes. */
  protected readonly model = linkedSignal<ClientFormModel, ClientFormModel>({
    source: this.base,
    computation: (base, before) => {
      if (before) return rebased(before.source, before.value, base);
      return this.kept ? rebased(this.kept.base, this.kept.mine, base) : structuredClone(base);
    },
  });
  protected readonly form = form(this.model, (path) => {
    for (const [field, max] of Object.entries(LENGTHS) as [keyof typeof LENGTHS, number][]) {
      checkLength(path[field], max);
    }
    for (const field of [path.name, path.publisher]) {
      validate(field, ({ value }) => (value().trim() === '' ? { kind: 'missing' } : undefined));
    }
    for (const field of [path.homepageUri, path.privacyPolicyUri, path.startUri]) checkLink(field);
    checkContact(path.contactEmail);
    validate(path.clientId, ({ value }) => {
      const text = value().trim();
      return text === '' || clientIdFrom(text) ? undefined : { kind: 'client_id' };
    });
    checkRedirectUris(path.redirectUris);
    validate(path.accountIds, ({ value }) =>
      value()?.length === 0 ? { kind: 'no_company' } : undefined,
    );
    validate(path.scopes, ({ value }) => (value().length > 0 ? undefined : { kind: 'no_scope' }));
  });

  private readonly choices = viewChild(CompanyChoices);
  protected readonly come = come(
    () => this.model().accountIds === null || !!this.choices()?.come(),
  );

  protected readonly busy = signal(false);
  protected readonly tried = signal(false);
  protected readonly trouble = signal<Words | null>(null);
  /** The fields that somebody else has changed meanwhile. */
  protected readonly theirs = signal<readonly ClientField[]>([]);
  protected readonly dirty = computed(() => differences(this.base(), this.model()).length > 0);
  protected readonly scopesTaken = computed(() =>
    this.client() ? this.base().scopes.filter((scope) => !this.model().scopes.includes(scope)) : [],
  );
  protected readonly visibility = computed<Visibility>(() => {
    const { listed, accountIds } = this.model();
    if (!listed) return 'none';
    return accountIds === null ? 'all' : 'chosen';
  });
  /** What was chosen before somebody looked at the other ways. */
  private chosenBefore: string[] = [];
  /** Where to count what saving would end; undefined: nothing. */
  private readonly losses = computed(() => {
    const [client, before, now] = [this.client(), this.base(), this.model()];
    const { accountIds } = now;
    if (!client || !accountIds?.length || !differences(before, now).includes('accountIds')) {
      return undefined;
    }
    const kept = before.accountIds?.every((id) => accountIds.includes(id)) ?? false;
    return kept
      ? undefined
      : `${REGISTRY}/${client.id}/connections?exceptAccountIds=${accountIds.join()}`;
  });
  private readonly lost = apiResource<Envelope<ClientConnections>>(() => this.losses());
  protected readonly harm = computed<Words | null>(() => {
    if (!this.losses()) return null;
    if (this.lost.error()) return { text: 'registry.field.accountIds.unknown' };
    return this.lost.hasValue() ? this.lossInWords(this.lost.value().resource) : null;
  });
  protected readonly labels = FIELD_LABELS;
  protected readonly visibilities = VISIBILITIES;
  protected readonly icons = { errorIcon, visibility, warning };

  ngOnInit(): void {
    if (this.kept) this.theirs.set(differences(this.kept.base, this.base()));
  }

  protected errorOf(field: Exclude<ClientField, 'redirectUris'>): string | null {
    return errorTextOf(this.form[field](), this.tried());
  }

  protected says(t: Translate, field: Exclude<ClientField, 'redirectUris'>): string | null {
    const text = this.errorOf(field);
    const max = field in LENGTHS ? LENGTHS[field as keyof typeof LENGTHS] : 0;
    return text && t(text, tooLong(String(this.form[field]().value()), max, this.formats));
  }

  protected theirNames(t: Translate): string[] {
    return this.theirs().map((field) => t(FIELD_LABELS[field]));
  }

  protected setScopes(scopes: string[]): void {
    this.model.update((model) => ({ ...model, scopes }));
  }

  protected setVisibility(visibility: Visibility): void {
    const { accountIds } = this.model();
    if (accountIds?.length) this.chosenBefore = accountIds;
    const next = {
      all: null,
      chosen: accountIds ?? this.chosenBefore,
      // A choice that nobody has made yet limits nothing.
      none: accountIds?.length ? accountIds : null,
    };
    this.model.update((model) => ({
      ...model,
      listed: visibility !== 'none',
      accountIds: next[visibility],
    }));
  }

  /** Of one that is offered to nobody: who may connect it all the same. */
  protected setLimited(limited: boolean): void {
    const { accountIds } = this.model();
    if (accountIds?.length) this.chosenBefore = accountIds;
    this.setCompanies(limited ? this.chosenBefore : null);
  }

  protected setCompanies(accountIds: readonly string[] | null): void {
    this.model.update((model) => ({ ...model, accountIds: accountIds && [...accountIds] }));
  }

  protected setKind(kind: ClientFormModel['kind']): void {
    this.model.update((model) => ({
      ...model,
      kind,
      // It has nothing else to prove itself with.
      requirePkce: kind === 'public' ? true : model.requirePkce,
    }));
  }

  protected toggle(field: 'publisherVerified' | 'requirePkce', on: boolean): void {
    this.model.update((model) => ({ ...model, [field]: on }));
  }

  protected showPreview(): void {
    void this.preview.show(this.model(), this.scopes(), this.client());
  }

  /** Back to what the registry has. */
  protected discard(): void {
    this.model.set(structuredClone(this.base()));
    this.tried.set(false);
    this.trouble.set(null);
    this.theirs.set([]);
    this.form().reset();
    this.messages.show('registry.form.discarded');
    this.focusIfLost();
  }

  protected async send(event: Event): Promise<void> {
    event.preventDefault();
    if (this.busy()) return;
    this.tried.set(true);
    this.trouble.set(null);
    const saved = await sendForm(this.form, () => this.save());
    if (saved) this.focusIfLost();
    else this.focusLater('[aria-invalid="true"], .answer .fx-notice');
  }

  private async save() {
    if (!(await this.agreesToLosses())) return undefined;
    const client = this.client();
    this.busy.set(true);
    try {
      if (client) {
        const { resource } = await this.api.patch<Envelope<RegistryClient>>(
          `${REGISTRY}/${client.id}`,
          { resource: toChanges(this.base(), this.model()) },
          { headers: { 'if-match': `"${client.version}"` } },
        );
        this.tried.set(false);
        this.theirs.set([]);
        this.saved.emit(resource);
      } else {
        const { resource } = await this.api.post<Envelope<CreatedClient>>(REGISTRY, {
          resource: toCreateInput(this.model()),
        });
        this.created.emit(resource);
      }
      return undefined;
    } catch (cause) {
      return await this.explain(apiErrorFrom(cause));
    } finally {
      this.busy.set(false);
    }
  }

  /** Asks before connections end, with the numbers of this moment. */
  private async agreesToLosses(): Promise<boolean> {
    const path = this.losses();
    if (!path) return true;
    let harm: Words = { text: 'registry.field.accountIds.unknown' };
    try {
      const { resource } = await this.api.get<Envelope<ClientConnections>>(path);
      if (resource.activeConnections === 0) return true;
      harm = this.lossInWords(resource);
    } catch {
      // The question is asked without numbers.
    }
    return this.confirmation.ask({
      heading: {
        text: 'registry.field.accountIds.heading',
        values: { name: this.client()?.name },
      },
      points: [harm, { text: 'registry.field.accountIds.atOnce' }],
      confirm: { text: 'registry.field.accountIds.confirm' },
      danger: true,
    });
  }

  private lossInWords(loss: ClientConnections): Words {
    return loss.activeConnections === 0
      ? { text: 'registry.field.accountIds.noLoss' }
      : harmInWords(loss, this.formats);
  }

  /** @returns what is wrong with which field */
  private async explain(error: ApiError) {
    if (error.code === 'precondition_failed') {
      await this.takeOver();
      return 'failed' as const;
    }
    const atFields = fieldErrors(error, (path) => this.fieldAt(path));
    if (atFields.length > 0) return atFields;
    this.trouble.set(troubleWords(error, this.formats, { ...SAVING, ...GONE }));
    return 'failed' as const;
  }

  /** Reads what somebody else has saved; what has been typed here stays on top of it. */
  private async takeOver(): Promise<void> {
    const before = this.base();
    try {
      const { resource } = await this.api.get<Envelope<RegistryClient>>(
        `${REGISTRY}/${this.client()?.id}`,
      );
      this.theirs.set(differences(before, toModel(resource)));
      this.overtaken.emit(resource);
    } catch (cause) {
      this.trouble.set(troubleWords(apiErrorFrom(cause), this.formats, { ...READING, ...GONE }));
    }
  }

  private fieldAt(path: string) {
    const uri = redirectUriAt(this.form.redirectUris, path);
    const [name = ''] = path.split('.');
    if (uri || !(name in FIELD_LABELS)) return uri;
    return this.form[name as Exclude<ClientField, 'redirectUris'>];
  }

  protected remember({ target }: FocusEvent): void {
    if (target instanceof HTMLElement && !target.closest('.send')) this.lastField = target;
  }

  /**
   * The buttons that had it go with the last change, and the one beside them goes to the end of the
   * form: it is back where something was changed, and the page stays where it is.
   */
  private focusIfLost(): void {
    afterNextRender(
      {
        read: () => {
          if (this.document.activeElement !== this.document.body) return;
          const next = this.lastField?.isConnected
            ? this.lastField
            : this.host.nativeElement.querySelector<HTMLElement>('.send button');
          next?.focus({ preventScroll: true });
        },
      },
      { injector: this.injector },
    );
  }
}
