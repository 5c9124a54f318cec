import {
  type Form,
  type Message,
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

interface Entry {
  outcome: 'success' | 'failure';
  error: string | null;
  reason: string | null;
  detail: string | null;
}

let world: World;
let client: ThirdParty & { client: RegisteredClient };
beforeAll(async () => {
  world = await startWorld();
});
beforeEach(async () => {
  client = await register(world.operator);
});
afterAll(() => world.server.stop());

/** As the client's request log has it, newest first. */
async function log(id = client.client.id): Promise<Entry[]> {
  const answer = await world.operator.send<{ resources: Entry[] }>(`${REGISTRY}/${id}/requests`);
  expect(answer.status).toBe(200);
  return answer.body.resources;
}
const post = (form: Form, message: Message = {}, endpoint = '') =>
  send<TokenAnswer>(world.url, TOKEN_PATH + endpoint, { form, ...message });

describe('each way to fail has a reason of its own', () => {
  const CODE = { grant_type: 'authorization_code' };
  const REFRESH = { grant_type: 'refresh_token' };
  const VERIFIER = { code_verifier: 'v'.repeat(43) };
  const CHALLENGED = { codeChallenge: 'c'.repeat(43), codeChallengeMethod: 'S256' };
  const own = () => client.credentials;
  const code = async (more = {}) => (await client.code(world.member, more)).code;
  const end = async () => {
    const { body } = await world.member.send<{ resources: { id: string }[] }>(
      `/user/v7/connections?status=active&clientId=${client.registration.clientId}`,
    );
    const [connection] = body.resources;
    await world.member.send(`/user/v7/connections/${connection?.id ?? ''}`, { method: 'DELETE' });
  };

  const ways: [reason: string, error: string, fail: () => Promise<unknown>][] = [
    [
      'client_secret_missing',
      'invalid_client',
      () => post({ ...CODE, code: 'x', client_id: own()['client_id'] }),
    ],
    [
      'client_secret_wrong',
      'invalid_client',
      () => client.with({ clientSecret: 'x' }).exchange('x'),
    ],
    [
      'several_authentication_methods',
      'invalid_request',
      () => post({ ...CODE, ...own() }, { headers: client.basic }),
    ],
    [
      'several_authorization_headers',
      'invalid_request',
      () => {
        const { authorization } = client.basic;
        return post(
          { ...CODE, code: 'x' },
          { headers: { authorization: [authorization, 'Bearer x'] } },
        );
      },
    ],
    [
      'client_id_mismatch',
      'invalid_request',
      () => post({ ...CODE, client_id: 'other' }, { headers: client.basic }),
    ],
    [
      'parameter_repeated',
      'invalid_request',
      () => post([...Object.entries(own()), ['code', 'x'], ['code', 'y']]),
    ],
    [
      'parameter_not_a_string',
      'invalid_request',
      () => send(world.url, TOKEN_PATH, { json: { ...own(), code: 1 } }),
    ],
    ['parameter_too_long', 'invalid_request', () => client.exchange('x'.repeat(5000))],
    ['parameter_invalid_characters', 'invalid_request', () => client.exchange('a\u0007')],
    ['grant_type_missing', 'invalid_request', () => client.token({})],
    [
      'grant_type_unsupported',
      'unsupported_grant_type',
      () => client.token({ grant_type: 'password' }),
    ],
    [
      'resource_unknown',
      'invalid_target',
      () => client.exchange('x', { resource: 'https://x.example' }),
    ],
    ['code_missing', 'invalid_request', () => client.token(CODE)],
    ['code_unknown', 'invalid_grant', () => client.exchange('x')],
    [
      'code_of_other_client',
      'invalid_grant',
      async () => client.exchange((await world.crm.code(world.member)).code),
    ],
    [
      'redirect_uri_mismatch',
      'invalid_grant',
      async () => client.exchange(await code(), { redirect_uri: 'https://x.example/' }),
    ],
    [
      'code_verifier_unexpected',
      'invalid_grant',
      async () => client.exchange(await code(), VERIFIER),
    ],
    ['code_verifier_missing', 'invalid_grant', async () => client.exchange(await code(CHALLENGED))],
    [
      'code_verifier_mismatch',
      'invalid_grant',
      async () => client.exchange(await code(CHALLENGED), VERIFIER),
    ],
    [
      'code_verifier_malformed',
      'invalid_grant',
      async () => client.exchange(await code(CHALLENGED), { code_verifier: 'x' }),
    ],
    [
      'code_already_used',
      'invalid_grant',
      async () => {
        const used = await code();
        await client.exchange(used);
        await client.exchange(used);
      },
    ],
    [
      'connection_ended',
      'invalid_grant',
      async () => {
        const dead = await code();
        await end();
        await client.exchange(dead);
      },
    ],
    ['refresh_token_missing', 'invalid_request', () => client.token(REFRESH)],
    ['refresh_token_unknown', 'invalid_grant', () => client.refresh('x')],
    [
      'refresh_token_of_other_client',
      'invalid_grant',
      async () => client.refresh((await world.crm.connect(world.member)).refresh_token),
    ],
    [
      'refresh_token_reused',
      'invalid_grant',
      async () => {
        const first = await client.connect(world.member);
        const second = await client.refresh(first.refresh_token);
        await client.refresh(second.body.refresh_token);
        await client.refresh(first.refresh_token);
      },
    ],
    [
      'refresh_token_family_ended',
      'invalid_grant',
      async () => {
        const first = await client.connect(world.member);
        const second = await client.refresh(first.refresh_token);
        const third = await client.refresh(second.body.refresh_token);
        await client.refresh(first.refresh_token);
        await client.refresh(third.body.refresh_token);
      },
    ],
    [
      'scope_wider_than_granted',
      'invalid_scope',
      async () => {
        const { refresh_token } = await client.connect(world.member, { scope: 'read' });
        await client.refresh(refresh_token, { scope: 'readwrite' });
      },
    ],
    ['scope_invalid', 'invalid_scope', () => client.refresh('x', { scope: 'admin' })],
    ['token_missing', 'invalid_request', () => post(own(), {}, '/revoke')],
    [
      'token_of_other_client',
      'invalid_grant',
      async () => client.revoke((await world.crm.connect(world.member)).refresh_token),
    ],
  ];

  it.each(ways)('%s', async (reason, error, fail) => {
    await fail();
    const [newest] = await log();
    expect(newest).toMatchObject({ outcome: 'failure', reason, error });
    expect(newest?.detail?.length).toBeGreaterThan(20);
  });

  it('no two of them are the same, nor do any two say the same in words', async () => {
    expect(new Set(ways.map(([reason]) => reason)).size).toBe(ways.length);
    const details = new Set<string>();
    for (const [, , fail] of ways) {
      client = await register(world.operator);
      await fail();
      details.add((await log())[0]?.detail ?? '');
    }
    expect(details.size).toBe(ways.length);
  });

  it('redirect_uri_unexpected, for a code that is bound to none', async () => {
    const made = await world.member.send<{ resource: { code: string } }>('/user/v7/oauth-codes', {
      json: { resource: { clientId: 'maklerwelt-crm' } },
    });
    await world.crm.exchange(made.body.resource.code, {
      redirect_uri: 'http://localhost:4000/callback',
    });
    const clients = await world.operator.send<{ resources: RegisteredClient[] }>(
      `${REGISTRY}?limit=100`,
    );
    const crm = clients.body.resources.find(({ clientId }) => clientId === 'maklerwelt-crm');
    expect((await log(crm?.id))[0]?.reason).toBe('redirect_uri_unexpected');
  });

  it('secret_from_public_client and public_client_cannot_introspect', async () => {
    const open = await register(world.operator, { kind: 'public', requirePkce: true });
    await open.with({ clientSecret: 'x' }).exchange('x');
    expect((await log(open.client.id))[0]?.reason).toBe('secret_from_public_client');
    await open.introspect('x');
    expect((await log(open.client.id))[0]?.reason).toBe('public_client_cannot_introspect');
  });

  it('client_disabled, for who knows the secret; client_secret_expired after a rotation', async () => {
    await world.operator.send(`${REGISTRY}/${client.client.id}/secrets`, {
      json: { resource: { expireOthersAfterSeconds: 0 } },
    });
    await client.exchange('x');
    expect((await log())[0]?.reason).toBe('client_secret_expired');
    const other = await register(world.operator);
    await world.operator.send(`${REGISTRY}/${other.client.id}`, {
      method: 'PATCH',
      json: { resource: { status: 'disabled' } },
    });
    await other.exchange('x');
    expect((await log(other.client.id))[0]?.reason).toBe('client_disabled');
  });
});
