import { Injectable } from '@nestjs/common';
import type { FastifyRequest } from 'fastify';
import { Clock } from '../../config/clock.js';
import '../../http/failure.js';
import { ClientFailureLimit } from '../../oauth-clients/client-failure-limit.js';
import type { OAuthClient } from '../../oauth-clients/oauth-clients.service.js';
import { RequestLog } from '../../oauth-clients/request-log.js';
import { AuthorizationRequestError } from './authorization-refusals.js';
import { AuthorizationAttempt } from './authorization-request.js';

/** Logs refused authorization requests, for the developers of the client that sent the user. */
@Injectable()
export class AuthorizationRequestLog {
  /** A separate count, so that users who follow a broken link do not limit the client's server. */
  private readonly limit: ClientFailureLimit;

  constructor(
    private readonly log: RequestLog,
    private readonly clock: Clock,
  ) {
    this.limit = new ClientFailureLimit(clock);
  }

  /** Runs the work of a request, and logs its refusal if it is known which client sent the user. */
  async watch<T>(
    http: FastifyRequest,
    work: (attempt: AuthorizationAttempt) => Promise<T>,
  ): Promise<T> {
    const startedAt = performance.now();
    const attempt = new AuthorizationAttempt();
    try {
      return await work(attempt);
    } catch (error) {
      if (error instanceof AuthorizationRequestError) attempt.refusal = error;
      throw error;
    } finally {
      const { client, refusal } = attempt;
      if (client && refusal) {
        await this.record(http, refusal, client, performance.now() - startedAt);
      }
    }
  }

  private async record(
    http: FastifyRequest,
    error: AuthorizationRequestError,
    client: OAuthClient,
    durationMs: number,
  ): Promise<void> {
    http.clientId = client.clientId;
    this.limit.recordFailure(client.clientId, http.ip);
    if (this.limit.check(client.clientId, http.ip).limited) return;
    await this.log.record({
      requestId: http.id,
      oauthClientId: client.id,
      at: this.clock.now(),
      endpoint: 'authorize',
      grantType: null,
      outcome: 'failure',
      error: error.oauthError ?? error.code,
      reason: error.reason,
      detail: error.logDetail,
      explanation: error.explanation,
      connectionId: null,
      ip: http.ip,
      durationMs,
    });
  }
}
