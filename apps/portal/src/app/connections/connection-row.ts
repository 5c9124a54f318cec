import { ChangeDetectionStrategy, Component, computed, inject, input, output } from '@angular/core';
import { RouterLink } from '@angular/router';
import { TranslocoDirective } from '@jsverse/transloco';
import { Connection } from '../api/types';
import { SessionStore } from '../session/session-store';
import { ClientLogo } from '../ui/client-logo';
import { Publisher } from '../ui/publisher';
import { ENDED, fullName, scopeText } from './connection-texts';
import { Moment } from '../ui/moment';
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
  readonly connection = input.required<Connection>();
  readonly ticked = input(false);
  readonly tick = output();
  /** Its details are being opened. */
  readonly open = output();
  readonly end = output();

  private readonly session = inject(SessionStore);

  protected readonly active = computed(() => this.connection().status === 'active');
  protected readonly own = computed(
    () => this.connection().grantedBy.id === this.session.user()?.id,
  );
  protected readonly grantedBy = computed(() => fullName(this.connection().grantedBy));
  protected readonly scope = computed(() => scopeText(this.connection().scope));
  protected readonly endedText = computed(() => {
    const { revocationReason, revokedBy } = this.connection();
    if (revokedBy && revokedBy.id === this.session.user()?.id) return 'connections.ended.self';
    return ENDED[revocationReason ?? 'user'];
  });
  protected readonly endedBy = computed(() => {
    const { revokedBy } = this.connection();
    return revokedBy ? fullName(revokedBy) : '';
  });
}
