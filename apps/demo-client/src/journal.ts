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
  return (url, options) => noted(journal, url, options, () => fetch(url, options as RequestInit));
}

/** The same for a library that calls it as it would the global one. */
export function journalingGlobalFetch(journal: Journal): typeof fetch {
  return (input, options = {}) => {
    const { url, method } = input instanceof Request ? input : { url: input, ...options };
    return noted(journal, url, { method, body: options.body }, () => fetch(input, options));
  };
}

async function noted(
  journal: Journal,
  url: string | URL,
  { method = 'GET', body }: { method?: string; body?: unknown },
  send: () => Promise<Response>,
): Promise<Response> {
  const startedAt = performance.now();
  const at = new Date();
  let status: number | null = null;
  try {
    const response = await send();
    status = response.status;
    return response;
  } finally {
    journal.unshift({
      at,
      method,
      path: new URL(url).pathname,
      grantType: body instanceof URLSearchParams ? body.get('grant_type') : null,
      status,
      durationMs: Math.round(performance.now() - startedAt),
    });
    journal.length = Math.min(journal.length, LONGEST);
  }
}
