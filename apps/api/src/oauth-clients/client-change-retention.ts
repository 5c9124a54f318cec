import { retention } from '../background/retention.js';
import { DAY } from '../config/clock.js';

/** From the answer on; the audit trail remembers them for good. */
const KEPT_MS = 90 * DAY;

export const clientChangeRetention = retention({
  name: 'oauth-clients.change-requests',
  schedule: '48 * * * *',
  rows: [{ table: 'client_change_requests', condition: 'decided_at < $1', keptMs: KEPT_MS }],
});
