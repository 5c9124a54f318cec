import {
  bearer,
  type Operation,
  operations,
  type Problem,
  send,
  startWorld,
  type World,
} from '@flixcheck/test-harness';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';

let world: World;
let accessToken: string;
/** What every GET of the API answers that takes no further parameters but ids. */
let answers: [operation: Operation, body: Record<string, unknown>][];
let lists: Operation[];

beforeAll(async () => {
  world = await startWorld();
  accessToken = (await world.crm.connect(world.admin)).access_token;
  await world.crm.use(accessToken);
  await world.admin.send('/user/v7/checks', {
    json: { resource: { recipient: { name: 'Erika', email: 'erika@kundin.example' }, title: 'x' } },
  });
  const crm = await firstId('/admin/v7/oauth-clients');
  await world.operator.send(`/admin/v7/oauth-clients/${crm}/developers`, {
    json: { resource: { email: 'admin@musterhaus.example' } },
  });
  answers = await Promise.all(
    (await operations(world.url)).filter(isHouseRead).map(async (operation) => {
      const path = await withRealIds(operation.template);
      return [operation, (await get(path)).body] as [Operation, Body];
    }),
  );
  lists = answers
    .filter(([{ template }, body]) => 'resources' in body && template !== MAILBOX)
    .map(([operation]) => operation);
});
afterAll(() => world.server.stop());

type Body = Record<string, unknown>;

/** Those that need more than an id, or answer with something else than JSON, have tests of their own. */
const OTHERS = [
  ...['/changes', '/export', '/logo/{hash}'],
  ...['/oauth-authorization-request', '/oauth-userinfo'],
];
/** Of a demo: the last few mails, no list to page through. */
const MAILBOX = '/guest/v7/demo-mails';
const isHouseRead = ({ method, template }: Operation): boolean =>
  method === 'GET' &&
  /^\/(user|admin|guest)\//.test(template) &&
  !OTHERS.some((end) => template.endsWith(end));

const REAL_IDS: Record<string, () => Promise<string>> = {
  '/user/v7/connections/': () => firstId('/user/v7/connections'),
  '/user/v7/checks/': () => firstId('/user/v7/checks'),
  '/user/v7/users/': () => firstId('/user/v7/users'),
  '/admin/v7/accounts/': () => firstId('/admin/v7/accounts'),
  '/admin/v7/oauth-clients/': () => firstId('/admin/v7/oauth-clients'),
  '/user/v7/developer/oauth-clients/': () => firstId('/user/v7/developer/oauth-clients'),
  '/guest/v7/oauth-clients/': () => Promise.resolve('maklerwelt-crm'),
};

async function firstId(path: string): Promise<string> {
  const { body } = await get<{ resources: { id: string; clientId?: string }[] }>(path);
  const client = body.resources.find(({ clientId }) => clientId === 'maklerwelt-crm');
  return (client ?? body.resources[0])?.id ?? '';
}

async function withRealIds(template: string): Promise<string> {
  const [start, makeId] =
    Object.entries(REAL_IDS).find(([prefix]) => template.startsWith(`${prefix}{`)) ?? [];
  if (!start || !makeId) return template;
  return template.replace(/\{\w+\}/, await makeId());
}

function get<Answer = Body>(path: string) {
  return (path.startsWith('/admin/') ? world.operator : world.admin).send<Answer>(path);
}

describe('what answers look like', () => {
  it('requests and answers carry resource, lists resources and meta', async () => {
    expect(answers.length).toBeGreaterThan(14);
    for (const [{ template }, body] of answers) {
      const names = 'resources' in body ? ['meta', 'resources'] : ['resource'];
      expect([template, Object.keys(body).sort()]).toEqual([template, names]);
    }
    const bare = await world.admin.send('/user/v7/users/me', {
      method: 'PATCH',
      json: { locale: 'en' },
    });
    expect([bare.status, bare.body.code]).toEqual([400, 'validation_failed']);
  });

  it('field names are camelCase, ids UUIDs, times ISO 8601 in UTC', () => {
    const seen = { names: 0, ids: 0, times: 0 };
    for (const [{ template }, body] of answers) {
      for (const [name, value] of fieldsOf(body)) {
        const field = `${template}: ${name}`;
        expect([field, /^[a-z][A-Za-z]*$/.test(name)]).toEqual([field, true]);
        seen.names += 1;
        const isNumbered =
          /\/(events|audit-records)$/.test(template) && name === 'id' && /^\d+$/.test(`${value}`);
        if (/^id$|[a-z]Id$/.test(name) && name !== 'clientId' && value !== null && !isNumbered) {
          expect([field, value]).toEqual([field, expect.stringMatching(UUID)]);
          seen.ids += 1;
        }
        if (/(^at|At)$/.test(name) && value !== null) {
          expect([field, value]).toEqual([field, expect.stringMatching(UTC)]);
          seen.times += 1;
        }
      }
    }
    expect(Math.min(seen.names, seen.ids, seen.times)).toBeGreaterThan(20);
  });
});

const UUID = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/;
const UTC = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/;

/** Every field, however deep. */
function fieldsOf(value: unknown): [name: string, value: unknown][] {
  if (Array.isArray(value)) return value.flatMap(fieldsOf);
  if (typeof value !== 'object' || value === null) return [];
  return Object.entries(value).flatMap(([name, child]) => [[name, child], ...fieldsOf(child)]);
}

interface Page extends Problem {
  resources: { email?: string; client?: { name: string } }[];
  meta: { nextCursor?: string; total: number };
}

describe('lists', () => {
  it('every list takes limit and cursor, and refuses made-up ones', async () => {
    expect(lists.length).toBeGreaterThan(6);
    for (const { template } of lists) {
      const path = await withRealIds(template);
      const one = await get<Page>(`${path}?limit=1`);
      expect([template, one.status, one.body.resources.length <= 1]).toEqual([template, 200, true]);
      for (const wrong of ['limit=0', 'limit=101', 'limit=many', 'cursor=made-up']) {
        const refused = await get<Problem>(`${path}?${wrong}`);
        expect([template, wrong, refused.status, refused.body.code]).toEqual([
          ...[template, wrong],
          ...[400, 'validation_failed'],
        ]);
      }
    }
  });

  it('the lists of users and connections are searched, sorted and counted', async () => {
    const users = (search: string) => get<Page>(`/user/v7/users?${search}`);
    const emails = async (search: string) =>
      (await users(search)).body.resources.map(({ email }) => email);
    const sorted = await emails('sort=email');
    expect(sorted).toEqual(['admin@musterhaus.example', 'user@musterhaus.example']);
    expect(await emails('sort=-email')).toEqual([...sorted].reverse());
    expect(await emails('q=MUSTERHAUS%20user')).toEqual(['user@musterhaus.example']);
    expect((await users('limit=1')).body.meta.total).toBe(2);

    await world.scanner.connect(world.admin);
    const connections = (search: string) => get<Page>(`/user/v7/connections?${search}`);
    const names = async (search: string) =>
      (await connections(search)).body.resources.map(({ client }) => client?.name);
    expect(await names('sort=client')).toEqual(['Belegscanner', 'Maklerwelt CRM']);
    expect(await names('sort=-client')).toEqual(['Maklerwelt CRM', 'Belegscanner']);
    expect(await names('q=belegSCANNER')).toEqual(['Belegscanner']);
    expect((await connections('limit=1')).body.meta.total).toBe(2);
    const { nextCursor } = (await connections('limit=1&sort=client')).body.meta;
    const other = await connections(`cursor=${nextCursor}&sort=person`);
    expect([other.status, other.body.code]).toEqual([400, 'validation_failed']);
  });
});

describe('addresses and bodies', () => {
  it('a slash too many is a 404 that names the right address', async () => {
    const house = await world.member.send('/user/v7/users/me/');
    expect([house.status, house.body.code]).toEqual([404, 'not_found']);
    expect(house.body.detail).toMatch(/: \/user\/v7\/users\/me$/);
    const oauth = await send<{ error: string; error_description: string }>(
      world.url,
      '/guest/v7/oauth-tokens/',
      { form: { grant_type: 'refresh_token' } },
    );
    expect([oauth.status, oauth.body.error]).toEqual([404, 'invalid_request']);
    expect(oauth.body.error_description).toContain('/guest/v7/oauth-tokens ');
  });

  it.each(['application/json', 'text/plain', 'application/x-www-form-urlencoded', 'nonsense'])(
    'a request without a body may carry any Content-Type: %s',
    async (type) => {
      const headers = { 'content-type': type };
      expect((await world.member.send('/user/v7/users/me', { headers })).status).toBe(200);
      const asClient = await send(world.url, '/user/v7/checks', {
        headers: { ...headers, ...bearer(accessToken) },
      });
      expect(asClient.status).toBe(200);
      const path = '/user/v7/sessions';
      expect((await world.admin.send(path, { method: 'DELETE', headers })).status).toBe(204);
    },
  );
});
