import {
  decode,
  PortalUser,
  register,
  send,
  startWorld,
  type ThirdParty,
  TOKEN_PATH,
  type TokenAnswer,
  type World,
} from '@flixcheck/test-harness';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';

let world: World;
let client: ThirdParty;
let tokens: TokenAnswer;
beforeAll(async () => {
  world = await startWorld();
});
beforeEach(async () => {
  client = await register(world.operator);
  tokens = await client.connect(world.member, { scope: 'read' });
});
afterAll(() => world.server.stop());

const INACTIVE = '{"active":false}';

async function expectInactive(who: ThirdParty, token: string) {
  const answer = await who.introspect(token);
  expect([answer.status, answer.text]).toEqual([200, INACTIVE]);
}

describe('a client sees its own tokens (RFC 7662 §2.2)', () => {
  it('an access token with what stands in it', async () => {
    const { payload } = decode(tokens.access_token);
    const answer = await client.introspect(tokens.access_token);
    expect(answer.status).toBe(200);
    expect(answer.body).toEqual({ active: true, token_type: 'Bearer', ...payload });
    expect(answer.headers['content-type']).toMatch(/^application\/json/);
    expect(answer.headers['cache-control']).toBe('no-store');
  });

  it('a refresh token with the scope and the user of its grant', async () => {
    const { payload } = decode(tokens.access_token);
    const { body } = await client.introspect(tokens.refresh_token);
    expect(body).toMatchObject({
      active: true,
      scope: 'read',
      client_id: client.registration.clientId,
      sub: payload['sub'],
      account_id: payload['account_id'],
      connection_id: payload['connection_id'],
      iss: world.url,
    });
    const idle = Number(body['exp']) - Date.now() / 1000;
    expect(Math.abs(idle - 30 * 86_400)).toBeLessThan(60);
    expect(body['token_type']).not.toBe('Bearer');
  });

  it('introspecting uses nothing up', async () => {
    for (let i = 0; i < 5; i += 1) await client.introspect(tokens.refresh_token);
    expect((await client.refresh(tokens.refresh_token)).status).toBe(200);
  });

  it('introspecting does not count as using the connection: lastUsedAt stays null', async () => {
    await client.introspect(tokens.access_token);
    const connectionId = String(decode(tokens.access_token).payload['connection_id']);
    const connection = await world.member.send(`/user/v7/connections/${connectionId}`);
    expect(connection.body).toMatchObject({ resource: { lastUsedAt: null } });
  });

  it('it takes a form or JSON, credentials in the body or by Basic', async () => {
    const token = tokens.access_token;
    for (const message of [
      { form: { token, ...client.credentials } },
      { json: { token, ...client.credentials } },
      { form: { token }, headers: client.basic },
      { form: { token, token_type_hint: 'refresh_token' }, headers: client.basic },
    ]) {
      const answer = await send(world.url, `${TOKEN_PATH}/introspect`, message);
      expect(answer.body).toMatchObject({ active: true });
    }
  });
});

describe('everything else is {"active":false} and nothing more (RFC 7662 §2.2, §4)', () => {
  it('another client’s token', async () => {
    await expectInactive(world.crm, tokens.access_token);
    await expectInactive(world.crm, tokens.refresh_token);
  });

  it.each(['x', 'x.y.z', 'ä', 'x'.repeat(86)])('an unknown token: %s', async (token) => {
    await expectInactive(client, token);
  });

  it('one that is longer than any of ours', async () => {
    await expectInactive(client, 'x'.repeat(50_000));
  });

  it('a forged refresh token that names a real family', async () => {
    const forged = Buffer.from(tokens.refresh_token, 'base64url');
    forged[40] = (forged[40] ?? 0) ^ 1;
    await expectInactive(client, forged.toString('base64url'));
  });

  it('a token with a broken signature', async () => {
    await expectInactive(client, `${tokens.access_token.slice(0, -2)}AA`);
  });

  it('a revoked access token (CVE-2026-68481)', async () => {
    await client.revoke(tokens.access_token);
    await expectInactive(client, tokens.access_token);
    expect((await client.introspect(tokens.refresh_token)).body).toMatchObject({ active: true });
  });

  it('both tokens of an ended connection, from the moment it has ended (CVE-2026-68481)', async () => {
    const { id } = (await client.me(tokens.access_token)).body.resource.connection;
    await world.member.send(`/user/v7/connections/${id}`, { method: 'DELETE' });
    await expectInactive(client, tokens.access_token);
    await expectInactive(client, tokens.refresh_token);
  });

  it('a refresh token that has been replaced', async () => {
    const next = (await client.refresh(tokens.refresh_token)).body;
    await expectInactive(client, tokens.refresh_token);
    expect((await client.introspect(next.refresh_token)).body).toMatchObject({ active: true });
  });

  it('every token of a family that a reuse has ended', async () => {
    const second = (await client.refresh(tokens.refresh_token)).body;
    const third = (await client.refresh(second.refresh_token)).body;
    await client.refresh(tokens.refresh_token);
    for (const token of [tokens, second, third]) {
      await expectInactive(client, token.access_token);
      await expectInactive(client, token.refresh_token);
    }
  });

  it('the tokens of a disabled user', async () => {
    const { sub } = decode(tokens.access_token).payload;
    const patch = (status: string) =>
      world.admin.send(`/user/v7/users/${String(sub)}`, {
        method: 'PATCH',
        json: { resource: { status } },
      });
    await patch('disabled');
    await expectInactive(client, tokens.access_token);
    await expectInactive(client, tokens.refresh_token);
    await patch('active');
    await expectInactive(client, tokens.access_token);
    world.member = await PortalUser.signIn(world.url);
  });
});

describe('who may ask', () => {
  it('a public client may not, for it could be anybody (RFC 7662 §2.1)', async () => {
    const own = await world.desktop.connect(world.admin);
    const answer = await world.desktop.introspect(own.access_token);
    expect(answer.status).toBe(401);
    expect(answer.body).not.toHaveProperty('active');
    expect(answer.headers).not.toHaveProperty('www-authenticate');
  });

  it('one that tries by Basic is told so in that scheme (RFC 6749 §5.2)', async () => {
    const answer = await send<TokenAnswer>(world.url, `${TOKEN_PATH}/introspect`, {
      form: { token: tokens.access_token },
      headers: world.desktop.basic,
    });
    expect([answer.status, answer.body.error]).toEqual([401, 'invalid_client']);
    expect(answer.headers['www-authenticate']).toMatch(/^Basic realm="/);
  });

  it('nobody without authentication, and no Bearer token (RFC 7662 §2.1)', async () => {
    for (const headers of [undefined, { authorization: `Bearer ${tokens.access_token}` }]) {
      const answer = await send<TokenAnswer>(world.url, `${TOKEN_PATH}/introspect`, {
        form: { token: tokens.access_token },
        headers,
      });
      expect([answer.status, answer.body.error]).toEqual([401, 'invalid_client']);
    }
  });

  it('a missing token is 400 invalid_request', async () => {
    const answer = await send<TokenAnswer>(world.url, `${TOKEN_PATH}/introspect`, {
      form: client.credentials,
    });
    expect([answer.status, answer.body.error]).toEqual([400, 'invalid_request']);
  });
});
