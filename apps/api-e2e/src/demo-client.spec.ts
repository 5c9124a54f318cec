import {
  freePort,
  type Page,
  PortalUser,
  type RunningDemoClient,
  type RunningServer,
  spawnDemoClient,
  startDemoClient,
  startServer,
  Visitor,
} from '@flixcheck/test-harness';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { once } from 'node:events';

/** What an access token of ours looks like: a signed JWT. */
const JWT = /eyJ[\w-]+\.[\w-]+\.[\w-]+/;

describe('the demo third-party application', () => {
  let server: RunningServer;
  let demo: RunningDemoClient;
  let user: PortalUser;
  let visitor: Visitor;

  beforeAll(async () => {
    const port = await freePort();
    server = await startServer({ env: { DEMO_CLIENT_PORT: String(port) } });
    demo = await startDemoClient(port, server.url);
    user = await PortalUser.signIn(server.url);
  });

  afterAll(async () => {
    await demo.abandon();
    await server.stop();
  });

  const page = async (visit: Promise<Page | URL>): Promise<Page> => {
    const result = await visit;
    if (result instanceof URL) throw new Error(`Sent away to ${result.href}`);
    return result;
  };
  const link = async (visit: Promise<Page | URL>): Promise<URL> => {
    const result = await visit;
    if (!(result instanceof URL)) throw new Error(`Not sent away, but shown ${result.html}`);
    return result;
  };
  const connect = async (): Promise<Page> => {
    const callback = await user.grant(await link(visitor.get('/connect')));
    return page(visitor.get(callback.pathname + callback.search));
  };

  const onlyConnection = async (): Promise<string | undefined> => {
    const connections = await user.request('GET', '/user/v7/connections?status=active');
    const { resources } = (await connections.json()) as { resources: { id: string }[] };
    expect(resources).toHaveLength(1);
    return resources[0]?.id;
  };

  test('asks with state and PKCE, and comes back to say whom it acts for', async () => {
    visitor = new Visitor(demo.url);
    expect((await page(visitor.get('/'))).html).toContain('Connect with Flixcheck');
    const request = await link(visitor.get('/connect'));
    expect(request.pathname).toBe('/portal/oauth/authorize');
    expect(request.searchParams.get('state')).toMatch(/^[\w-]{20,}$/);
    expect(request.searchParams.get('code_challenge_method')).toBe('S256');

    const callback = await user.grant(request);
    const connected = await page(visitor.get(callback.pathname + callback.search));
    expect(connected.url.href).toBe(`${demo.url}/flixcheck`);
    expect(connected.html).toContain('user@musterhaus.example');
    expect(connected.html).toContain('Musterhaus Versicherungsmakler GmbH');
    expect(connected.html).not.toMatch(JWT);
    expect(connected.headers.get('content-security-policy')).toMatch(/^default-src 'none';/);
  });

  test('creates a check in the user’s name', async () => {
    const created = await page(visitor.post('/checks', { customer: 'weingut-sonnhang' }));
    expect(created.html).toContain('for Weingut Sonnhang GbR has been created');
    expect(created.html).toMatch(/created by User Musterhaus through\s+Maklerwelt CRM/);

    const response = await user.request('GET', '/user/v7/checks');
    const { resources } = (await response.json()) as { resources: object[] };
    expect(resources).toEqual([
      expect.objectContaining({
        recipient: { name: 'Weingut Sonnhang GbR', email: 'hof@weingut-sonnhang.example' },
        createdVia: expect.objectContaining({ clientId: 'maklerwelt-crm' }),
      }),
    ]);
  });

  test('refreshes its tokens and shows that they changed, not what they are', async () => {
    const refreshed = await page(visitor.post('/refresh'));
    expect(refreshed.html).toContain('The tokens have been refreshed');
    expect(refreshed.html).not.toMatch(JWT);
  });

  test('says that the connection stays as it was when the user refuses to renew it', async () => {
    const callback = await user.refuse(await link(visitor.get('/connect')));
    const refused = await page(visitor.get(callback.pathname + callback.search));
    expect(refused.html).toContain('Your connection stays as it was');
    expect(refused.html).not.toContain('You refused access');
  });

  test('offers no check where viewing alone is allowed, and leads to where more is', async () => {
    const path = `/user/v7/connections/${await onlyConnection()}`;
    await user.request('PATCH', path, { resource: { scope: 'read' } });
    const before = await page(visitor.get('/'));
    expect(before.html).toContain('Create check');
    const refused = await page(visitor.post('/checks', { customer: 'weingut-sonnhang' }));
    expect(refused.html).toContain('You allowed Maklerwelt CRM to view only');
    expect(refused.html).toContain('Allow more');
    const customers = await page(visitor.get('/'));
    expect(customers.html).toContain('You allowed viewing only');
    expect(customers.html).not.toContain('Create check');
  });

  test('refuses a callback with the state of nobody, and one from another issuer', async () => {
    const stranger = new Visitor(demo.url);
    const unasked = await page(stranger.get('/callback?code=c&state=s'));
    expect(unasked.html).toContain('This return belongs to no request');

    const callback = await user.grant(await link(stranger.get('/connect')));
    callback.searchParams.set('iss', 'https://elsewhere.example');
    const mixedUp = await page(stranger.get(callback.pathname + callback.search));
    expect(mixedUp.html).toContain('The answer does not match the request');
    expect(mixedUp.url.search).toBe('');
  });

  test('says that the user refused', async () => {
    const stranger = new Visitor(demo.url, 'de');
    const callback = await user.refuse(await link(stranger.get('/connect')));
    const refused = await page(stranger.get(callback.pathname + callback.search));
    expect(refused.html).toContain('Sie haben den Zugriff abgelehnt');
    expect(refused.html).toContain('access_denied');
  });

  test('says what happened after the user ended the connection, and connects again', async () => {
    await user.request('DELETE', `/user/v7/connections/${await onlyConnection()}`);

    const ended = await page(visitor.post('/refresh'));
    expect(ended.html).toContain('The connection has ended');
    expect(ended.html).toMatch(/HTTP status<\/dt>\s*<dd>401</);
    expect(ended.html).toContain('<code>invalid_grant</code>');

    expect((await connect()).html).toContain('Connected. Maklerwelt CRM now acts for');
  });

  test('hands its tokens back when it disconnects', async () => {
    expect((await page(visitor.post('/disconnect'))).html).toContain('Disconnected.');
    const connections = await user.request('GET', '/user/v7/connections?status=active');
    expect(await connections.json()).toMatchObject({ resources: [] });
  });

  test('refuses a form that another site sent', async () => {
    const response = await fetch(`${demo.url}/disconnect`, {
      method: 'POST',
      headers: { origin: 'https://elsewhere.example' },
    });
    expect(response.status).toBe(403);
  });

  test('does the same on @flixcheck/connect-client, where it is told to (DEMO_CLIENT_FLAVOUR)', async () => {
    await demo.abandon();
    demo = await startDemoClient(Number(new URL(demo.url).port), server.url, 'connect-client');
    visitor = new Visitor(demo.url);
    const connected = await connect();
    expect(connected.html).toContain('Connected. Maklerwelt CRM now acts for');
    expect(connected.html).toContain('user@musterhaus.example');
    const refreshed = await page(visitor.post('/refresh'));
    expect(refreshed.html).toContain('The tokens have been refreshed');
    expect(refreshed.html).not.toMatch(JWT);
    const created = await page(visitor.post('/checks', { customer: 'weingut-sonnhang' }));
    expect(created.html).toMatch(/created by User Musterhaus through\s+Maklerwelt CRM/);

    const mixedUp = await user.grant(await link(visitor.get('/connect')));
    mixedUp.searchParams.set('iss', 'https://elsewhere.example');
    expect((await page(visitor.get(mixedUp.pathname + mixedUp.search))).html).toContain(
      'The answer does not match the request',
    );
    const refused = await user.refuse(await link(visitor.get('/connect')));
    expect((await page(visitor.get(refused.pathname + refused.search))).html).toContain(
      '<code>access_denied</code>',
    );
    await user.request('DELETE', `/user/v7/connections/${await onlyConnection()}`);
    const ended = await page(visitor.get('/flixcheck'));
    expect(ended.html).toContain('The connection has ended');
    expect(ended.html).toContain('<code>invalid_grant</code>');
    await connect();
    expect((await page(visitor.post('/disconnect'))).html).toContain('Disconnected.');
  });
});

describe('the demo application as a process', () => {
  test('starts without Flixcheck, and says so when it is needed', async () => {
    const demo = await startDemoClient(await freePort(), `http://localhost:${await freePort()}`);
    const shown = await new Visitor(demo.url).get('/connect');
    expect(shown).toMatchObject({ html: expect.stringContaining('Flixcheck cannot be reached') });
    await demo.abandon();
  });

  test('says in one sentence that its port is taken, and ends', async () => {
    const port = await freePort();
    const first = await startDemoClient(port, 'http://localhost:1');
    const second = spawnDemoClient(port, 'http://localhost:1');
    const [message] = await once(second, 'message');
    const [code] = await once(second, 'exit');
    expect(message).toEqual({ type: 'failed', message: expect.stringContaining(`Port ${port}`) });
    expect(code).toBe(1);
    await first.abandon();
  });
});
