import { describe, expect, it } from '@jest/globals';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
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

  it('is said of each reason that there is, as the guide has it, in both languages', () => {
    const guide = readFileSync(join(__dirname, '../../../../../docs/guide/request-log.md'), 'utf8');
    const reasons = [...guide.matchAll(/^### `(\w+)`$/gm)].map(([, reason = '']) => reason);
    expect(reasons.length).toBeGreaterThan(80);
    expect(reasons.filter((reason) => said({ reason }) !== `requests.reason.${reason}`)).toEqual(
      [],
    );
  });

  it('is said of a reason of which nothing else is known', () => {
    expect(said({ reason: 'client_secret_wrong' })).toBe('requests.reason.client_secret_wrong');
    expect(said({ reason: 'something_new' })).toBeNull();
    expect(said({ reason: null })).toBeNull();
  });

  it('is the reason and what is known besides, where that alone says too little', () => {
    const explanation = { code: 'parameter', parameters: { parameter: 'code' } };
    expect(said({ reason: 'parameter_repeated', explanation })).toBe(
      'requests.reason.parameter_repeated requests.explanation.parameter',
    );
  });

  it('is what is known of it first', () => {
    const explanation = { code: 'secret_removed', parameters: { lastFour: 'a1b2' } };
    expect(said({ reason: 'client_secret_wrong', explanation })).toBe(
      'requests.explanation.secret_removed',
    );
  });
});
