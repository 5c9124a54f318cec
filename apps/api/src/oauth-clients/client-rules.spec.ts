import { describe, expect, it } from '@jest/globals';
import { clientErrors, linkUriProblem, redirectUrisErrors } from './client-rules.js';

describe('a link of a client', () => {
  it.each([
    'https://maklerwelt.example',
    'https://maklerwelt.example/logo.svg?v=2#top',
    'https://müller.example/datenschutz',
    'http://localhost:4000/',
    'http://127.0.0.1:4000/start',
    'http://[::1]/',
  ])('may be %s', (uri) => {
    expect(linkUriProblem(uri)).toBeNull();
  });

  it.each([
    ['http://maklerwelt.example', 'https'],
    ['http://localhost.maklerwelt.example', 'https'],
    ['javascript:alert(1)', 'https://'],
    ['data:image/png;base64,AAAA', 'https://'],
    ['//maklerwelt.example', 'https://'],
    ['/logo.svg', 'https://'],
    ['https:maklerwelt.example', 'https://'],
    ['https://', 'https://'],
    ['https://bank.example@evil.example', 'user information'],
    ['https://@evil.example', 'user information'],
    ['https:\\\\evil.example', 'backslashes'],
    [' https://maklerwelt.example', 'spaces'],
    ['https://maklerwelt.example/\n', 'control characters'],
    ['https://maklerwelt.example/\u202egpj.exe', 'control characters'],
    [`https://maklerwelt.example/${'x'.repeat(2000)}`, '2000'],
  ])('may not be %j', (uri, reason) => {
    expect(linkUriProblem(uri)).toContain(reason);
  });
});

describe('redirect URIs', () => {
  it('are named one by one where they are wrong', () => {
    const uris = [
      'https://ok.example/callback',
      'http://plain.example/callback',
      'https://ok.example/callback',
      'https://ok.example/#fragment',
    ];
    expect(redirectUrisErrors(uris).map(({ field, code }) => [field, code])).toEqual([
      ['redirectUris.1', 'invalid_redirect_uri'],
      ['redirectUris.2', 'duplicate'],
      ['redirectUris.3', 'invalid_redirect_uri'],
    ]);
  });

  it('that differ in one character are no duplicates', () => {
    expect(redirectUrisErrors(['https://a.example/x', 'https://a.example/x/'])).toEqual([]);
  });
});

describe('a public client', () => {
  const client = {
    redirectUris: ['http://127.0.0.1/callback'],
    scopes: ['read' as const],
    requirePkce: false,
  };

  it('must require PKCE (RFC 8252 §6)', () => {
    expect(clientErrors({ ...client, kind: 'public' })).toMatchObject([{ field: 'requirePkce' }]);
    expect(clientErrors({ ...client, kind: 'public', requirePkce: true })).toEqual([]);
    expect(clientErrors({ ...client, kind: 'confidential' })).toEqual([]);
  });
});
