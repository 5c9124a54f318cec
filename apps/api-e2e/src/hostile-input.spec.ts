import {
  type Answer,
  bearer,
  DEMO_CLIENTS,
  type Message,
  nameOf,
  type Operation,
  operations,
  type Problem,
  send,
  startWorld,
  type TokenAnswer,
  type World,
} from '@flixcheck/test-harness';
import { afterAll, beforeAll, expect, it } from '@jest/globals';

/** As many requests as take seconds; the seed says which, and a failure names it. */
const REQUESTS = 2000;
const AT_ONCE = 16;
const SEED = Number(process.env['FUZZ_SEED'] ?? 20_260_101);
/** Ends the session that everything else is sent with, or makes a stream that never ends. */
const LEFT_OUT = ['DELETE /user/v7/sessions/current', 'GET /user/v7/connections/changes'];

let world: World;
let all: Operation[];
let secrets: string[];
let headers: Record<string, string>[];
beforeAll(async () => {
  world = await startWorld();
  all = (await operations(world.url)).filter((each) => !LEFT_OUT.includes(nameOf(each)));
  const tokens = await world.crm.connect(world.member);
  secrets = [
    tokens.access_token,
    tokens.refresh_token,
    DEMO_CLIENTS.crm.clientSecret,
    ...[world.member, world.operator].map(({ cookie }) => cookie.split('=')[1] ?? ''),
  ];
  headers = [
    {},
    { cookie: world.member.cookie },
    { cookie: world.admin.cookie },
    { cookie: world.operator.cookie },
    bearer(tokens.access_token),
    world.crm.basic,
    { authorization: 'Bearer \u00ff.x.y' },
    { authorization: `Basic ${Buffer.from([0xff, 0x3a, 0xfe]).toString('base64')}` },
    { cookie: `session=${'%00'.repeat(9)}`, origin: 'null', 'sec-fetch-site': 'cross-site' },
  ];
});
afterAll(() => world.server.stop());

/** mulberry32: the same numbers for the same seed, on every machine. */
function random(seed: number) {
  let state = seed;
  const next = () => {
    state = (state + 0x6d2b79f5) | 0;
    let t = Math.imul(state ^ (state >>> 15), 1 | state);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) / 2 ** 32;
  };
  const pick = <T>(values: readonly T[]): T => values[Math.floor(next() * values.length)] as T;
  return { next, pick };
}

const METHODS = ['GET', 'POST', 'PUT', 'PATCH', 'DELETE', 'HEAD', 'OPTIONS', 'PROPFIND'];
const TYPES = [
  'application/json',
  'application/json; charset=utf-16',
  'application/x-www-form-urlencoded',
  'multipart/form-data',
  'text/plain',
  'application/problem+json',
  ';;',
  'x'.repeat(500),
];
const NAMES = [
  ...['resource', 'email', 'password', 'clientId', 'client_id', 'client_secret', 'grant_type'],
  ...['code', 'refresh_token', 'redirectUri', 'redirectUris', 'scope', 'scopes', 'state', 'userId'],
  ...['codeChallenge', 'codeChallengeMethod', 'token', 'name', 'title', 'recipient', 'status'],
  ...['firstName', 'locale', 'kind', 'publisher', 'logoUri', 'expireOthersAfterSeconds', 'limit'],
  ...['cursor', 'requestId', 'outcome', 'q', 'search', 'sort', 'from', 'to', 'resource[]'],
  ...['__proto__', 'constructor', 'toString', 'hasOwnProperty', '', 'a.b', 'ключ', '\ud800', '\0'],
];
const TEXTS = [
  ...['', ' ', 'x', 'x'.repeat(5000), '\0', '\ud83d', '😀', '\u202e', '%', '%00', "' OR 1=1 --"],
  ...['authorization_code', 'refresh_token', 'active', 'revoked', 'readwrite', 'S256', 'plain'],
  ...[
    'maklerwelt-crm',
    'user@musterhaus.example',
    'http://localhost:4000/callback',
    'javascript:1',
  ],
  ...['0000-00-00T00:00:00Z', '275760-09-13T00:00:00.001Z', '-1', '1e400', '9'.repeat(40), 'NaN'],
  ...['00000000-0000-4000-8000-000000000000', 'WyJ4IiwieSJd', 'WyIyMDI2LTAyLTMwIiwiMSJd', 'null'],
  ...['../../etc/passwd', '//evil.example', 'http://[::1', 'https://a.example/#b', '${7*7}'],
];
const VALUES: unknown[] = [
  ...[null, true, false, 0, -1, 1.5, 1e308, 2 ** 53, -0],
  ...[[], {}, [[]], [null], [{}], [['x', 1]], { $ne: null }, { length: 1e9 }, { toString: 1 }],
];

const NOBODY = '00000000-0000-4000-8000-000000000000';
const GRANT = {
  grant_type: 'authorization_code',
  code: 'x',
  client_id: 'maklerwelt-crm',
  client_secret: 'wrong',
  scope: 'read',
};

/** What a route would take, of which one value is going to be wrong. */
const VALID: [RegExp, Record<string, unknown>][] = [
  [/checks$/, { recipient: { name: 'E', email: 'e@kunde.example' }, title: 'Hausrat' }],
  [/oauth-codes$/, { clientId: 'maklerwelt-crm', scope: 'read', state: 's', userId: NOBODY }],
  [/users\/me$/, { firstName: 'U', lastName: 'M', locale: 'de' }],
  [/password$/, { currentPassword: 'x', newPassword: 'drei-blaue-elefanten' }],
  [/sessions$/, { email: 'nobody@musterhaus.example', password: 'x' }],
  [/users\/\{id\}$/, { status: 'active' }],
  [/connections\/\{id\}$/, { scope: 'read' }],
  [
    /oauth-clients(\/\{id\})?$/,
    {
      ...{ clientId: 'fuzzed', name: 'F', publisher: 'F', description: 'F', kind: 'public' },
      ...{ redirectUris: ['https://f.example/'], scopes: ['read'], logoUri: 'https://f.example/l' },
    },
  ],
  [/secrets$/, { expireOthersAfterSeconds: 60 }],
];

function* fuzz(seed: number, count: number): Generator<Sent> {
  const { next, pick } = random(seed);
  const value = (depth: number): unknown => {
    const kind = next();
    if (kind < 0.45) return pick(TEXTS);
    if (kind < 0.7 || depth > 4) return pick(VALUES);
    if (kind < 0.8) return Array.from({ length: Math.floor(next() * 4) }, () => value(depth + 1));
    return object(depth + 1);
  };
  const object = (depth: number): object => {
    const entries = Array.from({ length: 1 + Math.floor(next() * 5) }, () => [
      pick(NAMES),
      value(depth),
    ]);
    return Object.fromEntries(entries) as object;
  };
  const body = (): string | Buffer => {
    const kind = next();
    if (kind < 0.45) return JSON.stringify({ resource: object(0) });
    if (kind < 0.65) return JSON.stringify(value(0)) ?? '';
    if (kind < 0.8) {
      const pairs = Array.from(
        { length: 4 },
        () => `${escape(pick(NAMES))}=${escape(pick(TEXTS))}`,
      );
      return pairs.join('&');
    }
    if (kind < 0.85) return '{"resource":'.repeat(3000);
    if (kind < 0.9) return Buffer.from(JSON.stringify({ resource: object(0) }), 'utf16le');
    if (kind < 0.95) return Buffer.from([0x7b, 0x22, 0xff, 0xc0, 0x80, 0x22, 0x3a, 0x31, 0x7d]);
    return `{"resource":{"__proto__":{"a":1},"title":"a","title":"b"}}`;
  };
  const part = () => escape(pick(TEXTS)).slice(0, 300) || 'x';

  for (let left = count; left > 0; left--) {
    const operation = pick(all);
    const method = next() < 0.85 ? operation.method : pick(METHODS);
    const path = operation.template.replace(/\{[^}]+\}/g, () => (next() < 0.5 ? part() : NOBODY));
    const query = Array.from(
      { length: Math.floor(next() * 4) },
      () => `${escape(pick(NAMES))}=${part()}`,
    );
    const sent = ['GET', 'HEAD', 'OPTIONS'].includes(method) && next() < 0.9 ? undefined : body();
    const type = next() < 0.75 ? 'application/json' : pick(TYPES);
    yield {
      method,
      path: path + (query.length > 0 ? `?${query.join('&')}` : ''),
      message: {
        body: sent,
        headers: {
          ...pick(headers),
          ...(next() < 0.95 && { 'content-type': type }),
          ...(sent !== undefined && { 'content-length': String(Buffer.byteLength(sent)) }),
        },
      },
    };
  }
}

/** Percent-encoded, now and then as no encoder would. */
function escape(text: string): string {
  return Buffer.from(text)
    .toString('latin1')
    .replace(/[^\w.~-]/g, (byte) => `%${byte.charCodeAt(0).toString(16).padStart(2, '0')}`);
}

type ErrorBody = Partial<Problem & TokenAnswer> | undefined;

/** What is wrong with an answer, if anything is. */
function complaint({
  status,
  headers: { 'content-type': type = '' },
  text,
  body,
}: Answer<ErrorBody>) {
  if (status >= 500) return 'it is a 5xx';
  if (secrets.some((secret) => text.includes(secret))) return 'it says something secret';
  if (/node_modules|at .*\.js:\d|QueryFailed|SyntaxError/.test(text)) return 'it shows the inside';
  if (status < 400 || text === '') return undefined;
  if (type.startsWith('application/problem+json')) {
    const isWhole = body?.status === status && body.code && body.detail && body.requestId;
    return isWhole ? undefined : 'it is half a problem';
  }
  const isFlat = type.startsWith('application/json') && body?.error && body.error_description;
  return isFlat ? undefined : 'it is no error of ours';
}

/** Every copy in which one value, at whatever depth, is replaced by another one. */
function replaced(valid: unknown, wrong: unknown): unknown[] {
  if (Array.isArray(valid))
    return [wrong, ...valid.flatMap((each) => replaced(each, wrong)).map((each) => [each])];
  if (typeof valid !== 'object' || valid === null) return [wrong];
  const copies = Object.entries(valid).flatMap(([name, inner]) =>
    replaced(inner, wrong).map((each) => ({ ...valid, [name]: each })),
  );
  return [wrong, ...copies];
}

interface Sent {
  method: string;
  path: string;
  message: Message;
}

/** Sends them all, and answers with what is wrong with the answers, and which these were. */
async function sendAll(requests: Iterator<Sent>) {
  const complaints: unknown[] = [];
  const statuses = new Set<number>();
  const sender = async () => {
    for (let each = requests.next(); !each.done; each = requests.next()) {
      const { method, path, message } = each.value;
      const answer = await send<ErrorBody>(world.url, path, { ...message, method });
      statuses.add(answer.status);
      const wrong = complaint(answer);
      if (wrong)
        complaints.push({ wrong, ...each.value, status: answer.status, text: answer.text });
    }
  };
  await Promise.all(Array.from({ length: AT_ONCE }, sender));
  return { complaints, statuses };
}

it('whatever is sent, no answer is a 5xx, each error is whole, and nothing secret comes back', async () => {
  const { complaints, statuses } = await sendAll(fuzz(SEED, REQUESTS));
  expect({ seed: SEED, complaints: complaints.slice(0, 5) }).toEqual({
    seed: SEED,
    complaints: [],
  });
  // A sign that the requests got past the first check.
  expect([...statuses]).toEqual(expect.arrayContaining([200, 400, 401, 403, 404]));
});

it('the same, whatever stands in one place of what would be taken', async () => {
  function* requests(): Generator<Sent> {
    const json = { 'content-type': 'application/json' };
    for (const wrong of [...TEXTS, ...VALUES]) {
      for (const { method, template, path, access } of all) {
        const message = { headers: { ...credentialsFor(access), ...json } };
        const valid = VALID.find(([pattern]) => pattern.test(template))?.[1];
        if (access?.kind === 'client') {
          for (const body of replaced(GRANT, wrong)) {
            yield { method, path, message: { ...message, body: JSON.stringify(body) } };
          }
        } else if (valid && ['POST', 'PATCH'].includes(method)) {
          for (const resource of replaced(valid, wrong)) {
            yield { method, path, message: { ...message, body: JSON.stringify({ resource }) } };
          }
        }
      }
    }
  }
  const { complaints, statuses } = await sendAll(requests());
  expect(complaints.slice(0, 5)).toEqual([]);
  expect([...statuses]).toEqual(expect.arrayContaining([200, 201, 400, 401, 404]));
});

function credentialsFor(access: Operation['access']): Record<string, string> {
  if (access?.kind === 'anyone' || access?.kind === 'client') return {};
  const roles = access?.kind === 'session' ? access.roles : [];
  if (roles.includes('operator')) return { cookie: world.operator.cookie };
  return { cookie: roles.includes('admin') ? world.admin.cookie : world.member.cookie };
}
