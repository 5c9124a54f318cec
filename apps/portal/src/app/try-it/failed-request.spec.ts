import { describe, expect, it } from '@jest/globals';
import { failedRequest } from './failed-request';

const REGISTERED = [
  'https://app.bestandsblick.example/',
  'https://bestandsblick.example/oauth/callback',
];
const differs = (position: number, registered: string, sent: string, whole?: string) => ({
  reason: 'redirect_uri_unregistered',
  explanation: {
    code: 'redirect_uri_differs',
    parameters: { position, registered, sent, ...(whole !== undefined && { whole }) },
  },
});

describe('a failed request is tried again with what the log has of it', () => {
  it.each([
    [
      'a slash too many',
      differs(45, '….example/oauth/callback', '….example/oauth/callback/'),
      'https://bestandsblick.example/oauth/callback/',
    ],
    [
      'another scheme',
      differs(
        5,
        'https://bestandsblic…',
        'http://bestandsblick…',
        'http://bestandsblick.example/oauth/callback',
      ),
      'http://bestandsblick.example/oauth/callback',
    ],
    [
      'a short one',
      differs(34, '…andsblick.example/', '…andsblick.example'),
      'https://app.bestandsblick.example',
    ],
  ])('the redirect URI with %s', (_, request, redirectUri) => {
    expect(failedRequest(request, REGISTERED).sent).toEqual({ redirectUri });
  });

  it('and no redirect URI of which only the beginning is known', () => {
    const request = differs(5, 'https://bestandsblic…', 'http://bestandsblick…');
    expect(failedRequest(request, REGISTERED)).toMatchObject({ sent: {}, meant: REGISTERED[1] });
  });

  it('and which of the registered ones was meant', () => {
    const request = differs(45, '….example/oauth/callback', '….example/oauth/callback/');
    expect(failedRequest(request, REGISTERED).meant).toBe(REGISTERED[1]);
    expect(failedRequest(request, ['https://elsewhere.example/'])).toEqual({
      ...{ reason: 'redirect_uri_unregistered', sent: {}, meant: null },
    });
  });

  it('the scope, as it was sent', () => {
    const parameters = { parameter: 'scope', sent: '"read  everything"' };
    const request = { reason: 'scope_invalid', explanation: { code: 'value_unknown', parameters } };
    expect(failedRequest(request, REGISTERED).sent).toEqual({ scope: 'read  everything' });
  });

  it('and nothing of a secret, of which only the end is known', () => {
    const parameters = { lastFour: 'a1b2', removedAt: '2026-11-20T08:00:00.000Z' };
    const request = {
      reason: 'client_secret_wrong',
      explanation: { code: 'secret_removed', parameters },
    };
    expect(failedRequest(request, REGISTERED).sent).toEqual({});
  });
});
