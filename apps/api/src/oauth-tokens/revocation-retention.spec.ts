import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { REVOCATION_RETENTION_MS } from '@flixcheck/change-feed';
import { ConnectionsModule } from '../connections/connections.module.js';
import { ConnectionsService } from '../connections/connections.service.js';
import { grant } from '../testing/connections.js';
import { person } from '../testing/person.js';
import type { TestContext } from '../testing/test-context.js';
import { createTestModule } from '../testing/test-module.js';
import { ACCESS_TOKEN_LIFETIME_MS, CLOCK_TOLERANCE_MS } from './token-rules.js';

/** Beyond it, an access token is refused for its age alone. */
const LONGEST_LIFE_MS = ACCESS_TOKEN_LIFETIME_MS + 2 * CLOCK_TOLERANCE_MS;

let test: TestContext;
beforeAll(async () => {
  test = await createTestModule([ConnectionsModule]);
});
afterAll(() => test.close());

describe('a revocation outlives every access token that it refuses', () => {
  it('in memory', () => {
    expect(REVOCATION_RETENTION_MS).toBeGreaterThan(LONGEST_LIFE_MS);
  });

  it('in the database, just as long', async () => {
    const { id } = await grant(test, await person(test));
    await test.app
      .get(ConnectionsService)
      .revoke([id], { actorId: null, reason: 'client', at: test.clock.now() });
    const rows: { kept: string }[] = await test.dataSource.query(
      'SELECT 1000 * extract(epoch FROM expires_at - revoked_at) AS kept FROM revocations',
    );
    expect(rows.length).toBeGreaterThan(0);
    for (const { kept } of rows) expect(Number(kept)).toBe(REVOCATION_RETENTION_MS);
  });
});
