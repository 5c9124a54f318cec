import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { REVOCATION_RETENTION_MS } from '@flixcheck/change-feed';
import { signIn } from '../testing/portal-user.js';
import { createTestApp, type TestApp } from '../testing/test-app.js';
import { ThirdParty } from '../testing/third-party.js';
import { ACCESS_TOKEN_LIFETIME_MS, CLOCK_TOLERANCE_MS } from './access-token-rules.js';

/** Beyond it, an access token is refused for its age alone. */
const LONGEST_LIFE_MS = ACCESS_TOKEN_LIFETIME_MS + 2 * CLOCK_TOLERANCE_MS;

let test: TestApp;
beforeAll(async () => {
  test = await createTestApp();
});
afterAll(() => test.close());

describe('a revocation outlives every access token that it refuses', () => {
  it('in memory', () => {
    expect(REVOCATION_RETENTION_MS).toBeGreaterThan(LONGEST_LIFE_MS);
  });

  it('in the database, just as long', async () => {
    const crm = new ThirdParty(test.url);
    const { refresh_token } = await crm.connect(await signIn(test.url));
    await crm.revoke(refresh_token);
    const rows: { kept: string }[] = await test.dataSource.query(
      'SELECT 1000 * extract(epoch FROM expires_at - revoked_at) AS kept FROM revocations',
    );
    expect(rows.length).toBeGreaterThan(0);
    for (const { kept } of rows) expect(Number(kept)).toBe(REVOCATION_RETENTION_MS);
  });
});
