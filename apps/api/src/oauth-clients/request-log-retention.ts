import { retention } from '../background/retention.js';

export const requestLogRetention = retention(
  {
    name: 'oauth-clients.requests',
    schedule: '28 * * * *',
    rows: [{ table: 'oauth_requests', isPartitioned: true, period: 'requestLog' }],
  },
  {
    name: 'oauth-clients.request-counts',
    schedule: '48 * * * *',
    rows: [
      {
        table: 'oauth_request_counts',
        condition: `day < ($1::timestamptz AT TIME ZONE 'UTC')::date`,
        period: 'counts',
      },
    ],
  },
);
