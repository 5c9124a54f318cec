import { ChangeDetectionStrategy, Component, computed, inject, input, output } from '@angular/core';
import { RouterLink } from '@angular/router';
import { TranslocoDirective } from '@jsverse/transloco';
import info from '@material-symbols/svg-400/rounded/info.svg';
import link from '@material-symbols/svg-400/rounded/link.svg';
import searchOff from '@material-symbols/svg-400/rounded/search_off.svg';
import { apiWholeList, keptValue } from '../api/api-resource';
import { AvailableClient } from '../api/types';
import { Formats } from '../i18n/formats';
import { ClientLogo } from '../ui/client-logo';
import { Icon } from '../ui/icon';
import { LoadError } from '../ui/load-error';
import { PageState } from '../ui/page-state';
import { SearchField } from '../ui/search-field';
import { ClientCard } from './client-card';
import { ConnectButton } from './connect-button';

/** What can be connected, and where connecting starts. */
@Component({
  selector: 'fx-available-apps',
  changeDetection: ChangeDetectionStrategy.OnPush,
  imports: [
    ClientCard,
    ClientLogo,
    ConnectButton,
    Icon,
    LoadError,
    PageState,
    RouterLink,
    SearchField,
    TranslocoDirective,
  ],
  templateUrl: './available-apps.html',
  styleUrl: './available-apps.scss',
})
export class AvailableApps {
  readonly term = input('');
  readonly searched = output<string>();

  protected readonly formats = inject(Formats);
  private readonly list = apiWholeList<AvailableClient>(() => '/user/v7/oauth-clients');
  protected readonly clients = keptValue(this.list);
  /** Connected before the company changed its mind: nothing else here says that they go on. */
  private readonly forbiddenList = apiWholeList<AvailableClient>(
    () => '/user/v7/oauth-clients?allowed=false',
  );
  protected readonly forbidden = keptValue(this.forbiddenList);
  protected readonly error = computed(() =>
    this.list.status() === 'error' ? this.list.error() : undefined,
  );
  protected readonly found = computed(() => {
    const term = this.term().toLocaleLowerCase();
    return this.clients()?.filter(({ name, publisher, description }) =>
      `${name} ${publisher} ${description}`.toLocaleLowerCase().includes(term),
    );
  });
  protected readonly icons = { info, link, searchOff };

  /** Whether each is connected may have changed. */
  reload(): void {
    this.list.reload();
    this.forbiddenList.reload();
  }
}
