import { afterAll, afterEach, beforeAll, describe, expect, it, jest } from '@jest/globals';
import { AppLogger } from '../telemetry/app-logger.js';
import { createTestApp, type TestApp } from '../testing/test-app.js';

let api: TestApp;

beforeAll(async () => {
  api = await createTestApp();
});
afterAll(() => api.close());
afterEach(() => {
  jest.restoreAllMocks();
});

describe('the program’s own log', () => {
  const TOKENS = '/guest/v7/oauth-tokens';
  const JSON_TYPE = { 'content-type': 'application/json' };
  const basic = (secret = 'maklerwelt-crm-demo-secret') => ({
    authorization: `Basic ${Buffer.from(`maklerwelt-crm:${secret}`).toString('base64')}`,
  });
  const GRANT = { grant_type: 'authorization_code', code: 'x' };

  /** The line on one request, once it is written. */
  async function lineOf(path: string, init: RequestInit): Promise<Record<string, unknown>> {
    const { pino } = api.app.get(AppLogger);
    const written = new Promise<Record<string, unknown>>((resolve) => {
      jest.spyOn(pino, 'info').mockImplementation(((line: Record<string, unknown>) => {
        resolve(line);
      }) as typeof pino.info);
    });
    const answer = await fetch(`${api.url}${path}`, { method: 'POST', ...init });
    const line = await written;
    expect(line['requestId']).toBe(answer.headers.get('x-request-id'));
    return line;
  }

  it.each<[reason: string, error: string, clientId: string | undefined, init: RequestInit]>([
    ['malformed_request', 'invalid_request', undefined, { headers: JSON_TYPE, body: '{' }],
    [
      'malformed_request',
      'invalid_request',
      'maklerwelt-crm',
      { headers: { ...JSON_TYPE, ...basic() }, body: '{' },
    ],
    [
      'unsupported_media_type',
      'invalid_request',
      undefined,
      { headers: { 'content-type': 'text/xml' }, body: '<x/>' },
    ],
    [
      'payload_too_large',
      'invalid_request',
      undefined,
      { headers: JSON_TYPE, body: JSON.stringify({ code: 'x'.repeat(70_000) }) },
    ],
    ['body_empty', 'invalid_request', undefined, {}],
    [
      'client_credentials_missing',
      'invalid_client',
      undefined,
      { body: new URLSearchParams(GRANT) },
    ],
    [
      'unknown_client',
      'invalid_client',
      undefined,
      { body: new URLSearchParams({ ...GRANT, client_id: 'nobody' }) },
    ],
    [
      'malformed_basic_credentials',
      'invalid_client',
      undefined,
      { headers: { authorization: 'Basic !' }, body: new URLSearchParams(GRANT) },
    ],
    [
      'unsupported_authentication_scheme',
      'invalid_client',
      undefined,
      { headers: { authorization: 'Bearer x' }, body: new URLSearchParams(GRANT) },
    ],
    [
      'client_secret_wrong',
      'invalid_client',
      'maklerwelt-crm',
      { headers: basic('wrong'), body: new URLSearchParams(GRANT) },
    ],
    [
      'code_unknown',
      'invalid_grant',
      'maklerwelt-crm',
      { headers: basic(), body: new URLSearchParams(GRANT) },
    ],
  ])('has %s of the token endpoint', async (reason, error, clientId, init) => {
    expect(await lineOf(TOKENS, init)).toMatchObject({ reason, error, clientId });
  });

  it.each(['revoke', 'introspect'])('has failures of %s', async (endpoint) => {
    const line = await lineOf(`${TOKENS}/${endpoint}`, {
      headers: basic(),
      body: new URLSearchParams({ x: 'x', client_id: 'maklerwelt-crm' }),
    });
    expect(line).toMatchObject({ reason: 'token_missing', clientId: 'maklerwelt-crm' });
  });

  it('holds nothing that was sent', async () => {
    const init = { headers: basic('nobody-may-see'), body: 'client_secret=nobody-may-see' };
    expect(JSON.stringify(await lineOf(`${TOKENS}?code=nobody-may-see`, init))).not.toContain(
      'nobody-may-see',
    );
  });
});
