import { clientIdFrom, idFrom, searchFrom } from '../api/address-words';
import { Connection } from '../api/types';

/** Which connections, in which order. Null: it does not matter. */
export interface ConnectionFilter {
  status: Connection['status'];
  q: string | null;
  userId: string | null;
  clientId: string | null;
  health: ListedHealth | null;
  sort: string | null;
  /** Who sees the list: somebody else's is a different one. */
  viewer: string | null;
}

export type ListedHealth = Exclude<Connection['health'], 'ended'>;

/** Connections that need attention come first. */
export const LISTED_HEALTHS: Record<ListedHealth, string> = {
  refresh_refused: 'connections.health.refreshRefused.text',
  dormant: 'connections.health.dormant.text',
  unused: 'connections.health.unused.text',
  ok: 'connections.health.ok.text',
};

interface Choice {
  /** As the API and the address name it; null is the API's own order. */
  value: string | null;
  text: string;
}

const BY_NAME: Choice[] = [
  { value: 'client', text: 'connections.sort.client' },
  { value: 'person', text: 'connections.sort.person' },
];
export const SORTS: Record<Connection['status'], Choice[]> = {
  active: [
    { value: null, text: 'connections.sort.newest' },
    { value: 'grantedAt', text: 'connections.sort.oldest' },
    { value: '-lastUsedAt', text: 'connections.sort.used' },
    { value: 'lastUsedAt', text: 'connections.sort.unused' },
    ...BY_NAME,
  ],
  revoked: [
    { value: null, text: 'connections.sort.endedLast' },
    { value: 'revokedAt', text: 'connections.sort.endedFirst' },
    ...BY_NAME,
  ],
};

/** What an address may say of a list; what it cannot mean is ignored. */
export function filterFrom(
  address: { q?: string; person?: string; app?: string; health?: string; sort?: string },
  status: Connection['status'],
  viewer: string | null,
): ConnectionFilter {
  const { q, person, app, health, sort } = address;
  const isHealth = (word: string | undefined): word is ListedHealth =>
    word !== undefined && Object.hasOwn(LISTED_HEALTHS, word);
  return {
    status,
    q: searchFrom(q),
    userId: idFrom(person),
    clientId: clientIdFrom(app),
    health: status === 'active' && isHealth(health) ? health : null,
    sort: SORTS[status].find(({ value }) => value === sort)?.value ?? null,
    viewer,
  };
}

/** The filter as the API's query says it. */
export function queryOf({ status, q, userId, clientId, health, sort }: ConnectionFilter) {
  const query = new URLSearchParams({ status });
  if (q) query.set('q', q);
  if (userId) query.set('userId', userId);
  if (clientId) query.set('clientId', clientId);
  if (health) query.set('health', health);
  if (sort) query.set('sort', sort);
  return query;
}

/** A choice in words: its label, with what was chosen by name or as a text key. */
interface Chosen {
  label: string;
  text: string;
  name?: string;
}

/** Which list it is, what narrows it and its order, as it is printed above the list. */
export function inWords(
  { status, q, userId, clientId, health, sort }: ConnectionFilter,
  names: { list: string; person: string | null | undefined; app: string | undefined },
): Chosen[] {
  const unknown = 'connections.filters.unknownPerson';
  const words: Chosen[] = [{ label: 'connections.printed.list', text: names.list }];
  if (q) words.push({ label: 'connections.printed.search', text: '', name: q });
  if (userId) {
    const name = names.person;
    words.push({ label: 'connections.printed.person', text: unknown, ...(name && { name }) });
  }
  if (clientId) {
    words.push({ label: 'connections.printed.app', text: '', name: names.app ?? clientId });
  }
  if (health) words.push({ label: 'connections.printed.health', text: LISTED_HEALTHS[health] });
  const order = SORTS[status].find(({ value }) => value === sort);
  if (order) words.push({ label: 'connections.printed.order', text: order.text });
  return words;
}
