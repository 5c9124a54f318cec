import { personalData } from '../database/personal-data.js';

/** `UserErasure` takes out what names the user, after everything else. */
export const usersPersonalData = personalData(
  {
    tables: ['users'],
    export: {
      list: 'profile',
      rows: `SELECT u.id, u.email, u.first_name AS "firstName", u.last_name AS "lastName", u.role,
                    u.locale, u.status, a.id AS "accountId", nullif(a.name, '') AS account,
                    u.password_given AS "passwordGiven", u.password_chosen AS "passwordChosen",
                    u.muted_notices AS "mutedNotices", u.last_sign_in_at AS "lastSignInAt",
                    u.devices_known_from AS "devicesKnownFrom", u.created_at AS "createdAt",
                    u.updated_at AS "updatedAt"
               FROM people p JOIN users u ON u.id = p.id JOIN accounts a ON a.id = u.account_id
              ORDER BY u.created_at, u.id`,
    },
  },
  {
    tables: ['accounts'],
    export: {
      list: 'account',
      ofCompanyOnly: true,
      rows: `SELECT a.id, a.name, a.created_at AS "createdAt", a.closed_at AS "closedAt"
               FROM companies c JOIN accounts a ON a.id = c.id`,
    },
  },
  {
    tables: ['passkeys'],
    export: {
      list: 'passkeys',
      rows: `SELECT k.user_id AS "userId", k.id, k.name, k.synced, k.transports,
                    k.created_at AS "createdAt", k.last_used_at AS "lastUsedAt"
               FROM people p JOIN passkeys k ON k.user_id = p.id
              ORDER BY k.created_at, k.id`,
    },
    erase: { byId: ['DELETE FROM passkeys WHERE user_id = $1'] },
  },
  {
    tables: ['second_factors', 'recovery_codes'],
    export: {
      list: 'secondFactors',
      rows: `SELECT f.user_id AS "userId", f.created_at AS "createdAt",
                    f.confirmed_at AS "enabledAt",
                    (SELECT count(*)::integer FROM recovery_codes r WHERE r.user_id = f.user_id)
                      AS "recoveryCodesLeft"
               FROM people p JOIN second_factors f ON f.user_id = p.id
              ORDER BY f.created_at, f.user_id`,
    },
    erase: {
      byId: [
        'DELETE FROM recovery_codes WHERE user_id = $1',
        'DELETE FROM second_factors WHERE user_id = $1',
      ],
    },
  },
  {
    tables: ['audit_records'],
    export: {
      list: 'auditRecords',
      rows: `SELECT r.id, r.at, r.action, r.actor_id AS "actorId", r.subject_id AS "subjectId",
                    r.detail
               FROM audit_records r
              WHERE r.id IN (SELECT by.id FROM people p JOIN audit_records by ON by.actor_id = p.id
                             UNION
                             SELECT about.id
                               FROM people p JOIN audit_records about ON about.subject_id = p.id
                             UNION
                             SELECT ours.id
                               FROM companies c JOIN audit_records ours ON ours.account_id = c.id)
              ORDER BY r.id`,
    },
  },
);
