import { personalData } from '../database/personal-data.js';
import { NAMED_CLIENTS } from '../oauth-clients/oauth-clients.service.js';

export const policyPersonalData = personalData(
  {
    tables: ['account_policies'],
    export: {
      list: 'accountPolicy',
      ofCompanyOnly: true,
      rows: `SELECT p.allows, p.updated_at AS "updatedAt", p.updated_by AS "updatedBy"
               FROM companies c JOIN account_policies p ON p.account_id = c.id`,
    },
  },
  {
    tables: ['account_policy_decisions'],
    export: {
      list: 'policyDecisions',
      rows: `SELECT app.client_id AS "clientId", app.name AS application, d.decision,
                    d.advance_scope AS "advanceScope", d.decided_at AS "decidedAt",
                    d.decided_by AS "decidedBy"
               FROM account_policy_decisions d
               JOIN ${NAMED_CLIENTS} app ON app.id = d.oauth_client_id
              WHERE (d.account_id, d.oauth_client_id) IN (
                SELECT decided.account_id, decided.oauth_client_id FROM people p
                  JOIN account_policy_decisions decided ON decided.decided_by = p.id
                UNION
                SELECT ours.account_id, ours.oauth_client_id FROM companies c
                  JOIN account_policy_decisions ours ON ours.account_id = c.id)
              ORDER BY d.decided_at, app.id`,
    },
  },
  {
    tables: ['account_policy_advance_users'],
    export: {
      list: 'advanceGrants',
      rows: `SELECT g.user_id AS "userId", app.client_id AS "clientId", app.name AS application,
                    g.scope, g.granted_at AS "grantedAt", g.granted_by AS "grantedBy"
               FROM account_policy_advance_users g
               JOIN ${NAMED_CLIENTS} app ON app.id = g.oauth_client_id
              WHERE (g.account_id, g.oauth_client_id, g.user_id) IN (
                SELECT own.account_id, own.oauth_client_id, own.user_id FROM people p
                  JOIN account_policy_advance_users own ON own.user_id = p.id
                UNION
                SELECT given.account_id, given.oauth_client_id, given.user_id FROM people p
                  JOIN account_policy_advance_users given ON given.granted_by = p.id
                UNION
                SELECT ours.account_id, ours.oauth_client_id, ours.user_id FROM companies c
                  JOIN account_policy_advance_users ours ON ours.account_id = c.id)
              ORDER BY g.granted_at, app.id, g.user_id`,
    },
    erase: { byId: ['DELETE FROM account_policy_advance_users WHERE user_id = $1'] },
  },
  {
    tables: ['approval_requests'],
    export: {
      list: 'approvalRequests',
      rows: `SELECT r.id, r.user_id AS "userId", app.client_id AS "clientId",
                    app.name AS application, r.note, r.status, r.requested_at AS "requestedAt",
                    r.decided_at AS "decidedAt", r.decided_by AS "decidedBy", r.answer
               FROM approval_requests r JOIN ${NAMED_CLIENTS} app ON app.id = r.oauth_client_id
              WHERE r.id IN (
                SELECT own.id FROM people p JOIN approval_requests own ON own.user_id = p.id
                UNION
                SELECT decided.id FROM people p
                  JOIN approval_requests decided ON decided.decided_by = p.id
                UNION
                SELECT ours.id FROM companies c JOIN approval_requests ours ON ours.account_id = c.id)
              ORDER BY r.requested_at, r.id`,
    },
    erase: { byId: [`UPDATE approval_requests SET note = '' WHERE user_id = $1`] },
  },
);
