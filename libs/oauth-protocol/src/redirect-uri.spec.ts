import { describe, expect, it } from '@jest/globals';
import {
  matchesRedirectUri,
  redirectHost,
  redirectUriProblem,
  withResponseParameters,
} from './redirect-uri.js';

describe('what may be registered', () => {
  it.each([
    'https://crm.example/callback',
    'https://crm.example/callback?tenant=1',
    'https://crm.example/callback?tenant=code&encode=state',
    'http://localhost:4000/callback',
    'http://127.0.0.1/callback',
    'http://[::1]:8080/callback',
    'https://crm.example/'.padEnd(2000, 'a'),
  ])('%s may', (uri) => expect(redirectUriProblem(uri)).toBeNull());

  it.each([
    'http://crm.example/callback',
    'http://localhost.evil.example/callback',
    'javascript:alert(1)',
    'data:text/html,x',
    'com.example.app:/callback',
    'https://crm.example/callback#fragment',
    'https://user@crm.example/callback',
    'https://@crm.example/callback',
    'https://*.example/callback',
    'https:crm.example',
    'https:///crm.example/callback',
    'https://crm.example/callback?code=1',
    'https://crm.example/callback?a=b&%73tate=1',
    '/callback',
    'https://crm.example/\\evil',
    'https://crm.example/call back',
    'https://crm.exämple/callback',
    'https://crm.example/'.padEnd(2001, 'a'),
  ])('%s may not', (uri) => expect(redirectUriProblem(uri)).not.toBeNull());
});

it('names the parameter of the response that the query may not have', () => {
  expect(redirectUriProblem('https://crm.example/callback?state=1')).toContain(' state ');
});

it('the host that people are shown has its port, where it is not the scheme’s own', () => {
  expect(redirectHost('https://crm.example:8443/callback')).toBe('crm.example:8443');
  expect(redirectHost('https://crm.example:443/callback')).toBe('crm.example');
});

describe('what matches', () => {
  const REGISTERED = ['https://crm.example/callback'];

  it('the registered URI, character for character (RFC 9700 §2.1)', () => {
    expect(matchesRedirectUri('https://crm.example/callback', REGISTERED, false)).toBe(true);
  });

  it.each([
    'https://crm.example/callback/',
    'https://crm.example/Callback',
    'https://CRM.example/callback',
    'https://crm.example:443/callback',
    'https://crm.example/callback?x=1',
    'https://crm.example/%63allback',
    'https://crm.example/x/../callback',
    'https://crm.example@evil.example/callback',
    'https://crm.example.evil.example/callback',
  ])('not %s', (uri) => {
    expect(matchesRedirectUri(uri, REGISTERED, true)).toBe(false);
  });

  it('a native client’s loopback URI on any port (RFC 8252 §7.3)', () => {
    const registered = ['http://127.0.0.1/callback'];
    expect(matchesRedirectUri('http://127.0.0.1:51234/callback', registered, true)).toBe(true);
    expect(matchesRedirectUri('http://127.0.0.1/callback', registered, true)).toBe(true);
    expect(matchesRedirectUri('http://127.0.0.1:1/callback', registered, true)).toBe(true);
    expect(matchesRedirectUri('http://127.0.0.1:65535/callback', registered, true)).toBe(true);
  });

  it('a native client’s loopback URI beside others, and one without a path', () => {
    const registered = ['https://crm.example/callback', 'http://127.0.0.1'];
    expect(matchesRedirectUri('http://127.0.0.1:51234', registered, true)).toBe(true);
  });

  it.each([
    ['another path', 'http://127.0.0.1:51234/other'],
    ['another loopback host', 'http://[::1]:51234/callback'],
    ['a name instead of the address', 'http://localhost:51234/callback'],
    ['user information before another host', 'http://127.0.0.1:51234@evil.example/callback'],
    ['a host that begins alike', 'http://127.0.0.1.evil.example/callback'],
    ['no port of this world', 'http://127.0.0.1:99999/callback'],
    ['the port on which nobody can listen', 'http://127.0.0.1:0/callback'],
    ['it as the path of another host', 'https://evil.example/http://127.0.0.1:5000/callback'],
    ['https', 'https://127.0.0.1:51234/callback'],
  ])('not %s', (_, uri) => {
    expect(matchesRedirectUri(uri, ['http://127.0.0.1/callback'], true)).toBe(false);
  });

  it('a confidential client’s loopback URI has the port that is registered', () => {
    const registered = ['http://127.0.0.1:4000/callback'];
    expect(matchesRedirectUri('http://127.0.0.1:4001/callback', registered, false)).toBe(false);
  });
});

describe('the response', () => {
  it('keeps the registered query, and leaves out what is not there (RFC 6749 §3.1.2)', () => {
    expect(
      withResponseParameters('https://crm.example/cb?tenant=1', {
        code: 'a b&c',
        state: undefined,
      }),
    ).toBe('https://crm.example/cb?tenant=1&code=a%20b%26c');
    expect(withResponseParameters('https://crm.example/cb', { state: 'ü' })).toBe(
      'https://crm.example/cb?state=%C3%BC',
    );
  });
});
