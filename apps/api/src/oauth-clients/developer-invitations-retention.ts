import { retention } from '../background/retention.js';

export const developerInvitationsRetention = retention({
  name: 'oauth-clients.developer-invitations',
  schedule: '39 * * * *',
  rows: [
    {
      table: 'client_developer_invitations',
      condition: 'expires_at <= $1',
      period: 'expiredInvitations',
    },
  ],
});
