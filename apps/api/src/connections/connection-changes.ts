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

/** Often enough for proxies, which cut off what is silent for half a minute. */
const HEARTBEAT_MS = 20 * SECOND;
/** A whole application's end is hundreds of changes, and one reason to load the page anew. */
const COALESCE_MS = 250;
const RECONNECT_AFTER_MS = 3 * SECOND;
const MAX_STREAMS_PER_SESSION = 10;

/** @returns those of the sessions that are still good */
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
   * Says who knows whether a session is still good: streams outlive the request that the guard let
   * in. Without it every stream ends at its first heartbeat.
   */
  checkSessionsWith(check: SessionCheck): void {
    this.check = check;
  }

  onApplicationBootstrap(): void {
    this.timer = setInterval(() => void this.heartbeat(), HEARTBEAT_MS).unref();
  }

  /** Before the server closes, which waits for open responses. */
  onModuleDestroy(): void {
    this.stopped = true;
    clearInterval(this.timer);
    for (const stream of this.all()) this.end(stream);
  }

  /**
   * @param lastEventId sent by a browser that was cut off, which may have missed something
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
      // An id without data is no event, but makes the browser say when it comes back.
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

  /** Ends the streams of sessions that are over, and keeps the others from being cut off. */
  async heartbeat(): Promise<void> {
    const streams = this.all();
    if (streams.length === 0) return;
    const sessionIds = [...new Set(streams.map(({ caller }) => caller.sessionId))];
    // When nobody can tell, the stream goes on: it carries nothing that needs protection.
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
