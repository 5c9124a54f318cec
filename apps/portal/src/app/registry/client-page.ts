import {
  ChangeDetectionStrategy,
  Component,
  computed,
  inject,
  input,
  linkedSignal,
} from '@angular/core';
import { Router, RouterLink } from '@angular/router';
import { TranslocoDirective } from '@jsverse/transloco';
import searchOff from '@material-symbols/svg-400/rounded/search_off.svg';
import { OAUTH_SCOPES } from '../api/addresses';
import { apiResource, keptValue } from '../api/api-resource';
import { apiErrorFrom } from '../api/problem';
import { ClientSecret, Envelope, OAuthScopes, RegistryClient } from '../api/types';
import { Formats } from '../i18n/formats';
import { refusedUnless } from '../session/refused-unless';
import { ClientDoctor } from '../reports/client-doctor';
import { ClientFigures } from '../reports/client-figures';
import { RequestLog } from '../request-log/request-log';
import { BackLink } from '../ui/back-link';
import { ClientLogo } from '../ui/client-logo';
import { listLeft } from '../ui/list-left';
import { LoadError } from '../ui/load-error';
import { Messages } from '../ui/messages';
import { PageState } from '../ui/page-state';
import { Publisher } from '../ui/publisher';
import { Waiting } from '../ui/waiting';
import { UnsavedChanges } from '../unsaved/unsaved-changes';
import { ClientDevelopers } from './client-developers';
import { ClientEnding } from './client-ending';
import { ClientForm } from './client-form';
import { ClientSecrets } from './client-secrets';
import { CopyValue } from '../ui/copy-value';
import { LogoUpload } from './logo-upload';
import { NoOperator } from './no-operator';
import { REGISTRY } from './registry-clients';

/** One registered application: its settings, its secrets, its end. */
@Component({
  selector: 'fx-client-page',
  changeDetection: ChangeDetectionStrategy.OnPush,
  imports: [
    BackLink,
    ClientDevelopers,
    ClientDoctor,
    ClientEnding,
    ClientFigures,
    ClientForm,
    ClientLogo,
    ClientSecrets,
    CopyValue,
    LoadError,
    LogoUpload,
    NoOperator,
    PageState,
    Publisher,
    RequestLog,
    RouterLink,
    TranslocoDirective,
    Waiting,
  ],
  templateUrl: './client-page.html',
  styleUrl: './client-page.scss',
})
export class ClientPage {
  readonly id = input.required<string>();

  protected readonly formats = inject(Formats);
  private readonly unsaved = inject(UnsavedChanges);
  private readonly messages = inject(Messages);
  private readonly router = inject(Router);

  private readonly refused = refusedUnless('isOperator');
  private readonly read = apiResource<Envelope<RegistryClient>>(() =>
    this.refused() ? undefined : `${REGISTRY}/${encodeURIComponent(this.id())}`,
  );
  private readonly kept = keptValue(this.read, () => this.id());
  protected readonly client = linkedSignal(() => this.kept()?.resource);
  /** For those parts of the page which secrets and their use do not concern. */
  protected readonly settings = computed(() => this.client() ?? null, {
    equal: (one, other) => one?.id === other?.id && one?.version === other?.version,
  });
  private readonly table = apiResource<Envelope<OAuthScopes>>(() =>
    this.refused() ? undefined : OAUTH_SCOPES,
  );
  protected readonly scopes = computed(() =>
    this.table.hasValue() ? this.table.value().resource.scopes : null,
  );
  protected readonly error = computed(() =>
    this.client() && this.scopes() ? undefined : (this.read.error() ?? this.table.error()),
  );
  protected readonly notFound = computed(
    () => this.error() !== undefined && apiErrorFrom(this.error()).code === 'not_found',
  );
  protected readonly forbidden = computed(
    () =>
      this.refused() ||
      (this.error() !== undefined && apiErrorFrom(this.error()).code === 'forbidden'),
  );
  protected readonly path = computed(() => `${REGISTRY}/${this.client()?.id ?? ''}`);
  protected readonly icons = { searchOff };
  protected readonly listLeft = listLeft();

  protected retry(): void {
    this.read.reload();
    this.table.reload();
  }

  protected take(client: RegistryClient): void {
    this.client.set(client);
  }

  protected takeSecrets(secrets: ClientSecret[]): void {
    this.client.update((client) => client && { ...client, secrets });
  }

  protected saved(client: RegistryClient): void {
    this.client.set(client);
    this.messages.show('registry.form.saved');
  }

  protected async leaveDeleted(name: string): Promise<void> {
    this.unsaved.settle();
    this.messages.show('registry.delete.done', { name });
    await this.router.navigate(['/settings/registry']);
  }
}
