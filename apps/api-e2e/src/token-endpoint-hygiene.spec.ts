import {
  basic,
  type Message,
  query,
  register,
  type RegisteredClient,
  REGISTRY,
  send,
  startWorld,
  type ThirdParty,
  TOKEN_PATH,
  type TokenAnswer,
  type World,
} from '@flixcheck/test-harness';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';

let world: World;
let client: ThirdParty & { client: RegisteredClient };
beforeAll(async () => {
  world = await startWorld({ env: { TRUST_PROXY: 'loopback' } });
});
beforeEach(async () => {
  client = await register(world.operator);
});
afterAll(() => world.server.stop());

/** Each from an address of its own, so that no limit on failures is reached. */
let address = 0;
const token = (message: Message, path = TOKEN_PATH) =>
  send<TokenAnswer>(world.url, path, {
    ...message,
    headers: { 'x-forwarded-for': `2001:db8::${(address += 1)}`, ...message.headers },
  });
const FORM = 'application/x-www-form-urlencoded';
const JSON_TYPE = 'application/json';
const bom = (parameters: object) => `\ufeff${JSON.stringify(parameters)}`;
const GRANT = { grant_type: 'authorization_code', code: 'no-such-code' };
const REQUEST_ID = /[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}/;

describe('a known parameter sent twice in a form is invalid_request (RFC 6749 §3.2, CVE-2026-9689)', () => {
  it.each([
    'grant_type',
    'code',
    'client_id',
    'client_secret',
    'redirect_uri',
    'code_verifier',
    'refresh_token',
    'scope',
  ])('%s, with another value, the same, or an empty one', async (name) => {
    const { code } = await client.code(world.member);
    const form: Record<string, string> = { ...GRANT, code, ...client.credentials };
    for (const second of ['another', form[name] ?? 'x', '']) {
      const answer = await token({
        form: [...Object.entries({ [name]: 'x', ...form }), [name, second]],
      });
      expect([answer.status, answer.body.error]).toEqual([400, 'invalid_request']);
    }
    expect((await client.exchange(code)).status).toBe(200);
  });

  it.each(['token', 'token_type_hint', 'client_id'])('%s at the other endpoints', async (name) => {
    for (const endpoint of ['/revoke', '/introspect']) {
      const form = Object.entries({ token: 'x', token_type_hint: 'y', ...client.credentials });
      const answer = await token({ form: [...form, [name, 'z']] }, TOKEN_PATH + endpoint);
      expect([answer.status, answer.body.error]).toEqual([400, 'invalid_request']);
    }
  });

  it('however the repetition is written: an encoded name, or a name alone', async () => {
    const { code } = await client.code(world.member);
    const form = query({ ...GRANT, code, ...client.credentials });
    for (const second of ['c%6fde=x', '%63ode=', 'code', `code=${code}`]) {
      const body = `${form}&${second}`;
      const answer = await token({ body, headers: { 'content-type': FORM } });
      expect([answer.status, answer.body.error]).toEqual([400, 'invalid_request']);
    }
    expect((await client.exchange(code)).status).toBe(200);
  });

  it('`resource` may repeat, as long as each is ours (RFC 8707 §2)', async () => {
    const request = async (...resources: string[]) => {
      const { code } = await client.code(world.member);
      const form: [string, string][] = [
        ...Object.entries({ ...GRANT, code, ...client.credentials }),
        ...resources.map((uri): [string, string] => ['resource', uri]),
      ];
      const answer = await token({ form });
      return [answer.status, answer.body.error];
    };
    expect(await request(world.url, `${world.url}/user/v7`)).toEqual([200, undefined]);
    expect(await request(world.url, '')).toEqual([200, undefined]);
    expect(await request('', '')).toEqual([200, undefined]);
    expect(await request(world.url, 'https://other.example')).toEqual([400, 'invalid_target']);
    expect(await request('', 'https://other.example')).toEqual([400, 'invalid_target']);
  });

  it('an unknown parameter may be anything, any number of times (RFC 6749 §3.2)', async () => {
    const { code } = await client.code(world.member);
    const form = Object.entries({ ...GRANT, code, ...client.credentials, audience: 'x' });
    const answer = await token({ form: [...form, ['audience', 'y'], ['foo[]', '1'], ['', '\0']] });
    expect(answer.status).toBe(200);
  });

  it('an empty parameter counts as omitted (RFC 6749 §3.2)', async () => {
    const { code } = await client.code(world.member);
    const more = { redirect_uri: '', code_verifier: '', scope: '', resource: '' };
    expect((await client.exchange(code, more)).status).toBe(200);
  });
});

describe('a value that is not a string is invalid_request', () => {
  const values: [string, unknown][] = [
    ['a number', 1],
    ['a boolean', true],
    ['null', null],
    ['a list', ['x']],
    ['an object', { $ne: '' }],
  ];
  it.each(values)('%s', async (_, value) => {
    for (const name of [
      'grant_type',
      'code',
      'client_id',
      'client_secret',
      'redirect_uri',
      'code_verifier',
    ]) {
      const json = { ...GRANT, ...client.credentials, [name]: value };
      const answer = await token({ json });
      expect([name, answer.status, answer.body.error]).toEqual([name, 400, 'invalid_request']);
    }
    for (const endpoint of ['/revoke', '/introspect']) {
      const answer = await token(
        { json: { ...client.credentials, token: value } },
        TOKEN_PATH + endpoint,
      );
      expect([answer.status, answer.body.error]).toEqual([400, 'invalid_request']);
    }
  });

  const bodies: [string, Message][] = [
    ['a list', { json: [GRANT] }],
    ['a string', { json: 'grant_type=authorization_code' }],
    ['null', { json: null }],
    ['a number', { json: 1 }],
    ['no JSON', { body: '{"grant_type"', headers: { 'content-type': 'application/json' } }],
    ['nothing, called JSON', { body: '', headers: { 'content-type': 'application/json' } }],
    ['nothing', { method: 'POST' }],
    ['an empty form', { form: {} }],
  ];
  it.each(bodies)('a body that is %s', async (_, message) => {
    const answer = await token({ method: 'POST', ...message });
    expect([answer.status, answer.body.error]).toEqual([400, 'invalid_request']);
    expect(answer.headers['content-type']).toMatch(/^application\/json/);
  });

  it.each([
    'text/plain',
    'text/xml',
    'multipart/form-data; boundary=x',
    'application/octet-stream',
  ])('a body of type %s is flat JSON of an error too', async (type) => {
    const body = query({ ...GRANT, ...client.credentials });
    const answer = await token({ body, headers: { 'content-type': type } });
    expect([400, 415]).toContain(answer.status);
    expect(answer.body.error).toBe('invalid_request');
    expect(answer.headers['cache-control']).toBe('no-store');
  });

  it('a value with control characters or a NUL', async () => {
    for (const code of ['a\0b', '\0', 'a\nb', '\u001b']) {
      const answer = await client.exchange(code);
      expect([answer.status, answer.body.error]).toEqual([400, 'invalid_request']);
    }
  });

  it('half a surrogate pair, which JSON can write and nothing can store', async () => {
    for (const endpoint of ['', '/revoke', '/introspect']) {
      const json = { ...GRANT, ...client.credentials, code: '\ud800', token: 'a\udfff' };
      const answer = await token({ json }, TOKEN_PATH + endpoint);
      expect([answer.status, answer.body.error]).toEqual([400, 'invalid_request']);
    }
  });

  it('a value of 60 kB, which is answered and not cut off', async () => {
    const answer = await client.exchange('x'.repeat(60_000));
    expect(answer.status).toBe(400);
    expect(answer.body.error).toMatch(/^invalid_(request|grant)$/);
  });
});

describe('a form that plays with prototypes (CVE-2019-18413)', () => {
  it('names that every object has are unknown parameters like others (RFC 6749 §3.2)', async () => {
    const { code } = await client.code(world.member);
    const form = Object.entries({ ...GRANT, code, ...client.credentials });
    const more = ['constructor', 'toString', 'hasOwnProperty', 'valueOf', 'client_id[__proto__]'];
    const answer = await token({ form: [...form, ...more.map((name) => [name, 'x'] as const)] });
    expect(answer.status).toBe(200);
  });

  it('__proto__ stands in for no parameter', async () => {
    const { clientId, clientSecret = '' } = client.registration;
    const { code } = await client.code(world.member);
    const form = { ...GRANT, code, client_id: clientId };
    for (const name of ['__proto__', '__proto__[client_secret]', '__proto__.client_secret']) {
      const answer = await token({ form: [...Object.entries(form), [name, clientSecret]] });
      expect(['invalid_request', 'invalid_client']).toContain(answer.body.error);
      expect((await token({ form })).body.error).toBe('invalid_client');
    }
    expect((await client.exchange(code)).status).toBe(200);
  });
});

describe('JSON that plays with prototypes (CVE-2019-18413)', () => {
  const type = { 'content-type': 'application/json' };
  it.each([
    '{"__proto__":{"grant_type":"authorization_code","client_id":"ID","client_secret":"SECRET"}}',
    '{"constructor":{"prototype":{"client_id":"ID"}}}',
    '{"grant_type":"authorization_code","code":{"__proto__":"x"},"client_id":"ID","client_secret":"SECRET"}',
  ])('%s', async (template) => {
    const { clientId, clientSecret = '' } = client.registration;
    const body = template.replace('ID', clientId).replace('SECRET', clientSecret);
    const answer = await token({ body, headers: type });
    expect([answer.status, answer.body.error]).toEqual([400, 'invalid_request']);
    const afterwards = await client.exchange('no-such-code');
    expect(afterwards.body.error).toBe('invalid_grant');
  });

  it('a duplicated member is one value or an error, never both', async () => {
    const { code } = await client.code(world.member);
    const { clientId, clientSecret = '' } = client.registration;
    const body = `{"grant_type":"authorization_code","code":"${code}","client_id":"maklerwelt-crm","client_id":"${clientId}","client_secret":"${clientSecret}"}`;
    const answer = await token({ body, headers: type });
    expect([200, 400]).toContain(answer.status);
  });
});

describe('the client is authenticated before anything is said about the code', () => {
  it.each([
    ['an unknown grant type', { grant_type: 'password' }],
    ['no grant type', { code: 'x' }],
    ['no code', { grant_type: 'authorization_code' }],
    ['an invalid scope', { grant_type: 'refresh_token', refresh_token: 'x', scope: 'admin' }],
    ['a foreign resource', { ...GRANT, resource: 'https://other.example' }],
    ['a short verifier', { ...GRANT, code_verifier: 'x' }],
  ])('%s', async (_, form) => {
    const impostor = await token({ form, headers: basic(client.registration.clientId, 'wrong') });
    expect([impostor.status, impostor.body.error]).toEqual([401, 'invalid_client']);
    const rightful = await token({ form, headers: client.basic });
    expect([rightful.status, rightful.body.error]).not.toEqual([401, 'invalid_client']);
    expect(rightful.status).toBe(400);
  });
});

describe('every answer (RFC 6749 §5.1, §5.2)', () => {
  const answers: [string, () => Promise<Awaited<ReturnType<typeof token>>>][] = [
    ['a success', async () => client.exchange((await client.code(world.member)).code)],
    ['invalid_grant', () => client.exchange('x')],
    ['invalid_client', () => client.with({ clientSecret: 'wrong' }).exchange('x')],
    ['invalid_request', () => token({ form: {} })],
    ['a JSON error', () => token({ body: '{', headers: { 'content-type': 'application/json' } })],
    ['a revocation', async () => (await client.revoke('x')) as Awaited<ReturnType<typeof token>>],
    [
      'an introspection (RFC 7662 §4)',
      () => token({ form: { token: 'x', ...client.credentials } }, `${TOKEN_PATH}/introspect`),
    ],
  ];
  it.each(answers)('%s is no-store and flat JSON', async (_, make) => {
    const answer = await make();
    expect(answer.headers['cache-control']).toBe('no-store');
    expect(answer.headers['pragma']).toBe('no-cache');
    expect(answer.headers['content-type']).toMatch(/^application\/json/);
    expect(answer.body).not.toHaveProperty('resource');
    expect(answer.body).not.toHaveProperty('statusCode');
  });

  it('error_description says what to do, in the characters of RFC 6749 §5.2, and ends with the request id', async () => {
    for (const [name, make] of answers) {
      const { status, body, headers } = await make();
      if (status === 200) continue;
      expect([name, Object.keys(body).sort()]).toEqual([name, ['error', 'error_description']]);
      expect(body.error_description).toMatch(/^[\x20-\x21\x23-\x5b\x5d-\x7e]{30,}$/);
      expect(body.error_description).toMatch(new RegExp(`${REQUEST_ID.source}\\)?$`));
      expect(body.error_description).toContain(String(headers['x-request-id']));
    }
  });

  it('the request log knows the request id of every failure of a client that is known', async () => {
    const failures: Message[] = [
      { form: { ...GRANT, ...client.credentials } },
      { form: { ...GRANT, ...client.credentials, client_secret: 'wrong' } },
      { form: GRANT, headers: basic(client.registration.clientId, 'wrong') },
      { form: { ...GRANT, ...client.credentials }, headers: client.basic },
      { form: { ...GRANT, client_id: client.registration.clientId } },
      { form: { ...client.credentials, grant_type: 'password' } },
      { form: [...Object.entries({ ...GRANT, ...client.credentials }), ['code', 'second']] },
      { json: { ...GRANT, ...client.credentials, code: 1 } },
      { form: { ...GRANT, ...client.credentials, code: 'a\0' } },
    ];
    for (const message of failures) {
      const { status, body } = await token(message);
      expect(status).toBeGreaterThanOrEqual(400);
      const [requestId] = REQUEST_ID.exec(body.error_description ?? '') ?? [];
      const log = await world.operator.send<{
        resources: { requestId: string; error: string; reason: string; detail: string }[];
      }>(`${REGISTRY}/${client.client.id}/requests?limit=5`);
      const entry = log.body.resources.find((one) => one.requestId === requestId);
      expect(entry).toMatchObject({ error: body.error });
      expect(body.error_description).toContain(entry?.detail.slice(0, 20));
    }
  });

  it('no secret is ever echoed', async () => {
    const secrets = {
      code: 'code-that-nobody-may-see',
      client_secret: 'secret-that-nobody-may-see',
      code_verifier: 'verifier-that-nobody-may-see-and-is-long-enough-for-one',
      refresh_token: 'refresh-that-nobody-may-see',
      token: 'token-that-nobody-may-see',
      redirect_uri: 'https://redirect.that-nobody-may-see.example/',
      scope: 'scope-that-nobody-may-see',
    };
    const { clientId, clientSecret = '' } = client.registration;
    const attempts: Message[] = [
      { form: { ...secrets, grant_type: 'authorization_code', client_id: clientId } },
      { form: { ...secrets, grant_type: 'refresh_token', client_id: clientId } },
      {
        form: {
          ...secrets,
          grant_type: 'grant-that-nobody-may-see',
          client_id: clientId,
          client_secret: clientSecret,
        },
      },
      {
        form: {
          ...secrets,
          grant_type: 'authorization_code',
          client_id: clientId,
          client_secret: clientSecret,
        },
      },
      {
        form: {
          ...secrets,
          grant_type: 'refresh_token',
          client_id: clientId,
          client_secret: clientSecret,
        },
      },
      { form: { ...secrets, client_id: 'client-that-nobody-may-see' } },
      {
        form: { ...secrets, client_id: clientId },
        headers: basic(clientId, 'basic-that-nobody-may-see'),
      },
      { form: [...Object.entries(secrets), ['code', 'other-that-nobody-may-see']] },
      { json: { ...secrets, code: ['list-that-nobody-may-see'] } },
      {
        body: '{"code":"json-that-nobody-may-see',
        headers: { 'content-type': 'application/json' },
      },
    ];
    for (const message of attempts) {
      for (const endpoint of ['', '/revoke', '/introspect']) {
        const answer = await token(message, TOKEN_PATH + endpoint);
        const all = answer.text + JSON.stringify(answer.headers);
        expect(all).not.toContain('nobody-may-see');
        expect(all).not.toContain(clientSecret);
      }
    }
  });
});

it.each([
  ['a form in other letters (RFC 9110 §8.3.1)', 'Application/X-WWW-Form-URLEncoded', query],
  ['a form with a charset', `${FORM}; charset="utf-8"`, query],
  ['JSON in other letters with a charset', 'APPLICATION/JSON;Charset="UTF-8"', JSON.stringify],
  ['JSON after a byte order mark (RFC 8259 §8.1)', JSON_TYPE, bom],
])('the body may be %s', async (_, type, write) => {
  const { code } = await client.code(world.member);
  const body = write({ ...GRANT, code, ...client.credentials });
  expect((await token({ body, headers: { 'content-type': type } })).status).toBe(200);
});

it('GET, HEAD, OPTIONS, PUT, PATCH and DELETE give no tokens (RFC 6749 §3.2)', async () => {
  const { code } = await client.code(world.member);
  const parameters = { grant_type: 'authorization_code', code, ...client.credentials };
  for (const method of ['GET', 'HEAD', 'OPTIONS', 'PUT', 'PATCH', 'DELETE']) {
    for (const message of [{ method }, { method, form: parameters }]) {
      const answer = await token(message, `${TOKEN_PATH}?${query(parameters)}`);
      expect([answer.status, answer.headers['allow']]).toEqual([405, 'POST']);
      if (method === 'HEAD') continue;
      expect(answer.body.error).toBe('invalid_request');
      expect(answer.body.error_description).toContain(`takes POST, not ${method}.`);
    }
  }
  expect((await client.exchange(code)).status).toBe(200);
});
