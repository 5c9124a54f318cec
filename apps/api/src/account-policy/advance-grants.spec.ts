import { eventually, PortalUser } from '@flixcheck/test-harness';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { DAY, MINUTE } from '../config/clock.js';
import { createTestApp, type TestApp } from '../testing/test-app.js';

const CRM = 'maklerwelt-crm';
const CALLBACK = 'http://localhost:4000/callback';
const POLICY = '/user/v7/account-policy';

let api: TestApp;
let admin: PortalUser;
let member: PortalUser;
const ids: Record<string, string> = {};

beforeAll(async () => {
  api = await createTestApp();
  const operator = await PortalUser.signIn(api.url, 'operator@flixcheck.example');
  admin = await PortalUser.signIn(api.url, 'admin@musterhaus.example');
  member = await PortalUser.signIn(api.url);
  const { body } = await operator.call('GET', '/admin/v7/oauth-clients');
  for (const { id, clientId } of body.resources) ids[clientId] = id;
});
afterAll(() => api.close());
beforeEach(async () => {
  await api.dataSource.query(`
    DELETE FROM connections;
    TRUNCATE account_policy_decisions, account_policies CASCADE;
    DELETE FROM audit_records`);
});

const decide = (resource: object, who = admin, clientId = CRM) =>
  who.call('PATCH', `${POLICY}/oauth-clients/${ids[clientId]}`, { resource });
const inAdvance = (advanceScope: string | null) => decide({ decision: 'allowed', advanceScope });
/** What the authorize page would go on with by itself. */
const answered = async (scope: string, who = member) => {
  const query = {
    ...{ clientId: CRM, redirectUri: CALLBACK, response_type: 'code', state: 's', scope },
    ...{ code_challenge: 'c'.repeat(43), code_challenge_method: 'S256' },
  };
  const path = `/user/v7/oauth-authorization-request?${new URLSearchParams(query)}`;
  const { status, body } = await who.call('GET', path);
  expect(status).toBe(200);
  return body.resource.grantedInAdvance;
};
const grant = async (more: object = {}, who = member) => {
  const resource = { clientId: CRM, redirectUri: CALLBACK, state: 's', ...more };
  expect((await who.call('POST', '/user/v7/oauth-codes', { resource })).status).toBe(201);
};
const tryInAdvance = (more: object = {}) => {
  const resource = { clientId: CRM, redirectUri: CALLBACK, inAdvance: true, ...more };
  return member.call('POST', '/user/v7/oauth-codes', { resource });
};
const connection = async (who = member): Promise<string> => {
  const { body } = await who.call('GET', '/user/v7/connections?status=active');
  return body.resources[0].id;
};
const audited = async () =>
  (await api.dataSource.query('SELECT action FROM audit_records ORDER BY id')).map(
    ({ action }: { action: string }) => action,
  );

describe('what an admin has granted in advance', () => {
  it('is not asked again of anybody in the account, and of nobody else', async () => {
    expect(await answered('read')).toBeNull();
    const { status, body } = await inAdvance('readwrite');
    expect([status, body.resource]).toMatchObject([
      200,
      { advanceScope: 'readwrite', allowed: true },
    ]);
    expect(await answered('readwrite')).toEqual({
      at: expect.any(String),
      by: expect.objectContaining({ email: 'admin@musterhaus.example' }),
    });
    expect(await answered('read', admin)).not.toBeNull();
    expect(
      await answered('read', await PortalUser.signIn(api.url, 'admin@beispiel.example')),
    ).toBeNull();
  });

  it('answers no request for more', async () => {
    await inAdvance('read');
    expect(await answered('read')).not.toBeNull();
    expect(await answered('readwrite')).toBeNull();
  });

  it('changes no connection that somebody has limited: then they are asked', async () => {
    await inAdvance('readwrite');
    await grant({ scope: 'read' });
    expect(await answered('readwrite')).toBeNull();
    expect(await answered('read')).not.toBeNull();
    const end = new Date(api.clock.now().getTime() + 30 * DAY).toISOString();
    await grant({ scope: 'read', expiresAt: end });
    expect(await answered('read')).toBeNull();
  });

  it.each(['the user', 'an admin'])(
    'is asked again once %s has ended the connection',
    async (by) => {
      await inAdvance('readwrite');
      api.clock.advance(MINUTE);
      await grant();
      const who = by === 'the user' ? member : admin;
      const ended = await who.call('DELETE', `/user/v7/connections/${await connection()}`);
      expect(ended.status).toBeLessThan(300);
      expect(await answered('readwrite')).toBeNull();
      expect(await answered('readwrite', admin)).not.toBeNull();
      api.clock.advance(MINUTE);
      await inAdvance(null);
      await inAdvance('readwrite');
      expect(await answered('readwrite')).not.toBeNull();
    },
  );

  it('stays when the admin allows the application once more, and goes with the decision', async () => {
    await inAdvance('read');
    await decide({ decision: 'allowed' });
    expect(await answered('read')).not.toBeNull();
    await decide({ decision: 'blocked' });
    await decide({ decision: null });
    expect(await answered('read')).toBeNull();
    await inAdvance('read');
    await inAdvance(null);
    expect(await answered('read')).toBeNull();
  });

  it('is shown to those who may connect the application', async () => {
    const offered = async () => {
      const { body } = await member.call('GET', '/user/v7/oauth-clients');
      return body.resources.find(({ clientId }) => clientId === CRM)?.grantedInAdvance;
    };
    expect(await offered()).toBe(false);
    await inAdvance('read');
    expect(await offered()).toBe(true);
  });

  it('is on record, and so is its end', async () => {
    await inAdvance('read');
    await inAdvance('read');
    await inAdvance(null);
    expect(await audited()).toEqual(['application_granted_in_advance', 'advance_grant_withdrawn']);
  });

  it('is on record once where it is decided together with whether the application is allowed', async () => {
    await decide({ decision: 'allowed' });
    await inAdvance('read');
    await decide({ decision: 'blocked' });
    await inAdvance('read');
    await decide({ decision: null });
    expect(await audited()).toEqual([
      'application_allowed',
      'application_granted_in_advance',
      'application_blocked',
      'application_granted_in_advance',
      'application_left_to_policy',
    ]);
  });
});

describe('a connection that nobody was asked for', () => {
  const own = async () => {
    const path = `/user/v7/connections/${await connection()}`;
    const { body: detail } = await member.call('GET', path);
    const { body: history } = await member.call('GET', `${path}/events`);
    return { connection: detail.resource, events: history.resources };
  };
  const byAdmin = {
    at: expect.any(String),
    by: expect.objectContaining({ email: 'admin@musterhaus.example' }),
  };

  it('says so, and through whom, in the list and by itself', async () => {
    await inAdvance('readwrite');
    expect((await tryInAdvance()).status).toBe(201);
    const { body } = await admin.call('GET', '/user/v7/connections');
    expect(body.resources).toMatchObject([
      { grantedBy: { email: 'user@musterhaus.example' }, grantedInAdvance: byAdmin },
    ]);
    expect((await own()).connection.grantedInAdvance).toEqual(byAdmin);
  });

  it('says so in its history, where the admin is who has consented', async () => {
    await inAdvance('readwrite');
    await tryInAdvance();
    expect((await own()).events).toMatchObject([
      { type: 'granted', inAdvance: true, actor: { firstName: 'Admin' } },
    ]);
  });

  it('says so in the table, for everybody who sees it', async () => {
    await inAdvance('readwrite');
    await tryInAdvance();
    for (const who of [admin, member]) {
      const { text } = await who.call('GET', '/user/v7/connections/export?language=de');
      expect(text).toContain('User Musterhaus;user@musterhaus.example;');
      expect(text).toContain(';Unternehmen, im Voraus (Admin Musterhaus);');
    }
  });

  it('says so of the latest consent: it is the person’s own once they are asked', async () => {
    await inAdvance('readwrite');
    await tryInAdvance();
    await grant();
    const renewed = await own();
    expect(renewed.connection.grantedInAdvance).toBeNull();
    expect(renewed.events).toMatchObject([
      { type: 'renewed', inAdvance: false, actor: { firstName: 'User' } },
      { type: 'granted', inAdvance: true },
    ]);
    const { text } = await admin.call('GET', '/user/v7/connections/export?language=de');
    expect(text).toContain(';Person selbst;');
    await tryInAdvance();
    expect((await own()).connection.grantedInAdvance).toEqual(byAdmin);
  });

  it('is the person’s own once they are asked by a node of the version before', async () => {
    await inAdvance('readwrite');
    await tryInAdvance();
    await api.dataSource.query(
      `UPDATE connections SET granted_at = granted_at + interval '1 minute', expires_at = NULL`,
    );
    const { body } = await admin.call('GET', '/user/v7/connections');
    expect(body.resources).toMatchObject([{ grantedInAdvance: null }]);
    expect((await own()).connection.grantedInAdvance).toBeNull();
    const { text } = await admin.call('GET', '/user/v7/connections/export?language=de');
    expect(text).toContain(';Person selbst;');
  });

  it('still says so when the admin who has granted it is gone', async () => {
    await inAdvance('readwrite');
    await tryInAdvance();
    await api.dataSource.query('UPDATE connections SET advance_by = NULL');
    expect((await own()).connection.grantedInAdvance).toEqual({ at: expect.any(String), by: null });
    const { text } = await admin.call('GET', '/user/v7/connections/export?language=de');
    expect(text).toContain(';Unternehmen, im Voraus;');
  });
});

describe('without a question, nothing is granted', () => {
  const refused = async (more: object = {}) => {
    const { status, body } = await tryInAdvance(more);
    expect([status, body.code]).toEqual([409, 'conflict']);
    return (await member.call('GET', '/user/v7/connections?status=active')).body.resources;
  };

  it('where no admin has granted it, or no more', async () => {
    expect(await refused()).toEqual([]);
    await inAdvance('readwrite');
    await inAdvance(null);
    expect(await refused()).toEqual([]);
  });

  it('beyond what an admin has granted', async () => {
    await inAdvance('read');
    expect(await refused({ scope: 'readwrite' })).toEqual([]);
  });

  it('once the connection has been ended', async () => {
    await inAdvance('readwrite');
    await tryInAdvance();
    api.clock.advance(MINUTE);
    await member.call('DELETE', `/user/v7/connections/${await connection()}`);
    expect(await refused()).toEqual([]);
  });

  it('over a limit that somebody has set', async () => {
    await inAdvance('readwrite');
    await grant({ scope: 'read' });
    expect(await refused()).toMatchObject([{ scope: 'read', grantedInAdvance: null }]);
  });

  it('with an end, which only a person chooses', async () => {
    await inAdvance('readwrite');
    const expiresAt = new Date(api.clock.now().getTime() + 30 * DAY).toISOString();
    const { status, body } = await tryInAdvance({ expiresAt });
    expect([status, body]).toMatchObject([
      400,
      { code: 'validation_failed', errors: [{ field: 'expiresAt', code: 'not_in_advance' }] },
    ]);
    expect((await member.call('GET', '/user/v7/connections')).body.resources).toEqual([]);
  });
});

describe('an application on the devices of its users (RFC 8252 §8.6)', () => {
  const setKind = (kind: string) =>
    api.dataSource.query(
      `UPDATE oauth_clients SET kind = $2, require_pkce = $2 = 'public' WHERE id = $1`,
      [ids[CRM], kind],
    );
  afterEach(() => setKind('confidential'));

  it('is never answered for, whatever has been stored', async () => {
    await inAdvance('readwrite');
    await setKind('public');
    // The nodes hear of it from the database.
    await eventually(
      () => answered('readwrite'),
      (advance) => advance === null,
    );
  });
});

describe('cannot be granted in advance, and nothing changes:', () => {
  it.each<[string, object, string, string]>([
    ['what is not allowed', { decision: 'blocked', advanceScope: 'read' }, CRM, 'not_allowed'],
    [
      'a scope that the application may not have',
      { decision: 'allowed', advanceScope: 'checks' },
      CRM,
      'scope_invalid',
    ],
    [
      'an application on the devices of its users (RFC 8252 §8.6)',
      { decision: 'allowed', advanceScope: 'read' },
      'assistent-desktop',
      'public_client',
    ],
  ])('%s', async (_, resource, clientId, code) => {
    const { status, body } = await decide(resource, admin, clientId);
    expect([status, body.errors?.[0]]).toMatchObject([400, { field: 'advanceScope', code }]);
    expect(await audited()).toEqual([]);
  });

  it('anything, by somebody who is no admin', async () => {
    expect((await decide({ decision: 'allowed', advanceScope: 'read' }, member)).status).toBe(403);
  });
});
