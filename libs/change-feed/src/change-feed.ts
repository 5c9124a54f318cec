import { Client } from 'pg';
import { AnnouncementLog } from './announcement-log.js';
import { type FeedQuery, Subscriber, type Subscription } from './subscriber.js';

/** What a subscriber may rely on. */
export interface Subscribed {
  /** Whether the feed is live and everything that it has announced has been applied. */
  isCurrent: () => boolean;
}

const HEARTBEAT_MS = 250;
/** Without a heartbeat for this long the feed is down: a silent cut must not outlive a second. */
const LIVENESS_MS = 700;
/**
 * Without an answer for this long the connection is given up. Longer than the liveness: a connection
 * that is only slow is trusted again as soon as it answers in time, and what it has heard is not
 * read again, which would make a busy database slower still.
 */
const ANSWER_TIMEOUT_MS = 3000;
const RECONNECT_MS = 200;
const CONNECT_TIMEOUT_MS = 3000;
/** The first catch-up reads whole tables, and nobody relies on the feed before it has ended. */
const FIRST_CATCH_UP_TIMEOUT_MS = 30_000;
const GOODBYE_MS = 200;
/** Who is woken again and again asks no more often than this: what comes meanwhile is read together. */
const WAKE_SPACING_MS = 20;

export interface ChangeFeedOptions {
  /** postgres://… */
  connectionString: string;
  /** The name of the connection in `pg_stat_activity`. */
  applicationName: string;
  /**
   * `listen` (the default) needs a connection that is nobody else's. `read` finds what was announced
   * in the tables `announcements` and `announcement_log`, which works through a pooler, too; `wake`
   * says that there is something.
   */
  announcements?: 'listen' | 'read';
  onLive?: () => void;
  /** Only after it was live, and not when it was closed. */
  onDown?: (reason: Error | undefined) => void;
  /** An announced change could not be applied; it is retried. */
  onFailure?: (channel: string, error: unknown) => void;
}

/**
 * The one connection of a process through which it hears of changes. Its subscribers may rely on it
 * while `isLive()`; otherwise they must ask the database.
 */
export class ChangeFeed<Channel extends string = string> {
  private readonly subscribers: Subscriber<Channel>[] = [];
  /** The connection that is being set up or in use. */
  private client: Client | undefined;
  private caughtUp = false;
  /** When the last successful catch-up was asked for: what was committed before is known. */
  private lastProof = 0;
  private timer: NodeJS.Timeout | undefined;
  private stopped = false;
  private started: Promise<void> | undefined;
  private readonly log: AnnouncementLog | undefined;
  private beating = false;
  private beatAt = 0;
  private woken = false;

  constructor(private readonly options: ChangeFeedOptions) {
    if (options.announcements === 'read') this.log = new AnnouncementLog();
  }

  /** Before the start, because one connection listens to the channels that are known then. */
  subscribe(subscription: Subscription<Channel>): Subscribed {
    if (this.started) throw new Error('subscriptions come before the start of the change feed');
    const subscriber = new Subscriber(subscription, (error) =>
      this.options.onFailure?.(subscription.channel, error),
    );
    this.subscribers.push(subscriber);
    return { isCurrent: () => this.isLive() && subscriber.hasApplied() };
  }

  /** Whether every change committed more than a moment ago has been heard. */
  isLive(): boolean {
    return this.caughtUp && performance.now() - this.lastProof < LIVENESS_MS;
  }

  /** Connects; resolves after the first catch-up, or rejects and keeps trying. */
  start(): Promise<void> {
    this.started ??= this.beat();
    return this.started;
  }

  /** Something has changed: asks now instead of at the next heartbeat. */
  wake(): void {
    // A question that is under way may be older than the change.
    if (this.beating) this.woken = true;
    else if (this.client) this.schedule(this.untilNextWaking());
  }

  /** Closes the connection for good. */
  async close(): Promise<void> {
    this.stopped = true;
    clearTimeout(this.timer);
    for (const subscriber of this.subscribers) subscriber.close();
    await this.lose(this.client);
  }

  private beat(): Promise<void> {
    const startedAt = (this.beatAt = performance.now());
    this.beating = true;
    const beat = this.client ? this.catchUp(this.client, false) : this.connect();
    void beat.then(
      () => {
        this.beating = false;
        const sinceStart = performance.now() - startedAt;
        if (!this.client) this.schedule(RECONNECT_MS);
        else if (this.woken) this.schedule(this.untilNextWaking());
        // At a fixed rate: a slow answer must not put off the next question.
        else this.schedule(Math.max(0, HEARTBEAT_MS - sinceStart));
        this.woken = false;
      },
      (error: Error) => {
        this.beating = this.woken = false;
        void this.lose(this.client, error);
        this.schedule(RECONNECT_MS);
      },
    );
    return beat;
  }

  private untilNextWaking(): number {
    return Math.max(0, WAKE_SPACING_MS - (performance.now() - this.beatAt));
  }

  private schedule(delay: number): void {
    clearTimeout(this.timer);
    if (!this.stopped)
      this.timer = setTimeout(() => void this.beat().catch(() => undefined), delay);
  }

  private async connect(): Promise<void> {
    const client = new Client({
      connectionString: this.options.connectionString,
      connectionTimeoutMillis: CONNECT_TIMEOUT_MS,
      query_timeout: ANSWER_TIMEOUT_MS,
      application_name: this.options.applicationName,
      keepAlive: true,
    });
    this.client = client;
    client.on('error', (error) => void this.lose(client, error));
    client.on('notification', ({ channel, payload = '' }) => this.hear(channel, payload));
    await client.connect();
    await (this.log?.begin(this.queryOf(client, ANSWER_TIMEOUT_MS)) ?? this.listen(client));
    // What comes from here on is announced; what came before is what they catch up on.
    for (const subscriber of this.subscribers) {
      if (subscriber.subscription.catchUp) subscriber.forget();
    }
    await this.catchUp(client, true);
    // Lost again while the last answer was on its way.
    if (this.client !== client) throw new Error('the connection did not last');
    this.caughtUp = true;
    this.options.onLive?.();
  }

  private async listen(client: Client): Promise<void> {
    const channels = new Set(this.subscribers.map(({ subscription }) => subscription.channel));
    for (const channel of channels) await client.query(`LISTEN ${channel}`);
  }

  private hear(channel: string, payload: string): void {
    for (const subscriber of this.subscribers) {
      if (subscriber.subscription.channel !== channel) continue;
      try {
        subscriber.hear(payload);
      } catch (error) {
        // It could not process a change, which only reading everything again makes up for. The
        // others hear of the change all the same.
        void this.lose(this.client, error as Error);
      }
    }
  }

  private async catchUp(client: Client, reconnected: boolean): Promise<void> {
    const askedAt = performance.now();
    const timeout = reconnected ? FIRST_CATCH_UP_TIMEOUT_MS : ANSWER_TIMEOUT_MS;
    let asked = false;
    const ask = this.queryOf(client, timeout);
    const query: FeedQuery = (text, values) => {
      asked = true;
      return ask(text, values);
    };
    for (const { subscription } of this.subscribers) {
      await subscription.catchUp?.(query, reconnected);
    }
    for (const { channel, payload } of (await this.log?.read(query)) ?? []) {
      this.hear(channel, payload);
    }
    // At least one round trip, even if there is nothing to catch up on.
    if (!asked) await query('SELECT 1', []);
    this.lastProof = askedAt;
  }

  private queryOf(client: Client, timeout: number): FeedQuery {
    return async <Row>(text: string, values: unknown[]) => {
      const { rows } = await client.query({ text, values, query_timeout: timeout } as {
        text: string;
        values: unknown[];
      });
      return rows as Row[];
    };
  }

  private async lose(client: Client | undefined, reason?: Error): Promise<void> {
    if (!client || client !== this.client) return;
    this.client = undefined;
    if (this.caughtUp && !this.stopped) this.options.onDown?.(reason);
    this.caughtUp = false;
    client.removeAllListeners('notification');
    await sayGoodbye(client);
  }
}

/** Ends the connection without waiting for a server that may be out of reach. */
async function sayGoodbye(client: Client): Promise<void> {
  const limit = new Promise((resolve) => setTimeout(resolve, GOODBYE_MS).unref());
  await Promise.race([client.end().catch(() => undefined), limit]);
  (
    client as unknown as { connection: { stream: { destroy(): void } } }
  ).connection.stream.destroy();
}
