import { Injectable } from '@nestjs/common';
import { ApiError } from '../http/api-error.js';
import { Metrics } from '../telemetry/metrics.js';

const FAILURES: readonly string[] = [
  'invalid_credentials',
  'invalid_second_factor',
  'invalid_passkey',
];
const OUTCOMES = ['success', 'failure', 'limited'] as const;

@Injectable()
export class SignInMetrics {
  private readonly signIns;

  constructor(metrics: Metrics) {
    this.signIns = metrics.counter(
      'sign_ins_total',
      'Attempts to sign in: limited ones were refused unseen',
      ['outcome'],
    );
    // A series that begins with its first event hides that event from increase().
    for (const outcome of OUTCOMES) this.signIns.inc({ outcome }, 0);
  }

  success(): void {
    this.count('success');
  }

  /** Counts a failed sign-in, unless an outage made it fail. */
  refusal(error: unknown): void {
    const code = error instanceof ApiError ? error.code : undefined;
    if (code !== undefined && FAILURES.includes(code)) this.count('failure');
    if (code === 'too_many_attempts') this.count('limited');
  }

  private count(outcome: (typeof OUTCOMES)[number]): void {
    this.signIns.inc({ outcome });
  }
}
