import type { EntityManager } from 'typeorm';
import { contains, NAME_COLLATION, searchable, searchWords } from '../database/search-text.js';
import {
  afterCursor,
  type KeyColumn,
  keyColumns,
  type ListOrder,
  orderBy,
  pageOf,
  parameters,
} from '../http/keyset.js';

export const USER_SORTS = [
  'createdAt',
  '-createdAt',
  'name',
  '-name',
  'email',
  '-email',
  'lastSignInAt',
  '-lastSignInAt',
] as const;
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

const text = (column: string): KeyColumn => ({
  sql: `${column} COLLATE ${NAME_COLLATION}`,
  type: 'text',
});
const COLUMNS: Record<string, KeyColumn[]> = {
  createdAt: [{ sql: 'created_at', type: 'timestamptz' }],
  name: [text('last_name'), text('first_name')],
  email: [text('email')],
  // Users who have never signed in come first.
  lastSignInAt: [{ sql: `coalesce(last_sign_in_at, 'epoch')`, type: 'timestamptz' }],
};

function orderOf(sort: UserSort): ListOrder {
  const columns = COLUMNS[sort.replace('-', '')] ?? [];
  return { name: sort, columns, id: 'id', descending: sort.startsWith('-') };
}

/**
 * A page of the ids of the users of an account that match, and how many there are.
 * @throws ApiError validation_failed
 */
export async function findUsers(
  manager: EntityManager,
  accountId: string,
  { q, sort = 'createdAt', limit, cursor }: UserSearch & { limit: number },
): Promise<{ ids: string[]; meta: { total: number; nextCursor?: string } }> {
  const order = orderOf(sort);
  const { values, bind } = parameters();
  const found = [
    `account_id = ${bind(accountId)}`,
    ...searchWords(q).map((word) => contains(USER_SEARCH_TEXT, bind(word))),
  ].join(' AND ');
  const counted = values.length;
  const after = afterCursor(order, cursor, bind);
  const [[{ total }], rows] = await Promise.all([
    manager.query<[{ total: number }]>(
      `SELECT count(*)::integer AS total FROM users WHERE ${found}`,
      values.slice(0, counted),
    ),
    manager.query<{ keyId: string }[]>(
      `SELECT ${keyColumns(order)} FROM users WHERE ${found} AND ${after}
       ORDER BY ${orderBy(order)} LIMIT ${limit + 1}`,
      values,
    ),
  ]);
  const { rows: page, nextCursor } = pageOf(order, rows, limit);
  return {
    ids: page.map(({ keyId }) => keyId),
    meta: { total, ...(nextCursor !== undefined && { nextCursor }) },
  };
}
