import { PortalUser } from '@flixcheck/test-harness';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { grant } from '../testing/connections.js';
import { addColleague } from '../testing/person.js';
import { createTestApp, type TestApp } from '../testing/test-app.js';
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

const isActive = async (id: string): Promise<boolean> => {
  const record = await test.app.get(ConnectionsService).findRecord(id);
  return record?.revokedAt === null;
};

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
        `UPDATE users SET first_name = 'Zoë', last_name = 'Ärger' WHERE id = $1`,
        [colleague.id],
      );
    }
  });

  it('ends those and no others, with one record, which counts and names them', async () => {
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
    expect(record).toMatchObject({
      actor_id: admin.id,
      subject_id: null,
      detail: { connections: 2 },
    });
    expect(record.detail.connectionIds.sort()).toEqual(ended.map(({ id }) => id).sort());
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
