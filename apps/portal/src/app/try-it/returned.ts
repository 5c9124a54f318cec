/** What the browser brought back from the authorize page. */
export type Returned =
  | { kind: 'code'; code: string; /** Null with a code alone. */ state: string | null }
  /** The user or the company refused, or the request was wrong. */
  | { kind: 'error'; error: string; description: string | null }
  /** It answers another request: a client must refuse it (RFC 6749 §10.12). */
  | { kind: 'other_state' }
  | { kind: 'nothing' };

/**
 * Reads what was pasted, or came to the portal's own redirect URI.
 * @param text the address that the browser ended at, its query, or the code alone
 * @param known whether a link that was opened has this state
 */
export function readReturned(text: string, known: (state: string | null) => boolean): Returned {
  const trimmed = text.trim();
  if (/^[\w.~-]+$/.test(trimmed)) return { kind: 'code', code: trimmed, state: null };
  const query = new URLSearchParams(trimmed.replace(/^[^?]*\?/, '').replace(/#.*$/, ''));
  const error = query.get('error');
  const code = query.get('code');
  const returned = query.get('state');
  if (!error && !code) return { kind: 'nothing' };
  if (!known(returned)) return { kind: 'other_state' };
  if (error) return { kind: 'error', error, description: query.get('error_description') };
  return { kind: 'code', code: code!, state: returned };
}
