import type { EntityManager } from 'typeorm';
import { contains, NAME_COLLATION, searchWords } from '../database/search-text.js';
import type { SessionCaller } from '../http/access.js';
import {
  afterCursor,
  type Bind,
  type KeyColumn,
  keyColumns,
  type ListOrder,
  orderBy,
  pageOf,
  parameters,
} from '../http/keyset.js';
import { NAMED_CLIENTS } from '../oauth-clients/oauth-clients.service.js';
import { NAMED_USERS } from '../users/users.service.js';
import { healthCondition } from './connection.js';
import type { ConnectionsQuery, ConnectionSort } from './connections.dto.js';

interface Sorting {
  join?: string;
  columns: KeyColumn[];
}

const time = (sql: string): KeyColumn[] => [{ sql, type: 'timestamptz' }];
const name = (sql: string): KeyColumn => ({
  sql: `${sql} COLLATE ${NAME_COLLATION}`,
  type: 'text',
});
const SORTINGS: Record<string, Sorting> = {
  grantedAt: { columns: time('c.granted_at') },
  // What has not ended, or was never used, comes before all others.
  revokedAt: { columns: time(`coalesce(c.revoked_at, 'epoch')`) },
  lastUsedAt: { columns: time(`coalesce(c.last_used_at, 'epoch')`) },
  client: {
    join: `JOIN ${NAMED_CLIENTS} app ON app.id = c.oauth_client_id`,
    columns: [name('app.name')],
  },
  person: {
    join: `JOIN ${NAMED_USERS} person ON person.id = c.user_id`,
    columns: [name('person.last_name'), name('person.first_name')],
  },
};
/** Of those that end by themselves: the first to end first. */
const SOONEST_END: ListOrder & Sorting = {
  columns: time('c.expires_at'),
  name: 'expiresAt',
  id: 'c.id',
  descending: false,
};
/** The same as above, in the words of the index that has only the ended ones. */
const ENDED_ONLY: Sorting = { columns: time('c.revoked_at') };

function orderOf(sort: ConnectionSort, endedOnly: boolean): ListOrder & Sorting {
  const by = sort.replace('-', '');
  const sorting = by === 'revokedAt' && endedOnly ? ENDED_ONLY : SORTINGS[by];
  if (!sorting) throw new Error(`no order by ${sort}`);
  return { ...sorting, name: sort, id: 'c.id', descending: sort.startsWith('-') };
}

const ACTIVE = 'c.revoked_at IS NULL';

/**
 * What to read connections from: the rows, which indexes order, or as long as rows still follow
 * what has ended them, the view in which they have ended.
 */
export async function currentConnections(manager: EntityManager): Promise<string> {
  const open: unknown[] = await manager.query('SELECT FROM connection_endings LIMIT 1');
  return open.length > 0 ? 'current_connections' : 'connections';
}

/** Admins see the account's connections, everybody else their own. */
function visibleTo({ role, accountId, userId }: SessionCaller, bind: Bind): string[] {
  const account = `c.account_id = ${bind(accountId)}`;
  return role === 'admin' ? [account] : [account, `c.user_id = ${bind(userId)}`];
}

function conditions(
  caller: SessionCaller,
  { q, status, userId, clientId, health, ids, expiresBefore }: ConnectionsQuery,
  now: Date,
  bind: Bind,
): string[] {
  const found = visibleTo(caller, bind);
  if (status === 'active' || health !== undefined) found.push(ACTIVE);
  if (status === 'revoked') found.push('c.revoked_at IS NOT NULL');
  if (userId !== undefined) found.push(`c.user_id = ${bind(userId)}`);
  if (clientId !== undefined) {
    found.push(
      `c.oauth_client_id IN (SELECT id FROM ${NAMED_CLIENTS} a WHERE a.client_id = ${bind(clientId)})`,
    );
  }
  if (health !== undefined) found.push(healthCondition(health, () => `${bind(now)}::timestamptz`));
  if (expiresBefore !== undefined) {
    found.push(ACTIVE, `c.expires_at < ${bind(expiresBefore)}::timestamptz`);
  }
  if (ids !== undefined) found.push(`c.id = ANY (${bind(ids)}::uuid[])`);
  for (const word of searchWords(q)) {
    const [account, typed] = [bind(caller.accountId), bind(word)];
    // An account has few people and applications, and many connections.
    found.push(`(
      c.oauth_client_id IN (SELECT id FROM ${NAMED_CLIENTS} a WHERE ${contains('a.search_text', typed)})
      OR c.user_id IN (SELECT id FROM ${NAMED_USERS} p
        WHERE p.account_id = ${account} AND ${contains('p.search_text', typed)}))`);
  }
  return found;
}

/**
 * A page of the ids of the connections that match the query and that the caller may see, and how
 * many there are.
 * @throws ApiError validation_failed
 */
export async function findConnections(
  manager: EntityManager,
  caller: SessionCaller,
  query: ConnectionsQuery & { limit: number },
  now: Date,
): Promise<{ ids: string[]; meta: { total: number; nextCursor?: string } }> {
  const endedOnly = query.status === 'revoked';
  const order =
    query.sort === undefined && query.expiresBefore !== undefined
      ? SOONEST_END
      : orderOf(query.sort ?? (endedOnly ? '-revokedAt' : '-grantedAt'), endedOnly);
  const { values, bind } = parameters();
  const found = conditions(caller, query, now, bind).join(' AND ');
  const counted = values.length;
  const after = afterCursor(order, query.cursor, bind);
  const connections = await currentConnections(manager);
  const [[{ total }], rows] = await Promise.all([
    manager.query<[{ total: number }]>(
      `SELECT count(*)::integer AS total FROM ${connections} c WHERE ${found}`,
      values.slice(0, counted),
    ),
    manager.query<{ keyId: string }[]>(
      `SELECT ${keyColumns(order)} FROM ${connections} c ${order.join ?? ''}
       WHERE ${found} AND ${after} ORDER BY ${orderBy(order)} LIMIT ${query.limit + 1}`,
      values,
    ),
  ]);
  const { rows: page, nextCursor } = pageOf(order, rows, query.limit);
  return {
    ids: page.map(({ keyId }) => keyId),
    meta: { total, ...(nextCursor !== undefined && { nextCursor }) },
  };
}

/** The applications that occur among what the caller may see, with how many are active. */
export async function countByClient(
  manager: EntityManager,
  caller: SessionCaller,
): Promise<{ oauthClientId: string; active: number }[]> {
  const { values, bind } = parameters();
  const visible = visibleTo(caller, bind).join(' AND ');
  const connections = await currentConnections(manager);
  return manager.query(
    `SELECT c.oauth_client_id AS "oauthClientId",
       (count(*) FILTER (WHERE ${ACTIVE}))::integer AS active
     FROM ${connections} c WHERE ${visible} GROUP BY c.oauth_client_id`,
    values,
  );
}
