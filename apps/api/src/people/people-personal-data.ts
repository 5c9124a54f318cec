import { personalData } from '../database/personal-data.js';

export const peoplePersonalData = personalData(
  {
    tables: ['password_recoveries'],
    export: {
      list: 'passwordRecoveries',
      rows: `SELECT r.user_id AS "userId", r.created_at AS "createdAt", r.expires_at AS "expiresAt"
               FROM people p JOIN password_recoveries r ON r.user_id = p.id
              ORDER BY r.created_at, r.expires_at`,
    },
    erase: { byId: ['DELETE FROM password_recoveries WHERE user_id = $1'] },
  },
  {
    tables: ['email_changes'],
    export: {
      list: 'emailChanges',
      rows: `SELECT c.user_id AS "userId", c.email, c.created_at AS "createdAt",
                    c.expires_at AS "expiresAt"
               FROM people p JOIN email_changes c ON c.user_id = p.id
              ORDER BY c.created_at, c.id`,
    },
    erase: {
      byId: ['DELETE FROM email_changes WHERE user_id = $1'],
      byEmail: ['DELETE FROM email_changes WHERE email = $1'],
    },
  },
  {
    tables: ['invitations'],
    export: {
      list: 'invitations',
      rows: `SELECT i.id, i.email, i.first_name AS "firstName", i.last_name AS "lastName", i.role,
                    i.locale, i.invited_by AS "invitedBy", i.created_at AS "createdAt",
                    i.sent_at AS "sentAt", i.expires_at AS "expiresAt"
               FROM invitations i
              WHERE i.id IN (
                SELECT sent.id FROM people p JOIN invitations sent ON sent.invited_by = p.id
                UNION
                SELECT own.id FROM people p JOIN invitations own ON own.email = p.email
                UNION
                SELECT ours.id FROM companies c JOIN invitations ours ON ours.account_id = c.id)
              ORDER BY i.created_at, i.id`,
    },
    erase: { byEmail: ['DELETE FROM invitations WHERE email = $1'] },
  },
);
