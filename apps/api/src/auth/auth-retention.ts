import { retention } from '../background/retention.js';
import { DAY } from '../config/clock.js';
import { LONGEST_IDLE_MS } from './sessions.service.js';
import { WINDOW_MS } from './sign-in-limits.js';

export const authRetention = retention(
  {
    name: 'auth.sessions',
    schedule: '3 * * * *',
    rows: [
      { table: 'sessions', condition: 'expires_at <= $1', keptMs: 0 },
      { table: 'sessions', condition: 'last_seen_at <= $1', keptMs: LONGEST_IDLE_MS },
      { table: 'sign_in_notices', condition: 'expires_at <= $1', keptMs: 0 },
    ],
  },
  {
    // Those that no longer count.
    name: 'auth.sign-in-failures',
    schedule: '8 * * * *',
    rows: [{ table: 'sign_in_failures', condition: 'at <= $1', keptMs: WINDOW_MS }],
  },
  {
    // The audit trail is kept for good, except for the records that strangers can cause.
    name: 'auth.failed-sign-ins',
    schedule: '9 * * * *',
    rows: [
      {
        table: 'audit_records',
        condition: `at <= $1
          AND action IN ('sign_in_failed', 'sign_in_limited', 'password_change_failed')`,
        keptMs: 90 * DAY,
      },
    ],
  },
);
