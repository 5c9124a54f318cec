import { PortalUser } from '@flixcheck/test-harness';
import { afterAll, beforeAll, beforeEach, describe, expect, it, jest } from '@jest/globals';
import { DAY } from '../config/clock.js';
import { grant } from '../testing/connections.js';
import { createTestApp, type TestApp } from '../testing/test-app.js';
import { ConnectionsOverview } from './connections-overview.js';

let test: TestApp;
let member: PortalUser;
let admin: PortalUser;
let stranger: PortalUser;

beforeAll(async () => {
  test = await createTestApp();
  member = await PortalUser.signIn(test.url);
  admin = await PortalUser.signIn(test.url, 'admin@musterhaus.example');
  stranger = await PortalUser.signIn(test.url, 'admin@beispiel.example');
});
afterAll(() => test.close());
beforeEach(() => test.dataSource.query('DELETE FROM connections'));

async function download(who: Pick<PortalUser, 'cookie'>, query = '') {
  const response = await fetch(`${test.url}/user/v7/connections/export?${query}`, {
    headers: { cookie: who.cookie },
  });
  const bytes = Buffer.from(await response.arrayBuffer());
  return { response, bytes, lines: bytes.toString().replace('\ufeff', '').split('\r\n') };
}

describe('the table of connections', () => {
  it('is a CSV file that no cache keeps, in UTF-8 with a mark that says so', async () => {
    const { response, bytes } = await download(member, 'language=de');
    expect(response.status).toBe(200);
    expect(response.headers.get('content-type')).toBe('text/csv; charset=utf-8');
    expect(response.headers.get('content-disposition')).toBe(
      'attachment; filename="verbindungen.csv"',
    );
    expect(response.headers.get('cache-control')).toContain('no-store');
    expect([...bytes.subarray(0, 3)]).toEqual([0xef, 0xbb, 0xbf]);
  });

  it('has headings, words and separators of its language, and times of its zone', async () => {
    const { id } = await grant(test, member, { scope: 'read' });
    await test.dataSource.query(`UPDATE connections SET granted_at = '2026-07-01T22:30:00Z'`);
    const german = await download(member, 'language=de&timeZone=Europe/Berlin');
    expect(german.lines[0]).toMatch(/^Anwendung;Anbieter;.*;Zustand;Rechte;.*;Kennung$/);
    expect(german.lines[1]).toMatch(
      new RegExp(
        `^Maklerwelt CRM;Maklerwelt Software GmbH;ja;User Musterhaus;user@musterhaus\\.example;2026-07-02 00:30;;.*;Nur ansehen;;;;;Person selbst;${id}$`,
      ),
    );
    const english = await download(member);
    expect(english.lines[0]).toMatch(/^Application,Publisher,/);
    expect(english.lines[1]).toContain(',2026-07-01 22:30,');
  });

  it('has what the list would show on all its pages, and nothing that the caller may not see', async () => {
    await grant(test, stranger);
    await test.dataSource.query(
      `INSERT INTO connections (id, oauth_client_id, user_id, account_id, scope, granted_at,
         revoked_at, revocation_reason)
       SELECT gen_random_uuid(), app.id, $1, $2, 'read', now() - n * interval '1 hour', now(), 'client'
       FROM oauth_clients app, generate_series(1, 1100) n WHERE app.client_id = 'belegscanner'`,
      [admin.id, admin.accountId],
    );
    await grant(test, member);
    const rows = async (who: PortalUser, query: string) =>
      (await download(who, query)).lines.length - 2;
    expect(await rows(admin, '')).toBe(1101);
    expect(await rows(admin, 'status=active')).toBe(1);
    expect(await rows(admin, 'q=belegscanner')).toBe(1100);
    expect(await rows(member, '')).toBe(1);
  });

  it('holds no formulas, whatever somebody has called himself', async () => {
    await grant(test, member);
    const [{ firstName }] = await test.dataSource.query(
      'SELECT first_name AS "firstName" FROM users WHERE id = $1',
      [member.id],
    );
    const rename = (name: string) =>
      test.dataSource.query('UPDATE users SET first_name = $2 WHERE id = $1', [member.id, name]);
    try {
      await rename('=HYPERLINK("https://evil.example";"x")');
      const { lines } = await download(member, 'language=de');
      expect(lines[1]).toContain(`"'=HYPERLINK(""https://evil.example"";""x"") Musterhaus"`);
    } finally {
      await rename(firstName);
    }
  });

  it.each(['language=fr', 'timeZone=Mars', 'limit=5', 'sort=x'])('refuses %s', async (query) => {
    const { response } = await download(member, query);
    expect(response.status).toBe(400);
  });

  it('is a session’s business', async () => {
    const { response } = await download({ cookie: 'session=none' });
    expect(response.status).toBe(401);
  });

  it('says how many days nobody has used a connection', async () => {
    await grant(test, member);
    await test.dataSource.query('UPDATE connections SET granted_at = $1', [
      new Date(test.clock.now().getTime() - 91 * DAY),
    ]);
    const { lines } = await download(member, 'language=de');
    expect(lines[1]).toContain(';Seit 90 Tagen ungenutzt;');
  });
});

describe('a table that cannot be read', () => {
  const away = Object.assign(new Error('the database is away'), { code: 'ECONNREFUSED' });

  it('from its beginning is a 503 that says so', async () => {
    const list = jest.spyOn(test.app.get(ConnectionsOverview), 'list').mockRejectedValueOnce(away);
    const { response, bytes } = await download(member);
    expect(response.status).toBe(503);
    expect(JSON.parse(bytes.toString())).toMatchObject({ code: 'service_unavailable' });
    list.mockRestore();
  });

  it('to its end breaks off, so that nobody takes it for the whole, and ends nothing else', async () => {
    await grant(test, member);
    const overview = test.app.get(ConnectionsOverview);
    const read = overview.list.bind(overview);
    const list = jest
      .spyOn(overview, 'list')
      .mockImplementationOnce(async (caller, query) => {
        const { resources, meta } = await read(caller, query);
        return { resources, meta: { ...meta, nextCursor: 'another page' } };
      })
      .mockRejectedValueOnce(away);
    await expect(download(member)).rejects.toThrow();
    expect(list).toHaveBeenCalledTimes(2);
    list.mockRestore();
    expect((await download(member)).response.status).toBe(200);
  });
});
