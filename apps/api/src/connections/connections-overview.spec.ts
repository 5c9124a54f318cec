import { call, PortalUser } from '@flixcheck/test-harness';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { randomUUID } from 'node:crypto';
import { MINUTE, SECOND } from '../config/clock.js';
import { bearer, grant } from '../testing/connections.js';
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
  const { dataSource } = test;
  await dataSource.query(
    `INSERT INTO users SELECT $1, account_id, 'colleague@musterhaus.example', 'Kolja', 'Kollege',
       role, locale, status, password_hash, NULL, created_at, updated_at
     FROM users WHERE email = 'user@musterhaus.example'`,
    [randomUUID()],
  );
  member = await PortalUser.signIn(test.url);
  colleague = await PortalUser.signIn(test.url, 'colleague@musterhaus.example');
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

describe('ending many connections', () => {
  const endMany = (who: PortalUser, query: string) => who.call('DELETE', `${CONNECTIONS}${query}`);

  it('of a person: an admin ends that person’s, and only those', async () => {
    const ended = [
      (await grant(test, member)).id,
      (await grant(test, member, { clientId: 'belegscanner' })).id,
    ];
    const kept = await grant(test, colleague);
    const { status, body } = await endMany(admin, `?userId=${member.id}`);
    expect([status, body.resource]).toEqual([200, { revoked: 2 }]);
    expect(await Promise.all(ended.map(isActive))).toEqual([false, false]);
    expect(await isActive(kept.id)).toBe(true);
    expect((await endMany(admin, `?userId=${member.id}`)).body.resource).toEqual({ revoked: 0 });
  });

  it('of an application: an admin ends those of the account, and only those', async () => {
    const ended = [await grant(test, member), await grant(test, admin)];
    const kept = [
      await grant(test, member, { clientId: 'belegscanner' }),
      await grant(test, stranger),
    ];
    const { body } = await endMany(admin, '?clientId=maklerwelt-crm');
    expect(body.resource).toEqual({ revoked: 2 });
    for (const { id } of ended) expect(await isActive(id)).toBe(false);
    for (const { id } of kept) expect(await isActive(id)).toBe(true);
    const { body: list } = await admin.call('GET', `${CONNECTIONS}?status=revoked`);
    const reasons = list.resources.map((c) => [c.grantedBy.id, c.revocationReason]);
    expect(new Map(reasons as [string, string][])).toEqual(
      new Map([
        [member.id, 'admin'],
        [admin.id, 'user'],
      ]),
    );
  });

  it('of oneself is for members too', async () => {
    const mine = await grant(test, member);
    expect((await endMany(member, `?userId=${member.id}`)).body.resource).toEqual({ revoked: 1 });
    expect(await isActive(mine.id)).toBe(false);
  });

  it('of others is refused to members, and to admins of another account', async () => {
    const { id } = await grant(test, colleague);
    expect((await endMany(member, `?userId=${colleague.id}`)).status).toBe(403);
    expect((await endMany(member, '?clientId=maklerwelt-crm')).status).toBe(403);
    expect((await endMany(operator, '?clientId=maklerwelt-crm')).status).toBe(403);
    expect((await endMany(stranger, `?userId=${colleague.id}`)).status).toBe(404);
    const { body } = await endMany(stranger, '?clientId=maklerwelt-crm');
    expect(body.resource).toEqual({ revoked: 0 });
    expect(await isActive(id)).toBe(true);
  });

  it('needs exactly one of person and application', async () => {
    const { id } = await grant(test, member);
    for (const query of [
      '',
      `?userId=${member.id}&clientId=maklerwelt-crm`,
      '?userId=',
      '?all=1',
    ]) {
      const { status, body } = await endMany(admin, query);
      expect([query, status, body.code]).toEqual([query, 400, 'validation_failed']);
    }
    expect(await isActive(id)).toBe(true);
  });
});

describe('ending all connections that match', () => {
  const endMatching = (who: PortalUser, query: string) =>
    who.call('DELETE', `${CONNECTIONS}?status=active&${query}`);
  const effect = async (who: PortalUser, query: string) =>
    (await who.call('GET', `${CONNECTIONS}/effect?${query}`)).body.resource;

  it('is foretold: how many, of which applications and people, as far as the caller sees them', async () => {
    await grant(test, member);
    await grant(test, member, { clientId: 'belegscanner' });
    await grant(test, colleague, { clientId: 'belegscanner' });
    await grant(test, stranger);
    expect(await effect(admin, '')).toEqual({
      activeConnections: 3,
      clients: { count: 2, names: ['Belegscanner', 'Maklerwelt CRM'] },
      people: { count: 2, names: [expect.any(String), expect.any(String)] },
    });
    expect(await effect(admin, 'clientId=maklerwelt-crm')).toMatchObject({ activeConnections: 1 });
    expect(await effect(admin, 'q=beleg')).toMatchObject({
      activeConnections: 2,
      clients: { count: 1, names: ['Belegscanner'] },
    });
    expect(await effect(member, '')).toMatchObject({ activeConnections: 2, people: { count: 1 } });
    expect(await effect(stranger, 'q=beleg')).toEqual({
      activeConnections: 0,
      clients: { count: 0, names: [] },
      people: { count: 0, names: [] },
    });
  });

  it('names people of the same name by their e-mail addresses, too', async () => {
    await grant(test, member);
    await grant(test, colleague);
    const [[{ name }]]: [[{ name: string }]] = await test.dataSource.query(
      `UPDATE users u SET first_name = m.first_name, last_name = m.last_name FROM users m
        WHERE u.id = $1 AND m.id = $2 RETURNING u.first_name || ' ' || u.last_name AS name`,
      [colleague.id, member.id],
    );
    try {
      expect((await effect(admin, '')).people.names.sort()).toEqual([
        `${name} (colleague@musterhaus.example)`,
        `${name} (user@musterhaus.example)`,
      ]);
    } finally {
      await test.dataSource.query(
        `UPDATE users SET first_name = 'Kolja', last_name = 'Kollege' WHERE id = $1`,
        [colleague.id],
      );
    }
  });

  it('ends those and no others, with one record, which counts them', async () => {
    const ended = [
      await grant(test, member, { clientId: 'belegscanner' }),
      await grant(test, colleague, { clientId: 'belegscanner' }),
    ];
    const kept = [await grant(test, member), await grant(test, stranger)];
    const { status, body } = await endMatching(admin, 'q=beleg&expected=2');
    expect([status, body.resource]).toEqual([200, { revoked: 2 }]);
    for (const { id } of ended) expect(await isActive(id)).toBe(false);
    for (const { id } of kept) expect(await isActive(id)).toBe(true);
    const [record] = await test.dataSource.query(
      `SELECT actor_id, subject_id, detail FROM audit_records WHERE action = 'connections_revoked'
       ORDER BY id DESC LIMIT 1`,
    );
    expect(record).toEqual({ actor_id: admin.id, subject_id: null, detail: { connections: 2 } });
  });

  it('of a member ends the member’s own', async () => {
    const mine = await grant(test, member);
    const other = await grant(test, colleague);
    expect((await endMatching(member, 'expected=1')).body.resource).toEqual({ revoked: 1 });
    expect([await isActive(mine.id), await isActive(other.id)]).toEqual([false, true]);
  });

  it('ends none where more match by now than were meant, and what is left where fewer do', async () => {
    const { id } = await grant(test, member);
    await grant(test, colleague);
    const { status, body } = await endMatching(admin, 'expected=1');
    expect([status, body.code]).toEqual([409, 'conflict']);
    expect(await isActive(id)).toBe(true);
    expect((await endMatching(admin, 'expected=10')).body.resource).toEqual({ revoked: 2 });
  });

  it('needs to be told how many, and nothing that contradicts it', async () => {
    const { id } = await grant(test, member);
    for (const query of [
      '?status=active',
      '?status=active&expected=0',
      '?status=active&expected=10001',
      `?status=active&expected=1&ids=${id}`,
      '?status=revoked&expected=1',
      '?expected=1',
      '?q=beleg',
      '?clientId=maklerwelt-crm&q=beleg',
    ]) {
      const { status, body } = await admin.call('DELETE', `${CONNECTIONS}${query}`);
      expect([query, status, body.code]).toEqual([query, 400, 'validation_failed']);
    }
    expect(await isActive(id)).toBe(true);
  });
});
