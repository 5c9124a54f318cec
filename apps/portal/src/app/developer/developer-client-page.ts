import { NgTemplateOutlet } from '@angular/common';
import {
  ChangeDetectionStrategy,
  Component,
  computed,
  inject,
  input,
  linkedSignal,
  untracked,
} from '@angular/core';
import { RouterLink } from '@angular/router';
import { TranslocoDirective } from '@jsverse/transloco';
import copyIcon from '@material-symbols/svg-400/rounded/content_copy.svg';
import warning from '@material-symbols/svg-400/rounded/warning.svg';
import { ClientSecret, DeveloperClient } from '../api/types';
import { Formats } from '../i18n/formats';
import { ClientSecrets } from '../registry/client-secrets';
import { BackLink } from '../ui/back-link';
import { CopyValue } from '../ui/copy-value';
import { LogoUpload } from '../registry/logo-upload';
import { ClientDoctor } from '../reports/client-doctor';
import { ClientFigures } from '../reports/client-figures';
import { RequestLog } from '../request-log/request-log';
import { exchange } from '../try-it/requests';
import { curl } from '../try-it/samples/curl';
import { SettingsSection } from '../ui/settings-section';
import { ClientLogo } from '../ui/client-logo';
import { Clipboard } from '../ui/clipboard';
import { Icon } from '../ui/icon';
import { Messages } from '../ui/messages';
import { Publisher } from '../ui/publisher';
import { ChangeRequests } from './change-requests';
import { developerClient, developerClientPath } from './developer-client';
import { DeveloperClientMissing } from './developer-client-missing';
import { DEVELOPER_CLIENTS } from './developer-clients';
import { DeveloperForm } from './developer-form';

/** One application, as its developer looks after it. */
@Component({
  selector: 'fx-developer-client-page',
  changeDetection: ChangeDetectionStrategy.OnPush,
  imports: [
    BackLink,
    ChangeRequests,
    ClientDoctor,
    ClientFigures,
    ClientLogo,
    ClientSecrets,
    CopyValue,
    DeveloperClientMissing,
    DeveloperForm,
    Icon,
    LogoUpload,
    NgTemplateOutlet,
    Publisher,
    RequestLog,
    RouterLink,
    SettingsSection,
    TranslocoDirective,
  ],
  templateUrl: './developer-client-page.html',
  styleUrls: ['../registry/client-page.scss', './developer-client-page.scss'],
})
export class DeveloperClientPage {
  readonly id = input.required<string>();

  private readonly messages = inject(Messages);
  private readonly clipboard = inject(Clipboard);
  protected readonly formats = inject(Formats);
  protected readonly copyIcon = copyIcon;
  protected readonly warning = warning;

  protected readonly path = computed(() => developerClientPath(this.id()));
  protected readonly found = developerClient(() => this.id());
  protected readonly client = this.found.client;
  protected readonly clients = DEVELOPER_CLIENTS;

  /**
   * None of its secrets has been used: how to begin stands first, and stays there as long as the page
   * is open.
   */
  protected readonly begins = linkedSignal<string | undefined, boolean>({
    source: () => this.client()?.id,
    computation: () => {
      const { kind, secrets = [] } = untracked(this.client) ?? {};
      return kind === 'confidential' && secrets.every(({ lastUsedAt }) => lastUsedAt === null);
    },
  });

  /** The exchange of a code, to begin with; a secret never stands in a page that stays open. */
  protected readonly sample = computed(() => {
    const client = this.client();
    if (!client) return '';
    const redirectUri = client.redirectUris[0] ?? '';
    const context = { origin: location.origin, client, secret: '', redirectUri };
    return curl(exchange(context, { code: '', verifier: '' }), false);
  });

  protected async copy(): Promise<void> {
    await this.clipboard.copy(this.sample(), {
      done: 'developer.start.copied',
      failed: 'developer.start.copyFailed',
    });
  }

  protected take(client: DeveloperClient): void {
    this.client.set(client);
  }

  protected takeSecrets(secrets: ClientSecret[]): void {
    this.client.update((client) => client && { ...client, secrets });
  }

  protected saved(client: DeveloperClient): void {
    this.client.set(client);
    this.messages.show('registry.form.saved');
  }
}
