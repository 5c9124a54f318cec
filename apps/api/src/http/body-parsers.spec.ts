import { PortalUser } from '@flixcheck/test-harness';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { request } from 'node:http';
import { createTestApp, type TestApp } from '../testing/test-app.js';

let test: TestApp;
let member: PortalUser;
beforeAll(async () => {
  test = await createTestApp();
  member = await PortalUser.signIn(test.url);
});
afterAll(() => test.close());

const TOKENS = '/guest/v7/oauth-tokens';
const CREDENTIALS = { client_id: 'maklerwelt-crm', client_secret: 'maklerwelt-crm-demo-secret' };
const GRANT = { grant_type: 'authorization_code', code: 'x', ...CREDENTIALS };
const JSON_TYPE = 'application/json';
const FORM = 'application/x-www-form-urlencoded';

interface Sent {
  method: string;
  path: string;
  headers?: Record<string, string>;
  body?: string | Buffer;
}

/** Not `fetch`, which tidies headers up. */
function send({ method, path, headers, body }: Sent) {
  return new Promise<{ status: number; body: Record<string, unknown> | undefined }>(
    (resolve, reject) => {
      const outgoing = request(`${test.url}${path}`, {
        method,
        headers: { cookie: member.cookie, ...headers },
      });
      outgoing.on('error', reject).on('response', (incoming) => {
        let text = '';
        incoming.setEncoding('utf8').on('data', (chunk) => (text += chunk));
        incoming.on('end', () =>
          resolve({
            status: incoming.statusCode ?? 0,
            body: text === '' ? undefined : JSON.parse(text),
          }),
        );
      });
      outgoing.end(body);
    },
  );
}

describe('a request without a body may carry any Content-Type', () => {
  const types = [JSON_TYPE, FORM, 'text/plain', 'application/vnd.unheard+of', 'no type at all', ''];
  const lengths: Record<string, string>[] = [{}, { 'content-length': '0' }];
  const cases = types.flatMap((type) => lengths.map((length) => ({ type, length })));

  it.each(cases)('$type $length', async ({ type, length }) => {
    const headers = { 'content-type': type, ...length };
    const nobody = '00000000-0000-4000-8000-000000000000';
    const statusOf = async (method: string, path: string) =>
      (await send({ method, path, headers })).status;
    expect(await statusOf('GET', '/user/v7/checks')).toBe(200);
    expect(await statusOf('DELETE', `/user/v7/connections/${nobody}`)).toBe(404);
    const operator = await PortalUser.signIn(test.url, 'operator@flixcheck.example');
    const secrets = `/admin/v7/oauth-clients/${nobody}/secrets`;
    const made = await send({
      method: 'POST',
      path: secrets,
      headers: { ...headers, cookie: operator.cookie },
    });
    expect(made.status).toBe(404);
    const gone = await PortalUser.signIn(test.url);
    const signOut = { method: 'DELETE', path: '/user/v7/sessions/current' };
    expect((await send({ ...signOut, headers: { ...headers, cookie: gone.cookie } })).status).toBe(
      204,
    );
  });

  it('what it lacks is named where it takes one', async () => {
    const headers = { 'content-type': JSON_TYPE, 'content-length': '0' };
    const check = await send({ method: 'POST', path: '/user/v7/checks', headers });
    expect([check.status, check.body?.['code']]).toEqual([400, 'validation_failed']);
    const token = await send({ method: 'POST', path: TOKENS, headers });
    expect(token.body).toMatchObject({
      error: 'invalid_request',
      error_description: expect.stringMatching(/none of the parameters/),
    });
  });

  it('that it has one makes the type matter again', async () => {
    const headers = { 'content-type': 'text/plain', 'content-length': '1' };
    const path = `/user/v7/connections/00000000-0000-4000-8000-000000000000`;
    expect((await send({ method: 'DELETE', path, headers, body: 'x' })).status).toBe(415);
  });

  it('one that was announced but is empty counts as none', async () => {
    const headers = { 'content-type': JSON_TYPE, 'transfer-encoding': 'chunked' };
    const path = `/user/v7/connections/00000000-0000-4000-8000-000000000000`;
    expect((await send({ method: 'DELETE', path, headers })).status).toBe(404);
  });
});

describe('a parameter that nobody knows is ignored, whatever its name (RFC 6749 §3.2)', () => {
  const names = ['__proto__', 'constructor', 'prototype', 'hasOwnProperty', 'toString', '', 'x\0'];

  it.each(names)('in a form: %j', async (name) => {
    const body = new URLSearchParams([...Object.entries(GRANT), [name, 'x'], [name, 'y']]);
    const headers = { 'content-type': FORM };
    const answer = await send({ method: 'POST', path: TOKENS, headers, body: body.toString() });
    expect([answer.status, answer.body?.['error']]).toEqual([400, 'invalid_grant']);
  });

  it.each(names)('in JSON: %j', async (name) => {
    const value = '{"prototype":{"code":"y"},"code":"y"}';
    const body = JSON.stringify(GRANT).replace('{', `{${JSON.stringify(name)}:${value},`);
    const headers = { 'content-type': JSON_TYPE };
    const answer = await send({ method: 'POST', path: TOKENS, headers, body });
    expect([answer.status, answer.body?.['error']]).toEqual([400, 'invalid_grant']);
  });

  it('no parameter comes in through a prototype', async () => {
    const body = JSON.stringify({ grant_type: 'authorization_code', ...CREDENTIALS }).replace(
      '{',
      '{"__proto__":{"code":"y"},',
    );
    const headers = { 'content-type': JSON_TYPE };
    const answer = await send({ method: 'POST', path: TOKENS, headers, body });
    expect(answer.body?.['error_description']).toMatch(/code is missing/);
  });
});

describe('text that is not Unicode is refused, and never stored as something else', () => {
  const house = (title: string | Buffer) => ({
    method: 'POST',
    path: '/user/v7/checks',
    headers: { 'content-type': JSON_TYPE },
    body: Buffer.concat([
      Buffer.from('{"resource":{"recipient":{"name":"E","email":"e@x.example"},"title":"'),
      Buffer.from(title),
      Buffer.from('"}}'),
    ]),
  });

  it.each([
    ['bytes that are not UTF-8', Buffer.from([0x61, 0xff])],
    ['the bytes of half a character', Buffer.from([0xed, 0xa0, 0x80])],
    ['Latin-1', Buffer.from('Müller', 'latin1')],
  ])('%s', async (_, title) => {
    const answer = await send(house(title));
    expect([answer.status, answer.body?.['code']]).toEqual([400, 'malformed_request']);
    expect(answer.body?.['detail']).toMatch(/UTF-8/);
  });

  it.each(['\\ud83d', '\\ude00', '\\ude00\\ud83d'])(
    'half a character, escaped: %s',
    async (half) => {
      const answer = await send(house(half));
      expect(answer.body).toMatchObject({
        code: 'validation_failed',
        errors: [{ field: 'title', code: 'lone_surrogate', message: expect.any(String) }],
      });
      const inName = { ...house(''), body: `{"resource":{"${half}":1}}` };
      expect((await send(inName)).body?.['code']).toBe('validation_failed');
      const headers = { 'content-type': JSON_TYPE };
      const body = JSON.stringify(GRANT).replace('"x"', `"${half}"`);
      const token = await send({ method: 'POST', path: TOKENS, headers, body });
      expect([token.status, token.body?.['error']]).toEqual([400, 'invalid_request']);
    },
  );

  it('a whole one is text like any other', async () => {
    expect((await send(house('\\ud83d\\ude00 😀'))).body).toMatchObject({
      resource: { title: '😀 😀' },
    });
  });
});
