import { type HouseBody, PortalUser } from '@flixcheck/test-harness';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { createTestApp, type TestApp } from '../testing/test-app.js';
import { ClientLogos } from './client-logos.js';
import { picture } from './logo-samples.fixture.js';

const CLIENTS = '/admin/v7/oauth-clients';
const DESK = '/user/v7/developer/oauth-clients';
const ELSEWHERE = 'https://neu.example/logo.svg';
const PNG = 'image/png';

let api: TestApp;
let operator: PortalUser;
let developer: PortalUser;
let stranger: PortalUser;
let wide: Buffer;
let high: Buffer;
let id: string;
let clientId: string;

beforeAll(async () => {
  api = await createTestApp();
  operator = await PortalUser.signIn(api.url, 'operator@flixcheck.example');
  developer = await PortalUser.signIn(api.url, 'user@musterhaus.example');
  stranger = await PortalUser.signIn(api.url, 'admin@musterhaus.example');
  wide = await picture(600, 300).png().toBuffer();
  high = await picture(300, 600).webp().toBuffer();
});
afterAll(() => api.close());
beforeEach(async () => {
  const { body } = await operator.call('POST', CLIENTS, {
    resource: {
      name: 'Neues CRM',
      publisher: 'Neu GmbH',
      kind: 'public',
      redirectUris: ['https://neu.example/callback'],
      scopes: ['read'],
      logoUri: ELSEWHERE,
    },
  });
  ({ id, clientId } = body.resource);
  const email = 'user@musterhaus.example';
  await operator.call('POST', `${CLIENTS}/${id}/developers`, { resource: { email } });
});

interface Upload {
  who?: PortalUser;
  at?: string;
  type?: string;
  headers?: Record<string, string>;
}

async function upload(
  file: Buffer | string,
  { who = operator, at = CLIENTS, ...sent }: Upload = {},
) {
  const response = await fetch(`${api.url}${at}/${id}/logo`, {
    method: 'PUT',
    headers: { cookie: who.cookie, 'content-type': sent.type ?? PNG, ...sent.headers },
    body: file as RequestInit['body'],
  });
  const body = JSON.parse(await response.text()) as HouseBody;
  return { status: response.status, headers: response.headers, body };
}
const read = async () => (await operator.call('GET', `${CLIENTS}/${id}`)).body.resource;
const remove = (who = operator, at = CLIENTS, headers = {}) =>
  who.call('DELETE', `${at}/${id}/logo`, { headers });
/** Through the test’s own port: the address names the public one. */
const fetchLogo = (uri: string) => fetch(uri.replace(api.config.publicUrl, api.url));
const stored = async () =>
  (await api.dataSource.query('SELECT * FROM client_logos WHERE oauth_client_id = $1', [id]))
    .length;
const lastAction = async () =>
  (await operator.call('GET', '/admin/v7/audit-records?limit=1')).body.resources[0];

describe('an uploaded logo is served from our own address, for good', () => {
  it('which answers with a PNG and nothing that a browser could run', async () => {
    const { status, body, headers } = await upload(wide);
    expect([status, headers.get('etag')]).toEqual([200, '"2"']);
    const { logoUri } = body.resource;
    expect(logoUri).toMatch(
      new RegExp(`^${api.config.publicUrl}/guest/v7/oauth-clients/${clientId}/logo/[\\w-]{43}$`),
    );
    const logo = await fetchLogo(logoUri);
    expect([logo.status, Object.fromEntries(logo.headers)]).toEqual([
      200,
      expect.objectContaining({
        'content-type': PNG,
        'x-content-type-options': 'nosniff',
        'content-security-policy': "default-src 'none'",
        'cache-control': 'public, max-age=31536000, immutable',
        'cross-origin-resource-policy': 'cross-origin',
      }),
    ]);
    const bytes = Buffer.from(await logo.arrayBuffer());
    expect([bytes.subarray(1, 4).toString(), bytes.equals(wide)]).toEqual(['PNG', false]);
  });

  it('which everybody is told, in the place of the one elsewhere', async () => {
    const card = `/guest/v7/oauth-clients/${clientId}`;
    const told = async () => (await operator.call('GET', card)).body.resource.logoUri;
    expect(await told()).toBe(ELSEWHERE);
    const { logoUri } = (await upload(wide)).body.resource;
    expect(await told()).toBe(logoUri);
    const { body } = await developer.call('GET', '/user/v7/oauth-clients?limit=100');
    expect(body.resources.find((one) => one.clientId === clientId).logoUri).toBe(logoUri);
  });

  it('another one has another address, and the former leads nowhere', async () => {
    const first = (await upload(wide)).body.resource;
    const again = (await upload(wide)).body.resource;
    expect([again.logoUri, again.version]).toEqual([first.logoUri, first.version]);
    const second = (await upload(high, { type: 'image/webp' })).body.resource;
    expect((await fetchLogo(second.logoUri)).status).toBe(200);
    const gone = await fetchLogo(first.logoUri);
    expect([gone.status, gone.headers.get('cache-control')]).toEqual([404, 'no-store']);
    expect(await stored()).toBe(1);
  });

  it('which histories go on showing once the client is disabled', async () => {
    const { logoUri } = (await upload(wide)).body.resource;
    await operator.call('PATCH', `${CLIENTS}/${id}`, { resource: { status: 'disabled' } });
    expect((await fetchLogo(logoUri)).status).toBe(200);
  });

  it('which follows PUBLIC_URL', async () => {
    const { logoUri } = (await upload(wide)).body.resource;
    const former = logoUri.replace(api.config.publicUrl, 'https://former.example');
    await api.dataSource.query('UPDATE oauth_clients SET logo_uri = $2 WHERE id = $1', [
      id,
      former,
    ]);
    await api.app.get(ClientLogos).keepAddresses();
    expect((await read()).logoUri).toBe(logoUri);
    const { version } = await read();
    await api.app.get(ClientLogos).keepAddresses();
    expect((await read()).version).toBe(version);
  });
});

describe('a logo is changed as every other field of a client', () => {
  it('with an audit record that says by whom', async () => {
    const { logoUri } = (await upload(wide, { who: developer, at: DESK })).body.resource;
    expect(await lastAction()).toMatchObject({
      action: 'client_changed',
      actor: { id: developer.id },
      detail: { clientId, changes: { logoUri: { from: ELSEWHERE, to: logoUri } } },
    });
  });

  it('and is removed, wherever it was', async () => {
    await upload(wide);
    expect((await remove()).status).toBe(204);
    expect([(await read()).logoUri, await stored()]).toEqual([null, 0]);
    const resource = { logoUri: ELSEWHERE };
    await operator.call('PATCH', `${CLIENTS}/${id}`, { resource });
    const answer = await remove(developer, DESK);
    expect([answer.status, answer.headers['etag']]).toEqual([204, '"5"']);
    expect((await read()).logoUri).toBeNull();
    expect((await remove()).status).toBe(204);
  });

  it('another address in its place removes what was uploaded', async () => {
    const { logoUri } = (await upload(wide)).body.resource;
    await operator.call('PATCH', `${CLIENTS}/${id}`, { resource: { logoUri, name: 'Anders' } });
    expect(await stored()).toBe(1);
    await operator.call('PATCH', `${CLIENTS}/${id}`, { resource: { logoUri: ELSEWHERE } });
    expect([(await read()).logoUri, await stored()]).toEqual([ELSEWHERE, 0]);
  });

  it('and nobody overwrites what somebody else has changed (RFC 9110 §13.1.1)', async () => {
    await operator.call('PATCH', `${CLIENTS}/${id}`, { resource: { name: 'Anders' } });
    const headers = { 'if-match': '"1"' };
    for (const [who, at] of [
      [operator, CLIENTS],
      [developer, DESK],
    ] as const) {
      const { status, body } = await upload(wide, { who, at, headers });
      expect([status, body.code]).toEqual([412, 'precondition_failed']);
      expect((await remove(who, at, headers)).status).toBe(412);
    }
    expect([(await read()).logoUri, await stored()]).toEqual([ELSEWHERE, 0]);
    expect((await upload(wide, { headers: { 'if-match': '"2"' } })).status).toBe(200);
  });

  it('by developers of this client and of no other', async () => {
    expect((await upload(wide, { who: stranger, at: DESK })).status).toBe(404);
    expect((await remove(stranger, DESK)).status).toBe(404);
    expect((await upload(wide, { who: stranger })).status).toBe(403);
    expect([(await read()).logoUri, await stored()]).toEqual([ELSEWHERE, 0]);
  });
});

describe('an upload that is refused writes nothing, and the field says what to do', () => {
  const named = (code: string) => [
    expect.objectContaining({ field: 'logo', code, message: expect.stringMatching(/\. \w|Send/) }),
  ];

  it('20 MB, and one byte more than 1 MB', async () => {
    for (const size of [20_000_000, 1024 * 1024 + 1]) {
      const { status, body } = await upload(Buffer.alloc(size));
      expect([status, body.code, body.errors]).toEqual([
        ...[413, 'payload_too_large'],
        named('too_large'),
      ]);
    }
    expect((await read()).version).toBe(1);
  });

  it('20 MB that are not announced', async () => {
    const chunk = Buffer.alloc(1_000_000);
    const body = new ReadableStream<Buffer>({
      start(controller) {
        for (let sent = 0; sent < 20; sent += 1) controller.enqueue(chunk);
        controller.close();
      },
    });
    const response = await fetch(`${api.url}${CLIENTS}/${id}/logo`, {
      method: 'PUT',
      headers: { cookie: operator.cookie, 'content-type': PNG },
      body,
      duplex: 'half',
    } as RequestInit);
    expect(response.status).toBe(413);
    expect(await stored()).toBe(0);
  });

  it('SVG under any name, and nothing at all', async () => {
    for (const type of ['image/svg+xml', PNG]) {
      const { status, body } = await upload('<svg onload="alert(1)"/>', { type });
      expect([status, body.errors]).toEqual([400, named('unsupported_image')]);
    }
    const { status, body } = await upload('');
    expect([status, body.errors]).toEqual([400, named('required')]);
    expect([(await read()).logoUri, await stored()]).toEqual([ELSEWHERE, 0]);
  });

  it('a body that is no image, and an image where none is taken', async () => {
    for (const type of ['application/json', 'application/octet-stream', 'text/plain']) {
      const { status, body } = await upload('{"resource":{}}', { type });
      expect([status, body.detail]).toEqual([
        415,
        expect.stringMatching(/image\/png, image\/jpeg/),
      ]);
    }
    const elsewhere = await fetch(`${api.url}/user/v7/checks`, {
      method: 'POST',
      headers: { cookie: developer.cookie, 'content-type': PNG },
      body: wide as RequestInit['body'],
    });
    expect(elsewhere.status).toBe(415);
  });
});
