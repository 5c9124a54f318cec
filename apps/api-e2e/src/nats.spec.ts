import {
  cli,
  decode,
  eventually,
  type Nodes,
  type NatsServer,
  PortalUser,
  register,
  type RegisteredClient,
  REGISTRY,
  send,
  sql,
  startNatsServer,
  startNodes,
  type ThirdParty,
  type TokenAnswer,
} from '@flixcheck/test-harness';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';

/** How soon every node must refuse what another has ended, in milliseconds. */
const SECOND = 1000;

let nats: NatsServer;
let nodes: Nodes;
let member: PortalUser;
let operator: PortalUser;
let here: ThirdParty & { client: RegisteredClient };
let there: ThirdParty;
let tokens: TokenAnswer;
beforeAll(async () => {
  nats = await startNatsServer();
  nodes = await startNodes({ env: { NATS_URL: nats.url } });
  [member, operator] = await Promise.all([
    PortalUser.signIn(nodes.publicUrl, 'user@musterhaus.example'),
    PortalUser.signIn(nodes.publicUrl, 'operator@flixcheck.example'),
  ]);
});
beforeEach(async () => {
  await untilNatsIs('connected');
  here = await register(operator);
  there = here.with({ url: nodes.urls[1] });
  tokens = await here.connect(member);
  for (const node of [here, there]) expect(await node.use(tokens.access_token)).toBe(200);
});
afterEach(() => {
  nats.deliver(1);
  nats.mend();
});
afterAll(async () => {
  await nodes.stop();
  await nats.stop();
});

const health = async (url = '') =>
  (await send<{ changeFeed: string; nats: string }>(url, '/health/ready')).body;
const untilNatsIs = async (state: string) => {
  for (const url of nodes.urls) {
    await eventually(
      () => health(url),
      (said) => said.nats === state && said.changeFeed === 'live',
      20_000,
    );
  }
};
const connectionId = () => String(decode(tokens.access_token).payload['connection_id']);
const end = () => member.send(`/user/v7/connections/${connectionId()}`, { method: 'DELETE' });
const refused = () =>
  Promise.all(
    [here, there].map((node) =>
      eventually(
        () => node.use(tokens.access_token),
        (status) => status === 401,
        SECOND,
      ),
    ),
  );
const metric = async (url = '') =>
  /^change_feed_nats_connected (\d)$/m.exec(await (await fetch(`${url}/metrics`)).text())?.[1];

describe('nodes that wake each other through NATS refuse within a second', () => {
  it('what another node has ended', async () => {
    const before = nats.published.length;
    await end();
    await refused();
    expect(nats.published.length).toBeGreaterThan(before);
  });

  it('what a command has ended', async () => {
    await cli(nodes, 'oauth-clients', 'disable', here.client.clientId);
    await refused();
  });

  it('what somebody ends in the database, past every program', async () => {
    await sql(
      nodes.databaseUrl,
      `UPDATE connections SET revoked_at = now(), revocation_reason = 'admin' WHERE id = $1`,
      [connectionId()],
    );
    await refused();
  });

  it('and follow a change of a client', async () => {
    expect((await there.exchange('x')).status).toBe(400);
    await operator.send(`${REGISTRY}/${here.client.id}`, {
      method: 'PATCH',
      json: { resource: { status: 'disabled' } },
    });
    await eventually(
      async () => (await there.exchange('x')).status,
      (status) => status === 401,
      SECOND,
    );
  });

  it('when every message is lost', async () => {
    nats.deliver(0);
    await end();
    await refused();
  });

  it('when every message comes twice, and others are among them', async () => {
    nats.deliver(2);
    for (const text of ['', 'a word', JSON.stringify({ subject: connectionId() })]) {
      nats.publish('flixcheck-connect.changes', text);
    }
    expect(await there.use(tokens.access_token)).toBe(200);
    await end();
    await refused();
  });

  it('when NATS is away, which health and metrics say', async () => {
    nats.cut();
    await untilNatsIs('away');
    for (const url of nodes.urls) expect(await metric(url)).toBe('0');
    await end();
    await refused();
    nats.mend();
    await untilNatsIs('connected');
    for (const url of nodes.urls) expect(await metric(url)).toBe('1');
  });
});

describe('what goes over NATS', () => {
  it('says nothing: each message is empty, under one subject', async () => {
    await end();
    await refused();
    expect(new Set(nats.published.map(({ payload }) => payload))).toEqual(new Set(['']));
    expect(new Set(nats.published.map(({ subject }) => subject))).toEqual(
      new Set(['flixcheck-connect.changes']),
    );
  });

  it('needs no session of the database: nobody listens', async () => {
    const feeds = await sql<{ query: string }>(
      nodes.databaseUrl,
      `SELECT query FROM pg_stat_activity
        WHERE datname = current_database() AND application_name LIKE '%change feed'`,
    );
    expect(feeds).toHaveLength(nodes.urls.length);
    // The last statement of a listening connection that has nothing to ask would be a LISTEN.
    for (const { query } of feeds) expect(query).toMatch(/announcement|revocations|snapshot/);
  });
});
