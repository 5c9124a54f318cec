import {
  register,
  send,
  startWorld,
  type ThirdParty,
  TOKEN_PATH,
  type TokenAnswer,
  withoutTable,
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
  tokens = await client.connect(world.member);
});
afterAll(() => world.server.stop());

const works = async (accessToken: string) => (await client.use(accessToken)) === 200;

describe('revocation by the client (RFC 7009)', () => {
  it('the refresh token of the newest grant ends its connection: every token of it is dead at once', async () => {
    const other = await client.connect(world.member);
    const { id } = (await client.me(tokens.access_token)).body.resource.connection;
    const answer = await client.revoke(other.refresh_token);
    expect([answer.status, answer.text]).toEqual([200, '{}']);
    for (const { access_token, refresh_token } of [tokens, other]) {
      expect(await works(access_token)).toBe(false);
      expect((await client.refresh(refresh_token)).body.error).toBe('invalid_grant');
    }
    const connection = await world.member.send(`/user/v7/connections/${id}`);
    expect(connection.body).toMatchObject({
      resource: { status: 'revoked', revokedBy: null, revocationReason: 'client' },
    });
  });

  it('one of an earlier grant ends only its own family', async () => {
    const newest = await client.connect(world.member);
    const next = (await client.refresh(tokens.refresh_token)).body;
    expect((await client.revoke(next.refresh_token)).status).toBe(200);
    for (const { access_token, refresh_token } of [tokens, next]) {
      expect(await works(access_token)).toBe(false);
      expect((await client.refresh(refresh_token)).body.error).toBe('invalid_grant');
    }
    expect(await works(newest.access_token)).toBe(true);
    expect((await client.refresh(newest.refresh_token)).status).toBe(200);
  });

  it('an access token ends only itself', async () => {
    const other = (await client.refresh(tokens.refresh_token)).body;
    const answer = await client.revoke(tokens.access_token);
    expect([answer.status, answer.text]).toEqual([200, '{}']);
    expect(await works(tokens.access_token)).toBe(false);
    expect(await works(other.access_token)).toBe(true);
    expect((await client.refresh(other.refresh_token)).status).toBe(200);
  });

  it('again is 200 again (RFC 7009 §2.2)', async () => {
    for (const token of [tokens.access_token, tokens.refresh_token]) {
      expect((await client.revoke(token)).status).toBe(200);
      expect((await client.revoke(token)).status).toBe(200);
    }
  });

  it.each(['unknown', 'x.y.z', 'ä', 'x'.repeat(86), `' OR 1=1 --`])(
    'an unknown token (%s) is 200 with {} (RFC 7009 §2.2)',
    async (token) => {
      const answer = await client.revoke(token);
      expect([answer.status, answer.text]).toEqual([200, '{}']);
      expect(answer.headers['content-type']).toMatch(/^application\/json/);
      expect(answer.headers['cache-control']).toBe('no-store');
      expect(await works(tokens.access_token)).toBe(true);
    },
  );

  it('so is one that is longer than any of ours', async () => {
    for (const token of ['x'.repeat(50_000), `${tokens.access_token}${'x'.repeat(10_000)}`]) {
      const answer = await client.revoke(token);
      expect([answer.status, answer.text]).toEqual([200, '{}']);
    }
    expect(await works(tokens.access_token)).toBe(true);
  });

  it('a forged one that names a real family is unknown too: it ends nothing', async () => {
    const bytes = Buffer.from(tokens.refresh_token, 'base64url');
    for (const at of [16, 47, 63]) {
      const forged = Buffer.from(bytes);
      forged[at] = (forged[at] ?? 0) ^ 1;
      const answer = await client.revoke(forged.toString('base64url'));
      expect([answer.status, answer.text]).toEqual([200, '{}']);
    }
    expect(await works(tokens.access_token)).toBe(true);
    expect((await client.refresh(tokens.refresh_token)).status).toBe(200);
  });

  it('a missing or empty token is 400 invalid_request', async () => {
    for (const parameters of [{}, { token: '' }]) {
      const answer = await send<TokenAnswer>(world.url, `${TOKEN_PATH}/revoke`, {
        form: { ...client.credentials, ...parameters },
      });
      expect([answer.status, answer.body.error]).toEqual([400, 'invalid_request']);
    }
  });

  it('it takes a form or JSON, credentials in the body or by Basic', async () => {
    const messages = [
      (token: string) => ({ form: { token, ...client.credentials } }),
      (token: string) => ({ json: { token, ...client.credentials } }),
      (token: string) => ({ form: { token }, headers: client.basic }),
      (token: string) => ({ json: { token }, headers: client.basic }),
    ];
    for (const message of messages) {
      const { access_token } = await client.connect(world.member);
      const answer = await send(world.url, `${TOKEN_PATH}/revoke`, message(access_token));
      expect([answer.status, answer.text]).toEqual([200, '{}']);
      expect(await works(access_token)).toBe(false);
    }
  });

  it.each(['access_token', 'refresh_token', 'anything'])(
    'token_type_hint %s, right or wrong, only helps to look (RFC 7009 §2.1)',
    async (token_type_hint) => {
      expect((await client.revoke(tokens.access_token, { token_type_hint })).status).toBe(200);
      expect(await works(tokens.access_token)).toBe(false);
      expect((await client.revoke(tokens.refresh_token, { token_type_hint })).status).toBe(200);
      expect((await client.refresh(tokens.refresh_token)).body.error).toBe('invalid_grant');
    },
  );

  it('a public client revokes by its client_id alone', async () => {
    const own = await world.desktop.connect(world.member);
    expect((await world.desktop.revoke(own.refresh_token)).status).toBe(200);
    expect(await works(own.access_token)).toBe(false);
  });

  it('another client’s token is refused and lives on (RFC 7009 §2.1)', async () => {
    for (const thief of [world.crm, world.desktop]) {
      for (const token of [tokens.access_token, tokens.refresh_token]) {
        const answer = await thief.revoke(token);
        expect([answer.status, answer.body.error]).toEqual([400, 'invalid_grant']);
      }
    }
    expect(await works(tokens.access_token)).toBe(true);
    expect((await client.refresh(tokens.refresh_token)).status).toBe(200);
  });

  it('a replaced refresh token still ends the connection: its client wants it gone', async () => {
    const next = (await client.refresh(tokens.refresh_token)).body;
    expect((await client.revoke(tokens.refresh_token)).status).toBe(200);
    expect(await works(next.access_token)).toBe(false);
    expect((await client.refresh(next.refresh_token)).body.error).toBe('invalid_grant');
  });

  it('GET revokes nothing (RFC 7009 §2.1)', async () => {
    const path = `${TOKEN_PATH}/revoke?token=${tokens.access_token}`;
    const answer = await send(world.url, path, { headers: client.basic });
    expect([404, 405]).toContain(answer.status);
    expect(await works(tokens.access_token)).toBe(true);
  });
});

describe('a database error is never a 200, and nothing revoked is accepted meanwhile (CVE-2020-15223)', () => {
  const broken = (table: string, during: () => Promise<void>) =>
    withoutTable(world.server.databaseUrl, table, during);

  it('an access token whose revocation cannot be written', async () => {
    await broken('revocations', async () => {
      const answer = await client.revoke(tokens.access_token);
      expect(answer.status).toBeGreaterThanOrEqual(500);
      expect(['server_error', 'temporarily_unavailable']).toContain(answer.body.error);
    });
    expect((await client.revoke(tokens.access_token)).status).toBe(200);
    expect(await works(tokens.access_token)).toBe(false);
  });

  it.each(['connections', 'refresh_token_families', 'connection_events'])(
    'a refresh token where %s cannot be reached',
    async (table) => {
      await broken(table, async () => {
        const answer = await client.revoke(tokens.refresh_token);
        expect(answer.status).toBeGreaterThanOrEqual(500);
        expect(answer.text).not.toMatch(/relation|select|update|_gone/i);
      });
      expect((await client.refresh(tokens.refresh_token)).status).toBe(200);
    },
  );

  it('a connection that the portal cannot end', async () => {
    const { id } = (await client.me(tokens.access_token)).body.resource.connection;
    await broken('revocations', async () => {
      const answer = await world.member.send(`/user/v7/connections/${id}`, { method: 'DELETE' });
      expect(answer.status).toBeGreaterThanOrEqual(500);
      expect(answer.headers['content-type']).toMatch(/^application\/problem\+json/);
    });
    expect((await client.refresh(tokens.refresh_token)).status).toBe(200);
  });

  it('introspection says neither active nor inactive', async () => {
    await broken('revocations', async () => {
      const answer = await client.introspect(tokens.access_token);
      expect(answer.status).toBeGreaterThanOrEqual(500);
      expect(answer.body).not.toHaveProperty('active');
    });
  });
});
