import { call, PortalUser } from '@flixcheck/test-harness';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { createTestApp, type TestApp } from '../testing/test-app.js';

const RIGHT = { email: 'user@musterhaus.example', password: 'demo-passwort-2026' };

let test: TestApp;
beforeAll(async () => {
  test = await createTestApp();
});
afterAll(() => test.close());

const attempt = (resource: object, { url = test.url, path = '/guest/v7/sessions' } = {}) =>
  call(url, 'POST', path, { resource });

describe('who signs in', () => {
  it('is asked for both fields by name, before anybody looks at a password', async () => {
    const { status, body } = await attempt({ email: RIGHT.email });
    expect([status, body.code, body.errors[0]?.field]).toEqual([
      400,
      'validation_failed',
      'password',
    ]);
    const [{ count }] = await test.dataSource.query('SELECT count(*) FROM sign_in_failures');
    expect(count).toBe('0');
  });

  it.each([[{ email: 7, password: ['x'] }], [{ ...RIGHT, more: 1 }], [{}], ['x']])(
    'sends strings and nothing else: %j is refused',
    async (resource) => {
      const { status, body } = await attempt(resource as object);
      expect([status, body.code]).toEqual([400, 'validation_failed']);
    },
  );

  it('does so in the body: what stands in the address is no password', async () => {
    const query = new URLSearchParams({
      'resource[email]': RIGHT.email,
      'resource[password]': RIGHT.password,
    });
    const { status } = await attempt({}, { path: `/guest/v7/sessions?${query.toString()}` });
    expect(status).toBe(400);
  });

  it('gets the own session, however many sign in at once', async () => {
    const emails = [
      'user@musterhaus.example',
      'admin@musterhaus.example',
      'admin@beispiel.example',
    ];
    const answers = await Promise.all(
      [...emails, ...emails].map((email) => attempt({ ...RIGHT, email })),
    );
    expect(answers.map(({ body }) => body.resource.user.email)).toEqual([...emails, ...emails]);
  });
});

it('two applications in one process look at their own users, also once one has ended', async () => {
  const other = await createTestApp();
  await other.dataSource.query(`UPDATE users SET status = 'disabled' WHERE email = $1`, [
    RIGHT.email,
  ]);
  const there = await attempt(RIGHT, { url: other.url });
  expect([there.status, there.body.code]).toEqual([401, 'invalid_credentials']);
  await expect(PortalUser.signIn(test.url)).resolves.toBeDefined();
  await other.close();
  await expect(PortalUser.signIn(test.url)).resolves.toBeDefined();
});
