import { describe, expect, it } from '@jest/globals';
import { clientIdOf, safeReturnTo } from './return-to';

describe('the way back after signing in', () => {
  it('is kept exactly', () => {
    const address = '/oauth/authorize?clientId=a&state=a+b%2Fc';
    expect(safeReturnTo(address)).toBe(address);
    expect(safeReturnTo('/settings/connections?list=ended')).toBe(
      '/settings/connections?list=ended',
    );
  });

  it.each([
    'https://evil.example/',
    '//evil.example/',
    '/\\evil.example',
    '/\t/evil.example',
    'javascript:alert(1)',
    '/sign-in',
    '/sign-in?returnTo=/sign-in',
    '',
    null,
    undefined,
  ])('never leads out of the portal, or in a circle: %s', (address) => {
    expect(safeReturnTo(address)).toBe('/');
  });

  it('names the client of an authorization request in either spelling', () => {
    expect(clientIdOf('/oauth/authorize?clientId=a%20b&x=1')).toBe('a b');
    expect(clientIdOf('/oauth/authorize?client_id=c')).toBe('c');
    expect(clientIdOf('/oauth/authorize')).toBeNull();
    expect(clientIdOf('/settings/connections?clientId=a')).toBeNull();
  });
});
