import { Injectable } from '@nestjs/common';
import { Metrics } from '../telemetry/metrics.js';
import type { RequestLogEntry } from './request-log.js';

/** What a metric has to know of an endpoint. */
interface Endpoint {
  name: RequestLogEntry['endpoint'];
  /** The grant types that it knows, where it takes any: all others are one series. */
  grantTypes?: readonly string[];
}
interface Failure {
  error: string;
  reason: string;
}

/** Counts what the request log writes down, and what it leaves out because nobody is known. */
@Injectable()
export class ClientRequestMetrics {
  private readonly requests;

  constructor(metrics: Metrics) {
    this.requests = metrics.counter(
      'oauth_requests_total',
      'Token, revocation and introspection requests by how they ended, as the request log names it',
      ['endpoint', 'grant_type', 'outcome', 'error', 'reason'],
    );
  }

  /** A series that begins with its first event hides that event from increase(). */
  expect(endpoint: Endpoint): void {
    for (const grantType of endpoint.grantTypes ?? []) {
      this.requests.inc(labels(endpoint, grantType, undefined), 0);
    }
  }

  request(endpoint: Endpoint, grantType: string | undefined, failure?: Failure): void {
    this.requests.inc(labels(endpoint, grantType, failure));
  }
}

function labels(
  { name, grantTypes }: Endpoint,
  grantType: string | undefined,
  failure: Failure | undefined,
) {
  return {
    endpoint: name,
    grant_type: grantTypes ? known(grantTypes, grantType) : '',
    outcome: failure ? 'failure' : 'success',
    error: failure?.error ?? '',
    reason: failure?.reason ?? '',
  };
}

function known(grantTypes: readonly string[], grantType: string | undefined): string {
  if (grantType === undefined) return 'none';
  return grantTypes.includes(grantType) ? grantType : 'other';
}
