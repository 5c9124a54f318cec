import { ask } from '../requests.mjs';
import { CLIENT } from '../token-endpoint.mjs';

const JSON_BODY = { 'content-type': 'application/json' };
const PASSWORD = 'demo-passwort-2026';
/** Who takes turns at looking at pages. */
const MEMBERS = 25;
const ADMINS = 5;
const AUTHORIZE = `/user/v7/oauth-authorization-request?${new URLSearchParams({
  response_type: 'code',
  client_id: CLIENT.clientId,
  redirect_uri: CLIENT.redirectUri,
  scope: 'readwrite',
  state: 'open',
})}`;

/**
 * What is measured: by name, what a block of `count` requests asks for. Each takes turns at the
 * connections that are measured, which lie among all others.
 */
export const REQUESTS = {
  refresh: ({ endpoint, tokens }) => {
    const work = async () => {
      const token = tokens.values[tokens.next++ % tokens.values.length];
      token.value = (await endpoint.refresh(token.value)).refresh_token;
    };
    return { work };
  },
  'code exchange': async ({ endpoint }, count) => {
    const bodies = await endpoint.exchanges(count);
    return { work: (index) => endpoint.token(bodies[index]) };
  },
  'request with an access token': async ({ endpoint }, count) => {
    const { server } = endpoint;
    const tokens = [];
    for (const body of await endpoint.exchanges(Math.max(1, count / 10))) {
      tokens.push((await endpoint.token(body)).access_token);
    }
    const headers = tokens.map((token) => ({ authorization: `Bearer ${token}` }));
    return {
      work: (index) =>
        ask(`${server.url}/user/v7/oauth-userinfo`, { headers: headers[index % headers.length] }),
      after: () => server.ask('writeUsage'),
    };
  },
  'connections list': page('members', () => '/user/v7/connections'),
  'connections list of a company': page('admins', () => '/user/v7/connections?sort=client'),
  'authorize page': page('members', () => AUTHORIZE),
  'history of a connection': page(
    'members',
    ({ connectionId }) => `/user/v7/connections/${connectionId}/events`,
  ),
  'request log': page('operators', ({ clientId }) => `${logOf(clientId)}`),
  'request log, failures': page(
    'operators',
    ({ clientId }) => `${logOf(clientId)}?outcome=failure`,
  ),
  'request log, a reason nobody had': page(
    'operators',
    ({ clientId }) => `${logOf(clientId)}?reason=code_reused`,
  ),
};

/** Tokens are asked for by several connections at a time, pages by one. */
export const OF_APPLICATIONS = ['refresh', 'code exchange', 'request with an access token'];

const logOf = (clientId) => `/admin/v7/oauth-clients/${clientId}/requests`;

function page(who, pathOf) {
  return ({ endpoint: { server }, people }) => ({
    work: (index) => {
      const person = people[who][index % people[who].length];
      return ask(`${server.url}${pathOf(person)}`, { headers: person.headers });
    },
  });
}

/** Those who look at pages, signed in, with what their pages are about. */
export async function signInPeople({ server }, measured) {
  const get = async (path, headers) => JSON.parse(await ask(`${server.url}${path}`, { headers }));
  const signIn = async (email) => ({ headers: { cookie: await sessionOf(server, email) } });
  const places = (count, apart) => Array.from({ length: count }, (_, at) => (at + 1) * apart);
  const people = { members: [], admins: [], operators: [] };
  await server.ask('passwords', false);
  for (const place of places(Math.min(MEMBERS, measured), 1)) {
    const member = await signIn(`measured-${place}@kunde.example`);
    const { resources } = await get('/user/v7/connections', member.headers);
    people.members.push({ ...member, connectionId: resources[0].id });
  }
  for (const place of places(Math.min(ADMINS, Math.floor(measured / 200)), 200)) {
    people.admins.push(await signIn(`measured-${place}@kunde.example`));
  }
  const operator = await signIn('operator@flixcheck.example');
  const { resources } = await get('/admin/v7/oauth-clients?q=maklerwelt', operator.headers);
  const { id } = resources.find(({ clientId }) => clientId === CLIENT.clientId);
  people.operators.push({ ...operator, clientId: id });
  await server.ask('passwords', true);
  return people;
}

async function sessionOf({ url }, email) {
  const response = await fetch(`${url}/guest/v7/sessions`, {
    method: 'POST',
    headers: JSON_BODY,
    body: JSON.stringify({ resource: { email, password: PASSWORD } }),
  });
  if (response.status !== 201) throw new Error(`${response.status}: ${await response.text()}`);
  return response.headers.getSetCookie()[0].split(';')[0];
}
