import { Global, Injectable, Module } from '@nestjs/common';
import { Counter, Registry } from 'prom-client';
import { REVOCATION_REASONS, type RevocationReason } from '../connections/connection.js';
import type { RequestLogEntry } from '../oauth-clients/request-log.js';

type Endpoint = RequestLogEntry['endpoint'];
export type SignInOutcome = 'success' | 'failure' | 'limited';
type OAuthRequestLabels = 'endpoint' | 'grant_type' | 'outcome' | 'error' | 'reason';

const GRANT_TYPES = ['authorization_code', 'refresh_token'] as const;

/**
 * What this process has counted since its start, for `/metrics`. Every label has few values that
 * are our own: what somebody sends before it is known who sends it never becomes one.
 */
@Injectable()
export class Counters {
  readonly registry = new Registry();

  private readonly oauthRequests = this.counter<OAuthRequestLabels>(
    'oauth_requests_total',
    'Token, revocation and introspection requests by how they ended, as the request log names it',
    ['endpoint', 'grant_type', 'outcome', 'error', 'reason'],
  );
  private readonly grants = this.counter(
    'oauth_grants_total',
    'Users who granted a client access: a new connection, or the same one again',
    ['connection'],
  );
  private readonly endings = this.counter(
    'connections_ended_total',
    'Connections that ended, by why',
    ['reason'],
  );
  private readonly reuses = this.counter(
    'oauth_reuse_detected_total',
    'Lineages of tokens that were ended because a refresh token or a code came a second time',
    ['credential'],
  );
  private readonly lineages = this.counter(
    'oauth_lineages_ended_total',
    'Lineages of tokens that ended while their connection lives on: revoked by the client, or superseded by too many younger ones',
    ['reason'],
  );
  private readonly retries = this.counter(
    'oauth_refresh_retries_total',
    'Refreshes that were answered again, because the same refresh token came a second time in time',
    [],
  );
  private readonly signIns = this.counter(
    'sign_ins_total',
    'Attempts to sign in: limited ones were refused unseen',
    ['outcome'],
  );

  constructor() {
    // A series that begins with its first event hides that event from increase().
    for (const grantType of GRANT_TYPES) {
      this.oauthRequests.inc(requestLabels('token', grantType, undefined), 0);
    }
    for (const connection of ['new', 'renewed']) this.grants.inc({ connection }, 0);
    for (const reason of REVOCATION_REASONS) this.endings.inc({ reason }, 0);
    for (const credential of ['refresh_token', 'code']) this.reuses.inc({ credential }, 0);
    for (const reason of ['revoked', 'superseded']) this.lineages.inc({ reason }, 0);
    for (const outcome of ['success', 'failure', 'limited']) this.signIns.inc({ outcome }, 0);
  }

  oauthRequest(
    endpoint: Endpoint,
    grantType: string | undefined,
    failure: { error: string; reason: string } | undefined,
  ): void {
    this.oauthRequests.inc(requestLabels(endpoint, grantType, failure));
  }

  grant(renewed: boolean): void {
    this.grants.inc({ connection: renewed ? 'renewed' : 'new' });
  }

  connectionEnded(reason: RevocationReason): void {
    this.endings.inc({ reason });
  }

  reuseDetected(credential: 'refresh_token' | 'code'): void {
    this.reuses.inc({ credential });
  }

  lineagesEnded(reason: 'revoked' | 'superseded', count = 1): void {
    this.lineages.inc({ reason }, count);
  }

  refreshRetried(): void {
    this.retries.inc();
  }

  signIn(outcome: SignInOutcome): void {
    this.signIns.inc({ outcome });
  }

  private counter<Label extends string>(name: string, help: string, labelNames: Label[]) {
    return new Counter({ name, help, labelNames, registers: [this.registry] });
  }
}

function requestLabels(
  endpoint: Endpoint,
  grantType: string | undefined,
  failure: { error: string; reason: string } | undefined,
): Record<OAuthRequestLabels, string> {
  return {
    endpoint,
    grant_type: endpoint === 'token' ? knownGrantType(grantType) : '',
    outcome: failure ? 'failure' : 'success',
    error: failure?.error ?? '',
    reason: failure?.reason ?? '',
  };
}

function knownGrantType(grantType: string | undefined): string {
  if (grantType === undefined) return 'none';
  return GRANT_TYPES.find((known) => known === grantType) ?? 'other';
}

/** For every module, and for the command line, whose services count too. */
@Global()
@Module({ providers: [Counters], exports: [Counters] })
export class CountersModule {}
