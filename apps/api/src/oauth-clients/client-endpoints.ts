import { Injectable } from '@nestjs/common';
import type { FastifyRequest } from 'fastify';
import { Clock } from '../config/clock.js';
import { isDatabaseUnavailable } from '../database/unavailable.js';
import { type Explanation, OAuthError } from '../http/api-error.js';
import '../http/failure.js';
import { ClientAuthentication } from './client-authentication.js';
import { ClientRequestMetrics } from './client-request-metrics.js';
import {
  type AuthenticatedRequest,
  type ClientEndpoint,
  type ClientRequest,
  mentionedClientIds,
  readClientRequest,
  refuseEmpty,
  refuseUnreadable,
} from './client-request.js';
import { ClientFailureLimit } from './client-failure-limit.js';
import type { OAuthClient } from './oauth-client.js';
import { logged } from './request-explanation.js';
import { RequestLog, type RequestLogEntry } from './request-log.js';

declare module 'fastify' {
  interface FastifyRequest {
    /** Set once an endpoint handles the request, and so logs it. */
    isLoggedByEndpoint?: true;
  }
  interface FastifyContextConfig {
    clientEndpoint?: ClientEndpoint;
  }
}

/**
 * What all endpoints have in common that clients call as themselves: parameters, client
 * authentication before anything else is answered, the limit on failures, and the request log.
 */
@Injectable()
export class ClientEndpoints {
  constructor(
    private readonly authentication: ClientAuthentication,
    private readonly log: RequestLog,
    private readonly limit: ClientFailureLimit,
    private readonly metrics: ClientRequestMetrics,
    private readonly clock: Clock,
  ) {}

  /** Makes an endpoint known to the metrics before its first request. */
  announce(endpoint: ClientEndpoint): void {
    this.metrics.expect(endpoint);
  }

  /**
   * Runs one request.
   * @param work what the endpoint itself does, once the client has proved who it is
   * @throws OAuthError for everything expected; 429 once a client fails too often from an address
   */
  async handle<Name extends string, T>(
    endpoint: ClientEndpoint<Name>,
    http: FastifyRequest,
    work: (request: AuthenticatedRequest<Name>) => Promise<T>,
  ): Promise<T> {
    http.isLoggedByEndpoint = true;
    const began = { at: this.clock.now(), startedAt: performance.now() };
    const request = readClientRequest(endpoint, http, began);
    try {
      refuseAnonymous(request);
      let authenticated: AuthenticatedRequest<Name>;
      try {
        authenticated = await this.authentication.authenticate(request);
      } finally {
        // Answered before a failed authentication, but not before the client is looked up: its
        // developer looks for the request in its log.
        refuseUnreadable(request);
      }
      http.clientId = authenticated.client.clientId;
      refuseEmpty(request);
      const result = await work(authenticated);
      this.metrics.request(endpoint, request.parameters.grant_type);
      await this.log.record(entryOf(request, authenticated.client));
      return result;
    } catch (error) {
      const { named } = request;
      const failure = error instanceof OAuthError ? error : undefined;
      http.clientId = named?.clientId;
      const limited = failure && this.limited(named, http.ip);
      this.metrics.request(
        endpoint,
        request.parameters.grant_type,
        limited ?? failure ?? (isDatabaseUnavailable(error) ? UNAVAILABLE : UNEXPECTED),
      );
      // Over the limit nothing is logged, so that guessing cannot fill the disk.
      const client = limited ? undefined : (named ?? (await this.mentioned(request)));
      if (client) {
        http.clientId = client.clientId;
        const explanation = await explain(failure);
        await this.log.record(entryOf(request, client, failure ?? UNEXPECTED, explanation));
      }
      throw limited ?? error;
    }
  }

  /**
   * Logs the failure of a request that reached no endpoint because its body could not be read. Its
   * client is known if it sent HTTP Basic. Never rejects.
   * @param elapsedMs since the request came
   */
  async recordUnread(
    endpoint: ClientEndpoint,
    http: FastifyRequest,
    elapsedMs: number,
  ): Promise<void> {
    if (!http.failure) return;
    const { error, reason = error, detail: description } = http.failure;
    const began = { at: this.clock.now(), startedAt: performance.now() - elapsedMs };
    const request = readClientRequest(endpoint, http, began);
    this.metrics.request(endpoint, undefined, { error, reason });
    await this.authentication.authenticate(request).catch(() => undefined);
    const { named } = request;
    if (!named) return;
    http.clientId = named.clientId;
    if (this.limited(named, http.ip)) return;
    await this.log.record(entryOf(request, named, { error, reason, description }));
  }

  /** The client whose developers look for a request that did not say properly who sent it. */
  private async mentioned({ http }: ClientRequest): Promise<OAuthClient | undefined> {
    for (const clientId of mentionedClientIds(http)) {
      const client = await this.authentication.lookUp(clientId).catch(() => null);
      if (client) return client;
    }
    return undefined;
  }

  /**
   * Successes are never limited, and guessing from one address does not stop the client at another.
   */
  private limited(client: OAuthClient | undefined, ip: string): OAuthError | undefined {
    this.limit.recordFailure(client?.clientId, ip);
    const { limited, retryAfterSeconds } = this.limit.check(client?.clientId, ip);
    if (!limited) return undefined;
    return new OAuthError(
      'temporarily_unavailable',
      'too_many_failures',
      'Too many failed requests of this client from this address. Fix the cause, which the request log names, and try again later.',
      { status: 429, headers: { 'retry-after': String(retryAfterSeconds) } },
    );
  }
}

/** @throws OAuthError when the request does not even try to say who sends it */
function refuseAnonymous(request: ClientRequest): void {
  if (request.authorization !== undefined || request.parameters.client_id !== undefined) return;
  refuseUnreadable(request);
  refuseEmpty(request);
  throw new OAuthError(
    'invalid_client',
    'client_credentials_missing',
    'Send client_id and client_secret in the body, or as HTTP Basic credentials.',
  );
}

/** Only for the log, so nothing that goes wrong here may change the answer. */
async function explain(failure: OAuthError | undefined): Promise<Explanation | undefined> {
  try {
    return (await failure?.options.explain?.()) ?? undefined;
  } catch {
    return undefined;
  }
}

function entryOf(
  { endpoint, http, at, startedAt, parameters, connectionId, note }: ClientRequest,
  client: OAuthClient,
  failure?: Record<'error' | 'reason' | 'description', string>,
  explanation?: Explanation,
): RequestLogEntry {
  return {
    requestId: http.id,
    oauthClientId: client.id,
    at,
    endpoint: endpoint.name,
    grantType: parameters.grant_type?.slice(0, 100) ?? null,
    outcome: failure ? 'failure' : 'success',
    error: failure?.error ?? null,
    reason: failure?.reason ?? note?.reason ?? null,
    ...logged(failure?.description ?? note?.detail ?? null, explanation),
    connectionId: connectionId ?? null,
    ip: http.ip,
    durationMs: performance.now() - startedAt,
  };
}

const UNAVAILABLE = { error: 'temporarily_unavailable', reason: 'unavailable' };
const UNEXPECTED = new OAuthError(
  'server_error',
  'internal_error',
  'Something went wrong on our side.',
);
