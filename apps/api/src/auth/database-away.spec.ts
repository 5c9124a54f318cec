import { call, PortalUser } from '@flixcheck/test-harness';
import { afterAll, beforeAll, expect, it } from '@jest/globals';
import { once } from 'node:events';
import { type AddressInfo, connect, createServer, type Socket } from 'node:net';
import { ConnectionsService } from '../connections/connections.service.js';
import { AccessTokens } from '../oauth-tokens/access-tokens.js';
import { createTestApp, type TestApp } from '../testing/test-app.js';
import { createDemoDatabase } from '../testing/test-context.js';

/** A way to the database that can be cut, as by a network or a restart. */
class Cable {
  private readonly sockets = new Set<Socket>();
  private server = this.createServer();

  constructor(private readonly target: URL) {}

  async plugIn(port = 0): Promise<number> {
    this.server = this.createServer();
    this.server.listen(port, '127.0.0.1');
    await once(this.server, 'listening');
    return (this.server.address() as AddressInfo).port;
  }

  async cut(): Promise<number> {
    const { port } = this.server.address() as AddressInfo;
    this.server.close();
    for (const socket of this.sockets) socket.destroy();
    await once(this.server, 'close');
    return port;
  }

  private createServer() {
    return createServer((near) => {
      const far = connect(Number(this.target.port || 5432), this.target.hostname);
      for (const socket of [near, far]) {
        this.sockets.add(socket);
        socket.on('error', () => undefined);
        socket.on('close', () => this.sockets.delete(socket));
      }
      near.pipe(far).pipe(near);
    });
  }
}

let database: Awaited<ReturnType<typeof createDemoDatabase>>;
let cable: Cable;
let test: TestApp;
let user: PortalUser;

beforeAll(async () => {
  database = await createDemoDatabase();
  const url = new URL(database.url);
  cable = new Cable(new URL(url));
  url.hostname = '127.0.0.1';
  url.port = String(await cable.plugIn());
  test = await createTestApp({ databaseUrl: url.href });
  user = await PortalUser.signIn(test.url);
});
afterAll(async () => {
  await test.close();
  await cable.cut();
  await database.drop();
});

async function issueToken(): Promise<string> {
  const [client] = await test.dataSource.query('SELECT id FROM oauth_clients LIMIT 1');
  const connection = await test.dataSource.transaction((tx) =>
    test.app.get(ConnectionsService).consent(tx, {
      oauthClientId: client.id,
      userId: user.id,
      accountId: user.accountId,
      scope: 'read',
      at: test.clock.now(),
    }),
  );
  return test.app.get(AccessTokens).issue(
    {
      userId: user.id,
      accountId: user.accountId,
      clientId: 'maklerwelt-crm',
      connectionId: connection.id,
      familyId: connection.id,
      scope: 'read',
    },
    test.clock.now(),
  ).accessToken;
}

it('with the database away nobody is let through, and nobody is told to sign in again', async () => {
  const headers = { authorization: `Bearer ${await issueToken()}` };
  expect((await call(test.url, 'GET', '/user/v7/users/me', { headers })).status).toBe(200);
  const port = await cable.cut();
  try {
    const session = await user.call('GET', '/user/v7/users/me');
    expect([session.status, session.body.code]).toEqual([503, 'service_unavailable']);
    expect(session.headers['retry-after']).toBeDefined();
    const bearer = await call(test.url, 'GET', '/user/v7/users/me', { headers });
    expect([bearer.status, bearer.body.code]).toEqual([503, 'service_unavailable']);
    const signingIn = await call(test.url, 'POST', '/guest/v7/sessions', {
      resource: { email: 'user@musterhaus.example', password: 'demo-passwort-2026' },
    });
    expect([signingIn.status, signingIn.body.code]).toEqual([503, 'service_unavailable']);
  } finally {
    await cable.plugIn(port);
  }
  expect((await user.call('GET', '/user/v7/users/me')).status).toBe(200);
});
