import { ChangeDetectionStrategy, Component, computed, inject, input } from '@angular/core';
import { RouterLink } from '@angular/router';
import { TranslocoDirective } from '@jsverse/transloco';
import check from '@material-symbols/svg-400/rounded/check.svg';
import openInNew from '@material-symbols/svg-400/rounded/open_in_new.svg';
import { AvailableClient } from '../api/types';
import { Leave } from '../authorize/leave';
import { ClientLogo } from '../ui/client-logo';
import { Icon } from '../ui/icon';
import { Publisher } from '../ui/publisher';
import { scopeText } from './connection-texts';

/** An application that can be connected: what it is for, what it asks, where connecting starts. */
@Component({
  selector: 'fx-client-card',
  changeDetection: ChangeDetectionStrategy.OnPush,
  imports: [ClientLogo, Icon, Publisher, RouterLink, TranslocoDirective],
  templateUrl: './client-card.html',
  styleUrl: './client-card.scss',
})
export class ClientCard {
  readonly client = input.required<AvailableClient>();

  private readonly leave = inject(Leave);
  protected readonly check = check;
  protected readonly openInNew = openInNew;

  protected readonly scope = computed(() => scopeText(this.client().scopes.join(' ')));
  /** Where the application has a page of its own to begin, that page knows best what comes next. */
  protected readonly startUri = computed(() => this.leave.safe(this.client().startUri));
  protected readonly startHost = computed(() => {
    const uri = this.startUri();
    return uri ? new URL(uri).host : '';
  });
  protected readonly authorizeQuery = computed(() => ({
    clientId: this.client().clientId,
    scope: this.client().scopes.includes('readwrite') ? 'readwrite' : 'read',
    response_type: 'code',
  }));
  protected readonly homepageUri = computed(() => this.leave.safe(this.client().homepageUri));
}
