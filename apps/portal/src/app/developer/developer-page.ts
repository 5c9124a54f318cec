import { ChangeDetectionStrategy, Component, computed } from '@angular/core';
import { RouterLink } from '@angular/router';
import { TranslocoDirective } from '@jsverse/transloco';
import code from '@material-symbols/svg-400/rounded/code.svg';
import { apiWholeList } from '../api/api-resource';
import { DeveloperClient } from '../api/types';
import { ClientLogo } from '../ui/client-logo';
import { LoadError } from '../ui/load-error';
import { PageState } from '../ui/page-state';
import { Waiting } from '../ui/waiting';
import { DEVELOPER_CLIENTS } from './developer-clients';

/** The applications that the user is a developer of. */
@Component({
  selector: 'fx-developer-page',
  changeDetection: ChangeDetectionStrategy.OnPush,
  imports: [ClientLogo, LoadError, PageState, RouterLink, TranslocoDirective, Waiting],
  templateUrl: './developer-page.html',
  styleUrl: './developer-page.scss',
})
export class DeveloperPage {
  protected readonly list = apiWholeList<DeveloperClient>(() => `${DEVELOPER_CLIENTS}?sort=name`);
  protected readonly clients = computed(() =>
    this.list.hasValue() ? this.list.value() : undefined,
  );
  protected readonly icon = code;
}
