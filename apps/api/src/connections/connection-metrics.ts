import { Injectable } from '@nestjs/common';
import { Metrics } from '../telemetry/metrics.js';
import { REVOCATION_REASONS, type RevocationReason } from './revocation-reasons.js';
import { Revocations } from './revocations.js';

@Injectable()
export class ConnectionMetrics {
  private readonly grants;
  private readonly endings;

  constructor(metrics: Metrics, revocations: Revocations) {
    this.grants = metrics.counter(
      'oauth_grants_total',
      'Users who granted a client access: a new connection, or the same one again',
      ['connection'],
    );
    this.endings = metrics.counter('connections_ended_total', 'Connections that ended, by why', [
      'reason',
    ]);
    metrics.gauge(
      'revocations_held',
      'What this process refuses although its signature is good: connections, families, tokens and more',
      [],
      'max',
      (gauge) => gauge.set(revocations.size),
    );
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
