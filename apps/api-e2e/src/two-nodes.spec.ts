import {
  cli,
  decode,
  eventually,
  type Nodes,
  PASSWORD,
  PortalUser,
  register,
  type RegisteredClient,
  REGISTRY,
  send,
  startNodes,
  type ThirdParty,
  type TokenAnswer,
  whileEnding,
} from '@flixcheck/test-harness';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';

/** How soon every node must refuse what another has ended, in milliseconds. */
const SECOND = 1000;

let nodes: Nodes;
let member: PortalUser;
let admin: PortalUser;
let operator: PortalUser;
/** The same application, as it talks to each of the nodes. */
let here: ThirdParty & { client: RegisteredClient };
let there: ThirdParty;
let tokens: TokenAnswer;
beforeAll(async () => {
  nodes = await startNodes();
  const [first = ''] = nodes.urls;
  [member, admin, operator] = await Promise.all([
    PortalUser.signIn(first, 'user@musterhaus.example'),
    PortalUser.signIn(first, 'admin@musterhaus.example'),
    PortalUser.signIn(first, 'operator@flixcheck.example'),
  ]);
});
beforeEach(async () => {
  here = await register(operator);
  there = here.with({ url: nodes.urls[1] });
  tokens = await here.connect(member);
  // Both nodes have seen the token as a good one, and so hold whatever they hold of it.
  expect(await here.use(tokens.access_token)).toBe(200);
  expect(await there.use(tokens.access_token)).toBe(200);
});
afterAll(() => nodes.stop());

const connectionId = () => String(decode(tokens.access_token).payload['connection_id']);
const refusedThere = async (token = tokens.access_token) => {
  await eventually(
    () => there.use(token),
    (status) => status === 401,
    SECOND,
  );
  expect(await here.use(token)).toBe(401);
};

describe('what one node grants, the other honours', () => {
  it('a session, a code, a refresh token and an access token work on either', async () => {
    const elsewhere = member.at(nodes.urls[1] ?? '');
    expect((await elsewhere.send('/user/v7/users/me')).status).toBe(200);
    const { code } = await there.code(elsewhere);
    const exchanged = await here.exchange(code);
    expect(exchanged.status).toBe(200);
    const refreshed = await there.refresh(exchanged.body.refresh_token);
    expect(refreshed.status).toBe(200);
    expect(await here.use(refreshed.body.access_token)).toBe(200);
    expect(decode(refreshed.body.access_token).payload['iss']).toBe(nodes.publicUrl);
  });

  it('a retry on the other node gets the same successor', async () => {
    const first = await here.refresh(tokens.refresh_token);
    const retry = await there.refresh(tokens.refresh_token);
    expect(retry.body.refresh_token).toBe(first.body.refresh_token);
  });

  it('of 60 redemptions of one code over both nodes exactly one succeeds', async () => {
    const { code } = await here.code(member);
    const answers = await Promise.all(
      Array.from({ length: 60 }, (_, i) => (i % 2 ? here : there).exchange(code)),
    );
    expect(answers.filter(({ status }) => status === 200)).toHaveLength(1);
  });

  it('50 refreshes over both nodes get one and the same successor', async () => {
    const answers = await Promise.all(
      Array.from({ length: 50 }, (_, i) => (i % 2 ? here : there).refresh(tokens.refresh_token)),
    );
    expect(new Set(answers.map(({ status }) => status))).toEqual(new Set([200]));
    expect(new Set(answers.map(({ body }) => body.refresh_token)).size).toBe(1);
  });
});

describe('what one node ends, the other refuses within a second', () => {
  it('a connection revoked in the portal', async () => {
    await member.send(`/user/v7/connections/${connectionId()}`, { method: 'DELETE' });
    await refusedThere();
    expect((await there.refresh(tokens.refresh_token)).body.error).toBe('invalid_grant');
  });

  it('a connection revoked by its client (RFC 7009)', async () => {
    await here.revoke(tokens.refresh_token);
    await refusedThere();
  });

  it('a single access token, and nothing else of its connection', async () => {
    const other = (await here.refresh(tokens.refresh_token)).body;
    await here.revoke(tokens.access_token);
    await refusedThere();
    expect(await there.use(other.access_token)).toBe(200);
  });

  it('a family whose ancestor was used again', async () => {
    const second = (await here.refresh(tokens.refresh_token)).body;
    const third = (await here.refresh(second.refresh_token)).body;
    await here.refresh(tokens.refresh_token);
    await refusedThere(third.access_token);
    expect((await there.refresh(third.refresh_token)).body.error).toBe('invalid_grant');
  });

  it('a user, whose session ends too', async () => {
    const sub = String(decode(tokens.access_token).payload['sub']);
    const patch = (status: string) =>
      admin.send(`/user/v7/users/${sub}`, { method: 'PATCH', json: { resource: { status } } });
    await patch('disabled');
    await refusedThere();
    const session = await member.at(nodes.urls[1] ?? '').send('/user/v7/users/me');
    expect(session.status).toBe(401);
    await patch('active');
    member = await PortalUser.signIn(nodes.publicUrl, 'user@musterhaus.example');
  });

  it('a client: its tokens, and its right to ask for others', async () => {
    expect((await there.exchange('x')).status).toBe(400);
    await operator.send(`${REGISTRY}/${here.client.id}`, {
      method: 'PATCH',
      json: { resource: { status: 'disabled' } },
    });
    await refusedThere();
    const status = await eventually(
      async () => (await there.exchange('x')).status,
      (answer) => answer === 401,
      SECOND,
    );
    expect(status).toBe(401);
  });

  it('introspection there says inactive at once: it asks the database', async () => {
    await member.send(`/user/v7/connections/${connectionId()}`, { method: 'DELETE' });
    expect((await there.introspect(tokens.access_token)).body).toEqual({ active: false });
    expect((await there.introspect(tokens.refresh_token)).body).toEqual({ active: false });
  });
});

describe('what one node changes, the other follows', () => {
  it('a new secret works there, a removed one does not', async () => {
    const old = here.client.secret;
    const rotated = await operator.send<{ resource: { value: string } }>(
      `${REGISTRY}/${here.client.id}/secrets`,
      { json: {} },
    );
    const fresh = there.with({ clientSecret: rotated.body.resource.value });
    await eventually(
      async () => (await fresh.exchange('x')).status,
      (status) => status === 400,
      SECOND,
    );
    await operator.send(`${REGISTRY}/${here.client.id}/secrets/${old?.id ?? ''}`, {
      method: 'DELETE',
    });
    await eventually(
      async () => (await there.exchange('x')).status,
      (status) => status === 401,
      SECOND,
    );
    expect((await fresh.exchange('x')).status).toBe(400);
  });

  it('failed sign-ins are counted over all nodes', async () => {
    const signIn = (i: number) =>
      send(nodes.urls[i % 2] ?? '', '/guest/v7/sessions', {
        json: { resource: { email: 'admin@beispiel.example', password: i < 12 ? 'x' : PASSWORD } },
      });
    const answers = await Promise.all(Array.from({ length: 12 }, (_, i) => signIn(i)));
    expect(answers.filter(({ status }) => status === 401)).toHaveLength(10);
    expect([(await signIn(12)).status, (await signIn(13)).status]).toEqual([429, 429]);
  });
});

describe('signing keys rotate without breaking live tokens (RFC 7517)', () => {
  interface Key {
    kid: string;
    status: string;
  }
  const published = async (url = '') =>
    (await send<{ keys: Key[] }>(url, '/.well-known/jwks.json')).body.keys.map(({ kid }) => kid);
  const rotate = async (...options: string[]) =>
    JSON.parse(await cli(nodes, 'signing-keys', 'rotate', '--json', ...options)) as Key;
  const kidOf = (token: string) => String(decode(token).header['kid']);
  const onBoth = async (is: (kids: string[]) => boolean) => {
    for (const url of nodes.urls) await eventually(() => published(url), is, SECOND);
  };

  it('a new key is published on every node before it signs, and the old one stays', async () => {
    const key = await rotate();
    await onBoth((kids) => kids.includes(key.kid));
    const next = (await there.refresh(tokens.refresh_token)).body;
    expect(kidOf(next.access_token)).toBe(kidOf(tokens.access_token));
    expect(await there.use(tokens.access_token)).toBe(200);
  });

  it('one that signs at once does so on every node, and tokens of before go on', async () => {
    const key = await rotate('--now');
    await onBoth((kids) => kids.includes(key.kid));
    for (const node of [here, there]) {
      const fresh = (await node.connect(member)).access_token;
      expect(kidOf(fresh)).toBe(key.kid);
      expect(await here.use(fresh)).toBe(200);
      expect(await there.use(fresh)).toBe(200);
      expect(await node.use(tokens.access_token)).toBe(200);
    }
  });

  it('a revoked key is neither published nor believed, within a second, and another one signs', async () => {
    const kid = kidOf(tokens.access_token);
    await cli(nodes, 'signing-keys', 'revoke', kid);
    await onBoth((kids) => !kids.includes(kid));
    await refusedThere();
    expect((await there.introspect(tokens.access_token)).body).toEqual({ active: false });
    const next = await there.refresh(tokens.refresh_token);
    expect(next.status).toBe(200);
    expect(kidOf(next.body.access_token)).not.toBe(kid);
    expect(await here.use(next.body.access_token)).toBe(200);
  });
});

describe('with the feed cut, no revoked token is ever accepted', () => {
  const feedThere = async () =>
    (await send<{ changeFeed: string }>(nodes.urls[1] ?? '', '/health/ready')).body.changeFeed;

  it('not even at once after the revocation, while the listening connections are killed again and again', async () => {
    const feeds = `application_name LIKE '%change feed%'`;
    await whileEnding(nodes.databaseUrl, feeds, async () => {
      for (let round = 0; round < 5; round += 1) {
        tokens = await here.connect(member);
        expect(await there.use(tokens.access_token)).toBe(200);
        await eventually(feedThere, (state) => state === 'down');
        await member.send(`/user/v7/connections/${connectionId()}`, { method: 'DELETE' });
        expect(await there.use(tokens.access_token)).toBe(401);
      }
    });
    await eventually(feedThere, (state) => state === 'live');
    expect(await there.use(tokens.access_token)).toBe(401);
  });
});
