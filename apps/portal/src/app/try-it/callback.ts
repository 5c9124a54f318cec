/** The portal's own redirect URI, for developers who try their client here. */
export const CALLBACK_PATH = '/portal/developer/callback';
/** On which the page there passes on what it was called with. */
export const CALLBACK_CHANNEL = 'flixcheck.try-it';
/** What the tab answers whose link it was: the state of that link. */
export interface Taken {
  taken: string;
}

/** @param query as the browser came back with it */
export function stateOf(query: string): string | null {
  return new URLSearchParams(query).get('state');
}
