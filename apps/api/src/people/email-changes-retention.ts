import { retention } from '../background/retention.js';

export const emailChangesRetention = retention({
  name: 'people.email-changes',
  schedule: '41 * * * *',
  // Until then they count for the limit, also without a link.
  rows: [{ table: 'email_changes', condition: 'expires_at <= $1', keptMs: 0 }],
});
