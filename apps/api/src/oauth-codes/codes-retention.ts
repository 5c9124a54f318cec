import { retention } from '../background/retention.js';

export const codesRetention = retention({
  name: 'oauth-codes.codes',
  schedule: '33 * * * *',
  rows: [
    {
      table: 'authorization_codes',
      // A code is kept as long as its family, to recognise a repeat, and because the order of a
      // connection's grants is that of their codes.
      condition: 'created_at < $1 AND family_id IS NULL',
      period: 'unusedCodes',
    },
  ],
});
