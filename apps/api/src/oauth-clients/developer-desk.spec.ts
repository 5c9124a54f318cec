import { PortalUser } from '@flixcheck/test-harness';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { createTestApp, type TestApp } from '../testing/test-app.js';

const CLIENTS = '/admin/v7/oauth-clients';
const DESK = '/user/v7/developer/oauth-clients';
const DEVELOPER = 'user@musterhaus.example';

let api: TestApp;
let operator: PortalUser;
let developer: PortalUser;
let admin: PortalUser;
let id: string;
let clientId: string;
let secret: string;

beforeAll(async () => {
  api = await createTestApp();
  operator = await PortalUser.signIn(api.url, 'operator@flixcheck.example');
  developer = await PortalUser.signIn(api.url, DEVELOPER);
  admin = await PortalUser.signIn(api.url, 'admin@musterhaus.example');
});
afterAll(() => api.close());
beforeEach(async () => {
  const { body } = await operator.call('POST', CLIENTS, {
    resource: {
      name: 'Neues CRM',
      publisher: 'Neu GmbH',
      kind: 'confidential',
      redirectUris: ['https://neu.example/callback'],
      scopes: ['read'],
    },
  });
  ({ id, clientId } = body.resource);
  secret = body.resource.secret.value;
});

const appoint = (email = DEVELOPER) =>
  operator.call('POST', `${CLIENTS}/${id}/developers`, { resource: { email } });
const dismiss = (userId = developer.id) =>
  operator.call('DELETE', `${CLIENTS}/${id}/developers/${userId}`);
const developers = async (): Promise<string[]> =>
  (await operator.call('GET', `${CLIENTS}/${id}/developers`)).body.resources.map(
    ({ email }) => email,
  );
const read = (who = developer) => who.call('GET', `${DESK}/${id}`);
const audited = async () => {
  const { body } = await operator.call('GET', '/admin/v7/audit-records?limit=1');
  return body.resources[0];
};

describe('an operator makes a portal user a developer of a client', () => {
  it('who is listed with the client, and audited at their company', async () => {
    const added = await appoint('USER@musterhaus.example');
    expect([added.status, added.body.resource]).toEqual([
      201,
      expect.objectContaining({ id: developer.id, email: DEVELOPER }),
    ]);
    expect(await developers()).toEqual([DEVELOPER]);
    expect(await audited()).toMatchObject({
      action: 'client_developer_added',
      actor: { id: operator.id },
      subject: { type: 'user', id: developer.id },
      detail: { clientId },
    });
    const { body } = await admin.call('GET', '/user/v7/audit-records?limit=1');
    expect(body.resources[0].action).toBe('client_developer_added');
  });

  it('whose session says so, until the last client is gone', async () => {
    const says = async () =>
      (await developer.call('GET', '/user/v7/sessions/current')).body.resource.developer;
    await api.dataSource.query('DELETE FROM client_developers');
    expect(await says()).toBe(false);
    await appoint();
    expect(await says()).toBe(true);
    await operator.call('DELETE', `${CLIENTS}/${id}`);
    expect(await says()).toBe(false);
  });

  it.each([
    ['whom nobody knows', 'nobody@neu.example', 'unknown_user', /developer-invitations/],
    ['who is no address', 'nobody', 'is_email', /email/],
  ])('but not one %s: the field says what to do', async (_, email, code, message) => {
    const { status, body } = await appoint(email);
    expect([status, body.errors[0]?.field, body.errors[0]?.code]).toEqual([400, 'email', code]);
    expect(body.errors[0]?.message).toMatch(message);
    expect(await developers()).toEqual([]);
  });

  it('but not a disabled one, nor anyone twice', async () => {
    const other = await PortalUser.signIn(api.url, 'admin@beispiel.example');
    await api.dataSource.query(`UPDATE users SET status = 'disabled' WHERE id = $1`, [other.id]);
    const disabled = await appoint('admin@beispiel.example');
    await api.dataSource.query(`UPDATE users SET status = 'active' WHERE id = $1`, [other.id]);
    expect([disabled.status, disabled.body.errors[0]?.code]).toEqual([400, 'user_disabled']);
    await appoint();
    const again = await appoint();
    expect([again.status, again.body.errors[0]?.field]).toEqual([409, 'email']);
    expect(await developers()).toEqual([DEVELOPER]);
  });

  it('and not more than 20', async () => {
    await api.dataSource.query(
      `WITH made AS (
         INSERT INTO users (id, account_id, email, first_name, last_name, role, locale, status,
                            password_hash, created_at, updated_at)
         SELECT gen_random_uuid(), account_id, n || '@many.example', first_name, last_name, role,
                locale, status, password_hash, created_at, updated_at
           FROM users, generate_series(1, 20) n WHERE id = $2 RETURNING id)
       INSERT INTO client_developers SELECT $1, id, now() FROM made`,
      [id, developer.id],
    );
    const refused = await appoint();
    expect([refused.status, refused.body.detail]).toEqual([409, expect.stringMatching(/remove/)]);
  });

  it('and takes it away: the next request finds nothing', async () => {
    await appoint();
    expect((await read()).status).toBe(200);
    expect((await dismiss()).status).toBe(204);
    expect((await read()).status).toBe(404);
    expect((await developer.call('POST', `${DESK}/${id}/secrets`)).status).toBe(404);
    expect((await audited()).action).toBe('client_developer_removed');
    for (const nobody of [developer.id, 'x']) expect((await dismiss(nobody)).status).toBe(404);
  });
});

describe('developers see their own clients and no others', () => {
  it('in the list, with what it shows', async () => {
    await api.dataSource.query('DELETE FROM client_developers');
    await appoint();
    const { body } = await developer.call('GET', DESK);
    expect([body.meta.total, body.resources]).toEqual([
      1,
      [expect.objectContaining({ id, clientId, secrets: [expect.anything()] })],
    ]);
    expect(body.resources[0]).not.toHaveProperty('publisherVerification');
    expect(JSON.stringify(body)).not.toContain(secret);
    for (const other of [operator, admin]) {
      expect((await other.call('GET', DESK)).body.resources).toEqual([]);
    }
  });

  it.each([
    ['GET', ''],
    ['PATCH', ''],
    ['POST', '/secrets'],
    ['DELETE', '/secrets/00000000-0000-4000-8000-000000000000'],
    ['GET', '/requests'],
    ['GET', '/statistics'],
    ['GET', '/diagnosis'],
  ])('as if there were no others: %s %s', async (method, path) => {
    await appoint();
    const resource = method === 'PATCH' ? { description: 'Fremd.' } : undefined;
    for (const [who, address] of [
      [admin, `${DESK}/${id}${path}`],
      [operator, `${DESK}/${id}${path}`],
      [developer, `${DESK}/00000000-0000-4000-8000-000000000000${path}`],
      [developer, `${DESK}/x${path}`],
    ] as const) {
      const { status, body } = await who.call(method, address, { resource });
      expect([status, body.detail]).toEqual([404, expect.stringMatching(/^This OAuth client/)]);
    }
    const { body } = await read();
    expect([body.resource.description, body.resource.secrets.length]).toEqual(['', 1]);
  });

  it('with the request log, where a failed exchange says why', async () => {
    await appoint();
    await fetch(`${api.url}/guest/v7/oauth-tokens`, {
      method: 'POST',
      body: new URLSearchParams({
        grant_type: 'authorization_code',
        code: 'made-up',
        client_id: clientId,
        client_secret: 'wrong',
      }),
    });
    const { body } = await developer.call('GET', `${DESK}/${id}/requests?outcome=failure`);
    expect(body.resources).toMatchObject([{ endpoint: 'token', reason: 'client_secret_wrong' }]);
  });

  it('with the statistics, of as many days as they ask for, 90 at most', async () => {
    await appoint();
    const read = (who: PortalUser, path: string) => who.call('GET', `${path}/${id}/statistics`);
    const { body } = await read(developer, DESK);
    expect(body).toEqual((await read(operator, CLIENTS)).body);
    expect(body.resource['days']).toHaveLength(30);
    for (const [days, status] of [
      ['90', 200],
      ['91', 400],
      ['0', 400],
      ['1.5', 400],
      ['x', 400],
    ] as const) {
      const answer = await developer.call('GET', `${DESK}/${id}/statistics?days=${days}`);
      expect([days, answer.status]).toEqual([days, status]);
    }
  });

  it('with what is wrong or risky', async () => {
    await appoint();
    await api.dataSource.query('UPDATE oauth_clients SET require_pkce = false WHERE id = $1', [id]);
    const { body } = await developer.call('GET', `${DESK}/${id}/diagnosis`);
    expect(body.resource['findings']).toMatchObject([{ code: 'pkce_not_required' }]);
    const operators = await operator.call('GET', `${CLIENTS}/${id}/diagnosis`);
    expect(operators.body.resource['findings']).toEqual(body.resource['findings']);
  });

  it('also while it is switched off, with since when, and its request log', async () => {
    await appoint();
    expect((await read()).body.resource.disabledAt).toBeNull();
    const before = new Date().toISOString();
    await operator.call('PATCH', `${CLIENTS}/${id}`, { resource: { status: 'disabled' } });
    const { resource } = (await read()).body;
    expect(resource).toMatchObject({ status: 'disabled', disabledAt: expect.stringMatching(/Z$/) });
    expect(resource.disabledAt >= before).toBe(true);
    expect((await developer.call('GET', `${DESK}/${id}/requests`)).status).toBe(200);
    await operator.call('PATCH', `${CLIENTS}/${id}`, { resource: { status: 'active' } });
    expect((await read()).body.resource.disabledAt).toBeNull();
  });

  it('not after the client has been deleted', async () => {
    await appoint();
    await operator.call('DELETE', `${CLIENTS}/${id}`);
    expect((await read()).status).toBe(404);
  });

  it('not while they are disabled', async () => {
    await appoint();
    const stranger = await PortalUser.signIn(api.url, 'admin@beispiel.example');
    await appoint('admin@beispiel.example');
    await api.dataSource.query(`UPDATE users SET status = 'disabled' WHERE id = $1`, [stranger.id]);
    expect((await read(stranger)).status).toBe(401);
    await api.dataSource.query(`UPDATE users SET status = 'active' WHERE id = $1`, [stranger.id]);
  });
});

describe('developers change what names nobody and opens nothing', () => {
  const change = (resource: unknown, headers: Record<string, string> = {}) =>
    developer.call('PATCH', `${DESK}/${id}`, { resource, headers });
  beforeEach(() => appoint());

  it('texts, links and contact, audited as theirs', async () => {
    const resource = {
      description: 'Verwaltet Kunden.',
      descriptionEn: 'Manages customers.',
      homepageUri: 'https://neu.example',
      privacyPolicyUri: 'https://neu.example/datenschutz',
      contactEmail: 'entwicklung@neu.example',
    };
    const { status, body, headers } = await change(resource);
    expect([status, headers['etag']]).toEqual([200, `"${body.resource.version}"`]);
    expect(body.resource).toMatchObject(resource);
    expect(await audited()).toMatchObject({
      action: 'client_changed',
      actor: { id: developer.id },
    });
  });

  it.each([
    ['name', 'Maklerwelt CRM'],
    ['publisher', 'Andere GmbH'],
    ['publisherVerified', true],
    ['redirectUris', ['https://evil.example/callback']],
    ['scopes', ['readwrite']],
    ['requirePkce', false],
    ['logoUri', 'https://neu.example/logo.svg'],
    ['startUri', 'https://evil.example'],
    ['listed', false],
    ['status', 'disabled'],
    ['kind', 'public'],
    ['clientId', 'maklerwelt'],
  ])('but not %s: the error says whom to ask', async (field, value) => {
    const before = (await read()).body.resource;
    const { status, body } = await change({ description: 'Neu.', [field]: value });
    expect([status, body.errors.map((error) => error.field)]).toEqual([400, [field]]);
    expect(body.errors[0]?.message).toMatch(/only Flixcheck may change it\. Ask/);
    expect((await read()).body.resource).toEqual(before);
  });

  it('and overwrite nothing that somebody else has changed (RFC 9110 §13.1.1)', async () => {
    const tag = (await read()).headers['etag'] ?? '';
    await operator.call('PATCH', `${CLIENTS}/${id}`, { resource: { name: 'Anders' } });
    const refused = await change({ description: 'Zu spät.' }, { 'if-match': tag });
    expect([refused.status, refused.body.code]).toEqual([412, 'precondition_failed']);
    expect((await read()).body.resource).toMatchObject({ name: 'Anders', description: '' });
  });
});

describe('developers rotate secrets by the same rules as operators', () => {
  it('two at most, and the last live one stays', async () => {
    await appoint();
    const add = () =>
      developer.call('POST', `${DESK}/${id}/secrets`, { resource: { name: 'Produktion' } });
    const added = await add();
    expect([added.status, added.body.resource.value]).toEqual([201, expect.any(String)]);
    expect(await audited()).toMatchObject({
      action: 'client_secret_created',
      actor: { id: developer.id },
    });
    expect((await add()).status).toBe(409);
    const [first, second] = (await read()).body.resource.secrets;
    const end = (secretId: string) => developer.call('DELETE', `${DESK}/${id}/secrets/${secretId}`);
    expect((await end(first.id)).status).toBe(204);
    expect((await end(second.id)).status).toBe(409);
  });
});
