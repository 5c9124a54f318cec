export interface Subscription<Channel extends string = string> {
  /** A channel of LISTEN: an identifier, not input. */
  channel: Channel;
  /**
   * A change was announced on some node. Where applying it takes time, it returns a promise: until
   * that has resolved the subscriber is not current, and after a rejection it is called again.
   */
  onChange: (payload: string) => void | Promise<void>;
  /**
   * Reads what announcements may have been missed: once after every (re)connect, before the feed
   * counts as live, and at every heartbeat. Uses the feed's own connection, so that an answer
   * proves that the connection through which announcements come is alive.
   */
  catchUp?: (query: FeedQuery, reconnected: boolean) => Promise<void>;
}

export type FeedQuery = <Row>(sql: string, parameters: unknown[]) => Promise<Row[]>;

const FIRST_RETRY_MS = 50;
const MAX_RETRY_MS = 1000;

/**
 * One subscription, and what has been announced to it but is not applied yet. A change that takes a
 * read can fail, and nobody announces it twice: it is retried until it succeeds.
 */
export class Subscriber<Channel extends string> {
  /** Payloads, oldest first; the one that is being applied is not among them. */
  private readonly waiting = new Set<string>();
  private applying = false;
  private retryMs = FIRST_RETRY_MS;
  private timer: NodeJS.Timeout | undefined;
  private closed = false;

  constructor(
    readonly subscription: Subscription<Channel>,
    private readonly onFailure: (error: unknown) => void,
  ) {}

  /** Whether everything that was announced has been applied. */
  hasApplied(): boolean {
    return !this.applying && this.waiting.size === 0;
  }

  /** @throws what `onChange` throws at once: such a change could not be processed */
  hear(payload: string): void {
    if (this.closed) return;
    this.waiting.add(payload);
    if (!this.applying && this.timer === undefined) this.applyNext();
  }

  /** Everything is about to be read anew, whatever was announced before. */
  forget(): void {
    clearTimeout(this.timer);
    this.timer = undefined;
    this.waiting.clear();
    this.retryMs = FIRST_RETRY_MS;
  }

  close(): void {
    this.closed = true;
    this.forget();
  }

  private applyNext(): void {
    for (const payload of this.waiting) {
      const applied = this.subscription.onChange(payload);
      // From here on the same announcement counts anew: the read may be older than that.
      this.waiting.delete(payload);
      if (!(applied instanceof Promise)) continue;
      this.applying = true;
      void applied.then(
        () => this.goOn(),
        (error: unknown) => {
          this.waiting.add(payload);
          this.retry(error);
        },
      );
      return;
    }
    this.retryMs = FIRST_RETRY_MS;
  }

  private goOn(): void {
    this.applying = false;
    this.timer = undefined;
    if (this.closed) return;
    try {
      this.applyNext();
    } catch (error) {
      this.retry(error);
    }
  }

  private retry(error: unknown): void {
    this.applying = false;
    if (this.closed) return;
    this.onFailure(error);
    this.timer = setTimeout(() => this.goOn(), this.retryMs).unref();
    this.retryMs = Math.min(2 * this.retryMs, MAX_RETRY_MS);
  }
}
