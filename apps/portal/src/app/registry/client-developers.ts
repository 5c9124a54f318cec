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
import { Api } from '../api/api';
import { apiResource, keptValue } from '../api/api-resource';
import { apiErrorFrom } from '../api/problem';
import { ClientDeveloper, ListEnvelope } from '../api/types';
import { Formats } from '../i18n/formats';
import { FullName, fullName } from '../people/full-name';
import { SettingsSection } from '../ui/settings-section';
import { Confirmation } from '../ui/confirmation';
import { Icon } from '../ui/icon';
import { LoadError } from '../ui/load-error';
import { Messages } from '../ui/messages';
import { Words } from '../ui/question';
import { troubleWords } from '../ui/trouble';
import { Waiting } from '../ui/waiting';
import { SAVING } from './client-form-errors';
import { REGISTRY } from './registry-clients';

const TROUBLES = {
  ...SAVING,
  unknown_user: 'registry.developers.error.unknown',
  user_disabled: 'registry.developers.error.disabled',
  is_email: 'registry.error.email',
  taken: 'registry.developers.error.taken',
};

/** Who looks after a client at its publisher; an operator names them. */
@Component({
  selector: 'fx-client-developers',
  changeDetection: ChangeDetectionStrategy.OnPush,
  imports: [FullName, Icon, LoadError, SettingsSection, TranslocoDirective, Waiting],
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
  private readonly section = viewChild(SettingsSection);

  private readonly path = computed(() => `${REGISTRY}/${this.clientId()}/developers`);
  protected readonly read = apiResource<ListEnvelope<ClientDeveloper>>(() => this.path());
  private readonly kept = keptValue(this.read, () => this.clientId());
  protected readonly developers = computed(() => this.kept()?.resources);
  protected readonly busy = signal(false);
  protected readonly trouble = signal<Words | null>(null);
  protected readonly errorIcon = errorIcon;

  protected async add(event: Event, field: HTMLInputElement): Promise<void> {
    event.preventDefault();
    if (this.busy()) return;
    this.busy.set(true);
    this.trouble.set(null);
    const email = field.value.trim();
    try {
      await this.api.post(this.path(), { resource: { email } });
      field.value = '';
      this.read.reload();
      this.messages.show('registry.developers.added', { email });
    } catch (cause) {
      this.trouble.set(troubleWords(apiErrorFrom(cause), this.formats, TROUBLES));
      field.focus();
    } finally {
      this.busy.set(false);
    }
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
