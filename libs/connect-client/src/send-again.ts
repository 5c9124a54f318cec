import { setTimeout as delay } from 'node:timers/promises';
import { ConnectError } from './connect-error.js';

const LONGEST_PAUSE_MS = 4_000;

/** For what may be done twice, while somebody waits for it. */
export const HARMLESS = { attempts: 3, withinMs: 15_000 };

/** Tries again while it is unknown whether it was done, or the server asks for another time. */
export async function sendAgain<Result>(
  send: () => Promise<Result>,
  { attempts = Infinity, withinMs = Infinity }: { attempts?: number; withinMs?: number },
): Promise<Result> {
  const end = performance.now() + withinMs;
  for (let attempt = 1; ; attempt += 1) {
    try {
      return await send();
    } catch (error) {
      const pause = pauseAfter(error, attempt);
      const isLast = attempt >= attempts || performance.now() + (pause ?? 0) >= end;
      if (pause === undefined || isLast) throw error;
      await delay(pause);
    }
  }
}

/** In milliseconds; undefined where the server has said no. The first time at once. */
function pauseAfter(error: unknown, attempt: number): number | undefined {
  if (!(error instanceof ConnectError) || saysNo(error)) return undefined;
  const asked = (error.retryAfterSeconds ?? 0) * 1000;
  const ours = attempt === 1 ? 0 : Math.min(125 * 2 ** (attempt - 1), LONGEST_PAUSE_MS);
  return Math.max(asked, ours);
}

function saysNo({ status, retryAfterSeconds }: ConnectError): boolean {
  if (status === 429) return retryAfterSeconds === undefined;
  return status !== undefined && status >= 300 && status < 500;
}
