import { Injectable } from '@nestjs/common';
import type { FastifyRequest } from 'fastify';
import { Clock } from '../../config/clock.js';
import '../../http/failure.js';
import { ClientFailureLimit } from '../../oauth-clients/client-failure-limit.js';
import type { OAuthClient } from '../../oauth-clients/oauth-clients.service.js';
import { RequestLog } from '../../oauth-clients/request-log.js';
import { AuthorizationRequestError } from './authorization-request.js';

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

  /** Runs the work of a request, and logs its failure if that concerns the client. */
  async watch<T>(http: FastifyRequest, work: () => Promise<T>): Promise<T> {
    const startedAt = performance.now();
    try {
      return await work();
    } catch (error) {
      if (error instanceof AuthorizationRequestError) {
        await this.note(http, error, performance.now() - startedAt);
      }
      throw error;
    }
  }

  /** Logs a refusal that the page shows instead of failing. */
  async note(
    http: FastifyRequest,
    refusal: AuthorizationRequestError,
    durationMs: number,
  ): Promise<void> {
    if (refusal.client) await this.record(http, refusal, refusal.client, durationMs);
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
      connectionId: null,
      ip: http.ip,
      durationMs,
    });
  }
}
