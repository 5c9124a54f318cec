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
import type { ClientStatus } from './client-rules.js';

export const CLIENT_SORTS = [
  'createdAt',
  '-createdAt',
  'updatedAt',
  '-updatedAt',
  'name',
  '-name',
] as const;
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

const COLUMNS: Record<string, KeyColumn[]> = {
  createdAt: [{ sql: 'created_at', type: 'timestamptz' }],
  updatedAt: [{ sql: 'updated_at', type: 'timestamptz' }],
  name: [{ sql: `name COLLATE ${NAME_COLLATION}`, type: 'text' }],
};

function orderOf(sort: ClientSort): ListOrder {
  const columns = COLUMNS[sort.replace('-', '')] ?? [];
  return { name: sort, columns, id: 'id', descending: sort.startsWith('-') };
}

/**
 * A page of the ids of the registered clients that match, and how many there are.
 * @throws ApiError validation_failed
 */
export async function findClients(
  manager: EntityManager,
  { q, status, developerId, sort = '-createdAt', limit, cursor }: ClientSearch & { limit: number },
): Promise<{ ids: string[]; meta: { total: number; nextCursor?: string } }> {
  const order = orderOf(sort);
  const { values, bind } = parameters();
  const found = [
    'deleted_at IS NULL',
    ...(status === undefined ? [] : [`status = ${bind(status)}`]),
    ...(developerId === undefined
      ? []
      : [
          `id IN (SELECT oauth_client_id FROM client_developers WHERE user_id = ${bind(developerId)})`,
        ]),
    ...searchWords(q).map((word) => contains(SEARCH_TEXT, bind(word))),
  ].join(' AND ');
  const counted = values.length;
  const after = afterCursor(order, cursor, bind);
  const [[{ total }], rows] = await Promise.all([
    manager.query<[{ total: number }]>(
      `SELECT count(*)::integer AS total FROM oauth_clients WHERE ${found}`,
      values.slice(0, counted),
    ),
    manager.query<{ keyId: string }[]>(
      `SELECT ${keyColumns(order)} FROM oauth_clients WHERE ${found} AND ${after}
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
