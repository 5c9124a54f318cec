import { ChangeDetectionStrategy, Component, computed, inject, input } from '@angular/core';
import { RouterLink } from '@angular/router';
import { TranslocoDirective } from '@jsverse/transloco';
import outward from '@material-symbols/svg-400/rounded/arrow_outward.svg';
import { AvailableClient } from '../api/types';
import { Outbound } from '../authorize/outbound';
import { KnownScopes } from '../scopes/known-scopes';
import { askFor } from '../scopes/scope-words';
import { SessionStore } from '../session/session-store';
import { Icon } from '../ui/icon';

const TEXTS = {
  first: { words: 'connections.apps.connect', label: 'connections.apps.connectTo' },
  again: { words: 'connections.apps.connectAgain', label: 'connections.apps.connectAgainTo' },
  ask: { words: 'connections.apps.ask', label: 'connections.apps.askFor' },
};

/** Where connecting an application starts, or asking for it; nothing where only the application can start it. */
@Component({
  selector: 'fx-connect-button',
  changeDetection: ChangeDetectionStrategy.OnPush,
  imports: [Icon, RouterLink, TranslocoDirective],
  template: `
    <ng-container *transloco="let t">
      @let app = client();
      @let words = t(texts().words);
      @let label = t(texts().label, { app: app.name });
      @if (decides()) {
        <a
          class="fx-button fx-button--compact fx-button--secondary"
          routerLink="/settings/applications"
          >{{ t('connections.apps.manage') }}</a
        >
      } @else if (startUri(); as uri) {
        <a
          class="fx-button fx-button--compact"
          [class.tonal]="purpose() !== 'ask'"
          [class.fx-button--secondary]="purpose() === 'ask'"
          [href]="uri"
          rel="noreferrer"
          [attr.aria-label]="label"
        >
          {{ words }}<fx-icon [svg]="outward" />
        </a>
        <span class="fx-muted">{{ t('connections.apps.startsAt', { host: startHost() }) }}</span>
      } @else if (app.authorizable) {
        <a
          class="fx-button fx-button--compact"
          [class.tonal]="purpose() !== 'ask'"
          [class.fx-button--secondary]="purpose() === 'ask'"
          routerLink="/oauth/authorize"
          [queryParams]="authorizeQuery()"
          [attr.aria-label]="label"
          >{{ words }}</a
        >
      } @else if (purpose() === 'ask') {
        <p>{{ t('connections.apps.askElsewhere', { app: app.name }) }}</p>
      }
    </ng-container>
  `,
  styles: `
    :host {
      display: flex;
      flex-wrap: wrap;
      align-items: center;
      gap: var(--fx-space-2) var(--fx-space-3);
    }
    .tonal {
      --_ground: var(--mat-sys-primary-container);
      --_ink: var(--mat-sys-on-primary-container);
    }
    p {
      font-size: var(--fx-text-sm);
    }
    span {
      font-size: var(--fx-text-xs);
      overflow-wrap: anywhere;
    }
  `,
})
export class ConnectButton {
  readonly client = input.required<AvailableClient>();
  /** Again: it has been connected before. Ask: the company has to allow it first. */
  readonly purpose = input<'first' | 'again' | 'ask'>('first');
  protected readonly texts = computed(() => TEXTS[this.purpose()]);

  private readonly outbound = inject(Outbound);
  private readonly session = inject(SessionStore);
  /** Whoever would be asked need not ask. */
  protected readonly decides = computed(() => this.purpose() === 'ask' && this.session.isAdmin());
  private readonly knownScopes = inject(KnownScopes);
  protected readonly outward = outward;

  /** Where the application has a page of its own to begin, that page knows best what comes next. */
  protected readonly startUri = computed(() => {
    const { startUri, authorizable } = this.client();
    // Where the company is asked is the portal's own page, which every way in leads to.
    return this.purpose() === 'ask' && authorizable ? null : this.outbound.safe(startUri);
  });
  protected readonly startHost = computed(() => {
    const uri = this.startUri();
    return uri ? new URL(uri).host : '';
  });
  protected readonly authorizeQuery = computed(() => ({
    clientId: this.client().clientId,
    scope: askFor(this.client().scopes, this.knownScopes.table()),
    response_type: 'code',
  }));
}
