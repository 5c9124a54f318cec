/** What the browser brought back from the authorize page. */
export type Returned =
  | { kind: 'code'; code: string; state: string | null; iss: string | null }
  /** The user or the company refused, or the request was wrong. */
  | { kind: 'error'; error: string; description: string | null }
  /** It answers another request: a client must refuse it (RFC 6749 §10.12). */
  | { kind: 'other_state' }
  | { kind: 'nothing' };

/**
 * Reads what was pasted, or came to the portal's own redirect URI.
 * @param text the address that the browser ended at, its query, or the code alone
 * @param state of the link that was opened
 */
export function readReturned(text: string, state: string): Returned {
  const trimmed = text.trim();
  if (/^[\w.~-]+$/.test(trimmed)) return { kind: 'code', code: trimmed, state: null, iss: null };
  const query = new URLSearchParams(trimmed.replace(/^[^?]*\?/, '').replace(/#.*$/, ''));
  const error = query.get('error');
  const code = query.get('code');
  const returned = query.get('state');
  if (!error && !code) return { kind: 'nothing' };
  if (returned !== state) return { kind: 'other_state' };
  if (error) return { kind: 'error', error, description: query.get('error_description') };
  return { kind: 'code', code: code!, state: returned, iss: query.get('iss') };
}
