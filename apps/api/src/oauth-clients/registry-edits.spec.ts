import { PortalUser } from '@flixcheck/test-harness';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { createTestApp, type TestApp } from '../testing/test-app.js';

const CLIENTS = '/admin/v7/oauth-clients';

let api: TestApp;
let operator: PortalUser;
let id: string;

beforeAll(async () => {
  api = await createTestApp();
  operator = await PortalUser.signIn(api.url, 'operator@flixcheck.example');
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
  id = body.resource.id;
});

const get = () => operator.call('GET', `${CLIENTS}/${id}`);
const change = (resource: unknown, headers: Record<string, string> = {}) =>
  operator.call('PATCH', `${CLIENTS}/${id}`, { resource, headers });
const remove = (headers: Record<string, string>) =>
  operator.call('DELETE', `${CLIENTS}/${id}`, { headers });

describe('a change to a client with If-Match (RFC 9110 §13.1.1)', () => {
  it('goes through on what its author has read, and answers with the next ETag', async () => {
    const read = await get();
    const tag = read.headers['etag'] ?? '';
    expect(tag).toBe(`"${read.body.resource.version}"`);
    const changed = await change({ name: 'Anders' }, { 'if-match': tag });
    expect(changed.status).toBe(200);
    expect(changed.headers['etag']).not.toBe(tag);
    expect((await get()).headers['etag']).toBe(changed.headers['etag']);
  });

  it('writes nothing where somebody else was faster, and says what to do', async () => {
    const tag = (await get()).headers['etag'] ?? '';
    await change({ description: 'Schneller.' });
    const before = (await get()).body.resource;
    const refused = await change({ name: 'Zu spät' }, { 'if-match': tag });
    expect([refused.status, refused.body.code]).toEqual([412, 'precondition_failed']);
    expect(refused.body.detail).toMatch(/Read it again, and repeat your change/);
    expect((await get()).body.resource).toEqual(before);
  });

  it('of two at once, exactly one wins', async () => {
    const tag = (await get()).headers['etag'] ?? '';
    const answers = await Promise.all(
      ['A', 'B', 'C', 'D'].map((name) => change({ name }, { 'if-match': tag })),
    );
    expect(answers.map(({ status }) => status).sort()).toEqual([200, 412, 412, 412]);
  });

  it('that deletes it is refused in the same way', async () => {
    const tag = (await get()).headers['etag'] ?? '';
    await change({ description: 'Schneller.' });
    expect((await remove({ 'if-match': tag })).status).toBe(412);
    expect((await get()).status).toBe(200);
    const { headers } = await get();
    expect((await remove({ 'if-match': headers['etag'] ?? '' })).status).toBe(204);
  });

  it.each([
    ['any', '*', 200],
    ['one of several', '"9", "1"', 200],
    ['a weak one', 'W/"1"', 412],
    ['one without quotation marks', '1', 412],
    ['none', '', 412],
  ])('takes %s tag as RFC 9110 says', async (_, tag, status) => {
    expect((await change({ name: 'Anders' }, { 'if-match': tag })).status).toBe(status);
  });

  it('without the header goes through as ever, and what changes nothing keeps the ETag', async () => {
    expect((await change({ name: 'Anders' })).status).toBe(200);
    const again = await change({ name: 'Anders' });
    expect(again.headers['etag']).toBe((await get()).headers['etag']);
  });

  it('does not mind a new secret: secrets are no part of the form', async () => {
    const tag = (await get()).headers['etag'] ?? '';
    await operator.call('POST', `${CLIENTS}/${id}/secrets`);
    expect((await change({ name: 'Anders' }, { 'if-match': tag })).status).toBe(200);
  });
});

describe('a verified publisher', () => {
  const verification = async () => (await get()).body.resource.publisherVerification;

  it('is verified by somebody, since a moment', async () => {
    expect(await verification()).toBeNull();
    await change({ publisherVerified: true });
    const since = (await get()).body.resource.updatedAt;
    const by = { id: operator.id, firstName: 'Operator', lastName: 'Flixcheck' };
    expect(await verification()).toEqual({ at: since, by });
    api.clock.advance(1000);
    await change({ description: 'Etwas anderes.' });
    expect(await verification()).toEqual({ at: since, by });
  });

  it('with another name is verified by whoever gave it that name', async () => {
    await change({ publisherVerified: true });
    const { at } = await verification();
    api.clock.advance(1000);
    await change({ publisher: 'Neu AG' });
    expect((await verification()).at > at).toBe(true);
  });

  it('is no longer when the mark is taken away', async () => {
    await change({ publisherVerified: true });
    await change({ publisherVerified: false });
    expect(await verification()).toBeNull();
    await change({ publisher: 'Neu AG' });
    expect(await verification()).toBeNull();
  });
});

describe('rotating a secret', () => {
  it('needs no body', async () => {
    expect((await operator.call('POST', `${CLIENTS}/${id}/secrets`)).status).toBe(201);
  });
});

describe('the name of a secret', () => {
  it('is what operators call it', async () => {
    const added = await operator.call('POST', `${CLIENTS}/${id}/secrets`, {
      resource: { name: 'Produktion ab März' },
    });
    expect(added.body.resource.name).toBe('Produktion ab März');
    const { secrets } = (await get()).body.resource;
    expect(secrets.map(({ name }: { name: string | null }) => name)).toEqual([
      null,
      'Produktion ab März',
    ]);
  });

  it.each([[''], [' '], ['x'.repeat(101)], [null], ['a\u202Eb']])(
    'that is %j is refused, and no secret added',
    async (name) => {
      const { status, body } = await operator.call('POST', `${CLIENTS}/${id}/secrets`, {
        resource: { name },
      });
      expect(status).toBe(400);
      expect(body.errors.map(({ field }) => field)).toContain('name');
      expect((await get()).body.resource.secrets).toHaveLength(1);
    },
  );
});

describe('a text of a client with white space at its ends, or unseen characters, is refused and changes nothing', () => {
  const FIELDS = ['name', 'publisher', 'description', 'descriptionEn'];

  it.each(FIELDS)('%s', async (field) => {
    const before = (await get()).body.resource;
    for (const text of [
      ' Neu',
      'Neu ',
      'Neu\u00A0',
      '\u2003Neu',
      'Neu\nNeu',
      'Neu\u200B',
      'a\u202Eb',
    ]) {
      const { status, body } = await change({ [field]: text });
      expect([text, status, body.code]).toEqual([text, 400, 'validation_failed']);
      expect(body.errors).toMatchObject([{ field }]);
    }
    expect((await get()).body.resource).toEqual(before);
  });

  it('the name of a secret', async () => {
    const { secrets } = (await get()).body.resource;
    const { status, body } = await operator.call('POST', `${CLIENTS}/${id}/secrets`, {
      resource: { name: 'Produktion ' },
    });
    expect([status, body.errors]).toMatchObject([400, [{ field: 'name' }]]);
    expect((await get()).body.resource.secrets).toEqual(secrets);
  });
});
