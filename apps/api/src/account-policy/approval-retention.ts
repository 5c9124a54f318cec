import { retention } from '../background/retention.js';

export const approvalRetention = retention(
  {
    name: 'account-policy.requests',
    schedule: '38 * * * *',
    // A user who has had no answer by then asks again.
    rows: [
      { table: 'approval_requests', condition: 'requested_at < $1', period: 'approvalRequests' },
    ],
  },
  {
    name: 'account-policy.continuations',
    schedule: '8 * * * *',
    rows: [{ table: 'approval_continuations', condition: 'expires_at < $1', keptMs: 0 }],
  },
);
