import { personalData } from '../database/personal-data.js';

export const authPersonalData = personalData(
  {
    tables: ['sessions'],
    export: {
      list: 'sessions',
      rows: `SELECT s.user_id AS "userId", s.id, s.created_at AS "createdAt",
                    s.last_seen_at AS "lastSeenAt", s.expires_at AS "expiresAt", s.ip,
                    s.user_agent AS "userAgent"
               FROM people p JOIN sessions s ON s.user_id = p.id
              ORDER BY s.created_at, s.id`,
    },
    erase: { byId: ['DELETE FROM sessions WHERE user_id = $1'] },
  },
  {
    tables: ['sign_in_notices'],
    export: {
      list: 'signInsOnNewDevices',
      rows: `SELECT n.user_id AS "userId", n.network, n.user_agent AS "userAgent",
                    n.created_at AS "createdAt", n.expires_at AS "expiresAt"
               FROM people p JOIN sign_in_notices n ON n.user_id = p.id
              ORDER BY n.created_at, n.expires_at`,
    },
    erase: { byId: ['DELETE FROM sign_in_notices WHERE user_id = $1'] },
  },
  {
    tables: ['factor_resets'],
    export: {
      list: 'secondFactorResets',
      rows: `SELECT r.user_id AS "userId", r.asked_by AS "askedBy", r.asked_at AS "askedAt",
                    r.due_at AS "dueAt"
               FROM factor_resets r
              WHERE r.user_id IN (SELECT id FROM people) OR r.asked_by IN (SELECT id FROM people)
              ORDER BY r.asked_at, r.user_id`,
    },
    erase: { byId: ['DELETE FROM factor_resets WHERE user_id = $1'] },
  },
);
