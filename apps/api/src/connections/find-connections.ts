import type { EntityManager } from 'typeorm';
import { contains, searchWords } from '../database/search-text.js';
import type { SessionCaller } from '../http/access.js';
import { type Bind, parameters } from '../http/keyset.js';
import { byName, byText, byTime, findPage, orderOf, type Sorting } from '../http/searched-list.js';
import { NAMED_CLIENTS } from '../oauth-clients/oauth-clients.service.js';
import { NAMED_USERS } from '../users/user-relations.js';
import { healthCondition } from './connection.js';
import type { ConnectionsQuery, ConnectionSort } from './connections.dto.js';

const APP = `JOIN ${NAMED_CLIENTS} app ON app.id = c.oauth_client_id`;
const PERSON = `JOIN ${NAMED_USERS} person ON person.id = c.user_id`;
const APP_NAME = byName('app.name');
// Two people may have the same name.
const PERSON_NAME = [
  byName('person.last_name'),
  byName('person.first_name'),
  byText('person.email'),
];

const SORTINGS: Record<Exclude<ConnectionSort, `-${string}`>, Sorting> = {
  grantedAt: { columns: [byTime('c.granted_at')] },
  // What has not ended, or was never used, comes before all others.
  revokedAt: { columns: [byTime(`coalesce(c.revoked_at, 'epoch')`)] },
  lastUsedAt: { columns: [byTime(`coalesce(c.last_used_at, 'epoch')`), byTime('c.granted_at')] },
  client: { join: `${APP} ${PERSON}`, columns: [APP_NAME, ...PERSON_NAME] },
  person: { join: `${APP} ${PERSON}`, columns: [...PERSON_NAME, APP_NAME] },
};
/** Of those that end by themselves: the first to end first. */
const SOONEST_END = orderOf(
  { expiresAt: { columns: [byTime('c.expires_at')] } },
  'expiresAt',
  'c.id',
);
/** When a connection ended, written as in the index of those that have, so that it is used. */
const ENDED_ONLY = { ...SORTINGS, revokedAt: { columns: [byTime('c.revoked_at')] } };

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

/** What makes a connection one of those that the query means and that the caller may see. */
export function conditions(
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
) {
  const endedOnly = query.status === 'revoked';
  const { sort = endedOnly ? '-revokedAt' : '-grantedAt' } = query;
  const order =
    query.sort === undefined && query.expiresBefore !== undefined
      ? SOONEST_END
      : orderOf(endedOnly ? ENDED_ONLY : SORTINGS, sort, 'c.id');
  return findPage(
    manager,
    {
      from: `${await currentConnections(manager)} c`,
      order,
      conditions: (bind) => conditions(caller, query, now, bind),
    },
    query,
  );
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
