import {
  Injectable,
  type MessageEvent,
  type OnApplicationBootstrap,
  type OnModuleDestroy,
} from '@nestjs/common';
import { Observable, Subject, startWith, throttleTime } from 'rxjs';
import { SECOND } from '../config/clock.js';
import { ChangeFeed } from '../database/change-feed.js';
import type { SessionCaller } from '../http/access.js';
import { ApiError } from '../http/api-error.js';

/** Often enough for proxies, which close connections that are silent for half a minute. */
const HEARTBEAT_MS = 20 * SECOND;
/** Ending a whole application is hundreds of changes, but one reason to reload the page. */
const COALESCE_MS = 250;
const RECONNECT_AFTER_MS = 3 * SECOND;
const MAX_STREAMS_PER_SESSION = 10;

/** @returns those of the sessions that are still valid */
export type SessionCheck = (sessionIds: string[]) => Promise<ReadonlySet<string>>;

interface Stream {
  caller: SessionCaller;
  changes: Subject<void>;
  heartbeats: Subject<void>;
}

/**
 * Tells open portal pages that a connection which they may see has appeared or ended, on whatever
 * node. It says nothing about the change: the page asks for what its user may see.
 */
@Injectable()
export class ConnectionChanges implements OnApplicationBootstrap, OnModuleDestroy {
  private readonly streams = new Map<string, Set<Stream>>();
  private timer: NodeJS.Timeout | undefined;
  private stopped = false;
  private check: SessionCheck = () => Promise.resolve(new Set());

  constructor(feed: ChangeFeed) {
    feed.subscribe({
      channel: 'connections',
      onChange: (payload) => {
        const [accountId = '', userId = ''] = payload.split(' ');
        this.announce(accountId, userId);
      },
      catchUp: (_, reconnected) => {
        if (reconnected) this.announceToAll();
        return Promise.resolve();
      },
    });
  }

  /**
   * Sets how to check whether a session is still valid, because streams outlive the request that
   * the guard let in. Without it, every stream ends at its first heartbeat.
   */
  checkSessionsWith(check: SessionCheck): void {
    this.check = check;
  }

  onApplicationBootstrap(): void {
    this.timer = setInterval(() => void this.heartbeat(), HEARTBEAT_MS).unref();
  }

  /** Runs before the server closes, which waits for open responses. */
  onModuleDestroy(): void {
    this.stopped = true;
    clearInterval(this.timer);
    for (const stream of this.all()) this.end(stream);
  }

  /**
   * @param lastEventId sent by a browser that was disconnected and may have missed something
   * @throws ApiError too_many_attempts
   */
  stream(caller: SessionCaller, lastEventId: string | undefined): Observable<MessageEvent> {
    const mine = [...(this.streams.get(caller.accountId) ?? [])].filter(
      (stream) => stream.caller.sessionId === caller.sessionId,
    );
    if (mine.length >= MAX_STREAMS_PER_SESSION) {
      throw new ApiError(
        'too_many_attempts',
        `A session may have ${MAX_STREAMS_PER_SESSION} of these streams; close another page.`,
        { retryAfterSeconds: HEARTBEAT_MS / SECOND },
      );
    }
    return new Observable((subscriber) => {
      const stream: Stream = { caller, changes: new Subject(), heartbeats: new Subject() };
      const account = this.streams.get(caller.accountId) ?? new Set();
      this.streams.set(caller.accountId, account.add(stream));
      // An id without data is not an event, but makes the browser send it when it reconnects.
      subscriber.next({ id: '0', retry: RECONNECT_AFTER_MS, comment: 'open' });
      const changes = stream.changes.pipe(
        throttleTime(COALESCE_MS, undefined, { leading: true, trailing: true }),
      );
      const missed = lastEventId === undefined ? changes : changes.pipe(startWith(undefined));
      missed.subscribe({
        next: () => subscriber.next({ type: 'connections', data: {} }),
        complete: () => subscriber.complete(),
      });
      stream.heartbeats.subscribe(() => subscriber.next({ comment: 'alive' }));
      if (this.stopped) this.end(stream);
      return () => this.end(stream);
    });
  }

  /** Ends the streams of sessions that have ended, and keeps the others open. */
  async heartbeat(): Promise<void> {
    const streams = this.all();
    if (streams.length === 0) return;
    const sessionIds = [...new Set(streams.map(({ caller }) => caller.sessionId))];
    // If this cannot be checked, the stream stays open: it carries nothing secret.
    const good = await this.check(sessionIds).catch(() => undefined);
    for (const stream of streams) {
      if (good && !good.has(stream.caller.sessionId)) this.end(stream);
      else stream.heartbeats.next();
    }
  }

  /** Both as the database's triggers write them: `*` stands for all. */
  private announce(accountId: string, userId: string): void {
    const streams = accountId === '*' ? this.all() : (this.streams.get(accountId) ?? []);
    for (const { caller, changes } of streams) {
      if (userId === '*' || caller.role === 'admin' || caller.userId === userId) changes.next();
    }
  }

  private announceToAll(): void {
    for (const { changes } of this.all()) changes.next();
  }

  private all(): Stream[] {
    return [...this.streams.values()].flatMap((streams) => [...streams]);
  }

  private end(stream: Stream): void {
    const { accountId } = stream.caller;
    const account = this.streams.get(accountId);
    account?.delete(stream);
    if (account?.size === 0) this.streams.delete(accountId);
    stream.changes.complete();
    stream.heartbeats.complete();
  }
}
