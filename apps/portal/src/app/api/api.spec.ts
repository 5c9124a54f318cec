import { afterEach, beforeEach, describe, expect, it, jest } from '@jest/globals';
import { TestBed } from '@angular/core/testing';
import { SessionExpiry } from '../session/session-expiry';
import { Api } from './api';
import { ApiError, apiErrorFrom } from './problem';

interface Answer {
  status: number;
  body?: string;
  headers?: Record<string, string>;
}

const signInAgain = jest.fn();
const fetched = jest.fn<(path: string, init: RequestInit) => Promise<unknown>>();
const originalFetch = globalThis.fetch;

/** jsdom has no Response; the client needs four of its members. */
function answer({ status, body = '', headers = {} }: Answer): void {
  fetched.mockResolvedValue({
    ok: status < 300,
    status,
    headers: { get: (name: string) => headers[name] ?? null },
    text: () => Promise.resolve(body),
  });
}

async function failure(call: Promise<unknown>): Promise<ApiError> {
  return apiErrorFrom(await call.then(() => 'no failure').catch((cause: unknown) => cause));
}

let api: Api;

beforeEach(() => {
  jest.resetAllMocks();
  globalThis.fetch = fetched as unknown as typeof fetch;
  TestBed.configureTestingModule({
    providers: [{ provide: SessionExpiry, useValue: { current: () => 1, signInAgain } }],
  });
  api = TestBed.inject(Api);
});

afterEach(() => {
  globalThis.fetch = originalFetch;
});

describe('a call to the API', () => {
  it('sends JSON and returns the parsed answer', async () => {
    answer({ status: 201, body: '{"resource":{"id":"1"}}' });
    await expect(api.post('/user/v7/checks', { resource: {} })).resolves.toEqual({
      resource: { id: '1' },
    });
    expect(fetched.mock.calls[0]?.[1]).toMatchObject({
      method: 'POST',
      body: '{"resource":{}}',
      headers: { 'content-type': 'application/json' },
    });
  });

  it('passes an address on byte for byte', async () => {
    answer({ status: 200, body: '{}' });
    await api.get('/x?state=a+b%2Fc&empty&state=2');
    expect(fetched.mock.calls[0]?.[0]).toBe('/x?state=a+b%2Fc&empty&state=2');
  });

  it('takes over what the boot script has asked for, once, until something is changed', async () => {
    const page = globalThis as { fxFirstAnswers?: Record<string, unknown> };
    answer({ status: 200, body: '{"first":true}' });
    page.fxFirstAnswers = { '/x?a=1': fetch('/x?a=1'), '/y': fetch('/y') };
    answer({ status: 200, body: '{"first":false}' });
    await expect(api.get('/x?a=2')).resolves.toEqual({ first: false });
    await expect(api.get('/x?a=1')).resolves.toEqual({ first: true });
    await expect(api.get('/x?a=1')).resolves.toEqual({ first: false });
    await api.post('/guest/v7/sessions', {});
    await expect(api.get('/y')).resolves.toEqual({ first: false });
  });

  it('accepts an empty answer', async () => {
    answer({ status: 204 });
    await expect(api.delete('/user/v7/sessions/current')).resolves.toBeNull();
  });

  it('ends in the problem that the API describes', async () => {
    const body = JSON.stringify({
      code: 'invalid_scope',
      detail: 'unknown scope',
      requestId: 'r1',
      redirectTo: 'https://app.example/cb?error=invalid_scope',
    });
    answer({ status: 400, body });
    const { problem } = await failure(api.get('/x'));
    expect(problem).toMatchObject({
      code: 'invalid_scope',
      status: 400,
      requestId: 'r1',
      redirectTo: 'https://app.example/cb?error=invalid_scope',
    });
  });

  it('knows how long to wait, from the body or the header', async () => {
    answer({ status: 429, body: '{"code":"too_many_attempts","retryAfterSeconds":42}' });
    expect((await failure(api.get('/x'))).problem.retryAfterSeconds).toBe(42);
    answer({ status: 429, headers: { 'retry-after': '7' } });
    expect((await failure(api.get('/x'))).problem.retryAfterSeconds).toBe(7);
  });

  it('tells a server that cannot be reached from one that fails', async () => {
    fetched.mockRejectedValue(new TypeError('Failed to fetch'));
    expect((await failure(api.get('/x'))).unreachable).toBe(true);
    answer({ status: 502, body: '<html>Bad Gateway</html>' });
    expect((await failure(api.get('/x'))).code).toBe('service_unavailable');
    answer({ status: 200, body: '<html>a proxy’s sign-in page</html>' });
    expect((await failure(api.get('/x'))).code).toBe('service_unavailable');
  });

  it('opens the sign-in page when the session has ended, unless the caller says so itself', async () => {
    answer({ status: 401, body: '{"code":"session_required"}' });
    await failure(api.get('/x', { onSessionEnd: 'tell' }));
    expect(signInAgain).not.toHaveBeenCalled();
    await failure(api.get('/x'));
    expect(signInAgain.mock.calls).toEqual([[1]]);
    answer({ status: 403, body: JSON.stringify({ code: 'second_factor_setup_required' }) });
    await failure(api.get('/x', { onSessionEnd: 'tell' }));
    expect(signInAgain).toHaveBeenLastCalledWith(1, '/second-factor');
    answer({ status: 403, body: JSON.stringify({ code: 'password_change_required' }) });
    await failure(api.get('/x'));
    expect(signInAgain).toHaveBeenLastCalledWith(1, '/own-password');
  });

  it('is sent again, as it was, once what it was refused for has been made good', async () => {
    const refusal = JSON.stringify({ code: 'identity_proof_required' });
    answer({ status: 403, body: refusal });
    api.remedy = async ({ code }) => {
      answer({ status: 204 });
      return code === 'identity_proof_required';
    };
    const headers = { 'if-match': '"3"' };
    await api.patch('/admin/v7/oauth-clients/1', { resource: { name: 'Neu' } }, { headers });
    expect(fetched).toHaveBeenCalledTimes(2);
    expect(fetched.mock.calls[1]).toEqual(fetched.mock.calls[0]);

    answer({ status: 403, body: refusal });
    api.remedy = async () => false;
    expect((await failure(api.delete('/x'))).code).toBe('identity_proof_required');
  });

  it('does not take wrong credentials for an ended session', async () => {
    answer({ status: 401, body: '{"code":"invalid_credentials"}' });
    expect((await failure(api.post('/guest/v7/sessions', {}))).code).toBe('invalid_credentials');
    expect(signInAgain).not.toHaveBeenCalled();
  });
});
