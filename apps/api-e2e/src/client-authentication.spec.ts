import {
  basic,
  eventually,
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
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';

let world: World;
let client: ThirdParty & { client: RegisteredClient };
let secret: string;
let clientId: string;
beforeAll(async () => {
  world = await startWorld();
  client = await register(world.operator);
  secret = client.registration.clientSecret ?? '';
  clientId = client.registration.clientId;
});
afterAll(() => world.server.stop());

const token = (message: Message, path = TOKEN_PATH) => send<TokenAnswer>(world.url, path, message);
const base64 = (text: string) => ({
  authorization: `Basic ${Buffer.from(text).toString('base64')}`,
});
/** A grant that fails for its code, once the client is known: 400 invalid_grant. */
const grant = { grant_type: 'authorization_code', code: 'no-such-code' };
const AUTHENTICATED = [400, 'invalid_grant'];
const outcome = async (message: Message) => {
  const answer = await token(message);
  return [answer.status, answer.body.error];
};

describe('each way to authenticate works (RFC 6749 §2.3.1)', () => {
  const encodeAll = (text: string) => text.replace(/./g, (c) => `%${c.charCodeAt(0).toString(16)}`);
  const ways: [string, () => Message][] = [
    ['the secret in a form', () => ({ form: { ...grant, ...client.credentials } })],
    ['the secret in JSON', () => ({ json: { ...grant, ...client.credentials } })],
    ['HTTP Basic with a form', () => ({ form: grant, headers: basic(clientId, secret) })],
    ['HTTP Basic with JSON', () => ({ json: grant, headers: basic(clientId, secret) })],
    [
      'HTTP Basic of clients that do not percent-encode',
      () => ({ form: grant, headers: base64(`${clientId}:${secret}`) }),
    ],
    [
      'HTTP Basic with everything percent-encoded (appendix B; openid-client #134)',
      () => ({ form: grant, headers: base64(`${encodeAll(clientId)}:${encodeAll(secret)}`) }),
    ],
    [
      'HTTP Basic with the scheme in another case (RFC 9110 §11.1)',
      () => ({
        form: grant,
        headers: {
          authorization: basic(clientId, secret).authorization.replace('Basic', 'bASIC'),
        },
      }),
    ],
    [
      'HTTP Basic and the same client_id in the body',
      () => ({ form: { ...grant, client_id: clientId }, headers: basic(clientId, secret) }),
    ],
    [
      'HTTP Basic and an empty client_secret in the body, which counts as omitted (RFC 6749 §3.2)',
      () => ({ form: { ...grant, client_secret: '' }, headers: basic(clientId, secret) }),
    ],
    [
      'a content type with a charset',
      () => ({
        body: query({ ...grant, ...client.credentials }),
        headers: { 'content-type': 'application/x-www-form-urlencoded;charset=UTF-8' },
      }),
    ],
    [
      'a public client by client_id alone',
      () => ({ form: { ...grant, ...world.desktop.credentials } }),
    ],
    [
      'a public client with an empty client_secret',
      () => ({ form: { ...grant, ...world.desktop.credentials, client_secret: '' } }),
    ],
    [
      'a public client by Basic with an empty password',
      () => ({ form: grant, headers: basic('assistent-desktop', '') }),
    ],
  ];
  it.each(ways)('%s', async (_, message) => {
    expect(await outcome(message())).toEqual(AUTHENTICATED);
  });

  it('generated ids and secrets consist of A–Z a–z 0–9 - _ only', async () => {
    for (let i = 0; i < 20; i += 1) {
      const { registration } = await register(world.operator);
      expect(registration.clientId).toMatch(/^[A-Za-z0-9_-]+$/);
      expect(registration.clientSecret).toMatch(/^[A-Za-z0-9_-]{43,}$/);
    }
  });
});

describe('what fails is 401 invalid_client, whatever it says about the code (RFC 6749 §5.2)', () => {
  const cases: [string, boolean, () => Message][] = [
    ['no credentials at all', false, () => ({ form: grant })],
    [
      'a confidential client by client_id alone',
      false,
      () => ({ form: { ...grant, client_id: clientId } }),
    ],
    [
      'an empty secret',
      false,
      () => ({ form: { ...grant, client_id: clientId, client_secret: '' } }),
    ],
    [
      'a wrong secret',
      false,
      () => ({ form: { ...grant, client_id: clientId, client_secret: `${secret}x` } }),
    ],
    [
      'the secret in another case',
      false,
      () => ({ form: { ...grant, client_id: clientId, client_secret: secret.toUpperCase() } }),
    ],
    [
      'a part of the secret',
      false,
      () => ({ form: { ...grant, client_id: clientId, client_secret: secret.slice(0, -1) } }),
    ],
    [
      'another client’s secret',
      false,
      () => ({ form: { ...grant, ...world.crm.credentials, client_id: clientId } }),
    ],
    [
      'an unknown client, never told invalid_grant (better-auth #11176)',
      false,
      () => ({ form: { ...grant, client_id: 'nobody', client_secret: secret } }),
    ],
    [
      'a client id in another case',
      false,
      () => ({ form: { ...grant, client_id: 'MAKLERWELT-CRM', client_secret: 'x' } }),
    ],
    [
      'SQL instead of a client id',
      false,
      () => ({ form: { ...grant, client_id: `' OR '1'='1`, client_secret: secret } }),
    ],
    [
      'a public client with a secret',
      false,
      () => ({ form: { ...grant, ...world.desktop.credentials, client_secret: 'x' } }),
    ],
    ['a wrong secret by Basic', true, () => ({ form: grant, headers: basic(clientId, 'wrong') })],
    ['an unknown client by Basic', true, () => ({ form: grant, headers: basic('nobody', 'x') })],
    ['an empty password by Basic', true, () => ({ form: grant, headers: basic(clientId, '') })],
    [
      'Basic that is not base64',
      true,
      () => ({ form: grant, headers: { authorization: 'Basic ***' } }),
    ],
    ['Basic without a colon', true, () => ({ form: grant, headers: base64('nobody') })],
    [
      'Basic with a broken percent-encoding',
      true,
      () => ({ form: grant, headers: base64('a:%zz') }),
    ],
    ['Basic without anything', true, () => ({ form: grant, headers: { authorization: 'Basic' } })],
  ];
  it.each(cases)('%s', async (_, byBasic, message) => {
    const answer = await token(message());
    expect([answer.status, answer.body.error]).toEqual([401, 'invalid_client']);
    const challenge = answer.headers['www-authenticate'];
    if (byBasic) expect(challenge).toMatch(/^Basic realm="/);
    else expect(challenge).toBeUndefined();
    expect(answer.headers['cache-control']).toBe('no-store');
  });

  it('a Bearer token as Authorization is not client authentication', async () => {
    const { access_token } = await client.connect(world.member);
    const answer = await token({
      form: grant,
      headers: { authorization: `Bearer ${access_token}` },
    });
    expect([answer.status, answer.body.error]).toEqual([401, 'invalid_client']);
  });

  it('a token as the Basic password authenticates nobody, there or at a resource (CVE-2026-28699)', async () => {
    const tokens = await client.connect(world.member, { scope: 'read' });
    for (const password of [tokens.access_token, tokens.refresh_token]) {
      for (const user of [clientId, 'user@musterhaus.example', 'x-oauth-basic']) {
        const headers = base64(`${user}:${password}`);
        expect(await outcome({ form: grant, headers })).toEqual([401, 'invalid_client']);
        const resource = await send(world.url, '/user/v7/users/me', { headers });
        expect([resource.status, resource.body.code]).toEqual([401, 'session_required']);
      }
    }
  });

  it('a client’s own secret opens no resource', async () => {
    const answer = await send(world.url, '/user/v7/users/me', { headers: client.basic });
    expect(answer.status).toBe(401);
  });

  it('the answer for a wrong secret and a good code is the same as for a wrong secret and no code', async () => {
    const { code } = await client.code(world.member);
    const impostor = client.with({ clientSecret: 'wrong' });
    const strip = (text?: string) => text?.replace(/request id: \S+/, '');
    const good = await impostor.exchange(code);
    const none = await impostor.exchange('no-such-code');
    expect(good.status).toBe(401);
    expect(strip(good.body.error_description)).toBe(strip(none.body.error_description));
    expect((await client.exchange(code)).status).toBe(200);
  });
});

describe('one method at a time, from one place', () => {
  it('credentials in the header and in the body are invalid_request, even the same ones (RFC 6749 §2.3)', async () => {
    for (const client_secret of [secret, 'other']) {
      const form = { ...grant, client_id: clientId, client_secret };
      expect(await outcome({ form, headers: basic(clientId, secret) })).toEqual([
        400,
        'invalid_request',
      ]);
    }
  });

  it('another client_id in the body than in the header is invalid_request', async () => {
    const form = { ...grant, client_id: 'maklerwelt-crm' };
    expect(await outcome({ form, headers: basic(clientId, secret) })).toEqual([
      400,
      'invalid_request',
    ]);
  });

  it('two Authorization headers are invalid_request, whichever of them is good (RFC 6749 §2.3)', async () => {
    const { code } = await client.code(world.member);
    const good = basic(clientId, secret).authorization;
    for (const pair of [
      [good, good],
      [good, basic('nobody', 'x').authorization],
      [basic('nobody', 'x').authorization, good],
      [good, 'Bearer x'],
    ]) {
      const form = { grant_type: 'authorization_code', code };
      expect(await outcome({ form, headers: { authorization: pair } })).toEqual([
        400,
        'invalid_request',
      ]);
    }
    expect((await client.exchange(code)).status).toBe(200);
  });

  it('credentials in the query are never read (RFC 6749 §2.3.1)', async () => {
    const answer = await token({ form: grant }, `${TOKEN_PATH}?${query(client.credentials)}`);
    expect([answer.status, answer.body.error]).toEqual([401, 'invalid_client']);
    const { code } = await client.code(world.member);
    const whole = { grant_type: 'authorization_code', code, ...client.credentials };
    const inQuery = await token({ form: {} }, `${TOKEN_PATH}?${query(whole)}`);
    expect([inQuery.status, inQuery.body.error]).toEqual([400, 'invalid_request']);
    expect((await client.exchange(code)).status).toBe(200);
  });
});

describe('every endpoint of a client authenticates it (CVE-2026-53512)', () => {
  it.each(['', '/revoke', '/introspect'])('…/oauth-tokens%s', async (endpoint) => {
    const tokens = await client.connect(world.member);
    const { refresh_token } = tokens;
    const form = { grant_type: 'refresh_token', refresh_token, token: refresh_token };
    const attempts: Record<string, string>[] = [
      {},
      { client_id: clientId },
      { client_id: clientId, client_secret: 'x' },
    ];
    for (const credentials of attempts) {
      const answer = await token({ form: { ...form, ...credentials } }, TOKEN_PATH + endpoint);
      expect([answer.status, answer.body.error]).toEqual([401, 'invalid_client']);
    }
    expect(await client.use(tokens.access_token)).toBe(200);
    const refreshed = await client.refresh(refresh_token);
    expect(refreshed.status).toBe(200);
  });
});

describe('secrets rotate without a moment in which none works', () => {
  const rotate = (id: string, resource?: object) =>
    world.operator.send<{ resource: { id: string; value: string } }>(`${REGISTRY}/${id}/secrets`, {
      json: resource === undefined ? {} : { resource },
    });
  const works = async (one: ThirdParty, clientSecret: string) =>
    (await one.with({ clientSecret }).exchange('no-such-code')).status === 400;

  it('two live secrets both work, a third is 409, a removed one stops at once', async () => {
    const one = await register(world.operator);
    const first = one.client.secret;
    const rotated = await rotate(one.client.id);
    expect(rotated.status).toBe(201);
    const second = rotated.body.resource;
    expect(await works(one, first?.value ?? '')).toBe(true);
    expect(await works(one, second.value)).toBe(true);
    expect((await rotate(one.client.id)).status).toBe(409);

    const removed = await world.operator.send(
      `${REGISTRY}/${one.client.id}/secrets/${first?.id ?? ''}`,
      { method: 'DELETE' },
    );
    expect(removed.status).toBe(204);
    expect(await works(one, first?.value ?? '')).toBe(false);
    expect(await works(one, second.value)).toBe(true);
  });

  it('the registry says which of the two is still used', async () => {
    const one = await register(world.operator);
    const { value } = (await rotate(one.client.id)).body.resource;
    expect(await works(one, value)).toBe(true);
    const { body } = await world.operator.send<{
      resource: { secrets: { lastUsedAt: string | null }[] };
    }>(`${REGISTRY}/${one.client.id}`);
    expect(body.resource.secrets.map(({ lastUsedAt }) => lastUsedAt !== null)).toEqual([
      false,
      true,
    ]);
  });

  it('under load, of a guided rotation no exchange and no refresh is lost', async () => {
    const one = await register(world.operator);
    const path = `${REGISTRY}/${one.client.id}`;
    const first = one.client.secret;
    let caller: ThirdParty = one;
    let running = true;
    const answers: number[] = [];
    const rounds = [0, 0, 0, 0];
    const exchange = async () => {
      const { code, verifier } = await caller.code(world.member);
      answers.push((await caller.exchange(code, verifier)).status);
    };
    const refresher = (tokens: TokenAnswer) => async () => {
      const { status, body } = await caller.refresh(tokens.refresh_token);
      answers.push(status);
      tokens = status === 200 ? body : tokens;
    };
    const tokens = [await one.connect(world.member), await one.connect(world.admin)];
    const workers = [exchange, exchange, ...tokens.map(refresher)].map(async (step, index) => {
      while (running) {
        await step();
        rounds[index]! += 1;
      }
    });
    /** Each caller is done with what it began before, and has done more since. */
    const oneRoundLater = async () => {
      const before = [...rounds];
      const done = () => rounds.every((count, index) => count >= before[index]! + 2);
      await eventually(done, Boolean, 20_000);
    };

    await oneRoundLater();
    const { value } = (await rotate(one.client.id)).body.resource;
    await oneRoundLater();
    caller = one.with({ clientSecret: value });
    await oneRoundLater();
    const ended = await world.operator.send(`${path}/secrets/${first?.id}`, { method: 'DELETE' });
    await oneRoundLater();
    running = false;
    await Promise.all(workers);
    expect([ended.status, new Set(answers)]).toEqual([204, new Set([200])]);
    expect(await works(one, first?.value ?? '')).toBe(false);
  });

  it('of parallel rotations no more than two secrets are live', async () => {
    const one = await register(world.operator);
    const answers = await Promise.all(Array.from({ length: 8 }, () => rotate(one.client.id)));
    expect(answers.filter(({ status }) => status === 201)).toHaveLength(1);
    expect(answers.filter(({ status }) => status === 409)).toHaveLength(7);
  });
});

it('a disabled and a deleted client no longer authenticate; once enabled again, it does', async () => {
  const one = await register(world.operator);
  const path = `${REGISTRY}/${one.client.id}`;
  const patch = (status: string) =>
    world.operator.send(path, { method: 'PATCH', json: { resource: { status } } });
  const authenticates = async () => (await one.exchange('no-such-code')).status === 400;

  expect(await authenticates()).toBe(true);
  await patch('disabled');
  expect(await authenticates()).toBe(false);
  await patch('active');
  expect(await authenticates()).toBe(true);
  await world.operator.send(path, { method: 'DELETE' });
  expect(await authenticates()).toBe(false);
});
