import { PortalUser } from '@flixcheck/test-harness';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { grant } from '../testing/connections.js';
import { createTestApp, type TestApp } from '../testing/test-app.js';

let test: TestApp;
let member: PortalUser;
let admin: PortalUser;

beforeAll(async () => {
  test = await createTestApp();
  member = await PortalUser.signIn(test.url);
  admin = await PortalUser.signIn(test.url, 'admin@musterhaus.example');
});
afterAll(() => test.close());

describe('the available applications', () => {
  const available = async (who: PortalUser, query = '') =>
    (await who.call('GET', `/user/v7/oauth-clients${query}`)).body;

  it('are by name, with the caller’s own connection', async () => {
    const { id } = await grant(test, member);
    const { resources } = await available(member);
    const brief = resources.map((client) => [
      client.clientId,
      client.connected,
      client.connectionId,
    ]);
    expect(brief).toEqual([
      ['assistent-desktop', false, null],
      ['belegscanner', false, null],
      ['maklerwelt-crm', true, id],
    ]);
    const others = (await available(admin)).resources.map(({ connected }) => connected);
    expect(others).toEqual([false, false, false]);
    await member.call('DELETE', `/user/v7/connections/${id}`);
    expect((await available(member)).resources[2]).toMatchObject({ connected: false });
  });

  it('say whether the portal itself can open the authorize page: no PKCE, one redirect URI', async () => {
    const authorizable = async () =>
      Object.fromEntries(
        (await available(member)).resources.map((c) => [c.clientId, c.authorizable]),
      );
    expect(await authorizable()).toEqual({
      'assistent-desktop': false,
      belegscanner: false,
      'maklerwelt-crm': false,
    });
    await test.dataSource.query(
      `UPDATE oauth_clients SET redirect_uris = redirect_uris[1:1] WHERE client_id = 'maklerwelt-crm'`,
    );
    expect(await authorizable()).toMatchObject({ belegscanner: false, 'maklerwelt-crm': true });
  });

  it('may be those that the caller is connected to although the company allows them no more', async () => {
    const policy = (allows: string) =>
      admin.call('PATCH', '/user/v7/account-policy', {
        resource: { allows, endConnections: false },
      });
    const names = async (who: PortalUser, allowed: boolean) =>
      (await available(who, `?allowed=${allowed}`)).resources.map(({ clientId }) => clientId);
    const { id } = await grant(test, member);
    expect(await names(member, false)).toEqual([]);
    expect((await policy('selected')).status).toBe(200);
    expect((await available(member, '?allowed=false')).resources).toMatchObject([
      { clientId: 'maklerwelt-crm', connected: true, connectionId: id },
    ]);
    expect(await names(admin, false)).toEqual([]);
    expect(await names(member, true)).toEqual([]);
    await policy('every');
    expect(await names(member, false)).toEqual([]);
    expect((await member.call('GET', '/user/v7/oauth-clients?allowed=no')).status).toBe(400);
    await member.call('DELETE', `/user/v7/connections/${id}`);
  });

  it('come in pages', async () => {
    const first = await available(member, '?limit=2');
    const second = await available(member, `?limit=2&cursor=${first.meta.nextCursor}`);
    const names = [...first.resources, ...second.resources].map(({ clientId }) => clientId);
    expect(names).toEqual(['assistent-desktop', 'belegscanner', 'maklerwelt-crm']);
    expect(second.meta).toEqual({});
  });
});
