import {
  afterNextRender,
  ChangeDetectionStrategy,
  Component,
  computed,
  inject,
  Injector,
  signal,
} from '@angular/core';
import { RouterLink } from '@angular/router';
import { TranslocoDirective } from '@jsverse/transloco';
import check from '@material-symbols/svg-400/rounded/check_circle.svg';
import warning from '@material-symbols/svg-400/rounded/warning.svg';
import { OAUTH_SCOPES } from '../api/addresses';
import { apiResource } from '../api/api-resource';
import { CreatedClient, Envelope, OAuthScopes } from '../api/types';
import { refusedUnless } from '../session/refused-unless';
import { BackLink } from '../ui/back-link';
import { Icon } from '../ui/icon';
import { LoadError } from '../ui/load-error';
import { PageFocus } from '../ui/page-focus';
import { Waiting } from '../ui/waiting';
import { UnsavedChanges } from '../unsaved/unsaved-changes';
import { ClientDevelopers } from './client-developers';
import { ClientForm } from './client-form';
import { CopyValue } from '../ui/copy-value';
import { NoOperator } from './no-operator';

/** Registers an application, and then shows what its developers need. */
@Component({
  selector: 'fx-new-client-page',
  changeDetection: ChangeDetectionStrategy.OnPush,
  imports: [
    BackLink,
    ClientDevelopers,
    ClientForm,
    CopyValue,
    Icon,
    LoadError,
    NoOperator,
    RouterLink,
    TranslocoDirective,
    Waiting,
  ],
  templateUrl: './new-client-page.html',
  styleUrl: './client-page.scss',
})
export class NewClientPage {
  private readonly pageFocus = inject(PageFocus);
  private readonly injector = inject(Injector);

  protected readonly forbidden = refusedUnless('isOperator');
  protected readonly table = apiResource<Envelope<OAuthScopes>>(() =>
    this.forbidden() ? undefined : OAUTH_SCOPES,
  );
  protected readonly scopes = computed(() =>
    this.table.hasValue() ? this.table.value().resource.scopes : null,
  );
  protected readonly created = signal<CreatedClient | null>(null);
  protected readonly copied = signal(false);
  protected readonly icons = { check, warning };

  constructor() {
    inject(UnsavedChanges).watch({
      name: 'secret',
      loss: () => (this.created()?.secret && !this.copied() ? 'secret' : null),
    });
  }

  protected show(client: CreatedClient): void {
    this.created.set(client);
    afterNextRender(() => this.pageFocus.focusHeading(), { injector: this.injector });
  }

  /** Who finds the application, or that users come from it. */
  protected usersText({ listed, accountIds }: CreatedClient): string {
    if (!listed) return 'registry.created.next.unlisted';
    return accountIds ? 'registry.created.next.companies' : 'registry.created.next.users';
  }
}
