import {
  authorizationRequestAt,
  connectionsAt,
  CURRENT_SESSION,
  OAUTH_SCOPES,
} from './api/addresses';

/** What a page asks the API first, by its address below the base, with its query. */
export const FIRST_REQUESTS: Record<string, (query: string) => string[]> = {
  'oauth/authorize': (query) => [authorizationRequestAt(query)],
  'settings/connections': (query) => [
    CURRENT_SESSION,
    OAUTH_SCOPES,
    // A query narrows the list, in the words of the page and not of the API.
    ...(query ? [] : [connectionsAt(new URLSearchParams({ status: 'active' }))]),
  ],
  'settings/team': () => [CURRENT_SESSION],
  'settings/security': () => [CURRENT_SESSION],
};
