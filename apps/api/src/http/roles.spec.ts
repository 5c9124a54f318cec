import { PortalUser } from '@flixcheck/test-harness';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { createTestApp, type TestApp } from '../testing/test-app.js';

const root = resolve(__dirname, '../../../..');
const read = (file: string) => readFileSync(resolve(root, file), 'utf8');

/**
 * Who knocks at every route. `disabled` was signed in until an admin has shut them out, and is a
 * developer of the same client as the member; the admin is one of another client.
 */
const ROLES = ['operator', 'admin', 'member', 'nobody', 'disabled'] as const;
type Heard = 'in' | 401 | 403 | 404;
type Answers = readonly Heard[];

/** What each of them hears where the contract’s table names these callers. */
const ANSWERS: Record<string, Answers> = {
  anyone: ['in', 'in', 'in', 'in', 'in'],
  client: ['in', 'in', 'in', 'in', 'in'],
  session: ['in', 'in', 'in', 401, 401],
  'session (admin)': [403, 'in', 403, 401, 401],
  'session (operator)': ['in', 403, 403, 401, 401],
  'session (admin, operator)': ['in', 'in', 403, 401, 401],
  'session (developer)': [404, 404, 'in', 401, 401],
  token: [401, 401, 401, 401, 401],
  'session or token': ['in', 'in', 'in', 401, 401],
};

const { paths } = JSON.parse(read('apps/api/openapi.json')) as { paths: Record<string, object> };
const routes = Object.entries(paths).flatMap(([path, item]) =>
  Object.keys(item).map((method) => `${method.toUpperCase()} ${path}`),
);
/** `GET /path` → whom the table names, without the scopes. */
const rows = new Map(
  [
    ...read('docs/contract.md').matchAll(/^\| ([A-Z, ]+?) +\| `([^`?[]+)[^|]*\| ([^|]+?) +\|/gm),
  ].flatMap(([, methods = '', path = '', who = '']) =>
    methods.split(', ').map((method) => [`${method} ${path}`, who.replace(/ \(`.*`\)$/, '')]),
  ),
);

let api: TestApp;
let cookies: Record<(typeof ROLES)[number], string>;
let developed: string;

beforeAll(async () => {
  api = await createTestApp();
  const admin = await PortalUser.signIn(api.url, 'admin@musterhaus.example');
  const user = await PortalUser.signIn(api.url, 'user@musterhaus.example');
  developed = await appointDevelopers();
  await admin.call('PATCH', `/user/v7/users/${user.id}`, { resource: { status: 'disabled' } });
  await api.dataSource.query(
    `UPDATE users SET role = 'member' WHERE email = 'admin@beispiel.example'`,
  );
  cookies = { operator: '', admin: '', member: '', nobody: '', disabled: user.cookie };
  await signInAll();
});
afterAll(() => api.close());

const DESK = /\/developer\/oauth-clients\/\{id\}/;
const PEOPLE = {
  operator: 'operator@flixcheck.example',
  admin: 'admin@musterhaus.example',
  member: 'admin@beispiel.example',
};
const signInAll = async () => {
  for (const [role, email] of Object.entries(PEOPLE) as [keyof typeof PEOPLE, string][]) {
    cookies[role] = (await PortalUser.signIn(api.url, email)).cookie;
  }
};

/** @returns the id of the client of which the member is a developer, and the admin is not */
async function appointDevelopers(): Promise<string> {
  const operator = await PortalUser.signIn(api.url, PEOPLE.operator);
  const { body } = await operator.call('GET', '/admin/v7/oauth-clients');
  const [mine, another] = body.resources.map(({ id }) => String(id));
  for (const [id, email] of [
    [mine, PEOPLE.member],
    [mine, 'user@musterhaus.example'],
    [another, PEOPLE.admin],
  ]) {
    const path = `/admin/v7/oauth-clients/${id}/developers`;
    expect((await operator.call('POST', path, { resource: { email } })).status).toBe(201);
  }
  return mine ?? '';
}

/** Nothing that the route would take, so that nothing changes where it lets somebody in. */
async function knock(route: string, cookie: string): Promise<Heard> {
  const [method = '', template = ''] = route.split(' ');
  const path = template.replace(DESK, `/developer/oauth-clients/${developed}`);
  const response = await fetch(
    `${api.url}${path.replace(/\{[^}]+\}/g, '00000000-0000-4000-8000-000000000000')}`,
    { method, headers: { ...(cookie && { cookie }) } },
  );
  const isProblem = response.headers.get('content-type')?.startsWith('application/problem+json');
  if (!isProblem) {
    // A stream would not end by itself.
    await response.body?.cancel();
    return 'in';
  }
  const { code, detail } = (await response.json()) as { code: string; detail: string };
  if (DESK.test(template) && code === 'not_found' && detail.startsWith('This OAuth client')) {
    return 404;
  }
  if (response.status === 401 && /^(session_required|invalid_token)$/.test(code)) return 401;
  return response.status === 403 && code === 'forbidden' ? 403 : 'in';
}

describe('each route lets in whom its row in the contract names', () => {
  it.each(routes)('%s', async (route) => {
    const who = rows.get(route);
    expect([route, who]).toEqual([route, expect.any(String)]);
    const heard: (number | string)[] = [];
    for (const role of ROLES) heard.push(await knock(route, cookies[role]));
    expect([route, ...ROLES.map((role, index) => `${role}: ${heard[index]}`)]).toEqual([
      route,
      ...ROLES.map((role, index) => `${role}: ${ANSWERS[who ?? '']?.[index]}`),
    ]);
    // Those that it let in are signed out.
    if (/^DELETE .*\/sessions/.test(route)) await signInAll();
  });
});
