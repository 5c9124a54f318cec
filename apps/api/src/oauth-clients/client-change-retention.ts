import { retention } from '../background/retention.js';
import { DAY } from '../config/clock.js';

/** From the answer on; what was asked for, and what was answered, stays in the audit trail. */
export const CHANGE_REQUESTS_KEPT_MS = 90 * DAY;

export const clientChangeRetention = retention({
  name: 'oauth-clients.change-requests',
  schedule: '48 * * * *',
  rows: [
    {
      table: 'client_change_requests',
      condition: 'decided_at < $1',
      keptMs: CHANGE_REQUESTS_KEPT_MS,
    },
  ],
});
