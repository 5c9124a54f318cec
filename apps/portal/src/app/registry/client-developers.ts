import {
  ChangeDetectionStrategy,
  Component,
  computed,
  inject,
  input,
  signal,
  viewChild,
} from '@angular/core';
import { TranslocoDirective } from '@jsverse/transloco';
import errorIcon from '@material-symbols/svg-400/rounded/error.svg';
import mailIcon from '@material-symbols/svg-400/rounded/mail.svg';
import { Api } from '../api/api';
import { apiResource, keptValue } from '../api/api-resource';
import { apiErrorFrom } from '../api/problem';
import { ClientDeveloper, Language, ListEnvelope } from '../api/types';
import { Preferences } from '../i18n/preferences';
import { Formats } from '../i18n/formats';
import { FullName, fullName } from '../people/full-name';
import { come } from '../ui/come';
import { SettingsSection } from '../ui/settings-section';
import { Confirmation } from '../ui/confirmation';
import { Icon } from '../ui/icon';
import { LanguageField } from '../ui/language-field';
import { LoadError } from '../ui/load-error';
import { Messages } from '../ui/messages';
import { Words } from '../ui/question';
import { troubleWords } from '../ui/trouble';
import { Waiting } from '../ui/waiting';
import { SAVING } from './client-form-errors';
import { DeveloperInvitations, invitationsOf } from './developer-invitations';
import { REGISTRY } from './registry-clients';

const TROUBLES = {
  ...SAVING,
  known_user: 'registry.developers.error.known',
  already_invited: 'registry.developers.error.invited',
  too_many_attempts: 'registry.developers.error.tooMany',
  user_disabled: 'registry.developers.error.disabled',
  is_email: 'registry.error.email',
  taken: 'registry.developers.error.taken',
};

/** Who looks after a client at its publisher; an operator names them. */
@Component({
  selector: 'fx-client-developers',
  changeDetection: ChangeDetectionStrategy.OnPush,
  host: { '[class.coming]': '!come()' },
  imports: [
    DeveloperInvitations,
    FullName,
    Icon,
    LanguageField,
    LoadError,
    SettingsSection,
    TranslocoDirective,
    Waiting,
  ],
  templateUrl: './client-developers.html',
  styleUrl: './client-developers.scss',
})
export class ClientDevelopers {
  readonly clientId = input.required<string>();
  readonly name = input.required<string>();

  protected readonly formats = inject(Formats);
  private readonly api = inject(Api);
  private readonly confirmation = inject(Confirmation);
  private readonly messages = inject(Messages);
  protected readonly section = viewChild(SettingsSection);
  private readonly invitations = viewChild(DeveloperInvitations);

  private readonly path = computed(() => `${REGISTRY}/${this.clientId()}/developers`);
  protected readonly read = apiResource<ListEnvelope<ClientDeveloper>>(() => this.path());
  private readonly kept = keptValue(this.read, () => this.clientId());
  protected readonly developers = computed(() => this.kept()?.resources);
  protected readonly come = come(
    () => !!this.read.error() || (!!this.developers() && !!this.invitations()?.come()),
  );
  protected readonly busy = signal(false);
  protected readonly trouble = signal<Words | null>(null);
  /** The address that nobody has yet, and who may be invited. */
  protected readonly unknown = signal<string | null>(null);
  protected readonly language = signal<Language>(inject(Preferences).language());
  protected readonly errorIcon = errorIcon;
  protected readonly mailIcon = mailIcon;

  protected async add(event: Event, field: HTMLInputElement): Promise<void> {
    event.preventDefault();
    if (this.busy()) return;
    const email = field.value.trim();
    if (email === '') {
      this.trouble.set({ text: TROUBLES.is_email });
      field.focus();
      return;
    }
    this.busy.set(true);
    this.trouble.set(null);
    try {
      if (this.unknown() === email) await this.invite(email);
      else await this.appoint(email);
      field.value = '';
      this.unknown.set(null);
    } catch (cause) {
      const error = apiErrorFrom(cause);
      if (error.problem.errors.some(({ code }) => code === 'unknown_user')) {
        this.unknown.set(email);
      } else {
        this.trouble.set(troubleWords(error, this.formats, TROUBLES));
      }
      field.focus();
    } finally {
      this.busy.set(false);
    }
  }

  /** What was said of the address before is no longer about this one. */
  protected typed(): void {
    this.unknown.set(null);
    this.trouble.set(null);
  }

  private async appoint(email: string): Promise<void> {
    await this.api.post(this.path(), { resource: { email } });
    this.read.reload();
    this.invitations()?.reload();
    this.messages.show('registry.developers.added', { email });
  }

  private async invite(email: string): Promise<void> {
    const resource = { email, locale: this.language() };
    await this.api.post(invitationsOf(this.clientId()), { resource });
    this.invitations()?.reload();
    this.messages.show('registry.developers.invite.done', { email });
  }

  protected async remove(developer: ClientDeveloper): Promise<void> {
    const values = { developer: fullName(developer), name: this.name() };
    const done = await this.confirmation.ask({
      heading: { text: 'registry.developers.remove.heading', values },
      email: developer.email,
      points: [
        { text: 'registry.developers.remove.loses', values },
        { text: 'registry.developers.remove.stays' },
      ],
      confirm: { text: 'registry.developers.remove.confirm' },
      danger: true,
      action: () => this.api.delete(`${this.path()}/${developer.id}`),
    });
    if (!done) return;
    // The row that had the focus goes.
    this.section()?.focus();
    this.read.reload();
    this.messages.show('registry.developers.remove.done', values);
  }
}
