import { personalData } from '../database/personal-data.js';

export const clientsPersonalData = personalData(
  {
    tables: ['client_developers'],
    export: {
      list: 'developedApplications',
      rows: `SELECT d.user_id AS "userId", c.client_id AS "clientId", c.name AS application,
                    d.added_at AS "addedAt"
               FROM people p JOIN client_developers d ON d.user_id = p.id
               JOIN oauth_clients c ON c.id = d.oauth_client_id
              ORDER BY d.added_at, c.id`,
    },
    erase: { byId: ['DELETE FROM client_developers WHERE user_id = $1'] },
  },
  {
    tables: ['client_developer_invitations'],
    export: {
      list: 'developerInvitations',
      rows: `SELECT i.id, i.email, i.locale, c.client_id AS "clientId", c.name AS application,
                    i.invited_by AS "invitedBy", i.created_at AS "createdAt", i.sent_at AS "sentAt",
                    i.expires_at AS "expiresAt"
               FROM client_developer_invitations i JOIN oauth_clients c ON c.id = i.oauth_client_id
              WHERE i.invited_by IN (SELECT id FROM people)
                 OR i.email IN (SELECT email FROM people)
              ORDER BY i.created_at, i.id`,
    },
    erase: { byEmail: ['DELETE FROM client_developer_invitations WHERE email = $1'] },
  },
  {
    tables: ['client_change_requests'],
    export: {
      list: 'applicationChangeRequests',
      rows: `SELECT r.id, c.client_id AS "clientId", c.name AS application,
                    r.requested_by AS "requestedBy", r.requested_at AS "requestedAt", r.note,
                    r.changes, r.status, r.decided_by AS "decidedBy", r.decided_at AS "decidedAt",
                    r.answer
               FROM client_change_requests r JOIN oauth_clients c ON c.id = r.oauth_client_id
              WHERE r.requested_by IN (SELECT id FROM people)
                 OR r.decided_by IN (SELECT id FROM people)
              ORDER BY r.requested_at, r.id`,
    },
    erase: { byId: [`UPDATE client_change_requests SET note = '' WHERE requested_by = $1`] },
  },
);
