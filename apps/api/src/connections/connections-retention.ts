import { retention } from '../background/retention.js';
import { DAY } from '../config/clock.js';
import { DEFAULT_HISTORY_DAYS } from '../config/config.js';

/** Of history and figures of use, unless the installation says otherwise. */
export const RECORDS_KEPT_MS = DEFAULT_HISTORY_DAYS * DAY;

/** Days are those of UTC, whatever the server's time zone is. */
const OLD_DAY = `day < ($1::timestamptz AT TIME ZONE 'UTC')::date`;

export const connectionsRetention = retention(
  {
    name: 'connections.events',
    schedule: '13 * * * *',
    rows: [
      {
        table: 'connection_events',
        isPartitioned: true,
        keptMs: RECORDS_KEPT_MS,
        setting: 'historyDays',
      },
    ],
  },
  {
    name: 'connections.usage',
    schedule: '18 * * * *',
    rows: [
      {
        table: 'connection_usage',
        condition: OLD_DAY,
        keptMs: RECORDS_KEPT_MS,
        setting: 'historyDays',
      },
    ],
  },
  {
    name: 'connections.counts',
    schedule: '53 * * * *',
    rows: [{ table: 'connection_counts', condition: OLD_DAY, keptMs: RECORDS_KEPT_MS }],
  },
  {
    // Those whose tokens have all expired.
    name: 'connections.revocations',
    schedule: '23 * * * *',
    rows: [{ table: 'revocations', condition: 'expires_at < $1', keptMs: 0 }],
  },
);
