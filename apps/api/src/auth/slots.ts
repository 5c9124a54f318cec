import { ApiError } from '../http/api-error.js';

export interface SlotsOptions {
  /** How many tasks run at a time in this process. */
  size: number;
  /** How many more may wait for their turn. */
  waiting: number;
  /** How many of those waiting may belong to one party. */
  waitingPerParty: number;
}

export interface Turn {
  /** A network or a user, for instance: no party may fill the whole queue. */
  party: string;
  /** Aborted once nobody waits for the answer any more. */
  signal: AbortSignal;
}

interface Waiting {
  party: string;
  start: () => void;
}

const RETRY_AFTER_SECONDS = 2;

/**
 * Runs a few tasks at a time. The others wait in a bounded queue, which drops those whose callers
 * have left.
 */
export class Slots {
  private free: number;
  private readonly queue = new Set<Waiting>();

  constructor(private readonly options: SlotsOptions) {
    this.free = options.size;
  }

  /** @throws ApiError service_unavailable where the queue is full, or the caller has left it */
  async run<T>(task: () => Promise<T>, turn: Turn): Promise<T> {
    if (turn.signal.aborted) throw callerGone();
    if (this.free > 0) this.free -= 1;
    else await this.wait(turn);
    try {
      return await task();
    } finally {
      const [next] = this.queue;
      if (next) next.start();
      else this.free += 1;
    }
  }

  private wait({ party, signal }: Turn): Promise<void> {
    const { waiting, waitingPerParty } = this.options;
    const ofParty = [...this.queue].filter((other) => other.party === party).length;
    if (this.queue.size >= waiting || ofParty >= waitingPerParty) throw queueFull();
    return new Promise((resolve, reject) => {
      const leave = (): void => {
        this.queue.delete(entry);
        reject(callerGone());
      };
      const start = (): void => {
        this.queue.delete(entry);
        signal.removeEventListener('abort', leave);
        resolve();
      };
      const entry: Waiting = { party, start };
      this.queue.add(entry);
      signal.addEventListener('abort', leave, { once: true });
    });
  }
}

function queueFull(): ApiError {
  return new ApiError(
    'service_unavailable',
    `Too many passwords are being checked at the moment. Try again in ${RETRY_AFTER_SECONDS} seconds.`,
    { retryAfterSeconds: RETRY_AFTER_SECONDS, reason: 'too_many_waiting' },
  );
}

/** For the log only: nobody reads the answer. */
function callerGone(): ApiError {
  return new ApiError('service_unavailable', 'The caller left before its turn came.', {
    reason: 'caller_gone',
  });
}
