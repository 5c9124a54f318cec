import { call } from '@flixcheck/test-harness';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { createTestApp, type TestApp } from '../testing/test-app.js';

let test: TestApp;
let operations: { method: string; path: string; pattern: RegExp }[];
beforeAll(async () => {
  test = await createTestApp();
  const document = (await (await fetch(`${test.url}/docs/openapi.json`)).json()) as {
    paths: Record<string, object>;
  };
  operations = Object.entries(document.paths).flatMap(([path, item]) =>
    Object.keys(item).map((method) => ({
      method: method.toUpperCase(),
      path: path.replace(/\{[^}]+\}/g, 'x'),
      pattern: new RegExp(`^${path.replace(/\{[^}]+\}/g, '[^/]+')}$`),
    })),
  );
});
afterAll(() => test.close());

const METHODS = ['GET', 'POST', 'PUT', 'PATCH', 'DELETE'];
interface Flat {
  detail?: string;
  error_description?: string;
}
const saidBy = (body: unknown) => (body as Flat).detail ?? (body as Flat).error_description ?? '';

describe('an address with a slash at its end is a different one', () => {
  it('and every answer names the right one, to whatever method', async () => {
    for (const { path } of operations) {
      for (const method of METHODS) {
        const { status, body } = await call(test.url, method, `${path}/?code=hidden-7`);
        expect([method, path, status]).toEqual([method, path, 404]);
        const said = saidBy(body);
        expect([method, said]).toEqual([
          method,
          expect.stringContaining(`the slash at its end: ${path}`),
        ]);
        expect(said).not.toContain('hidden-7');
      }
    }
  });

  it('says so flat to clients, and lets browsers read it', async () => {
    const response = await fetch(`${test.url}/guest/v7/oauth-tokens/`, {
      method: 'POST',
      headers: { origin: 'https://app.crm.example' },
    });
    expect(response.headers.get('access-control-allow-origin')).toBe('*');
    expect(await response.json()).toEqual({
      error: 'invalid_request',
      error_description: expect.stringContaining(': /guest/v7/oauth-tokens '),
    });
  });

  it('two of them are nobody’s address', async () => {
    const { status, body } = await call(test.url, 'POST', '/guest/v7/oauth-tokens//');
    expect([status, body.code]).toEqual([404, 'not_found']);
  });
});

describe('a method that an address does not take', () => {
  it('is never among those that the answer names', async () => {
    for (const { path } of operations) {
      const taken = operations
        .filter(({ pattern }) => pattern.test(path))
        .map(({ method }) => method);
      for (const method of METHODS.filter((each) => !taken.includes(each))) {
        const { status, body, headers } = await call(test.url, method, path);
        const allow = headers['allow']?.split(', ') ?? [];
        expect([path, status, allow]).toEqual([path, 405, expect.arrayContaining(taken)]);
        expect(allow).not.toContain(method);
        expect(saidBy(body)).toMatch(new RegExp(`takes ${allow.join(', ')}, not ${method}`));
      }
    }
  });
});
