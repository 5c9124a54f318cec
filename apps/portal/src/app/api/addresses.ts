/**
 * Addresses that the boot script asks before the application does. Each is said once: an answer is
 * taken over only where both have asked for the same address, character by character.
 */
export const CURRENT_SESSION = '/user/v7/sessions/current';
export const OAUTH_SCOPES = '/guest/v7/oauth-scopes';

/** How many connections are loaded at first; the boot script asks for them, too. */
const CONNECTIONS_PER_PAGE = 50;

/** @param query the page's own, `?` included, byte for byte */
export function authorizationRequestAt(query: string): string {
  return `/user/v7/oauth-authorization-request${query}`;
}

/** One page of a list of connections. @param filter as the API's query says it */
export function connectionsAt(
  filter: URLSearchParams,
  { cursor, limit = CONNECTIONS_PER_PAGE }: { cursor?: string; limit?: number } = {},
): string {
  const query = new URLSearchParams(filter);
  query.set('limit', String(limit));
  if (cursor) query.set('cursor', cursor);
  return `/user/v7/connections?${query}`;
}
