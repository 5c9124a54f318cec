import { describe, expect, it } from '@jest/globals';
import { OAuthRequest } from '../api/types';
import { Formats } from '../i18n/formats';
import { endpointText, explain } from './request-words';

const request = (fields: Partial<OAuthRequest>) => fields as OAuthRequest;

describe('what a request in the log is called', () => {
  it('names the grant only where the request named one', () => {
    const of = (grantType: string | null) =>
      endpointText(request({ endpoint: 'token', grantType }));
    expect(of('authorization_code')).toBe('requests.endpoint.token');
    expect(of('refresh_token')).toBe('requests.endpoint.refresh');
    expect(of(null)).toBe('requests.endpoint.otherToken');
    expect(of('password')).toBe('requests.endpoint.otherToken');
    expect(endpointText(request({ endpoint: 'revoke', grantType: null }))).toBe(
      'requests.endpoint.revoke',
    );
  });
});

describe('what was wrong with a request', () => {
  const said = (fields: Partial<OAuthRequest>) =>
    explain(request({ explanation: null, ...fields }), {} as Formats, (text) => text);

  it('is said of a wrong secret, of which nothing else is known', () => {
    expect(said({ reason: 'client_secret_wrong' })).toBe('requests.explanation.secret_wrong');
    expect(said({ reason: 'something_new' })).toBeNull();
    expect(said({ reason: null })).toBeNull();
  });

  it('is what is known of it first', () => {
    const explanation = { code: 'secret_removed', parameters: { lastFour: 'a1b2' } };
    expect(said({ reason: 'client_secret_wrong', explanation })).toBe(
      'requests.explanation.secret_removed',
    );
  });
});
