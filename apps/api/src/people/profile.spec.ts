import { PortalUser } from '@flixcheck/test-harness';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { HOUR } from '../config/clock.js';
import { createTestApp, type TestApp } from '../testing/test-app.js';
import { MAX_EXPORTS } from './personal-data-limit.js';

const ME = '/user/v7/users/me';
let test: TestApp;
let user: PortalUser;

beforeAll(async () => {
  test = await createTestApp();
  user = await PortalUser.signIn(test.url);
});
afterAll(() => test.close());

const change = (resource: unknown) => user.call('PATCH', ME, { resource });

describe('my profile', () => {
  it('changes where I say so and stays as it is elsewhere', async () => {
    const before = (await user.call('GET', ME)).body.resource;
    const { status, body } = await change({ firstName: 'Ümlaut', locale: 'en' });
    expect(status).toBe(200);
    expect(body.resource).toEqual({ ...before, firstName: 'Ümlaut', locale: 'en' });
    expect((await user.call('GET', ME)).body.resource).toEqual(body.resource);
    expect((await change({})).body.resource).toEqual(body.resource);
  });

  it.each([
    ['an empty name', { firstName: '' }],
    ['a blank name', { firstName: '  ' }],
    ['a name of two lines', { firstName: 'User\nUser' }],
    ['a name that runs backwards', { firstName: 'User\u202Eresu' }],
    ['a name of which something is not seen', { lastName: 'Müs\u200Bter' }],
    ['a name of half a character', { lastName: 'Muster\uD83D' }],
    ['a name that is a list', { firstName: ['User'] }],
    ['a name that is nothing', { lastName: null }],
    ['a name of 101 characters', { lastName: 'x'.repeat(101) }],
    ['another language', { locale: 'fr' }],
    ['another role', { role: 'operator' }],
    ['another status', { status: 'active' }],
    ['another account', { accountId: '5c1c1b0e-6f0e-4d5b-9a37-0d8c2f6f1a11' }],
    ['another address', { email: 'other@musterhaus.example' }],
    ['a prototype', JSON.parse('{"__proto__": {"role": "operator"}}')],
    ['no object', 'User'],
    ['a list', [{ firstName: 'User' }]],
  ])('refuses %s, and changes nothing', async (_, resource) => {
    const before = (await user.call('GET', ME)).body.resource;
    expect((await change(resource)).status).toBe(400);
    expect((await user.call('GET', ME)).body.resource).toEqual(before);
  });
});

describe('what is stored about oneself', () => {
  const download = () => user.call('GET', `${ME}/export`);

  it('is a file that no cache keeps', async () => {
    const { status, headers, body } = await download();
    expect([status, headers['content-type']]).toEqual([200, 'application/json; charset=utf-8']);
    expect(headers['content-disposition']).toBe('attachment; filename="flixcheck-connect.json"');
    expect(headers['cache-control']).toContain('no-store');
    expect(body).toMatchObject({ about: { type: 'person', id: user.id } });
  });

  it('is not read without end: after ten times within an hour it is 429', async () => {
    let answer = await download();
    for (let times = 0; answer.status === 200 && times < MAX_EXPORTS; times += 1) {
      answer = await download();
    }
    expect([answer.status, answer.body.code]).toEqual([429, 'too_many_attempts']);
    expect(Number(answer.headers['retry-after'])).toBeGreaterThan(0);
    test.clock.advance(HOUR);
    user = await PortalUser.signIn(test.url);
    expect((await download()).status).toBe(200);
  });
});
