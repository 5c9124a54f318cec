import { personalData } from '../database/personal-data.js';

/** What a mail says is encrypted until it is sent, and gone after that. */
export const mailPersonalData = personalData(
  {
    tables: ['mails'],
    export: {
      list: 'mails',
      rows: `SELECT m.user_id AS "userId", m.kind, m.status, m.created_at AS "createdAt",
                    m.settled_at AS "settledAt"
               FROM people p JOIN mails m ON m.user_id = p.id
              ORDER BY m.created_at, m.id`,
    },
    erase: { byId: ['DELETE FROM mails WHERE user_id = $1'] },
  },
  {
    tables: ['demo_mails'],
    erase: { byEmail: ['DELETE FROM demo_mails WHERE lower(recipient) = $1'] },
  },
);
