import { retention } from '../background/retention.js';
import { DAY } from '../config/clock.js';

export const REQUESTS_KEPT_MS = 30 * DAY;

export const requestLogRetention = retention({
  name: 'oauth-clients.requests',
  schedule: '28 * * * *',
  rows: [
    { table: 'oauth_requests', condition: 'at < $1', oldestBy: 'id', keptMs: REQUESTS_KEPT_MS },
  ],
});
