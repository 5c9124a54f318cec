import type { CustomFetch } from 'openid-client';

/** One HTTP request to Flixcheck, as a developer wants to see it: never with a token or a secret. */
export interface JournalEntry {
  at: Date;
  method: string;
  path: string;
  /** The grant, where the request was one for tokens. */
  grantType: string | null;
  /** Absent when no answer came. */
  status: number | null;
  durationMs: number;
}

/** Newest first. */
export type Journal = JournalEntry[];

const LONGEST = 20;

/** A fetch that writes what it did into the journal; handed to the OAuth library. */
export function journalingFetch(journal: Journal): CustomFetch {
  return async (url, options) => {
    const startedAt = performance.now();
    const at = new Date();
    let status: number | null = null;
    try {
      const response = await fetch(url, options as RequestInit);
      status = response.status;
      return response;
    } finally {
      journal.unshift({
        at,
        method: options.method,
        path: new URL(url).pathname,
        grantType: options.body instanceof URLSearchParams ? options.body.get('grant_type') : null,
        status,
        durationMs: Math.round(performance.now() - startedAt),
      });
      journal.length = Math.min(journal.length, LONGEST);
    }
  };
}
