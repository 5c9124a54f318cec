import { Injectable } from '@nestjs/common';
import { Metrics } from '../telemetry/metrics.js';
import { REVOCATION_REASONS, type RevocationReason } from './connection.js';

@Injectable()
export class ConnectionMetrics {
  private readonly grants;
  private readonly endings;

  constructor(metrics: Metrics) {
    this.grants = metrics.counter(
      'oauth_grants_total',
      'Users who granted a client access: a new connection, or the same one again',
      ['connection'],
    );
    this.endings = metrics.counter('connections_ended_total', 'Connections that ended, by why', [
      'reason',
    ]);
    // A series that begins with its first event hides that event from increase().
    for (const connection of ['new', 'renewed']) this.grants.inc({ connection }, 0);
    for (const reason of REVOCATION_REASONS) this.endings.inc({ reason }, 0);
  }

  granted(renewed: boolean): void {
    this.grants.inc({ connection: renewed ? 'renewed' : 'new' });
  }

  ended(reason: RevocationReason): void {
    this.endings.inc({ reason });
  }
}
