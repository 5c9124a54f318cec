import { retention } from '../background/retention.js';
import { DAY } from '../config/clock.js';

/** As long as somebody may want to see that an invitation was not taken up, and send it again. */
export const EXPIRED_KEPT_MS = 30 * DAY;

export const developerInvitationsRetention = retention({
  name: 'oauth-clients.developer-invitations',
  schedule: '39 * * * *',
  rows: [
    {
      table: 'client_developer_invitations',
      condition: 'expires_at <= $1',
      keptMs: EXPIRED_KEPT_MS,
    },
  ],
});
