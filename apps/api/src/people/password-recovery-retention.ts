import { retention } from '../background/retention.js';
import { RECOVERY_WINDOW_MS } from './password-recovery-limits.js';

export const passwordRecoveryRetention = retention({
  name: 'people.password-recovery',
  schedule: '23 * * * *',
  rows: [
    { table: 'password_recoveries', condition: 'expires_at <= $1', keptMs: 0 },
    // Those that no longer count.
    { table: 'recovery_requests', condition: 'at <= $1', keptMs: RECOVERY_WINDOW_MS },
  ],
});
