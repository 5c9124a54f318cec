import { Injectable } from '@nestjs/common';
import type { FastifyRequest } from 'fastify';
import { Clock } from '../config/clock.js';
import { isDatabaseUnavailable } from '../database/unavailable.js';
import { OAuthError } from '../http/api-error.js';
import '../http/failure.js';
import { ClientAuthentication } from './client-authentication.js';
import { ClientRequestMetrics } from './client-request-metrics.js';
import {
  type ClientEndpoint,
  type ClientParameters,
  type ClientRequest,
  type ReadParameters,
  readClientParameters,
} from './client-request.js';
import { FailureLimit } from './failure-limit.js';
import type { OAuthClient } from './oauth-clients.service.js';
import { RequestLog, type RequestLogEntry } from './request-log.js';

/** What an endpoint found out about a request; a failed one may have a `connectionId` too. */
export interface Findings {
  connectionId?: string;
  /** What the request log says about an unusual success. */
  note?: { reason: string; detail: string };
}

declare module 'fastify' {
  interface FastifyRequest {
    /** Set once an endpoint handles the request, and so logs it. */
    isLoggedByEndpoint?: true;
  }
  interface FastifyContextConfig {
    clientEndpoint?: ClientEndpoint;
  }
}

type Work<Name extends string, T> = (
  request: ClientRequest<Name>,
  findings: Findings,
) => Promise<T>;

/**
 * What the token, revocation and introspection endpoints have in common: parameters, client
 * authentication before anything else is answered, the limit on failures, and the request log.
 */
@Injectable()
export class ClientEndpoints {
  constructor(
    private readonly authentication: ClientAuthentication,
    private readonly log: RequestLog,
    private readonly limit: FailureLimit,
    private readonly metrics: ClientRequestMetrics,
    private readonly clock: Clock,
  ) {}

  /** Makes an endpoint known to the metrics before its first request. */
  announce(endpoint: ClientEndpoint): void {
    this.metrics.expect(endpoint);
  }

  /**
   * Runs one request.
   * @throws OAuthError for everything expected; 429 once a client fails too often from an address
   */
  async handle<Name extends string, T>(
    endpoint: ClientEndpoint<Name>,
    http: FastifyRequest,
    work: Work<Name, T>,
  ): Promise<T> {
    http.isLoggedByEndpoint = true;
    const startedAt = performance.now();
    const at = this.clock.now();
    const findings: Findings = {};
    let parameters: ClientParameters<Name> = {};
    let client: OAuthClient | undefined;
    const entry = (error: OAuthError | undefined, oauthClientId: string): RequestLogEntry => ({
      requestId: http.id,
      oauthClientId,
      at,
      endpoint: endpoint.name,
      grantType: parameters.grant_type?.slice(0, 100) ?? null,
      outcome: error ? 'failure' : 'success',
      error: error?.error ?? null,
      reason: error?.reason ?? findings.note?.reason ?? null,
      detail: error?.description ?? findings.note?.detail ?? null,
      connectionId: findings.connectionId ?? null,
      ip: http.ip,
      durationMs: performance.now() - startedAt,
    });
    try {
      const read = readClientParameters(endpoint, http);
      parameters = read.parameters;
      if (read.problem) {
        client = await this.findSender(http, read);
        throw read.problem;
      }
      client = await this.authenticate(http, read);
      http.clientId = client.clientId;
      if (read.nothingToDo) throw read.nothingToDo;
      const result = await work(
        {
          requestId: http.id,
          ip: http.ip,
          authorization: http.headers.authorization,
          parameters,
          client,
          at,
        },
        findings,
      );
      this.metrics.request(endpoint, parameters.grant_type);
      await this.log.record(entry(undefined, client.id));
      return result;
    } catch (error) {
      const failure = error instanceof OAuthError ? error : undefined;
      const known = client ?? (error as { client?: OAuthClient }).client;
      http.clientId = known?.clientId;
      const limited = failure && this.limited(known?.clientId, http.ip);
      this.metrics.request(
        endpoint,
        parameters.grant_type,
        limited ?? failure ?? (isDatabaseUnavailable(error) ? UNAVAILABLE : UNEXPECTED),
      );
      // Over the limit nothing is logged, so that guessing cannot fill the disk.
      if (known && !limited) await this.log.record(entry(failure ?? UNEXPECTED, known.id));
      throw limited ?? error;
    }
  }

  /**
   * Logs the failure of a request that reached no endpoint because its body could not be read. Its
   * client is known if it sent HTTP Basic. Never rejects.
   */
  async recordUnread(
    endpoint: ClientEndpoint,
    http: FastifyRequest,
    durationMs: number,
  ): Promise<void> {
    const { failure } = http;
    if (!failure) return;
    const { error, reason = error, detail } = failure;
    this.metrics.request(endpoint, undefined, { error, reason });
    const client = await this.findSender(http, { parameters: {} });
    if (!client) return;
    http.clientId = client.clientId;
    if (this.limited(client.clientId, http.ip)) return;
    await this.log.record({
      requestId: http.id,
      oauthClientId: client.id,
      at: this.clock.now(),
      endpoint: endpoint.name,
      grantType: null,
      outcome: 'failure',
      error,
      reason,
      detail,
      connectionId: null,
      ip: http.ip,
      durationMs,
    });
  }

  private authenticate(
    http: FastifyRequest,
    { parameters, nothingToDo }: ReadParameters,
  ): Promise<OAuthClient> {
    const { authorization } = http.headers;
    if (authorization === undefined && parameters.client_id === undefined) {
      throw (
        nothingToDo ??
        new OAuthError(
          'invalid_client',
          'client_credentials_missing',
          'Send client_id and client_secret in the body, or as HTTP Basic credentials.',
        )
      );
    }
    return this.authentication.authenticate({
      authorization,
      clientId: parameters.client_id,
      clientSecret: parameters.client_secret,
    });
  }

  /**
   * The client that seems to have sent an unreadable request: its developer looks for the request
   * in that client's log, and it counts against that client only.
   */
  private async findSender(
    http: FastifyRequest,
    read: ReadParameters,
  ): Promise<OAuthClient | undefined> {
    try {
      return await this.authenticate(http, read);
    } catch (error) {
      return (error as { client?: OAuthClient }).client;
    }
  }

  /**
   * Successes are never limited, and guessing from one address does not stop the client at another.
   */
  private limited(clientId: string | undefined, ip: string): OAuthError | undefined {
    this.limit.recordFailure(clientId, ip);
    const { limited, retryAfterSeconds } = this.limit.check(clientId, ip);
    if (!limited) return undefined;
    return new OAuthError(
      'temporarily_unavailable',
      'too_many_failures',
      'Too many failed requests of this client from this address. Fix the cause, which the request log names, and try again later.',
      { status: 429, headers: { 'retry-after': String(retryAfterSeconds) } },
    );
  }
}

const UNAVAILABLE = { error: 'temporarily_unavailable', reason: 'unavailable' };
const UNEXPECTED = new OAuthError(
  'server_error',
  'internal_error',
  'Something went wrong on our side.',
);
