import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { randomUUID } from 'node:crypto';
import { parse } from 'node:querystring';
import { DAY, SECOND } from '../config/clock.js';
import type { PageQuery } from '../http/envelope.js';
import { grant } from '../testing/connections.js';
import { addColleague, type Person, person } from '../testing/person.js';
import type { TestContext } from '../testing/test-context.js';
import { createTestModule } from '../testing/test-module.js';
import { validated } from '../testing/validated.js';
import { CONNECTION_HEALTHS, type ConnectionHealth } from './connection.js';
import { ConnectionDecisions } from './connection-decisions.js';
import { ConnectionsQuery } from './connections.dto.js';
import { ConnectionsModule } from './connections.module.js';
import { ConnectionsOverview } from './connections-overview.js';
import { ConnectionsService } from './connections.service.js';

let test: TestContext;
let overview: ConnectionsOverview;
let member: Person;
let colleague: Person;
let admin: Person;
let stranger: Person;

beforeAll(async () => {
  test = await createTestModule([ConnectionsModule]);
  overview = test.app.get(ConnectionsOverview);
  member = await person(test);
  colleague = await person(test, await addColleague(test));
  admin = await person(test, 'admin@musterhaus.example');
  stranger = await person(test, 'admin@beispiel.example');
});
afterAll(() => test.close());
beforeEach(() => test.dataSource.query('DELETE FROM connections'));

/** @param query as in the address */
const list = async (who: Person, query: string) =>
  overview.list(who, await validated(ConnectionsQuery, { ...parse(query) }));
const ids = async (who: Person, query: string): Promise<string[]> =>
  (await list(who, query)).resources.map(({ id }) => id);

/** Grants a second apart, so that their order is known. */
async function grantAfter(...args: Parameters<typeof grant>): Promise<string> {
  test.clock.advance(SECOND);
  return (await grant(...args)).id;
}

async function end(id: string): Promise<void> {
  test.clock.advance(SECOND);
  await test.app.get(ConnectionsService).revoke([id], {
    actorId: null,
    reason: 'client',
    at: test.clock.now(),
  });
}

const set = (id: string, column: string, at: Date | null) =>
  test.dataSource.query(`UPDATE connections SET ${column} = $2 WHERE id = $1`, [id, at]);

/** Page by page. */
async function walk(who: Person, query: string, limit: number): Promise<string[]> {
  const seen: string[] = [];
  let cursor = '';
  do {
    const { resources, meta } = await list(who, `${query}&limit=${limit}${cursor}`);
    seen.push(...resources.map(({ id }) => id));
    cursor = meta.nextCursor ? `&cursor=${meta.nextCursor}` : '';
  } while (cursor);
  return seen;
}

describe('the order of connections', () => {
  it('of ended ones is by their end, the latest first, not by their grant', async () => {
    const old = await grantAfter(test, member);
    const young = await grantAfter(test, colleague);
    const middle = await grantAfter(test, admin);
    for (const id of [young, middle, old]) await end(id);
    expect(await ids(admin, 'status=revoked')).toEqual([old, middle, young]);
    expect(await ids(admin, 'status=revoked&sort=revokedAt')).toEqual([young, middle, old]);
    expect(await ids(admin, 'status=revoked&sort=-grantedAt')).toEqual([middle, young, old]);
  });

  it('by person is that of a German dictionary, last names first', async () => {
    const [mine, zoes, admins] = [
      await grantAfter(test, member),
      await grantAfter(test, colleague),
      await grantAfter(test, admin),
    ];
    expect(await ids(admin, 'sort=person')).toEqual([zoes, admins, mine]);
    expect((await list(admin, '')).resources.some(({ namesake }) => namesake)).toBe(false);
    expect(await ids(admin, 'sort=-person')).toEqual([mine, admins, zoes]);
  });

  it('by person keeps those of one person together, by application, also where two have the same name', async () => {
    const rename = (firstName: string) =>
      test.dataSource.query(`UPDATE users SET first_name = $2, last_name = $3 WHERE id = $1`, [
        colleague.userId,
        firstName,
        firstName === 'Zoë' ? 'Ärger' : 'Musterhaus',
      ]);
    await rename('User');
    try {
      for (const clientId of ['maklerwelt-crm', 'belegscanner', 'assistent-desktop']) {
        await grantAfter(test, member, { clientId });
        await grantAfter(test, colleague, { clientId });
      }
      const { resources } = await list(admin, 'sort=person');
      // On whatever page they are, the reader is told that there are two.
      const first = await list(admin, 'sort=person&limit=1');
      expect(first.resources).toMatchObject([{ namesake: true }]);
      const people = resources.map(({ grantedBy }) => grantedBy.id);
      expect([...new Set(people.slice(0, 3))]).toHaveLength(1);
      const applications = resources.slice(0, 3).map(({ client }) => client.name);
      expect(applications).toEqual(['Assistent Desktop', 'Belegscanner', 'Maklerwelt CRM']);
    } finally {
      await rename('Zoë');
    }
  });

  it('by application is by its name', async () => {
    const crm = await grantAfter(test, member);
    const scanner = await grantAfter(test, member, { clientId: 'belegscanner' });
    const assistant = await grantAfter(test, member, { clientId: 'assistent-desktop' });
    expect(await ids(member, 'sort=client')).toEqual([assistant, scanner, crm]);
    const zoes = await grantAfter(test, colleague);
    const admins = await grantAfter(test, admin);
    expect(await ids(admin, 'sort=client')).toEqual([assistant, scanner, zoes, admins, crm]);
  });

  it('by use puts those that were never used at the far end, the oldest outermost', async () => {
    const never = await grantAfter(test, member);
    const neverLately = await grantAfter(test, member, { clientId: 'belegscanner' });
    const today = await grantAfter(test, colleague);
    const before = await grantAfter(test, admin);
    await set(today, 'last_used_at', test.clock.now());
    await set(before, 'last_used_at', new Date(test.clock.now().getTime() - DAY));
    expect(await ids(admin, 'sort=-lastUsedAt')).toEqual([today, before, neverLately, never]);
    expect(await ids(admin, 'sort=lastUsedAt')).toEqual([never, neverLately, before, today]);
  });

  it.each(['grantedAt', 'revokedAt', 'lastUsedAt', 'client', 'person'])(
    'by %s has neither gaps nor repeats in pages of any size, not even within a microsecond',
    async (sort) => {
      for (const who of [member, colleague, admin]) {
        for (const clientId of ['maklerwelt-crm', 'belegscanner', 'assistent-desktop']) {
          await grant(test, who, { clientId });
        }
      }
      await test.dataSource.query(
        `UPDATE connections SET granted_at = '2026-05-01T10:00:00.123456Z'
         WHERE user_id = $1`,
        [member.id],
      );
      await test.dataSource.query(
        `UPDATE connections SET last_used_at = granted_at + interval '1 microsecond'
         WHERE user_id <> $1`,
        [colleague.id],
      );
      const [first] = await ids(admin, 'limit=1');
      await end(first ?? '');
      const whole = await walk(admin, `sort=${sort}`, 100);
      expect(new Set(whole).size).toBe(9);
      for (const limit of [1, 2, 4]) {
        expect(await walk(admin, `sort=${sort}`, limit)).toEqual(whole);
        expect(await walk(admin, `sort=-${sort}`, limit)).toEqual([...whole].reverse());
      }
    },
  );
});

describe('the search for connections', () => {
  it('finds by application, publisher, person and address, and every word must fit', async () => {
    const crm = await grantAfter(test, colleague);
    const scanner = await grantAfter(test, colleague, { clientId: 'belegscanner' });
    const mine = await grantAfter(test, member, { clientId: 'belegscanner' });
    const found = (q: string) => ids(admin, `q=${encodeURIComponent(q)}`);
    expect(await found('maklerwelt software')).toEqual([crm]);
    expect(await found('BELEGSCANNER AG')).toEqual([mine, scanner]);
    expect(await found('aerger')).toEqual([scanner, crm]);
    expect(await found('zoe beleg')).toEqual([scanner]);
    expect(await found('colleague@')).toEqual([scanner, crm]);
    expect(await found('zoe nirgends')).toEqual([]);
    expect(await found('%')).toEqual([]);
  });

  it('finds nothing that the caller may not see', async () => {
    await grantAfter(test, colleague);
    await grantAfter(test, stranger);
    expect(await ids(member, 'q=zoe')).toEqual([]);
    expect(await ids(member, 'q=maklerwelt')).toEqual([]);
    expect(await ids(admin, 'q=beispiel')).toEqual([]);
  });

  it('counts what it finds, on every page', async () => {
    await grantAfter(test, colleague);
    await grantAfter(test, colleague, { clientId: 'belegscanner' });
    await end(await grantAfter(test, member));
    const total = async (query: string) => (await list(admin, query)).meta.total;
    expect(await total('limit=1')).toBe(3);
    expect(await total('status=active&limit=1')).toBe(2);
    expect(await total('q=zoe%20beleg')).toBe(1);
    expect(await total('clientId=maklerwelt-crm')).toBe(2);
    const { meta } = await list(admin, 'limit=1');
    expect(await total(`limit=1&cursor=${meta.nextCursor}`)).toBe(3);
  });
});

describe('the connections of a health', () => {
  it('are those that say so of themselves', async () => {
    const at = (days: number) => new Date(test.clock.now().getTime() - days * DAY);
    const samples: [granted: number, used: number | null, refused: number | null][] = [
      [1, null, null],
      [1, 0.5, null],
      [89.99, null, null],
      [90.01, null, null],
      [200, 90.01, null],
      [200, 89.99, null],
      [200, 100, 99],
      [10, 5, 6],
      [10, 5, 4],
      [10, null, 4],
    ];
    for (const [index, [granted, used, refused]] of samples.entries()) {
      const id = randomUUID();
      await test.dataSource.query(
        `INSERT INTO users SELECT $1, account_id, $2, 'Person', $3, role, locale, status,
           password_hash, NULL, created_at, updated_at
         FROM users WHERE email = 'user@musterhaus.example' ON CONFLICT DO NOTHING`,
        [id, `health${index}@musterhaus.example`, String(index)],
      );
      const connection = await grant(test, { ...member, id });
      await set(connection.id, 'granted_at', at(granted));
      await set(connection.id, 'last_used_at', used === null ? null : at(used));
      await set(connection.id, 'last_refresh_refused_at', refused === null ? null : at(refused));
    }
    await end(await grantAfter(test, member));
    const { resources } = await list(admin, 'limit=100');
    const expected = (health: ConnectionHealth): string[] =>
      resources.filter((connection) => connection.health === health).map(({ id }) => id);
    for (const health of CONNECTION_HEALTHS.filter((name) => name !== 'ended')) {
      expect(expected(health)).not.toEqual([]);
      expect([health, await ids(admin, `health=${health}&limit=100`)]).toEqual([
        health,
        expected(health),
      ]);
    }
  });
});

describe('the query of the connections’ list', () => {
  it('takes the ids of some, and answers those that fit the rest and may be seen', async () => {
    const mine = await grantAfter(test, member);
    const other = await grantAfter(test, colleague);
    const foreign = await grantAfter(test, stranger);
    await end(other);
    const some = `ids=${[mine, other, foreign].join(',')}`;
    expect(await ids(admin, some)).toEqual([other, mine]);
    expect(await ids(admin, `${some}&status=active`)).toEqual([mine]);
    expect(await ids(admin, `ids=${mine}&ids=${other}`)).toEqual([other, mine]);
    expect(await ids(member, some)).toEqual([mine]);
  });

  it.each([
    'sort=name',
    'sort=--client',
    'health=ended',
    'health=good',
    `q=${'a'.repeat(101)}`,
    'q=a&q=b',
    'ids=',
    'ids=1',
    `ids=${Array.from({ length: 101 }, () => randomUUID()).join(',')}`,
  ])('is refused: %s', async (query) => {
    const refused = { status: 400, code: 'validation_failed' };
    await expect(list(member, query)).rejects.toMatchObject(refused);
  });

  it('cannot take a cursor of another order', async () => {
    await grantAfter(test, member);
    await grantAfter(test, member, { clientId: 'belegscanner' });
    const { meta } = await list(member, 'limit=1');
    await expect(list(member, `sort=client&cursor=${meta.nextCursor}`)).rejects.toMatchObject({
      status: 400,
      options: { errors: [{ code: 'invalid_cursor' }] },
    });
  });
});

describe('the applications of an account’s connections', () => {
  const clients = (who: Person, page: PageQuery = {}) => overview.usedClients(who, page);

  it('are all that have or had any, by name, whether or not they are offered', async () => {
    await test.dataSource.query(
      `INSERT INTO oauth_clients (id, client_id, name, description, publisher, publisher_verified,
         kind, redirect_uris, scopes, require_pkce, status, listed, created_at, updated_at, deleted_at)
       SELECT gen_random_uuid(), 'former', 'Ältere Anwendung', '', 'X', false, 'public',
         redirect_uris, scopes, true, 'disabled', true, now(), now(), now()
       FROM oauth_clients WHERE client_id = 'maklerwelt-crm'`,
    );
    await test.dataSource.query(
      `UPDATE oauth_clients SET listed = false WHERE client_id = 'belegscanner'`,
    );
    await grantAfter(test, member);
    await end(await grantAfter(test, colleague));
    await grantAfter(test, colleague, { clientId: 'belegscanner' });
    await end(await grantAfter(test, colleague, { clientId: 'former' }));
    await grantAfter(test, stranger, { clientId: 'assistent-desktop' });
    const brief = (body: Awaited<ReturnType<typeof clients>>) =>
      body.resources.map(({ clientId, availability, activeConnections }) => [
        clientId,
        availability,
        activeConnections,
      ]);
    expect(brief(await clients(admin))).toEqual([
      ['former', 'deleted', 0],
      ['belegscanner', 'not_listed', 1],
      ['maklerwelt-crm', 'available', 1],
    ]);
    expect(brief(await clients(member))).toEqual([['maklerwelt-crm', 'available', 1]]);
  });

  it('come in pages', async () => {
    await grantAfter(test, member);
    await grantAfter(test, member, { clientId: 'belegscanner' });
    const first = await clients(admin, { limit: 1 });
    const second = await clients(admin, { limit: 1, cursor: first.meta.nextCursor ?? '' });
    expect([...first.resources, ...second.resources].map(({ clientId }) => clientId)).toEqual([
      'belegscanner',
      'maklerwelt-crm',
    ]);
    expect(second.meta).toEqual({});
  });
});

describe('ending connections by their ids', () => {
  const endThese = (who: Person, ended: string[]) =>
    test.app.get(ConnectionDecisions).endMany(who, { ids: ended });
  const active = (who: Person) => ids(who, 'status=active&limit=100');

  it('ends these and no others, with one audit record', async () => {
    const [first, second, kept] = [
      await grantAfter(test, member),
      await grantAfter(test, colleague),
      await grantAfter(test, admin),
    ];
    expect(await endThese(admin, [first, second])).toEqual({ revoked: 2 });
    expect(await active(admin)).toEqual([kept]);
    const records = await test.dataSource.query(
      `SELECT subject_id, detail FROM audit_records WHERE action = 'connections_revoked'
       ORDER BY id DESC LIMIT 1`,
    );
    expect(records[0].subject_id).toBeNull();
    expect(records[0].detail.connectionIds.sort()).toEqual([first, second].sort());
    expect(await endThese(admin, [first])).toEqual({ revoked: 0 });
  });

  it('is for a member’s own', async () => {
    const mine = await grantAfter(test, member);
    expect(await endThese(member, [mine])).toEqual({ revoked: 1 });
  });

  it('of one that the caller does not see is 404, and ends none', async () => {
    const mine = await grantAfter(test, member);
    const other = await grantAfter(test, colleague);
    const foreign = await grantAfter(test, stranger);
    await expect(endThese(member, [mine, other])).rejects.toMatchObject({ status: 404 });
    await expect(endThese(admin, [mine, foreign])).rejects.toMatchObject({ status: 404 });
    await expect(endThese(admin, [mine, randomUUID()])).rejects.toMatchObject({ status: 404 });
    expect(await active(admin)).toEqual([other, mine]);
  });
});
