import type { NatsConnection } from '@nats-io/transport-node';
import { randomInt } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { SECOND } from '../config/clock.js';
import type { NatsConfig } from '../config/nats.js';
import type { AppLogger } from '../telemetry/app-logger.js';

const CONNECT_TIMEOUT_MS = 3 * SECOND;
/** A connection that stays silent for two of these is given up. */
const PING_INTERVAL_MS = 2 * SECOND;
const RECONNECT_MS = [500, 1000] as const;
const GOODBYE_MS = 500;
/** Many changes in a row are one reason to look. */
const SPACING_MS = 10;

/**
 * Through NATS, nodes tell each other that something has changed. The messages are empty: what has
 * changed stands in the database, where each node looks anyway, if somewhat later. So it does no harm
 * when one is lost, comes late or twice, or is somebody else's.
 */
export class NatsWakeUps {
  private connection: NatsConnection | undefined;
  private running: Promise<void> | undefined;
  private readonly stopping = new AbortController();
  private sentAt = 0;
  private timer: NodeJS.Timeout | undefined;

  constructor(
    private readonly config: NatsConfig,
    private readonly onWake: () => void,
    private readonly logger: AppLogger,
  ) {}

  /** Whether wake-ups come and go. */
  isConnected(): boolean {
    return this.connection !== undefined;
  }

  /** Connects in the background, and again whenever the connection is lost. */
  start(): void {
    this.running ??= this.run();
  }

  /** To the other nodes, after what they are to see has been committed. */
  send(): void {
    if (this.timer !== undefined || this.connection === undefined) return;
    const pause = this.sentAt + SPACING_MS - performance.now();
    if (pause <= 0) this.publish();
    else this.timer = setTimeout(() => this.publish(), pause);
  }

  async close(): Promise<void> {
    this.stopping.abort();
    if (this.timer !== undefined) this.publish();
    await within(GOODBYE_MS, this.connection?.drain());
    await within(GOODBYE_MS, this.running);
  }

  private publish(): void {
    clearTimeout(this.timer);
    this.timer = undefined;
    this.sentAt = performance.now();
    try {
      this.connection?.publish(this.config.subject);
    } catch {
      // It is being closed. The others look at their next heartbeat.
    }
  }

  private async run(): Promise<void> {
    const { signal } = this.stopping;
    let isKnownAway = false;
    while (!signal.aborted) {
      let reason: unknown;
      try {
        const connection = await this.connect();
        this.logger.log('connected to NATS');
        isKnownAway = false;
        reason = await connection.closed();
      } catch (error) {
        reason = error;
      }
      this.connection = undefined;
      if (!isKnownAway && !signal.aborted) {
        isKnownAway = true;
        const why =
          (reason as Error | undefined)?.message ?? 'the server has closed the connection';
        this.logger.warn(`NATS is away: ${why}; changes are seen at the next heartbeat`);
      }
      await sleep(randomInt(...RECONNECT_MS), undefined, { signal, ref: false }).catch(
        () => undefined,
      );
    }
  }

  private async connect(): Promise<NatsConnection> {
    // Loaded only where it is used.
    const { connect, credsAuthenticator } = await import('@nats-io/transport-node');
    const { servers, tls, user, password, token, credentials, subject } = this.config;
    const connection = await connect({
      servers,
      name: 'flixcheck-connect',
      ...(tls && { tls: {} }),
      user,
      pass: password,
      token,
      ...(credentials !== undefined && {
        authenticator: credsAuthenticator(new TextEncoder().encode(credentials)),
      }),
      noEcho: true,
      reconnect: false,
      timeout: CONNECT_TIMEOUT_MS,
      pingInterval: PING_INTERVAL_MS,
    });
    connection.subscribe(subject, {
      callback: (error) => {
        if (error) this.logger.warn(`NATS refuses ${subject}: ${error.message}`);
        else this.onWake();
      },
    });
    this.connection = connection;
    // What happened meanwhile has woken nobody.
    this.onWake();
    if (this.stopping.signal.aborted) await connection.close();
    return connection;
  }
}

async function within(limitMs: number, work: Promise<unknown> | undefined): Promise<void> {
  const limit = sleep(limitMs, undefined, { ref: false });
  await Promise.race([work?.catch(() => undefined), limit]);
}
