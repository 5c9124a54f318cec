import type { EntityManager } from 'typeorm';
import { searchable } from '../database/search-text.js';
import {
  byName,
  byText,
  byTime,
  finds,
  findPage,
  orderOf,
  sortsOf,
} from '../http/searched-list.js';

const SORTINGS = {
  createdAt: { columns: [byTime('created_at')] },
  // Two people may have the same name.
  name: { columns: [byName('last_name'), byName('first_name'), byText('email')] },
  email: { columns: [byName('email')] },
  // Users who have never signed in come first.
  lastSignInAt: { columns: [byTime(`coalesce(last_sign_in_at, 'epoch')`)] },
};
export const USER_SORTS = sortsOf(SORTINGS);
export type UserSort = (typeof USER_SORTS)[number];

export interface UserSearch {
  /** Words of name or e-mail address. */
  q?: string | undefined;
  /** Default: the oldest first. */
  sort?: UserSort | undefined;
  limit?: number | undefined;
  cursor?: string | undefined;
}

/** What a user is found by. */
export const USER_SEARCH_TEXT = searchable(`first_name || ' ' || last_name || ' ' || email`);

/**
 * A page of the ids of the users of an account that match, and how many there are.
 * @throws ApiError validation_failed
 */
export function findUsers(
  manager: EntityManager,
  accountId: string,
  { q, sort = 'createdAt', ...page }: UserSearch & { limit: number },
) {
  const order = orderOf(SORTINGS, sort);
  return findPage(
    manager,
    {
      from: 'users',
      order,
      conditions: (bind) => [
        `account_id = ${bind(accountId)}`,
        'erased_at IS NULL',
        ...finds(USER_SEARCH_TEXT, q, bind),
      ],
    },
    page,
  );
}
