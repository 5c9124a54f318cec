import { describe, expect, it } from '@jest/globals';
import { DAY } from '../config/clock.js';
import { type ConnectionRecord, healthOf } from './connection.js';

const NOW = new Date('2026-11-22T10:00:00Z');
const ago = (days: number): Date => new Date(NOW.getTime() - days * DAY);

function connection(times: Partial<ConnectionRecord>): ConnectionRecord {
  return {
    id: 'c',
    oauthClientId: 'o',
    userId: 'u',
    accountId: 'a',
    scope: 'read',
    grantedAt: ago(10),
    lastUsedAt: null,
    lastRefreshRefusedAt: null,
    expiresAt: null,
    advanceAt: null,
    advanceBy: null,
    revokedAt: null,
    revokedBy: null,
    revocationReason: null,
    ...times,
  };
}

describe('the health of a connection', () => {
  it.each<[string, Partial<ConnectionRecord>, string]>([
    ['is unused until a token has been used', {}, 'unused'],
    ['is ok once a token has been used', { lastUsedAt: ago(1) }, 'ok'],
    ['is ok up to 90 days after the last use', { grantedAt: ago(200), lastUsedAt: ago(90) }, 'ok'],
    [
      'is dormant over 90 days after the last use',
      { grantedAt: ago(200), lastUsedAt: ago(90.1) },
      'dormant',
    ],
    [
      'is dormant over 90 days after a grant that was never used',
      { grantedAt: ago(91) },
      'dormant',
    ],
    ['is not dormant after a recent renewal', { grantedAt: ago(1), lastUsedAt: ago(100) }, 'ok'],
    [
      'is refresh_refused when nothing worked since a refresh was refused',
      { lastUsedAt: ago(3), lastRefreshRefusedAt: ago(2) },
      'refresh_refused',
    ],
    [
      'is ok again when a token was used after a refresh was refused',
      { lastUsedAt: ago(1), lastRefreshRefusedAt: ago(2) },
      'ok',
    ],
    [
      'is no longer refresh_refused after a renewal',
      { grantedAt: ago(1), lastUsedAt: ago(3), lastRefreshRefusedAt: ago(2) },
      'ok',
    ],
    [
      'is ended when it has been revoked, whatever else holds',
      { lastRefreshRefusedAt: ago(2), revokedAt: ago(1), revocationReason: 'user' },
      'ended',
    ],
  ])('%s', (_, times, health) => {
    expect(healthOf(connection(times), NOW)).toBe(health);
  });
});
