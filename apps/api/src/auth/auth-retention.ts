import { retention } from '../background/retention.js';
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
);
