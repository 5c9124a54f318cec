import {
  type Answer,
  type Message,
  nameOf,
  operations,
  type Problem,
  send,
  startWorld,
  substance,
  type World,
} from '@flixcheck/test-harness';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { type Writer, writersOf } from './writers';

let world: World;
let writers: Writer[];
beforeAll(async () => {
  world = await startWorld();
  writers = await writersOf(world);
});
afterAll(() => world.server.stop());

const write = ({ method, path, who }: Writer, message: Message) =>
  send<Problem>(world.url, path, { ...message, method, headers: { ...who(), ...message.headers } });
const raw = (body: string | Buffer, type = 'application/json'): Message => ({
  body,
  headers: { 'content-type': type },
});

const state = () => substance(world.server.databaseUrl);

function expectProblem(name: unknown, answer: Answer<Problem>) {
  expect([name, Math.floor(answer.status / 100), answer.headers['content-type']]).toEqual([
    name,
    4,
    expect.stringMatching(/^application\/problem\+json/),
  ]);
  expect(answer.body).toMatchObject({
    status: answer.status,
    code: expect.any(String),
    requestId: expect.any(String),
  });
  expect(answer.text).not.toMatch(
    /node_modules|at .*\.js:|SyntaxError|QueryFailed|class-validator/,
  );
}

/** All of these to every route that writes: each a 4xx problem, and nothing written. */
async function expectRefused(messages: (writer: Writer) => [unknown, Message][]) {
  const before = await state();
  for (const writer of writers) {
    const name = `${writer.method} ${writer.path}`;
    for (const [what, message] of messages(writer)) {
      expectProblem([name, what], await write(writer, message));
    }
  }
  expect(await state()).toEqual(before);
}

it('these are all routes that take a body', async () => {
  const expected = (await operations(world.url))
    .filter(({ takesBody, template }) => takesBody && !template.includes('oauth-tokens'))
    .map(nameOf);
  const covered = writers.map(
    ({ method, path }) => `${method} ${path.replace(/[0-9a-f-]{36}/, '{id}')}`,
  );
  expect([...new Set(covered)].sort()).toEqual(expected.sort());
});

describe('what cannot be read is a 4xx problem and writes nothing', () => {
  it.each<[string, Message]>([
    ['JSON that is cut off', raw('{"resource":{')],
    ['no JSON', raw('resource=1')],
    ['JSON after JSON', raw('{"resource":{}}{}')],
    ['a byte order mark and nothing', raw('\ufeff')],
    ['bytes that are not UTF-8', raw(Buffer.from([0x7b, 0xff, 0xfe, 0x7d]))],
    ['lists 10,000 deep', raw('['.repeat(10_000) + ']'.repeat(10_000))],
    ['objects 5,000 deep', raw('{"resource":'.repeat(5_000) + '1' + '}'.repeat(5_000))],
    ['100 kB', raw(JSON.stringify({ resource: { firstName: 'x'.repeat(100_000) } }))],
    ['XML', raw('<resource/>', 'application/xml')],
    ['JSON called text', raw('{"resource":{}}', 'text/plain')],
    ['JSON without a type', { body: '{"resource":{}}' }],
    ['a form', { form: { resource: 'x' } }],
    ['__proto__', raw('{"resource":{"__proto__":{"firstName":"x","status":"disabled"}}}')],
    ['__proto__ outside', raw('{"__proto__":{"resource":{"status":"disabled"}}}')],
    [
      'constructor.prototype',
      raw('{"resource":{"constructor":{"prototype":{"status":"disabled"}}}}'),
    ],
  ])('%s', async (what, message) => {
    await expectRefused(() => [[what, message]]);
  });
});

describe('what is not the envelope is a 4xx problem and writes nothing', () => {
  const bodies: [string, (valid: unknown) => unknown][] = [
    ['a list', (valid) => [{ resource: valid }]],
    ['a string', () => 'resource'],
    ['null', () => null],
    ['a number', () => 1],
    ['resource null', () => ({ resource: null })],
    ['resource as a string', () => ({ resource: 'x' })],
    ['resource as a number', () => ({ resource: 1 })],
    ['resource as a boolean', () => ({ resource: true })],
    ['resource as an empty list', () => ({ resource: [] })],
    ['resource as a list of one', (valid) => ({ resource: [valid] })],
    ['resource as a list of lists', (valid) => ({ resource: [[valid]] })],
    ['a field beside resource', (valid) => ({ resource: valid, other: 1 })],
    ['the fields without resource', (valid) => valid],
    ['an unknown field', (valid) => ({ resource: { ...(valid as object), unknown: 1 } })],
    [
      'a field named like an object’s own',
      (valid) => ({ resource: { ...(valid as object), toString: 'x' } }),
    ],
    [
      'a field named hasOwnProperty',
      (valid) => ({ resource: { ...(valid as object), hasOwnProperty: 1 } }),
    ],
    [
      'another spelling of a field',
      (valid) => ({ resource: { ...(valid as object), CLIENTID: 'x' } }),
    ],
  ];
  it.each(bodies)('%s', async (what, make) => {
    await expectRefused(({ valid }) => [[what, { json: make(valid) }]]);
  });

  it('no resource at all', async () => {
    // Where every field may be left out, so may the envelope.
    const messages: [string, Message][] = [
      ['{}', { json: {} }],
      ['nothing, called JSON', raw('')],
    ];
    await expectRefused(({ path }) => (path.endsWith('/secrets') ? [] : messages));
  });
});

describe('a field of the wrong type is a 4xx problem that names it, and writes nothing', () => {
  const WRONG: Record<string, unknown[]> = {
    string: [1, true, [], {}, ['x'], { $ne: '' }, 'a\0b', 'x'.repeat(5_000)],
    boolean: ['true', 1, 0, [], {}, null],
    number: ['60', true, [], {}, null, -1, 1.5, 1e308],
    object: ['x', 1, true, null, []],
    list: ['x', 1, true, {}, [1], [null], [[]], [{}], ['a\0b'], []],
  };
  const typeOf = (value: unknown) => (Array.isArray(value) ? 'list' : typeof value);
  const cut = (value: unknown) => JSON.stringify(value).slice(0, 30);

  function variants(value: Record<string, unknown>): [string, Record<string, unknown>][] {
    return Object.entries(value).flatMap(([name, inner]) => [
      ...(WRONG[typeOf(inner)] ?? [])
        .filter((wrong) => cut(wrong) !== cut(inner))
        .map((wrong): [string, Record<string, unknown>] => [
          `${name}: ${cut(wrong)}`,
          { ...value, [name]: wrong },
        ]),
      ...(typeOf(inner) === 'object'
        ? variants(inner as Record<string, unknown>).map(
            ([what, changed]): [string, Record<string, unknown>] => [
              `${name}.${what}`,
              { ...value, [name]: changed },
            ],
          )
        : []),
    ]);
  }

  it('each field of each route', async () => {
    await expectRefused(({ valid, nullable }) =>
      variants(valid)
        .filter(([what]) => what !== `${nullable}: null`)
        .map(([what, resource]) => [what, { json: { resource } }]),
    );
  });

  it('the problem names the field as the sender calls it', async () => {
    const answer = await world.member.send('/user/v7/checks', {
      json: { resource: { recipient: { name: 'E', email: 'no-address' }, title: '', extra: 1 } },
    });
    expect([answer.status, answer.body.code]).toEqual([400, 'validation_failed']);
    const fields = answer.body.errors?.map(({ field }) => field) ?? [];
    expect([...new Set(fields)].sort()).toEqual(['extra', 'recipient.email', 'title']);
    for (const error of answer.body.errors ?? []) {
      expect(error).toEqual({
        field: expect.any(String),
        code: expect.stringMatching(/^[a-z_]+$/),
        message: expect.stringMatching(/\.$/),
      });
    }
  });
});

describe('paths and queries', () => {
  const ids = [
    'x',
    '1',
    '%00',
    'a%00b',
    '%ff',
    '..',
    '%2e%2e',
    `'`,
    '%27%20OR%201=1',
    '{}',
    'x'.repeat(300),
    '%F0%9F%A6%8A',
  ];

  it.each(ids)('a malformed id (%s) is a 4xx problem', async (id) => {
    for (const [who, path] of [
      [world.member, `/user/v7/connections/${id}`],
      [world.member, `/user/v7/connections/${id}/events`],
      [world.member, `/user/v7/checks/${id}`],
      [world.operator, `/admin/v7/oauth-clients/${id}`],
      [world.operator, `/admin/v7/oauth-clients/${id}/requests`],
    ] as const) {
      // What the path means without it is another address, which is somebody’s.
      if (id === '..' || id === '%2e%2e') {
        expect((await who.send(path)).status).toBe(404);
        continue;
      }
      expectProblem(path, await who.send(path));
    }
    expectProblem(id, await send(world.url, `/guest/v7/oauth-clients/${id}`));
  });

  it.each(['/user/v7/checks/%zz', '/user/v7/%', '/%', '/guest/v7/oauth-clients/%c0%ae'])(
    'a broken percent-encoding (%s) is a 4xx',
    async (path) => {
      expectProblem(path, await world.member.send(path));
    },
  );

  it('a NUL in a query is a 4xx problem', async () => {
    for (const path of [
      '/user/v7/connections?cursor=%00',
      '/user/v7/connections?clientId=a%00b',
      '/user/v7/oauth-authorization-request?clientId=%00&response_type=code',
      '/user/v7/oauth-authorization-request?clientId=maklerwelt-crm&response_type=code&redirectUri=http://localhost:4000/callback&state=%00',
    ]) {
      expectProblem(path, await world.member.send(path));
    }
  });

  it('a list where a query takes one value is a 4xx problem', async () => {
    for (const query of ['limit=1&limit=2', 'status=active&status=revoked', 'cursor=a&cursor=b']) {
      expectProblem(query, await world.member.send(`/user/v7/connections?${query}`));
    }
  });

  it('a query of 12 kB is a 4xx problem', async () => {
    const path = `/user/v7/connections?cursor=${'x'.repeat(12_000)}`;
    expectProblem('12 kB', await world.member.send(path));
  });

  it('a query that is longer than HTTP servers take is a 431 problem, and breaks nothing', async () => {
    const path = `/user/v7/connections?cursor=${'x'.repeat(100_000)}`;
    // Node answers while the request is still on its way, which may or may not be read.
    const answer = await world.member.send(path).catch(() => undefined);
    if (answer) expectProblem('100 kB', answer);
    expect(answer?.status ?? 431).toBe(431);
    expect(answer?.headers.connection ?? 'close').toBe('close');
    expect((await world.member.send('/user/v7/users/me')).status).toBe(200);
  });
});
