import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { ClientRegistry } from '../oauth-clients/registry.service.js';
import { RequestLog } from '../oauth-clients/request-log.js';
import { createTestApp, type TestApp } from '../testing/test-app.js';

let api: TestApp;
beforeAll(async () => {
  api = await createTestApp();
});
afterAll(() => api.close());

const CREDENTIALS = { client_id: 'belegscanner', client_secret: 'belegscanner-demo-secret' };
const GRANT = { grant_type: 'authorization_code', code: 'x' };
const basic = (secret = CREDENTIALS.client_secret) => ({
  authorization: `Basic ${Buffer.from(`${CREDENTIALS.client_id}:${secret}`).toString('base64')}`,
});
const FORM = { 'content-type': 'application/x-www-form-urlencoded' };
const JSON_TYPE = { 'content-type': 'application/json' };

async function post(init: RequestInit, address = '') {
  const url = `${api.url}/guest/v7/oauth-tokens${address}`;
  const answer = await fetch(url, { method: 'POST', ...init });
  const body = (await answer.json()) as { error: string; error_description: string };
  return { status: answer.status, ...body };
}

async function newestReason() {
  const { id } = await api.app.get(ClientRegistry).getByClientId(CREDENTIALS.client_id);
  const { resources } = await api.app.get(RequestLog).list(id, { limit: 1 });
  return resources[0]?.reason;
}

describe('parameters that are not where they belong (RFC 6749 §3.2) are pointed out', () => {
  it('inside resource, as at the house API', async () => {
    const body = JSON.stringify({ resource: { ...GRANT, ...CREDENTIALS } });
    const answer = await post({ headers: JSON_TYPE, body });
    expect(answer).toMatchObject({ status: 400, error: 'invalid_request' });
    expect(answer.error_description).toMatch(/flat.*not inside resource/);
    await post({ headers: { ...JSON_TYPE, ...basic() }, body });
    expect(await newestReason()).toBe('parameters_in_resource');
  });

  it.each([
    ['alone', {}],
    ['beside HTTP Basic', basic()],
  ])('JSON that is called a form, %s', async (_, headers) => {
    const body = JSON.stringify({ ...GRANT, ...CREDENTIALS });
    const answer = await post({ headers: { ...FORM, ...headers }, body });
    expect(answer).toMatchObject({ status: 400, error: 'invalid_request' });
    expect(answer.error_description).toMatch(/none of the parameters.*Content-Type/);
  });

  it.each([
    ['all of them', { ...GRANT, ...CREDENTIALS }, {}],
    ['all but HTTP Basic', GRANT, basic()],
  ])('in the query: %s', async (_, parameters, headers) => {
    const answer = await post({ headers }, `?${new URLSearchParams(parameters)}`);
    expect(answer).toMatchObject({ status: 400, error: 'invalid_request' });
    expect(answer.error_description).toMatch(/query.*Send them in the body/);
    expect(answer.error_description).not.toContain(CREDENTIALS.client_secret);
  });

  it('in the query of a revocation', async () => {
    const answer = await post({ headers: basic() }, '/revoke?token=x');
    expect(answer.error_description).toMatch(/query.*Send them in the body/);
    expect(await newestReason()).toBe('parameters_in_query');
  });

  it('in the query beside a whole body they are ignored', async () => {
    const body = new URLSearchParams({ ...GRANT, ...CREDENTIALS });
    expect(await post({ body }, '?code=y&grant_type=refresh_token')).toMatchObject({
      status: 400,
      error: 'invalid_grant',
    });
  });

  it('only to who authenticates', async () => {
    const answer = await post({ headers: basic('wrong') }, '?grant_type=refresh_token');
    expect(answer).toMatchObject({ status: 401, error: 'invalid_client' });
  });
});

it.each([
  ['', 'text/xml', 415],
  ['/revoke', 'text/xml', 415],
  ['/introspect', 'text/xml', 415],
  ['', 'text/plain', 400],
])(
  'at %s, whoever sends the Content-Type %s is told both that are taken',
  async (address, type, status) => {
    const answer = await post({ headers: { 'content-type': type }, body: 'x' }, address);
    expect(answer).toMatchObject({ status, error: 'invalid_request' });
    expect(answer.error_description).toMatch(
      /application\/x-www-form-urlencoded or application\/json/,
    );
  },
);
