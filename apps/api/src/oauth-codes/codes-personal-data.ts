import { personalData } from '../database/personal-data.js';

export const codesPersonalData = personalData({
  tables: ['authorization_codes'],
  export: {
    list: 'authorizationCodes',
    rows: `SELECT a.user_id AS "userId", a.connection_id AS "connectionId", a.scope,
                  a.redirect_uri AS "redirectUri", a.created_at AS "createdAt",
                  a.expires_at AS "expiresAt", a.redeemed_at AS "redeemedAt"
             FROM people p JOIN authorization_codes a ON a.user_id = p.id
            ORDER BY a.created_at, a.id`,
  },
});
