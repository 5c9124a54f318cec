import {
  PASSWORD,
  PortalUser,
  register,
  type RegisteredClient,
  REGISTRY,
  startWorld,
  type ThirdParty,
  type TokenAnswer,
  type World,
} from '@flixcheck/test-harness';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';

const EMAIL = 'user@musterhaus.example';
const NEW_PASSWORD = 'drei-blaue-elefanten';

interface AccountUser {
  id: string;
  email: string;
  status: string;
  activeConnections: number;
}

let world: World;
let client: ThirdParty & { client: RegisteredClient };
let tokens: TokenAnswer;
let userId: string;
beforeAll(async () => {
  world = await startWorld();
});
beforeEach(async () => {
  world.member = await PortalUser.signIn(world.url, EMAIL);
  client = await register(world.operator);
  tokens = await client.connect(world.member);
  userId = (await client.me(tokens.access_token)).body.resource.id;
});
afterAll(() => world.server.stop());

const setStatus = (status: string, by = world.admin, id = userId) =>
  by.send<{ resource: AccountUser }>(`/user/v7/users/${id}`, {
    method: 'PATCH',
    json: { resource: { status } },
  });
const changePassword = (user: PortalUser, resource: object) =>
  user.send('/user/v7/users/me/password', { json: { resource } });
const isSignedIn = async (user: PortalUser) =>
  (await user.send('/user/v7/sessions/current')).status === 200;

async function expectAllDead({ access_token, refresh_token }: TokenAnswer) {
  const me = await client.me(access_token);
  expect(me.status).toBe(401);
  expect(me.headers['www-authenticate']).toContain('error="invalid_token"');
  expect((await client.refresh(refresh_token)).body.error).toMatch(/^invalid_(grant|client)$/);
}

describe('a disabled user (a removed team member whose token keeps refreshing)', () => {
  it('loses sessions, connections and codes at once, and cannot sign in', async () => {
    const { code } = await client.code(world.member);
    const answer = await setStatus('disabled');
    expect(answer.body.resource).toMatchObject({ status: 'disabled', activeConnections: 0 });
    try {
      await expectAllDead(tokens);
      expect((await client.exchange(code)).body.error).toBe('invalid_grant');
      expect(await isSignedIn(world.member)).toBe(false);
      await expect(PortalUser.signIn(world.url, EMAIL)).rejects.toThrow('invalid_credentials');
    } finally {
      await setStatus('active');
    }
  });

  it('gets none of it back by being enabled again', async () => {
    await setStatus('disabled');
    await setStatus('active');
    await expectAllDead(tokens);
    expect(await isSignedIn(world.member)).toBe(false);
    const again = await PortalUser.signIn(world.url, EMAIL);
    expect(await client.use((await client.connect(again)).access_token)).toBe(200);
  });

  it('cannot slip a grant through while being disabled', async () => {
    for (let round = 0; round < 5; round += 1) {
      const user = await PortalUser.signIn(world.url, EMAIL);
      const [granted] = await Promise.all([
        client.connect(user).catch(() => undefined),
        setStatus('disabled'),
      ]);
      if (granted) await expectAllDead(granted);
      await setStatus('active');
    }
  });

  it('is disabled by an admin of the account only, and nobody disables themselves', async () => {
    expect((await setStatus('disabled', world.member)).status).toBe(403);
    expect((await setStatus('disabled', world.stranger)).status).toBe(404);
    expect((await setStatus('disabled', world.operator)).status).toBe(403);
    const { body } = await world.admin.send<{ resources: AccountUser[] }>('/user/v7/users');
    const self = body.resources.find(({ email }) => email === 'admin@musterhaus.example');
    expect((await setStatus('disabled', world.admin, self?.id)).status).toBe(409);
    expect(await client.use(tokens.access_token)).toBe(200);
  });

  it('is listed for the admin with the account’s users, and for nobody else', async () => {
    const { body } = await world.admin.send<{ resources: AccountUser[] }>('/user/v7/users');
    expect(body.resources.map(({ email }) => email).sort()).toEqual([
      'admin@musterhaus.example',
      EMAIL,
    ]);
    expect((await world.member.send('/user/v7/users')).status).toBe(403);
  });
});

describe('a disabled or deleted client', () => {
  const path = () => `${REGISTRY}/${client.client.id}`;
  const patch = (status: string) =>
    world.operator.send(path(), { method: 'PATCH', json: { resource: { status } } });

  it.each<[string, () => Promise<{ status: number }>]>([
    ['disabled', () => patch('disabled')],
    ['deleted', () => world.operator.send(path(), { method: 'DELETE' })],
  ])('%s: its tokens and codes stop working, as after a revocation', async (_, end) => {
    const { code } = await client.code(world.member);
    expect((await end()).status).toBeLessThan(300);
    await expectAllDead(tokens);
    expect((await client.exchange(code)).body.error).toBe('invalid_client');
    const listed = await world.member.send<{ resources: { status: string }[] }>(
      `/user/v7/connections?clientId=${client.registration.clientId}`,
    );
    expect(listed.body.resources.map(({ status }) => status)).toEqual(['revoked']);
    const { body } = await world.member.send<{ resources: { clientId: string }[] }>(
      '/user/v7/oauth-clients?limit=100',
    );
    expect(body.resources.map(({ clientId }) => clientId)).not.toContain(
      client.registration.clientId,
    );
  });

  it('enabled again it works for new grants, and no old token comes back', async () => {
    await patch('disabled');
    await patch('active');
    await expectAllDead(tokens);
    const fresh = await client.connect(world.member);
    expect(await client.use(fresh.access_token)).toBe(200);
  });
});

describe('a changed password', () => {
  it('ends the user’s other sessions and gives this one a new id; the connections stay', async () => {
    const other = await PortalUser.signIn(world.url, EMAIL);
    const answer = await changePassword(world.member, {
      currentPassword: PASSWORD,
      newPassword: NEW_PASSWORD,
    });
    const before = world.member;
    world.member = before.after(answer);
    try {
      expect(answer.status).toBe(204);
      expect(await isSignedIn(before)).toBe(false);
      expect(await isSignedIn(world.member)).toBe(true);
      expect(await isSignedIn(other)).toBe(false);
      expect(await client.use(tokens.access_token)).toBe(200);
      expect((await client.refresh(tokens.refresh_token)).status).toBe(200);
      await expect(PortalUser.signIn(world.url, EMAIL)).rejects.toThrow('invalid_credentials');
      await PortalUser.signIn(world.url, EMAIL, NEW_PASSWORD);
    } finally {
      await changePassword(world.member, {
        currentPassword: NEW_PASSWORD,
        newPassword: PASSWORD,
      });
    }
  });

  it('ends the connections too where the user ticks that', async () => {
    const change = async (current: string, newPassword: string, revokeConnections: boolean) => {
      const resource = { currentPassword: current, newPassword, revokeConnections };
      const answer = await changePassword(world.member, resource);
      world.member = world.member.after(answer);
      return answer;
    };
    expect((await change(PASSWORD, NEW_PASSWORD, true)).status).toBe(204);
    await expectAllDead(tokens);
    expect((await change(NEW_PASSWORD, PASSWORD, false)).status).toBe(204);
  });

  it('takes the current one: anything else is 400 and changes nothing', async () => {
    const answer = await changePassword(world.member, {
      currentPassword: 'wrong',
      newPassword: NEW_PASSWORD,
      revokeConnections: true,
    });
    expect([answer.status, answer.body.code]).toEqual([400, 'validation_failed']);
    expect(answer.body.errors).toMatchObject([
      { field: 'currentPassword', code: 'wrong_password' },
    ]);
    expect(await client.use(tokens.access_token)).toBe(200);
    expect((await PortalUser.signIn(world.url, EMAIL)).cookie).toBeTruthy();
  });
});

describe('my devices', () => {
  interface Device {
    id: string;
    current: boolean;
  }
  const devices = async (user: PortalUser) =>
    (await user.send<{ resources: Device[] }>('/user/v7/sessions')).body.resources;

  it('are my sessions, each of which I can end; nobody else’s: 404', async () => {
    const other = await PortalUser.signIn(world.url, EMAIL);
    const mine = await devices(world.member);
    expect(mine.filter(({ current }) => current)).toHaveLength(1);
    const [otherDevice] = (await devices(other)).filter(({ current }) => current);
    expect(mine.map(({ id }) => id)).toContain(otherDevice?.id);

    const theirs = await world.admin.send(`/user/v7/sessions/${otherDevice?.id ?? ''}`, {
      method: 'DELETE',
    });
    expect(theirs.status).toBe(404);
    expect(await isSignedIn(other)).toBe(true);
    const own = await world.member.send(`/user/v7/sessions/${otherDevice?.id ?? ''}`, {
      method: 'DELETE',
    });
    expect(own.status).toBe(204);
    expect(await isSignedIn(other)).toBe(false);
    expect(await isSignedIn(world.member)).toBe(true);
  });
});

describe('my profile', () => {
  it('changes in name and locale, and in nothing else', async () => {
    const patch = (resource: object) =>
      world.member.send('/user/v7/users/me', { method: 'PATCH', json: { resource } });
    const changed = await patch({ firstName: 'Uta', locale: 'en' });
    expect(changed.status).toBe(200);
    expect(changed.body).toMatchObject({ resource: { firstName: 'Uta', locale: 'en' } });
    for (const resource of [
      { role: 'admin' },
      { email: 'x@y.example' },
      { status: 'active' },
      { accountId: crypto.randomUUID() },
      { id: crypto.randomUUID() },
      { locale: 'fr' },
      { firstName: '' },
    ]) {
      const answer = await patch(resource);
      expect([answer.status, answer.body.code]).toEqual([400, 'validation_failed']);
    }
    await patch({ firstName: 'User', locale: 'de' });
    expect((await world.member.send('/user/v7/users/me')).body).toMatchObject({
      resource: { firstName: 'User', role: 'member', email: EMAIL },
    });
  });
});
