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
            WHERE k.id IN (
              -- By the company that both belong to: whose checks have an index, unlike each person's.
              SELECT own.id FROM people p JOIN users u ON u.id = p.id
                JOIN checks own ON own.account_id = u.account_id AND own.created_by = p.id
              UNION
              SELECT ours.id FROM companies c JOIN checks ours ON ours.account_id = c.id)
            ORDER BY k.created_at, k.id`,
  },
});
