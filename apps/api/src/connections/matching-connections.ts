import type { EntityManager } from 'typeorm';
import { NAME_COLLATION } from '../database/search-text.js';
import type { SessionCaller } from '../http/access.js';
import { parameters } from '../http/keyset.js';
import { NAMED_CLIENTS } from '../oauth-clients/oauth-clients.service.js';
import { NAMED_USERS } from '../users/user-relations.js';
import { type EndingEffectDto, type MatchingQuery, NAMED_AT_MOST } from './ending-many.dto.js';
import { conditions, currentConnections } from './find-connections.js';

interface EffectRow {
  activeConnections: number;
  clients: number;
  clientNames: string[];
  people: number;
  peopleNames: string[];
}

/**
 * The ids of the active connections that match and that the caller may see.
 * @param most of them, and one more
 */
export async function findMatching(
  tx: EntityManager,
  caller: SessionCaller,
  query: MatchingQuery,
  { now, most }: { now: Date; most: number },
): Promise<string[]> {
  const { values, bind } = parameters();
  const rows: { id: string }[] = await tx.query(
    `SELECT c.id FROM ${await currentConnections(tx)} c
      WHERE ${conditions(caller, { ...query, status: 'active' }, now, bind).join(' AND ')}
      LIMIT ${most + 1}`,
    values,
  );
  return rows.map(({ id }) => id);
}

/** How many active connections match, of which applications and people. */
export async function effectOfEnding(
  manager: EntityManager,
  caller: SessionCaller,
  query: MatchingQuery,
  now: Date,
): Promise<EndingEffectDto> {
  const { values, bind } = parameters();
  const found = conditions(caller, { ...query, status: 'active' }, now, bind).join(' AND ');
  const [row]: [EffectRow] = await manager.query(
    `WITH matching AS MATERIALIZED (
       SELECT c.oauth_client_id, c.user_id FROM ${await currentConnections(manager)} c WHERE ${found}
     )
     SELECT (SELECT count(*)::integer FROM matching) AS "activeConnections",
       (SELECT count(DISTINCT oauth_client_id)::integer FROM matching) AS clients,
       (SELECT count(DISTINCT user_id)::integer FROM matching) AS people,
       ARRAY(SELECT app.name FROM ${NAMED_CLIENTS} app
              WHERE app.id IN (SELECT oauth_client_id FROM matching)
              ORDER BY app.name COLLATE ${NAME_COLLATION}, app.id LIMIT ${NAMED_AT_MOST}) AS "clientNames",
       ARRAY(SELECT person.first_name || ' ' || person.last_name ||
                CASE WHEN count(*) OVER (PARTITION BY person.first_name, person.last_name) > 1
                  THEN ' (' || person.email || ')' ELSE '' END
               FROM ${NAMED_USERS} person
              WHERE person.id IN (SELECT user_id FROM matching)
              ORDER BY person.last_name COLLATE ${NAME_COLLATION},
                person.first_name COLLATE ${NAME_COLLATION}, person.id
              LIMIT ${NAMED_AT_MOST}) AS "peopleNames"`,
    values,
  );
  const { activeConnections, clients, clientNames, people, peopleNames } = row;
  return {
    activeConnections,
    clients: { count: clients, names: clientNames },
    people: { count: people, names: peopleNames },
  };
}
