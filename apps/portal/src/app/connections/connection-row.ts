import { ChangeDetectionStrategy, Component, computed, inject, input, output } from '@angular/core';
import { RouterLink } from '@angular/router';
import { TranslocoDirective } from '@jsverse/transloco';
import { Connection } from '../api/types';
import { Formats } from '../i18n/formats';
import { fullName, nameAndEmail } from '../people/full-name';
import { KnownScopes } from '../scopes/known-scopes';
import { scopeName } from '../scopes/scope-words';
import { SessionStore } from '../session/session-store';
import { endsSoon } from '../time-limits/time-limit-choices';
import { ClientLogo } from '../ui/client-logo';
import { Publisher } from '../ui/publisher';
import { endedText } from './connection-texts';
import { Moment } from '../ui/moment';
import { ConnectionList } from './connection-list';
import { HealthChip } from './health-chip';

/** One connection in the list: which application, for whom, since when, how it is doing. */
@Component({
  selector: 'fx-connection-row',
  changeDetection: ChangeDetectionStrategy.OnPush,
  imports: [ClientLogo, HealthChip, Moment, Publisher, RouterLink, TranslocoDirective],
  templateUrl: './connection-row.html',
  styleUrl: './connection-row.scss',
})
export class ConnectionRow {
  /** For the way back to this list, also after the page of a connection was reloaded. */
  protected readonly list = inject(ConnectionList);

  readonly connection = input.required<Connection>();
  readonly ticked = input(false);
  readonly tick = output();
  /** Its details are being opened. */
  readonly open = output();
  readonly end = output();

  private readonly session = inject(SessionStore);
  protected readonly formats = inject(Formats);
  private readonly knownScopes = inject(KnownScopes);

  protected readonly active = computed(() => this.connection().status === 'active');
  protected readonly own = computed(
    () => this.connection().grantedBy.id === this.session.user()?.id,
  );
  private readonly email = computed(() => this.connection().grantedBy.email);
  protected readonly grantedBy = computed(() => fullName(this.connection().grantedBy));
  /** The same where nothing else says who of several that is. */
  protected readonly person = computed(() =>
    this.connection().namesake ? nameAndEmail(this.connection().grantedBy) : this.grantedBy(),
  );
  protected readonly emailHost = computed(() => /@.*$/.exec(this.email())?.[0] ?? '');
  protected readonly emailName = computed(() =>
    this.email().slice(0, this.email().length - this.emailHost().length),
  );
  protected readonly scope = computed(() => {
    // A line of its own height until there is something to say.
    if (this.knownScopes.loading()) return '\u00a0';
    return scopeName(this.connection().scope, this.knownScopes.table(), this.formats.language());
  });
  protected readonly endsSoon = computed(() => endsSoon(this.connection().expiresAt, Date.now()));
  protected readonly endedText = computed(() => {
    const { revocationReason, revokedBy } = this.connection();
    return endedText(revocationReason, !!revokedBy && revokedBy.id === this.session.user()?.id);
  });
  protected readonly endedBy = computed(() => {
    const { revokedBy } = this.connection();
    return revokedBy ? fullName(revokedBy) : '';
  });
}
