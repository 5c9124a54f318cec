import { retention } from '../background/retention.js';

/** Days are those of UTC, whatever the server's time zone is. */
const OLD_DAY = `day < ($1::timestamptz AT TIME ZONE 'UTC')::date`;

export const connectionsRetention = retention(
  {
    name: 'connections.events',
    schedule: '13 * * * *',
    rows: [{ table: 'connection_events', isPartitioned: true, period: 'history' }],
  },
  {
    name: 'connections.usage',
    schedule: '18 * * * *',
    rows: [{ table: 'connection_usage', condition: OLD_DAY, period: 'history' }],
  },
  {
    name: 'connections.counts',
    schedule: '53 * * * *',
    rows: [{ table: 'connection_counts', condition: OLD_DAY, period: 'counts' }],
  },
  {
    // Those whose tokens have all expired.
    name: 'connections.revocations',
    schedule: '23 * * * *',
    rows: [{ table: 'revocations', condition: 'expires_at < $1', keptMs: 0 }],
  },
);
