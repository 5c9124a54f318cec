import { PortalUser } from '@flixcheck/test-harness';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { BackgroundWork } from '../background/background-work.js';
import { DAY, HOUR } from '../config/clock.js';
import { createTestApp, type TestApp } from '../testing/test-app.js';
import { MAX_CHANGE_REQUESTS_PER_HOUR } from './client-change-requests.js';

const CLIENTS = '/admin/v7/oauth-clients';
const QUEUE = '/admin/v7/change-requests';
const DEVELOPER = 'user@musterhaus.example';
const OLD_URI = 'https://neu.example/callback';
const NEW_URI = 'https://app.neu.example/callback';

let api: TestApp;
let operator: PortalUser;
let developer: PortalUser;
let colleague: PortalUser;
let id: string;
let desk: string;

beforeAll(async () => {
  api = await createTestApp();
  operator = await PortalUser.signIn(api.url, 'operator@flixcheck.example');
  developer = await PortalUser.signIn(api.url, DEVELOPER);
  colleague = await PortalUser.signIn(api.url, 'admin@beispiel.example');
});
afterAll(() => api.close());
beforeEach(async () => {
  await api.dataSource.query('TRUNCATE client_change_requests, mails, audit_records');
  const { body } = await operator.call('POST', CLIENTS, {
    resource: {
      name: 'Neues CRM',
      publisher: 'Neu GmbH',
      kind: 'confidential',
      redirectUris: [OLD_URI],
      scopes: ['read', 'readwrite'],
    },
  });
  id = body.resource.id;
  desk = `/user/v7/developer/oauth-clients/${id}/change-requests`;
  await appoint();
});

const appoint = (email = DEVELOPER) =>
  operator.call('POST', `${CLIENTS}/${id}/developers`, { resource: { email } });
const dismiss = () => operator.call('DELETE', `${CLIENTS}/${id}/developers/${developer.id}`);
const ask = (resource: object = { redirectUris: [NEW_URI] }, who = developer) =>
  who.call('POST', desk, { resource });
const asked = async (resource?: object) => (await ask(resource)).body.resource.id as string;
const mine = async (who = developer) => (await who.call('GET', desk)).body.resources;
const queue = async () => (await operator.call('GET', `${QUEUE}?status=open`)).body;
const answer = (request: string, resource: object, headers: Record<string, string> = {}) =>
  operator.call('PATCH', `${QUEUE}/${request}`, { resource, headers });
const accept = (request: string, headers?: Record<string, string>) =>
  answer(request, { status: 'accepted' }, headers);
const decline = (request: string, words = 'Die Adresse gehört nicht zum Anbieter.') =>
  answer(request, { status: 'declined', answer: words });
const client = async () => (await operator.call('GET', `${CLIENTS}/${id}`)).body.resource;
const change = (resource: object) => operator.call('PATCH', `${CLIENTS}/${id}`, { resource });
const withdraw = (request: string, who = developer) => who.call('DELETE', `${desk}/${request}`);

describe('a developer asks for other redirect URIs and scopes', () => {
  it('and sees the request open, while nothing has changed', async () => {
    const { status, body } = await ask({
      redirectUris: [OLD_URI, NEW_URI],
      scopes: ['read'],
      note: ' Neuer Server ',
    });
    expect(status).toBe(201);
    expect(body.resource).toMatchObject({
      status: 'open',
      note: 'Neuer Server',
      changes: {
        redirectUris: { from: [OLD_URI], to: [OLD_URI, NEW_URI] },
        scopes: { from: ['read', 'readwrite'], to: ['read'] },
      },
      outdated: false,
      requestedBy: { id: developer.id },
      decidedAt: null,
      answer: '',
    });
    expect(body.resource.requestedBy).not.toHaveProperty('email');
    expect(await mine()).toEqual([body.resource]);
    expect(await client()).toMatchObject({
      redirectUris: [OLD_URI],
      scopes: ['read', 'readwrite'],
    });
  });

  it('leaves out what stays as it is, whatever its order', async () => {
    const { body } = await ask({ redirectUris: [NEW_URI], scopes: ['readwrite', 'read'] });
    expect(body.resource.changes.scopes).toBeNull();
  });

  it.each([
    [
      'a wildcard',
      { redirectUris: ['https://*.neu.example/'] },
      'redirectUris.0',
      'invalid_redirect_uri',
    ],
    [
      'http',
      { redirectUris: [NEW_URI, 'http://neu.example/'] },
      'redirectUris.1',
      'invalid_redirect_uri',
    ],
    ['one twice', { redirectUris: [NEW_URI, NEW_URI] }, 'redirectUris.1', 'duplicate'],
    ['none at all', { redirectUris: [] }, 'redirectUris', 'array_min_size'],
    ['null', { redirectUris: null }, 'redirectUris', 'is_array'],
    ['an unknown scope', { scopes: ['admin'] }, 'scopes', 'is_in'],
    ['no scope', { scopes: [] }, 'scopes', 'array_min_size'],
    ['nothing', {}, 'redirectUris', 'unchanged'],
    ['what is registered', { redirectUris: [OLD_URI] }, 'redirectUris', 'unchanged'],
    ['the same scopes', { scopes: ['readwrite', 'read'] }, 'scopes', 'unchanged'],
    ['a long note', { redirectUris: [NEW_URI], note: 'x'.repeat(501) }, 'note', 'max_length'],
    ['another name', { redirectUris: [NEW_URI], name: 'X' }, 'name', 'unknown_field'],
  ])('but not for %s, for the registry’s reasons', async (_, resource, field, code) => {
    const { status, body } = await ask(resource);
    expect(status).toBe(400);
    expect(body.errors).toContainEqual(expect.objectContaining({ field, code }));
    expect(await mine()).toEqual([]);
  });

  it('one at a time: a new request takes the place of the open one', async () => {
    const first = await asked();
    await appoint('admin@beispiel.example');
    const second = (await ask({ scopes: ['read'] }, colleague)).body.resource.id;
    expect((await mine()).map((request) => request.id)).toEqual([second]);
    expect((await accept(first)).status).toBe(404);
    const answers = await Promise.all([ask(), ask(), ask()]);
    expect(answers.map(({ status }) => status)).toEqual([201, 201, 201]);
    expect(await mine()).toHaveLength(1);
  });

  it('and withdraws it, but not one that has been answered', async () => {
    const request = await asked();
    expect((await withdraw(request, colleague)).status).toBe(404);
    expect((await withdraw(request)).status).toBe(204);
    expect([await mine(), (await queue()).meta.total]).toEqual([[], 0]);
    expect((await withdraw(request)).status).toBe(404);
    const answered = await asked();
    await accept(answered);
    expect((await withdraw(answered)).status).toBe(409);
  });

  it(`${MAX_CHANGE_REQUESTS_PER_HOUR} times an hour at most, withdrawn ones counted`, async () => {
    await withdraw(await asked());
    await api.dataSource.query(
      `INSERT INTO client_change_requests
       SELECT gen_random_uuid(), oauth_client_id, requested_by, requested_at, note, changes, status,
              decided_by, decided_at, answer
         FROM client_change_requests, generate_series(2, ${MAX_CHANGE_REQUESTS_PER_HOUR})`,
    );
    const { status, body } = await ask();
    expect([status, body.code]).toEqual([429, 'too_many_attempts']);
    api.clock.advance(HOUR);
    expect((await ask()).status).toBe(201);
    // An operator's session has ended in that hour.
    operator = await PortalUser.signIn(api.url, 'operator@flixcheck.example');
  });

  it('until they are no developer any more: then nobody waits for it', async () => {
    await asked();
    await dismiss();
    expect((await ask()).status).toBe(404);
    expect((await queue()).meta.total).toBe(0);
    await appoint();
    await asked();
    await operator.call('DELETE', `${CLIENTS}/${id}`);
    expect((await queue()).meta.total).toBe(0);
  });
});

describe('an operator answers', () => {
  it('what waits in one list, with the client and how many there are', async () => {
    const request = await asked();
    expect(await queue()).toEqual({
      resources: [
        expect.objectContaining({
          id: request,
          client: expect.objectContaining({ id, name: 'Neues CRM', version: 1 }),
          requestedBy: expect.objectContaining({ id: developer.id, email: DEVELOPER }),
          decidedBy: null,
        }),
      ],
      meta: { total: 1 },
    });
  });

  it('yes: the client has it at once, and the developer sees it', async () => {
    const request = await asked({ redirectUris: [NEW_URI], scopes: ['read'] });
    const { status, body } = await accept(request, { 'if-match': '"1"' });
    expect([status, body.resource]).toEqual([
      200,
      expect.objectContaining({
        status: 'accepted',
        decidedBy: expect.objectContaining({ id: operator.id }),
        client: expect.objectContaining({ version: 2 }),
      }),
    ]);
    expect(await client()).toMatchObject({ redirectUris: [NEW_URI], scopes: ['read'] });
    const [seen] = await mine();
    expect(seen).toMatchObject({ status: 'accepted', decidedAt: expect.any(String) });
    expect(seen).not.toHaveProperty('decidedBy');
  });

  it('no, and says why; without a reason it is no answer', async () => {
    const request = await asked();
    const { status, body } = await decline(request, ' ');
    expect([status, body.errors[0]]).toEqual([
      400,
      expect.objectContaining({ field: 'answer', code: 'required' }),
    ]);
    expect((await decline(request, 'Erst ab Januar.')).status).toBe(200);
    expect(await mine()).toMatchObject([{ status: 'declined', answer: 'Erst ab Januar.' }]);
    expect((await client()).version).toBe(1);
  });

  it('once: of two operators, the second learns of the answer', async () => {
    const request = await asked();
    const answers = await Promise.all([accept(request), decline(request)]);
    expect(answers.map(({ status }) => status).sort()).toEqual([200, 409]);
  });

  it('nothing to a request that no longer fits: it says so and changes nothing', async () => {
    const request = await asked({ redirectUris: [NEW_URI], scopes: ['read'] });
    await change({ redirectUris: [OLD_URI, 'https://neu.example/zweite'] });
    const before = await client();
    expect((await queue()).resources[0].outdated).toBe(true);
    const { status, body } = await accept(request);
    expect([status, body.errors]).toEqual([
      409,
      [expect.objectContaining({ field: 'redirectUris', code: 'outdated' })],
    ]);
    expect(body.detail).toMatch(/Decline it/);
    expect(await client()).toEqual(before);
    expect(await mine()).toMatchObject([{ status: 'open', outdated: true }]);
  });

  it('yes to what still fits, although the client has changed elsewhere or has it already', async () => {
    const request = await asked({ redirectUris: [NEW_URI], scopes: ['read'] });
    await change({ description: 'Anders.', scopes: ['read'] });
    expect((await accept(request)).status).toBe(200);
    expect(await client()).toMatchObject({ redirectUris: [NEW_URI], description: 'Anders.' });
  });

  it('only on what they have read (RFC 9110 §13.1.1)', async () => {
    const request = await asked();
    await change({ description: 'Schneller.' });
    const { status, body } = await accept(request, { 'if-match': '"1"' });
    expect([status, body.code]).toEqual([412, 'precondition_failed']);
    expect(await mine()).toMatchObject([{ status: 'open' }]);
  });
});

describe('a change request', () => {
  it('is on record, with its answer', async () => {
    await withdraw(await asked());
    await decline(await asked());
    await accept(await asked());
    const records = await api.dataSource.query(
      `SELECT action, actor_id AS "by", subject_id AS "of" FROM audit_records
        WHERE action LIKE 'client\\_change%' ORDER BY id`,
    );
    const by = (action: string, { id: who }: PortalUser) => ({ action, by: who, of: id });
    expect(records).toEqual([
      by('client_change_requested', developer),
      by('client_change_withdrawn', developer),
      by('client_change_requested', developer),
      by('client_change_declined', operator),
      by('client_change_requested', developer),
      by('client_change_accepted', operator),
      by('client_changed', operator),
    ]);
  });

  it('is on record when it is taken back because another one replaces it, or nobody is left to want it', async () => {
    const first = await asked();
    const second = await asked();
    await dismiss();
    await appoint();
    const third = await asked();
    await operator.call('DELETE', `${CLIENTS}/${id}`);
    const records = await api.dataSource.query(
      `SELECT actor_id AS "by", subject_id AS "of", detail ->> 'request' AS request
         FROM audit_records WHERE action = 'client_change_withdrawn' ORDER BY id`,
    );
    expect(records).toEqual([
      { by: developer.id, of: id, request: first },
      { by: operator.id, of: id, request: second },
      { by: operator.id, of: id, request: third },
    ]);
  });

  it('is told to operators, its answer to who asked', async () => {
    await accept(await asked());
    const mails = await api.dataSource.query(
      `SELECT kind, user_id AS "to" FROM mails WHERE kind LIKE 'client-change%' ORDER BY kind`,
    );
    expect(mails).toEqual([
      { kind: 'client-change-decided', to: developer.id },
      { kind: 'client-change-requested', to: operator.id },
    ]);
  });

  it('is forgotten 90 days after its answer; an open one waits', async () => {
    await decline(await asked());
    await asked();
    const work = api.app.get(BackgroundWork);
    const left = async () => {
      await work.run('oauth-clients.change-requests');
      return api.dataSource.query('SELECT status FROM client_change_requests ORDER BY status');
    };
    api.clock.advance(89 * DAY);
    expect(await left()).toHaveLength(2);
    api.clock.advance(2 * DAY);
    expect(await left()).toEqual([{ status: 'open' }]);
  });
});
