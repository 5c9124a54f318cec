import { retention } from '../background/retention.js';
import { DAY } from '../config/clock.js';
import { INVITATION_WINDOW_MS } from '../users/invitation-limits.js';

/** As long as somebody may want to see that an invitation was not taken up, and send it again. */
export const EXPIRED_KEPT_MS = 30 * DAY;

export const invitationsRetention = retention({
  name: 'people.invitations',
  schedule: '37 * * * *',
  rows: [
    { table: 'invitations', condition: 'expires_at <= $1', keptMs: EXPIRED_KEPT_MS },
    // Those that no longer count.
    { table: 'invitation_mails', condition: 'at <= $1', keptMs: INVITATION_WINDOW_MS },
  ],
});
