import { Injectable, type OnApplicationShutdown } from '@nestjs/common';
import type { FastifyRequest } from 'fastify';
import { Clock, MINUTE, SECOND } from '../config/clock.js';
import { type ConnectionEnding, ConnectionsService } from '../connections/connections.service.js';
import type { Explanation } from '../http/api-error.js';
import type { FailureReason } from '../http/failure-reasons.js';
import { OAuthClientsService } from '../oauth-clients/oauth-clients.service.js';
import { explanation, logged } from '../oauth-clients/request-explanation.js';
import { RequestLog, type RequestLogEntry } from '../oauth-clients/request-log.js';
import type { RefusedToken } from './bearer.js';

/** How late a refused call may appear in the log. */
const WRITE_AFTER_MS = SECOND;
/** So many of a client have an entry of their own, for each node and minute; the rest is counted. */
export const LISTED_PER_MINUTE = 20;
/** So many wait to be written, of all clients together; beyond it, they are counted at once. */
const MOST_WAITING = 2000;

interface Call extends Pick<RefusedToken, 'sender' | 'code' | 'reason' | 'detail'> {
  explanation: Explanation | undefined;
  requestId: string;
  at: Date;
  route: string;
  ip: string;
  durationMs: number;
  /** How many it stands for. */
  requests: number;
}

/** The calls of one client within a minute. */
interface Window {
  since: Date;
  listed: number;
  /** Those that have no entry of their own, by reason: how many, and the last. */
  counted: Map<FailureReason, Call>;
}

/**
 * Refused calls of the API, for the logs of the clients that sent them. No call waits for its entry:
 * it is written a moment later, together with others. However many come, a client has a bounded
 * number of entries, and memory is bounded by the number of clients. A killed process loses what it
 * has not written.
 */
@Injectable()
export class RefusedCalls implements OnApplicationShutdown {
  private waiting: Call[] = [];
  private readonly windows = new Map<string, Window>();
  private timer: NodeJS.Timeout | undefined;
  private writing: Promise<void> = Promise.resolve();

  constructor(
    private readonly log: RequestLog,
    private readonly clients: OAuthClientsService,
    private readonly connections: ConnectionsService,
    private readonly clock: Clock,
  ) {}

  /**
   * Notes a refused call, and waits for nothing.
   * @param startedAt of `performance.now()`
   */
  note(http: FastifyRequest, refused: RefusedToken, startedAt: number): void {
    const at = this.clock.now();
    const { code, reason, detail, explanation, sender } = refused;
    const call: Call = {
      ...{ code, reason, detail, explanation },
      sender: { clientId: sender.clientId, connectionId: sender.connectionId },
      requestId: http.id,
      at,
      route: `${http.method} ${http.routeOptions.url ?? ''}`,
      ip: http.ip,
      durationMs: performance.now() - startedAt,
      requests: 1,
    };
    const window = this.windowOf(sender.clientId, at);
    if (window.listed < LISTED_PER_MINUTE && this.waiting.length < MOST_WAITING) {
      window.listed += 1;
      this.waiting.push(call);
    } else {
      call.requests += window.counted.get(call.reason)?.requests ?? 0;
      window.counted.set(call.reason, call);
    }
    this.timer ??= setTimeout(() => void this.write(), WRITE_AFTER_MS).unref();
  }

  /** Writes what waits, and counts of minutes that are over. Never rejects. */
  write(): Promise<void> {
    clearTimeout(this.timer);
    this.timer = undefined;
    // One batch after the other: while a slow database keeps one, what comes is bounded.
    this.writing = this.writing.then(() => this.writeWaiting());
    return this.writing;
  }

  async onApplicationShutdown(): Promise<void> {
    await this.writing;
    for (const [clientId, window] of this.windows) this.close(clientId, window);
    await this.write();
    clearTimeout(this.timer);
  }

  /** How much is held in memory: calls that wait, and clients. */
  get held(): { calls: number; clients: number } {
    return { calls: this.waiting.length, clients: this.windows.size };
  }

  private async writeWaiting(): Promise<void> {
    const now = this.clock.now();
    for (const [clientId, window] of this.windows) {
      if (isOver(window, now)) this.close(clientId, window);
    }
    const calls = this.waiting.splice(0);
    if (calls.length > 0) {
      try {
        await this.log.add(await this.entriesOf(calls));
      } catch (error) {
        this.log.lose(calls.length, error as Error);
      }
    }
    if (this.windows.size > 0) {
      this.timer ??= setTimeout(() => void this.write(), WRITE_AFTER_MS).unref();
    }
  }

  private windowOf(clientId: string, now: Date): Window {
    const known = this.windows.get(clientId);
    if (known && !isOver(known, now)) return known;
    if (known) this.close(clientId, known);
    const window: Window = { since: now, listed: 0, counted: new Map() };
    this.windows.set(clientId, window);
    return window;
  }

  private close(clientId: string, { since, counted }: Window): void {
    this.windows.delete(clientId);
    for (const last of counted.values()) {
      const { requests, at } = last;
      const range = { sinceAt: since.toISOString(), untilAt: at.toISOString() };
      // A single one explains itself.
      if (requests > 1) last.explanation = explanation('calls_counted', { requests, ...range });
      this.waiting.push(last);
    }
  }

  private async entriesOf(calls: readonly Call[]): Promise<RequestLogEntry[]> {
    const clientIds = [...new Set(calls.map(({ sender }) => sender.clientId))];
    const clients = await Promise.all(clientIds.map((id) => this.clients.findByClientId(id)));
    const endings = await this.connections.endingsOf(
      calls.filter(isRevoked).map(({ sender }) => sender.connectionId),
    );
    return calls.flatMap((call) => {
      const client = clients.find((known) => known?.clientId === call.sender.clientId);
      const ending = isRevoked(call) ? endings.get(call.sender.connectionId) : undefined;
      return client ? [entryOf(call, client.id, ending)] : [];
    });
  }
}

const isOver = ({ since }: Window, now: Date): boolean => now.getTime() - since.getTime() >= MINUTE;

const isRevoked = ({ reason }: Call): boolean => reason === 'access_token_revoked';

/** @param ending of the connection, where a token was refused because of it */
function entryOf(call: Call, oauthClientId: string, ending?: ConnectionEnding): RequestLogEntry {
  const { sender, requestId, at, route, ip, durationMs, requests, code, detail } = call;
  const explained =
    call.explanation ??
    (ending &&
      explanation('connection_ended_because', {
        endedAt: ending.endedAt.toISOString(),
        reason: ending.reason,
      }));
  return {
    requestId,
    oauthClientId,
    at,
    endpoint: 'api',
    grantType: null,
    outcome: 'failure',
    error: code,
    reason: ending ? 'connection_ended' : call.reason,
    ...logged(detail, explained),
    connectionId: sender.connectionId,
    ip,
    durationMs,
    route,
    requests,
  };
}
