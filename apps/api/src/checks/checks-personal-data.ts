import { personalData } from '../database/personal-data.js';

/** They belong to the company, and stay: whom they were sent to is for its own rules to say. */
export const checksPersonalData = personalData({
  tables: ['checks'],
  export: {
    list: 'checks',
    rows: `SELECT k.id, k.created_by AS "createdBy", k.connection_id AS "connectionId", k.title,
                  k.recipient_name AS "recipientName", k.recipient_email AS "recipientEmail",
                  k.status, k.created_at AS "createdAt"
             FROM checks k
            WHERE k.created_by IN (SELECT id FROM people)
               OR k.account_id IN (SELECT id FROM companies)
            ORDER BY k.created_at, k.id`,
  },
});
