import { MAX_CLIENT_ID_LENGTH, MIN_CLIENT_ID_LENGTH } from '@flixcheck/api-types/limits';

const UUID = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i;
const CLIENT_ID = new RegExp(`^[\\w-]{${MIN_CLIENT_ID_LENGTH},${MAX_CLIENT_ID_LENGTH}}$`);
/** As of the API, which refuses longer ones. */
const MAX_SEARCH_LENGTH = 100;

/**
 * The words of a search as the API takes them, whatever was pasted or stands in an address.
 * @returns null when there is none
 */
export function searchFrom(words: string | undefined): string | null {
  const fit = words?.slice(0, MAX_SEARCH_LENGTH).replace(/[\0\p{Surrogate}]/gu, '');
  return fit?.trim() || null;
}

/** @returns null for what is no id: it is ignored */
export function idFrom(id: string | undefined): string | null {
  return id !== undefined && UUID.test(id) ? id : null;
}

/** @returns null for what is no client id: it is ignored */
export function clientIdFrom(id: string | undefined): string | null {
  return id !== undefined && CLIENT_ID.test(id) ? id : null;
}
