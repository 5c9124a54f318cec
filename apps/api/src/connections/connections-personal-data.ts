import { personalData } from '../database/personal-data.js';
import { NAMED_CLIENTS } from '../oauth-clients/oauth-clients.service.js';

/** Nothing here names anybody: it stays under the pseudonym, so that the company's figures do. */
export const connectionsPersonalData = personalData(
  {
    tables: ['connections'],
    export: {
      list: 'connections',
      rows: `SELECT c.user_id AS "userId", c.id, app.client_id AS "clientId",
                    app.name AS application, c.scope, c.granted_at AS "grantedAt",
                    c.last_used_at AS "lastUsedAt",
                    c.last_refresh_refused_at AS "lastRefreshRefusedAt",
                    c.expires_at AS "expiresAt", c.advance_at AS "grantedInAdvanceAt",
                    c.advance_by AS "grantedInAdvanceBy", c.revoked_at AS "revokedAt",
                    c.revoked_by AS "revokedBy", c.revocation_reason AS "revocationReason"
               FROM people p JOIN current_connections c ON c.user_id = p.id
               JOIN ${NAMED_CLIENTS} app ON app.id = c.oauth_client_id
              ORDER BY c.granted_at, c.id`,
    },
  },
  {
    tables: ['connection_events'],
    export: {
      list: 'connectionEvents',
      rows: `SELECT e.connection_id AS "connectionId", e.at, e.type, e.actor_id AS "actorId", e.scope,
                    e.detail, e.in_advance AS "inAdvance", e.former_scope AS "formerScope",
                    e.former_end AS "formerEnd"
               FROM people p JOIN connections c ON c.user_id = p.id
               JOIN connection_events e ON e.connection_id = c.id
              ORDER BY e.connection_id, e.id`,
    },
  },
  {
    tables: ['connection_usage'],
    export: {
      list: 'connectionUsage',
      rows: `SELECT d.connection_id AS "connectionId", d.day::text AS day, d.requests
               FROM people p JOIN connections c ON c.user_id = p.id
               JOIN connection_usage d ON d.connection_id = c.id
              ORDER BY d.connection_id, d.day`,
    },
  },
  {
    tables: ['connection_endings'],
    export: {
      list: 'connectionEndings',
      rows: `SELECT e.user_id AS "userId", app.client_id AS "clientId", e.account_id AS "accountId",
                    e.at, e.actor_id AS "actorId", e.reason
               FROM connection_endings e
               LEFT JOIN ${NAMED_CLIENTS} app ON app.id = e.oauth_client_id
              WHERE e.user_id IN (SELECT id FROM people)
                 OR e.actor_id IN (SELECT id FROM people)
                 OR e.account_id IN (SELECT id FROM companies)
              ORDER BY e.id`,
    },
  },
);
