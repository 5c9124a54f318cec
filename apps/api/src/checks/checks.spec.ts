import { call, type HouseBody, PortalUser } from '@flixcheck/test-harness';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { SECOND } from '../config/clock.js';
import { ConnectionsService } from '../connections/connections.service.js';
import { bearer, grant } from '../testing/connections.js';
import { createTestApp, type TestApp } from '../testing/test-app.js';

const CHECKS = '/user/v7/checks';
const INPUT = {
  recipient: { name: 'Erika Beispiel', email: 'erika@kundin.example' },
  title: 'Hausratversicherung: Angaben zum Haus',
};
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

const create = (who: PortalUser, resource: unknown = INPUT) =>
  who.call('POST', CHECKS, { resource });
const countChecks = async (): Promise<number> => {
  const [{ count }] = await test.dataSource.query('SELECT count(*)::integer FROM checks');
  return count;
};

describe('a check', () => {
  it('that a user creates in person came in through nobody', async () => {
    const { status, body } = await create(member);
    expect(status).toBe(201);
    expect(body.resource).toEqual({
      id: expect.stringMatching(/^[0-9a-f-]{36}$/),
      ...INPUT,
      status: 'draft',
      createdBy: {
        id: member.id,
        firstName: expect.any(String),
        lastName: expect.any(String),
      },
      createdVia: null,
      createdAt: expect.stringMatching(/Z$/),
    });
    const found = await member.call('GET', `${CHECKS}/${body.resource.id}`);
    expect([found.status, found.body]).toEqual([200, body]);
  });

  it('that a client creates in a user’s name says so, also when the connection has ended', async () => {
    const { id } = await grant(test, member);
    const headers = bearer(test, member, id);
    const { status, body } = await call(test.url, 'POST', CHECKS, { headers, resource: INPUT });
    expect(status).toBe(201);
    expect(body.resource).toMatchObject({
      createdBy: { id: member.id },
      createdVia: { clientId: 'maklerwelt-crm', name: 'Maklerwelt CRM' },
    });
    const ending = { actorId: member.id, reason: 'user', at: test.clock.now() } as const;
    await test.app.get(ConnectionsService).revoke([id], ending);
    const found = await member.call('GET', `${CHECKS}/${body.resource.id}`);
    expect(found.body).toEqual(body);
  });

  it('belongs to the account: colleagues see it, others get 404', async () => {
    const { body } = await create(member);
    const path = `${CHECKS}/${body.resource.id}`;
    expect((await admin.call('GET', path)).body).toEqual(body);
    expect((await stranger.call('GET', path)).status).toBe(404);
    const { body: list } = await stranger.call('GET', CHECKS);
    expect(list.resources).toEqual([]);
    expect((await member.call('GET', `${CHECKS}/nonsense`)).status).toBe(404);
  });

  it('is written as it was sent', async () => {
    const odd = {
      recipient: { name: '  „Älter“ 😀 ', email: 'A.B+c@kundin.example' },
      title: ' x',
    };
    const { body } = await create(member, odd);
    expect(body.resource).toMatchObject(odd);
  });
});

describe('the list of checks', () => {
  it('is the account’s, latest first, in pages', async () => {
    const created = [];
    for (const who of [member, admin, member]) {
      test.clock.advance(SECOND);
      created.unshift((await create(who)).body.resource.id);
    }
    const first = await admin.call('GET', `${CHECKS}?limit=2`);
    const next = `${CHECKS}?limit=1&cursor=${first.body.meta.nextCursor}`;
    const second = await member.call('GET', next);
    const ids = [...first.body.resources, ...second.body.resources].map(({ id }) => id);
    expect(ids).toEqual(created);
  });
});

describe('a token', () => {
  it('with read sees checks and creates none: 403 insufficient_scope', async () => {
    const { id } = await grant(test, member);
    const headers = bearer(test, member, id, { scope: 'read' });
    const before = await countChecks();
    const list = await call(test.url, 'GET', CHECKS, { headers });
    expect(list.status).toBe(200);
    const found = `${CHECKS}/${list.body.resources[0].id}`;
    expect((await call(test.url, 'GET', found, { headers })).status).toBe(200);
    const refused = await call(test.url, 'POST', CHECKS, { headers, resource: INPUT });
    expect([refused.status, refused.body.code]).toEqual([403, 'insufficient_scope']);
    expect(await countChecks()).toBe(before);
  });

  it('is needed, or a session: 401', async () => {
    expect((await call(test.url, 'GET', CHECKS)).status).toBe(401);
    expect((await call(test.url, 'POST', CHECKS, { resource: INPUT })).status).toBe(401);
  });
});

describe('an invalid check is refused, field by field, and nothing is written', () => {
  const recipient = (change: object) => ({
    ...INPUT,
    recipient: { ...INPUT.recipient, ...change },
  });
  it.each<[string, unknown, string, string]>([
    ['no recipient', { title: 'x' }, 'recipient', 'required'],
    [
      'a recipient that is not an object',
      { ...INPUT, recipient: 'Erika' },
      'recipient',
      'is_object',
    ],
    ['an empty name', recipient({ name: '' }), 'recipient.name', 'is_length'],
    ['a blank name', recipient({ name: ' ' }), 'recipient.name', 'matches'],
    ['a name too long', recipient({ name: 'x'.repeat(121) }), 'recipient.name', 'is_length'],
    ['a name that is not text', recipient({ name: 7 }), 'recipient.name', 'is_string'],
    ['no e-mail address', recipient({ email: 'erika' }), 'recipient.email', 'is_email'],
    ['an unknown field', { ...INPUT, status: 'sent' }, 'status', 'unknown_field'],
    ['an unknown field inside', recipient({ phone: '1' }), 'recipient.phone', 'unknown_field'],
    ['a title that runs backwards', { ...INPUT, title: 'a\u202Eb' }, 'title', 'display_text'],
    ['half a character', recipient({ name: 'E\uD83D' }), 'recipient.name', 'lone_surrogate'],
    [
      'half in an address',
      recipient({ email: '\uDE00@x.example' }),
      'recipient.email',
      'lone_surrogate',
    ],
    ['a hidden one', recipient({ name: 'E\u200BB' }), 'recipient.name', 'display_text'],
    ['an empty title', { ...INPUT, title: '' }, 'title', 'is_length'],
    ['a title too long', { ...INPUT, title: 'x'.repeat(201) }, 'title', 'is_length'],
    ['a NUL character', { ...INPUT, title: 'a\0b' }, 'title', 'nul_character'],
  ])('%s', async (_, input, field, code) => {
    const before = await countChecks();
    const { status, body } = await create(member, input);
    expect([status, body.code]).toEqual([400, 'validation_failed']);
    expect(body.errors.map((error) => [error.field, error.code])).toContainEqual([field, code]);
    expect(await countChecks()).toBe(before);
  });

  it('the fields without their envelope are shown the shape that is expected', async () => {
    const response = await fetch(`${test.url}${CHECKS}`, {
      method: 'POST',
      headers: { cookie: member.cookie, 'content-type': 'application/json' },
      body: JSON.stringify(INPUT),
    });
    const { code, detail, errors } = (await response.json()) as HouseBody;
    expect([response.status, code]).toEqual([400, 'validation_failed']);
    expect(detail).toContain('{"resource": {"recipient": …, "title": …}}');
    expect(errors.map(({ field }) => field)).toEqual(['resource']);
  });

  it.each(['null', '[]', '{"resource":null}', '{"resource":[]}', '{"resource":[{}]}', '"x"'])(
    'the body %s',
    async (body) => {
      const before = await countChecks();
      const response = await fetch(`${test.url}${CHECKS}`, {
        method: 'POST',
        headers: { cookie: member.cookie, 'content-type': 'application/json' },
        body,
      });
      expect(response.status).toBe(400);
      expect(await countChecks()).toBe(before);
    },
  );
});
