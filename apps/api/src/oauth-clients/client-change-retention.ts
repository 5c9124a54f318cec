import { retention } from '../background/retention.js';

export const clientChangeRetention = retention({
  name: 'oauth-clients.change-requests',
  schedule: '48 * * * *',
  // What was asked for, and what was answered, stays in the audit trail.
  rows: [
    { table: 'client_change_requests', condition: 'decided_at < $1', period: 'changeRequests' },
  ],
});
