import type { EntityManager } from 'typeorm';
import { searchable } from '../database/search-text.js';
import { byName, byTime, finds, findPage, orderOf, sortsOf } from '../http/searched-list.js';
import type { ClientStatus } from './client-rules.js';

const SORTINGS = {
  createdAt: { columns: [byTime('created_at')] },
  updatedAt: { columns: [byTime('updated_at')] },
  name: { columns: [byName('name')] },
};
export const CLIENT_SORTS = sortsOf(SORTINGS);
export type ClientSort = (typeof CLIENT_SORTS)[number];

export interface ClientSearch {
  /** Words of name, publisher or clientId. */
  q?: string | undefined;
  status?: ClientStatus | undefined;
  /** Default: the newest first. */
  sort?: ClientSort | undefined;
  /** Only those that this user is a developer of. */
  developerId?: string | undefined;
  limit?: number | undefined;
  cursor?: string | undefined;
}

const SEARCH_TEXT = searchable(`name || ' ' || publisher || ' ' || client_id`);

/**
 * A page of the ids of the registered clients that match, and how many there are.
 * @throws ApiError validation_failed
 */
export function findClients(
  manager: EntityManager,
  { q, status, developerId, sort = '-createdAt', ...page }: ClientSearch & { limit: number },
) {
  const order = orderOf(SORTINGS, sort);
  return findPage(
    manager,
    {
      from: 'oauth_clients',
      order,
      conditions: (bind) => [
        'deleted_at IS NULL',
        ...(status === undefined ? [] : [`status = ${bind(status)}`]),
        ...(developerId === undefined
          ? []
          : [
              `id IN (SELECT oauth_client_id FROM client_developers WHERE user_id = ${bind(developerId)})`,
            ]),
        ...finds(SEARCH_TEXT, q, bind),
      ],
    },
    page,
  );
}
