import { retention } from '../background/retention.js';
import { INVITATION_WINDOW_MS } from '../users/invitation-limits.js';

export const invitationsRetention = retention({
  name: 'people.invitations',
  schedule: '37 * * * *',
  rows: [
    { table: 'invitations', condition: 'expires_at <= $1', period: 'expiredInvitations' },
    // Those that no longer count.
    { table: 'invitation_mails', condition: 'at <= $1', keptMs: INVITATION_WINDOW_MS },
  ],
});
