import { retention } from '../background/retention.js';
import { DAY } from '../config/clock.js';

export const REQUESTS_KEPT_MS = 30 * DAY;
/** As long as the history of connections: a year, and a month to ask questions about it. */
const COUNTS_KEPT_MS = 400 * DAY;

export const requestLogRetention = retention(
  {
    name: 'oauth-clients.requests',
    schedule: '28 * * * *',
    rows: [{ table: 'oauth_requests', isPartitioned: true, keptMs: REQUESTS_KEPT_MS }],
  },
  {
    name: 'oauth-clients.request-counts',
    schedule: '48 * * * *',
    rows: [
      {
        table: 'oauth_request_counts',
        condition: `day < ($1::timestamptz AT TIME ZONE 'UTC')::date`,
        keptMs: COUNTS_KEPT_MS,
      },
    ],
  },
);
