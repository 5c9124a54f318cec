import { call, PortalUser } from '@flixcheck/test-harness';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { MINUTE, SECOND } from '../config/clock.js';
import { bearer, grant } from '../testing/connections.js';
import { addColleague } from '../testing/person.js';
import { createTestApp, type TestApp } from '../testing/test-app.js';
import { ConnectionHistory } from './connection-history.js';
import { ConnectionsService } from './connections.service.js';

const CONNECTIONS = '/user/v7/connections';
let test: TestApp;
let member: PortalUser;
let colleague: PortalUser;
let admin: PortalUser;
let stranger: PortalUser;
let operator: PortalUser;

beforeAll(async () => {
  test = await createTestApp();
  member = await PortalUser.signIn(test.url);
  colleague = await PortalUser.signIn(test.url, await addColleague(test));
  admin = await PortalUser.signIn(test.url, 'admin@musterhaus.example');
  stranger = await PortalUser.signIn(test.url, 'admin@beispiel.example');
  operator = await PortalUser.signIn(test.url, 'operator@flixcheck.example');
});
afterAll(() => test.close());
beforeEach(() => test.dataSource.query('DELETE FROM connections'));

const ids = async (who: PortalUser, query = ''): Promise<string[]> => {
  const { status, body } = await who.call('GET', `${CONNECTIONS}${query}`);
  expect(status).toBe(200);
  return body.resources.map(({ id }) => id);
};
const isActive = async (id: string): Promise<boolean> => {
  const record = await test.app.get(ConnectionsService).findRecord(id);
  return record?.revokedAt === null;
};
/** Grants a second apart, so that their order is known. */
async function grantAfter(...args: Parameters<typeof grant>): Promise<string> {
  test.clock.advance(SECOND);
  return (await grant(...args)).id;
}

describe('the list of connections', () => {
  it('is a member’s own, an admin’s whole account, and nobody else’s', async () => {
    const mine = await grantAfter(test, member);
    const other = await grantAfter(test, colleague);
    const foreign = await grantAfter(test, stranger);
    const operators = await grantAfter(test, operator);
    expect(await ids(member)).toEqual([mine]);
    expect(await ids(colleague)).toEqual([other]);
    expect(await ids(admin)).toEqual([other, mine]);
    expect(await ids(stranger)).toEqual([foreign]);
    expect(await ids(operator)).toEqual([operators]);
  });

  it('shows application, scope, who granted when, and health', async () => {
    const { id, grantedAt } = await grant(test, member, { scope: 'read' });
    const { body } = await member.call('GET', CONNECTIONS);
    expect(body).toEqual({
      resources: [
        {
          id,
          client: {
            clientId: 'maklerwelt-crm',
            name: 'Maklerwelt CRM',
            publisher: 'Maklerwelt Software GmbH',
            publisherVerified: true,
            logoUri: null,
            homepageUri: 'https://maklerwelt.example',
          },
          scope: 'read',
          status: 'active',
          grantedBy: {
            id: member.id,
            email: 'user@musterhaus.example',
            firstName: expect.any(String),
            lastName: expect.any(String),
          },
          grantedAt: grantedAt.toISOString(),
          grantedInAdvance: null,
          lastUsedAt: null,
          lastRefreshRefusedAt: null,
          expiresAt: null,
          revokedAt: null,
          revokedBy: null,
          revocationReason: null,
          health: 'unused',
          namesake: false,
        },
      ],
      meta: { total: 1 },
    });
  });

  it('can be narrowed by status, person and application', async () => {
    const first = await grantAfter(test, member);
    const second = await grantAfter(test, member, { clientId: 'belegscanner' });
    const third = await grantAfter(test, colleague);
    await member.call('DELETE', `${CONNECTIONS}/${first}`);
    expect(await ids(admin, '?status=active')).toEqual([third, second]);
    expect(await ids(admin, '?status=revoked')).toEqual([first]);
    expect(await ids(admin, '?clientId=maklerwelt-crm')).toEqual([third, first]);
    expect(await ids(admin, `?userId=${member.id}`)).toEqual([second, first]);
    expect(await ids(admin, `?userId=${member.id}&clientId=belegscanner`)).toEqual([second]);
    expect(await ids(admin, '?clientId=assistent-desktop')).toEqual([]);
    expect(await ids(member, `?userId=${colleague.id}`)).toEqual([]);
  });

  it('comes in pages, latest grant first, without gaps where grants share a moment', async () => {
    const all = await Promise.all([
      grant(test, member),
      grant(test, member, { clientId: 'belegscanner' }),
      grant(test, member, { clientId: 'assistent-desktop' }),
      grant(test, colleague),
      grant(test, colleague, { clientId: 'belegscanner' }),
    ]);
    await test.dataSource.query('UPDATE connections SET granted_at = $1 WHERE user_id = $2', [
      test.clock.now(),
      member.id,
    ]);
    const seen: string[] = [];
    let query = '?limit=2';
    for (let page = 0; page < 3; page += 1) {
      const { body } = await admin.call('GET', `${CONNECTIONS}${query}`);
      seen.push(...body.resources.map(({ id }) => id));
      query = `?limit=2&cursor=${body.meta.nextCursor}`;
      expect(body.meta.nextCursor === undefined).toBe(page === 2);
    }
    expect([...seen].sort()).toEqual(all.map(({ id }) => id).sort());
  });

  it.each(['status=ended', 'clientId=a%20b', 'userId=1', 'limit=0', 'cursor=x', 'page=1'])(
    'refuses the query %s',
    async (query) => {
      const { status, body } = await member.call('GET', `${CONNECTIONS}?${query}`);
      expect([status, body.code]).toEqual([400, 'validation_failed']);
    },
  );
});

describe('a connection', () => {
  it.each([
    ['its granter', 200, () => member],
    ['an admin of the account', 200, () => admin],
    ['a colleague', 404, () => colleague],
    ['an admin of another account', 404, () => stranger],
    ['an operator', 404, () => operator],
  ])('answers %s with %i', async (_, status, who) => {
    const { id } = await grant(test, member);
    expect((await who().call('GET', `${CONNECTIONS}/${id}`)).status).toBe(status);
    expect((await who().call('GET', `${CONNECTIONS}/${id}/events`)).status).toBe(status);
  });

  it.each([
    ['its granter', 204, 'user', () => member],
    ['an admin of the account', 204, 'admin', () => admin],
    ['a colleague', 404, null, () => colleague],
    ['an admin of another account', 404, null, () => stranger],
    ['an operator', 404, null, () => operator],
  ])('answers %s, who wants to end it, with %i', async (_, status, reason, who) => {
    const { id } = await grant(test, member);
    expect((await who().call('DELETE', `${CONNECTIONS}/${id}`)).status).toBe(status);
    const { body } = await member.call('GET', `${CONNECTIONS}/${id}`);
    expect(body.resource.revocationReason).toBe(reason);
    expect(body.resource.status).toBe(reason === null ? 'active' : 'revoked');
    expect(body.resource.revokedBy?.id ?? null).toBe(reason === null ? null : who().id);
  });

  it('of an admin is ended by him as its granter', async () => {
    const { id } = await grant(test, admin);
    await admin.call('DELETE', `${CONNECTIONS}/${id}`);
    const { body } = await admin.call('GET', `${CONNECTIONS}/${id}`);
    expect(body.resource).toMatchObject({ revocationReason: 'user', health: 'ended' });
  });

  it('that is ended again stays as it is: 204', async () => {
    const { id } = await grant(test, member);
    await member.call('DELETE', `${CONNECTIONS}/${id}`);
    const { body: before } = await member.call('GET', `${CONNECTIONS}/${id}`);
    test.clock.advance(MINUTE);
    expect((await admin.call('DELETE', `${CONNECTIONS}/${id}`)).status).toBe(204);
    expect((await member.call('GET', `${CONNECTIONS}/${id}`)).body).toEqual(before);
    const { body: events } = await member.call('GET', `${CONNECTIONS}/${id}/events`);
    expect(events.resources.map(({ type }) => type)).toEqual(['revoked', 'granted']);
    const records = await test.dataSource.query(
      'SELECT actor_id, action, detail FROM audit_records WHERE subject_id = $1',
      [id],
    );
    expect(records).toEqual([
      { actor_id: member.id, action: 'connections_revoked', detail: { connectionIds: [id] } },
    ]);
  });

  it.each(['0d6c8f3e-0000-4000-8000-000000000000', 'nonsense'])(
    'that does not exist (%s) is 404',
    async (id) => {
      expect((await admin.call('GET', `${CONNECTIONS}/${id}`)).status).toBe(404);
      expect((await admin.call('GET', `${CONNECTIONS}/${id}/events`)).status).toBe(404);
      expect((await admin.call('DELETE', `${CONNECTIONS}/${id}`)).status).toBe(404);
    },
  );

  it('that Flixcheck ended does not name the operator', async () => {
    const { id } = await grant(test, member);
    await test.app.get(ConnectionsService).revoke([id], {
      actorId: operator.id,
      reason: 'client_disabled',
      at: test.clock.now(),
    });
    const { body } = await member.call('GET', `${CONNECTIONS}/${id}`);
    expect(body.resource).toMatchObject({ revokedBy: null, revocationReason: 'client_disabled' });
    const { body: events } = await member.call('GET', `${CONNECTIONS}/${id}/events`);
    expect(events.resources[0]).toMatchObject({
      type: 'revoked',
      actor: null,
      detail: 'client_disabled',
    });
  });

  it('is a session’s business: a token is refused and ends nothing', async () => {
    const { id } = await grant(test, member);
    const headers = bearer(test, member, id);
    for (const [method, path] of [
      ['GET', ''],
      ['GET', `/${id}`],
      ['GET', `/${id}/events`],
      ['GET', '/changes'],
      ['DELETE', `/${id}`],
      ['DELETE', `?userId=${member.id}`],
    ] as const) {
      const { status } = await call(test.url, method, `${CONNECTIONS}${path}`, { headers });
      expect([method, path, status]).toEqual([method, path, 403]);
    }
    expect(await isActive(id)).toBe(true);
  });
});

describe('the history of a connection', () => {
  it('is latest first, with who did it, and comes in pages', async () => {
    const { id } = await grant(test, member);
    for (const type of ['token_issued', 'refreshed', 'reuse_detected'] as const) {
      await test.app.get(ConnectionHistory).record(test.dataSource.manager, {
        connectionId: id,
        type,
        at: test.clock.now(),
        scope: 'read',
      });
    }
    await admin.call('DELETE', `${CONNECTIONS}/${id}`);
    const path = `${CONNECTIONS}/${id}/events?limit=3`;
    const { body: first } = await member.call('GET', path);
    const next = await member.call('GET', `${path}&cursor=${first.meta.nextCursor}`);
    expect(next.body.meta).toEqual({});
    const events = [...first.resources, ...next.body.resources];
    const line = (
      type: string,
      actor: PortalUser | null,
      scope: string | null,
      detail: unknown,
    ) => ({
      id: expect.stringMatching(/^\d+$/),
      at: expect.stringMatching(/Z$/),
      type,
      actor: actor && {
        id: actor.id,
        firstName: expect.any(String),
        lastName: expect.any(String),
      },
      scope,
      detail,
      inAdvance: false,
      former: null,
    });
    expect(events).toEqual([
      line('revoked', admin, null, 'admin'),
      line('reuse_detected', null, 'read', null),
      line('refreshed', null, 'read', null),
      line('token_issued', null, 'read', null),
      line('granted', member, 'readwrite', null),
    ]);
  });
});
