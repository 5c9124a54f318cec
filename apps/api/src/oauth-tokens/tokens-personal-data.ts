import { OWNED_CONNECTIONS } from '../connections/connections.service.js';
import { personalData } from '../database/personal-data.js';

export const tokensPersonalData = personalData({
  tables: ['refresh_token_families'],
  export: {
    list: 'refreshTokens',
    rows: `SELECT f.connection_id AS "connectionId", f.scope, f.created_at AS "createdAt",
                  f.rotated_at AS "lastRefreshAt", f.expires_at AS "expiresAt",
                  f.ended_at AS "endedAt", f.end_reason AS "endReason"
             FROM people p JOIN ${OWNED_CONNECTIONS} c ON c.user_id = p.id
             JOIN refresh_token_families f ON f.connection_id = c.id
            ORDER BY f.created_at, f.id`,
  },
});
