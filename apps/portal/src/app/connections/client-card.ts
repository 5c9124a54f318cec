import { ChangeDetectionStrategy, Component, computed, inject, input } from '@angular/core';
import { RouterLink } from '@angular/router';
import { TranslocoDirective } from '@jsverse/transloco';
import check from '@material-symbols/svg-400/rounded/check.svg';
import { AvailableClient } from '../api/types';
import { Outbound } from '../authorize/outbound';
import { Preferences } from '../i18n/preferences';
import { KnownScopes } from '../scopes/known-scopes';
import { scopeName } from '../scopes/scope-words';
import { ClientLogo } from '../ui/client-logo';
import { Icon } from '../ui/icon';
import { Publisher } from '../ui/publisher';
import { ConnectButton } from './connect-button';
import { startsHere } from './starts-here';

/** An application that can be connected: what it is for, what it asks, where connecting starts. */
@Component({
  selector: 'fx-client-card',
  changeDetection: ChangeDetectionStrategy.OnPush,
  imports: [ClientLogo, ConnectButton, Icon, Publisher, RouterLink, TranslocoDirective],
  templateUrl: './client-card.html',
  styleUrl: './client-card.scss',
})
export class ClientCard {
  readonly client = input.required<AvailableClient>();

  private readonly outbound = inject(Outbound);
  private readonly preferences = inject(Preferences);
  private readonly knownScopes = inject(KnownScopes);
  protected readonly check = check;

  /** Not every operator writes two; the one that there is beats none. */
  protected readonly description = computed(() => {
    const { description, descriptionEn } = this.client();
    return this.preferences.language() === 'en' && descriptionEn ? descriptionEn : description;
  });
  /** Empty until there is something to say. */
  protected readonly scope = computed(() => {
    if (this.knownScopes.loading()) return '';
    const scopes = this.client().scopes.join(' ');
    return scopeName(scopes, this.knownScopes.table(), this.preferences.language());
  });
  protected readonly startsHere = computed(() => startsHere(this.client(), this.outbound));
  protected readonly homepageUri = computed(() => this.outbound.safe(this.client().homepageUri));
}
