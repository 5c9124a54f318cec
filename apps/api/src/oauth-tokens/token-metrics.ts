import { Injectable } from '@nestjs/common';
import { Clock, SECOND } from '../config/clock.js';
import { Metrics } from '../telemetry/metrics.js';
import { SigningKeys } from './signing-keys.js';

const CREDENTIALS = ['refresh_token', 'code'] as const;
/** Why a family ends while its connection goes on. */
const FAMILY_ENDS = ['revoked', 'superseded'] as const;

@Injectable()
export class TokenMetrics {
  private readonly reuses;
  private readonly families;
  private readonly retries;

  constructor(metrics: Metrics, keys: SigningKeys, clock: Clock) {
    this.reuses = metrics.counter(
      'oauth_reuse_detected_total',
      'Families of tokens that were ended because a refresh token or a code came a second time',
      ['credential'],
    );
    this.families = metrics.counter(
      'oauth_token_families_ended_total',
      'Families of tokens that ended while their connection lives on: revoked by the client, or superseded by too many younger ones',
      ['reason'],
    );
    this.retries = metrics.counter(
      'oauth_refresh_retries_total',
      'Refreshes that were answered again, because the same refresh token came a second time in time',
      [],
    );
    metrics.gauge(
      'signing_key_age_seconds',
      'For how long the key that signs has been signing',
      [],
      'max',
      (gauge) => {
        const since = keys.signsSince()?.getTime() ?? NaN;
        gauge.set((clock.now().getTime() - since) / SECOND);
      },
    );
    // A series that begins with its first event hides that event from increase().
    for (const credential of CREDENTIALS) this.reuses.inc({ credential }, 0);
    for (const reason of FAMILY_ENDS) this.families.inc({ reason }, 0);
  }

  reuseDetected(credential: (typeof CREDENTIALS)[number]): void {
    this.reuses.inc({ credential });
  }

  familiesEnded(reason: (typeof FAMILY_ENDS)[number], count = 1): void {
    this.families.inc({ reason }, count);
  }

  refreshRetried(): void {
    this.retries.inc();
  }
}
