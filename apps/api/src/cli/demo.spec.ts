import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { runBeside } from '../testing/cli.js';
import { Credentials } from '../auth/credentials.js';
import { ConnectionsOverview } from '../connections/connections-overview.js';
import { DEMO_PASSWORD } from '../database/demo-data.js';
import { person } from '../testing/person.js';
import type { TestContext } from '../testing/test-context.js';
import { createTestModule } from '../testing/test-module.js';
import { PeopleModule } from '../people/people.module.js';
import { UsersService } from '../users/users.service.js';

let api: TestContext;
beforeAll(async () => {
  api = await createTestModule([PeopleModule]);
});
afterAll(() => api.close());

const large = (env = {}) => runBeside(api, ['demo', 'large'], { env });

async function sizes() {
  const admin = await person(api, 'admin@musterhaus.example');
  const overview = api.app.get(ConnectionsOverview);
  const lists = [
    await api.app.get(UsersService).list(admin.accountId, { limit: 1 }),
    await overview.list(admin, { status: 'active', limit: 1 }),
    await overview.list(admin, { status: 'revoked', limit: 1 }),
  ];
  return lists.map(({ meta }) => meta.total);
}

describe('demo large', () => {
  it('is refused where the demo data is off, and changes nothing', async () => {
    for (const env of [{}, { DEMO_DATA: 'off' }]) {
      const { exitCode, error } = await large(env);
      expect([exitCode, error]).toEqual([1, expect.stringContaining('The demo data is off here')]);
    }
    expect(await sizes()).toEqual([2, 0, 0]);
  });

  it('makes the demo company a large one, once', async () => {
    expect((await large({ DEMO_DATA: 'on' })).out).toContain('62 people');
    expect(await sizes()).toEqual([62, 1200, 780]);
    expect((await large({ DEMO_DATA: 'on' })).out).toContain('Nothing to do');
    expect(await sizes()).toEqual([62, 1200, 780]);
  });

  it('contradicts itself nowhere', async () => {
    const [contradictions] = await api.dataSource.query(
      `SELECT count(*) FILTER (WHERE c.last_used_at NOT BETWEEN c.granted_at AND now())::integer
           AS "usedBeforeOrLater",
         count(*) FILTER (WHERE c.last_used_at > now() - interval '29 days' AND NOT EXISTS (
           SELECT FROM connection_usage u WHERE u.connection_id = c.id))::integer AS "usedOnNoDay",
         count(*) FILTER (WHERE p.last_sign_in_at IS NULL AND p.email LIKE 'person%')::integer
           AS "ofNobodySignedIn"
       FROM connections c JOIN users p ON p.id = c.user_id WHERE c.revoked_at IS NULL`,
    );
    expect(contradictions).toEqual({ usedBeforeOrLater: 0, usedOnNoDay: 0, ofNobodySignedIn: 0 });
  });

  it('contradicts itself in nothing that has ended', async () => {
    const [contradictions] = await api.dataSource.query(
      `SELECT count(*) FILTER (WHERE NOT c.granted_at <= c.last_used_at
           OR NOT c.last_used_at <= c.revoked_at OR c.revoked_at > now())::integer AS "outOfOrder",
         count(*) FILTER (WHERE (c.revocation_reason = 'client_disabled')
           <> (app.status = 'disabled'))::integer AS "byAnOperator",
         count(*) FILTER (WHERE (c.revocation_reason = 'user') <> (c.revoked_by IS NOT NULL))::integer
           AS "byAPerson",
         count(*) FILTER (WHERE EXISTS (SELECT FROM connections later
           WHERE later.user_id = c.user_id AND later.oauth_client_id = c.oauth_client_id
             AND later.id <> c.id AND later.granted_at < c.revoked_at))::integer AS "overlapping",
         count(*) FILTER (WHERE p.email LIKE 'person%' AND p.created_at > c.granted_at)::integer
           AS "beforeThePerson",
         count(*) FILTER (WHERE p.last_sign_in_at IS NULL AND p.email LIKE 'person%')::integer
           AS "ofNobodySignedIn"
       FROM connections c JOIN users p ON p.id = c.user_id
         JOIN oauth_clients app ON app.id = c.oauth_client_id
       WHERE c.revoked_at IS NOT NULL`,
    );
    expect(contradictions).toEqual({
      outOfOrder: 0,
      byAnOperator: 0,
      byAPerson: 0,
      overlapping: 0,
      beforeThePerson: 0,
      ofNobodySignedIn: 0,
    });
  });

  it('leaves people who sign in with the demo’s password', async () => {
    const { signal } = new AbortController();
    const from = { purpose: 'sign_in', ip: '192.0.2.1', deviceCookie: undefined, signal } as const;
    const claim = { ...from, email: 'person01@musterhaus.example', password: DEMO_PASSWORD };
    expect(await api.app.get(Credentials).verify(claim)).toMatchObject({
      user: { email: claim.email },
    });
  });
});
