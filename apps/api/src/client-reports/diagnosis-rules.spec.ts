import { describe, expect, it } from '@jest/globals';
import { DAY } from '../config/clock.js';
import type { ClientSecret } from '../oauth-clients/client-secrets.service.js';
import type { RequestCount } from '../oauth-clients/request-counts.js';
import type { CodeSamples } from '../oauth-codes/code-samples.js';
import { type FindingCode, examine, type Finding, type Symptoms } from './diagnosis-rules.js';
import { FINDING_WORDS } from './diagnosis-words.js';

const NOW = new Date('2026-11-26T12:00:00.000Z');
const daysAgo = (days: number): Date => new Date(NOW.getTime() - days * DAY);
const dayOf = (days: number): string => daysAgo(days).toISOString().slice(0, 10);

const secret = (change: Partial<ClientSecret> = {}): ClientSecret => ({
  id: '',
  name: null,
  lastFour: 'x7Qk',
  createdAt: daysAgo(100),
  expiresAt: null,
  lastUsedAt: daysAgo(0),
  ...change,
});
const count = (change: Partial<RequestCount> = {}): RequestCount => ({
  day: dayOf(0),
  kind: 'refresh',
  failed: false,
  reason: '',
  requests: 1,
  ...change,
});
const failed = (reason: string, requests: number, day = dayOf(0)): RequestCount =>
  count({ failed: true, reason, requests, day });

const refused = (reason: string, requests: number, day = dayOf(0)): RequestCount =>
  count({ kind: 'api', failed: true, reason, requests, day });

/** Of the newest 40 codes, the page has asked for 30. */
const codes = ({
  withoutPkce = 0,
  ...states
}: Partial<CodeSamples['states']> & { withoutPkce?: number } = {}): CodeSamples => ({
  looked: 40,
  withoutPkce,
  states: { looked: 30, repeated: 0, repeatedWithoutPkce: 0, missing: 0, ...states },
});

/** A client of which there is nothing to say. */
const HEALTHY: Symptoms = {
  now: NOW,
  client: {
    kind: 'confidential',
    status: 'active',
    redirectUris: ['https://crm.example/callback', 'http://127.0.0.1:4000/callback'],
    scopes: ['read', 'readwrite'],
    requirePkce: true,
    secrets: [secret()],
    createdAt: daysAgo(100),
  },
  counts: [count({ requests: 1000 })],
  recent: { refreshes: 100, earlyRefreshes: 3 },
  codes: codes(),
  exchanges: { granted: 40, notExchanged: 2 },
  serverIsLocal: false,
  afterDisabling: { requests: 0, connections: 0 },
  scopes: new Map([['readwrite', 12]]),
};

type Change = Partial<Omit<Symptoms, 'client'>> & { client?: Partial<Symptoms['client']> };
const find = ({ client, ...change }: Change): Finding[] =>
  examine({ ...HEALTHY, ...change, client: { ...HEALTHY.client, ...client } });

const expires = (days: number, change: Partial<ClientSecret> = {}) =>
  secret({ expiresAt: daysAgo(-days), ...change });

const LOCAL = { redirectUris: ['http://localhost:3000/cb'] };

/** For each finding: what provokes it and what it then says, and what looks like it and is none. */
const CASES: Record<
  FindingCode,
  { wrong: [Change, Omit<Finding, 'code'>][]; right: [string, Change][] }
> = {
  secret_missing: {
    wrong: [[{ client: { secrets: [] } }, { severity: 'critical', parameters: {} }]],
    right: [['a public client', { client: { kind: 'public', secrets: [] } }]],
  },
  redirect_without_tls: {
    wrong: [
      [
        { client: { redirectUris: ['http://crm.example/callback'] } },
        { severity: 'critical', parameters: { redirectUri: 'http://crm.example/callback' } },
      ],
    ],
    right: [
      ['a loopback address', { client: { redirectUris: ['http://[::1]/', 'http://localhost/'] } }],
      ['a scheme of its own', { client: { redirectUris: ['com.crm.app:/callback'] } }],
    ],
  },
  redirect_only_local: {
    wrong: [
      [
        { client: { redirectUris: ['http://localhost:3000/cb', 'http://127.0.0.1/cb'] } },
        { severity: 'warning', parameters: {} },
      ],
    ],
    right: [
      ['on a server that is local, too', { client: LOCAL, serverIsLocal: true }],
      ['of a program on the user’s machine', { client: { ...LOCAL, kind: 'public', secrets: [] } }],
      ['of a disabled one', { client: { ...LOCAL, status: 'disabled' } }],
    ],
  },
  codes_not_exchanged: {
    wrong: [
      [
        { exchanges: { granted: 30, notExchanged: 3 } },
        { severity: 'warning', parameters: { granted: 30, notExchanged: 3 } },
      ],
      [
        { exchanges: { granted: 1, notExchanged: 1 } },
        { severity: 'critical', parameters: { granted: 1, notExchanged: 1 } },
      ],
    ],
    right: [
      ['few of many', { exchanges: { granted: 31, notExchanged: 3 } }],
      ['somebody who has granted twice', { exchanges: { granted: 3, notExchanged: 2 } }],
      ['no grant at all', { exchanges: { granted: 0, notExchanged: 0 } }],
    ],
  },
  refresh_token_reused: {
    wrong: [
      [
        { counts: [count({ requests: 99 }), failed('refresh_token_reused', 2, dayOf(6))] },
        { severity: 'critical', parameters: { requests: 2 } },
      ],
    ],
    right: [
      ['one that is mended', { counts: [count(), failed('refresh_token_reused', 2, dayOf(7))] }],
      ['a repeated answer', { counts: [count({ reason: 'refresh_retried', requests: 9 })] }],
    ],
  },
  failures_frequent: {
    wrong: [
      [
        { counts: [count({ requests: 180 }), failed('code_expired', 20, dayOf(1))] },
        {
          severity: 'warning',
          parameters: { reason: 'code_expired', requests: 20, percent: 10 },
        },
      ],
      [
        {
          counts: [count({ requests: 20 }), failed('code_expired', 12), failed('code_expired', 8)],
        },
        {
          severity: 'critical',
          parameters: { reason: 'code_expired', requests: 20, percent: 50 },
        },
      ],
    ],
    right: [
      ['few of them', { counts: [failed('code_expired', 19)] }],
      ['few among many', { counts: [count({ requests: 1000 }), failed('code_expired', 100)] }],
      ['those of long ago', { counts: [count(), failed('code_expired', 500, dayOf(2))] }],
      ['calls of the API', { counts: [count(), refused('access_token_expired', 15)] }],
      ['several reasons', { counts: [failed('code_expired', 15), failed('code_used', 15)] }],
    ],
  },
  secret_expires: {
    wrong: [
      [
        { client: { secrets: [expires(14)] } },
        {
          severity: 'warning',
          parameters: { lastFour: 'x7Qk', expiresAt: '2026-12-10T12:00:00.000Z', days: 14 },
        },
      ],
      [
        { client: { secrets: [expires(2.5), secret({ createdAt: daysAgo(1) })] } },
        {
          severity: 'critical',
          parameters: { lastFour: 'x7Qk', expiresAt: '2026-11-29T00:00:00.000Z', days: 3 },
        },
      ],
    ],
    right: [
      ['one that has time', { client: { secrets: [expires(15)] } }],
      [
        'the end of a rotation',
        { client: { secrets: [expires(2, { lastUsedAt: daysAgo(1) }), secret()] } },
      ],
    ],
  },
  refresh_too_often: {
    wrong: [
      [
        { recent: { refreshes: 40, earlyRefreshes: 20 } },
        { severity: 'warning', parameters: { refreshes: 40, early: 20 } },
      ],
    ],
    right: [
      ['few of them', { recent: { refreshes: 19, earlyRefreshes: 19 } }],
      ['fewer than half', { recent: { refreshes: 100, earlyRefreshes: 49 } }],
    ],
  },
  users_disabled: {
    wrong: [
      [
        { afterDisabling: { requests: 37, connections: 4 } },
        { severity: 'warning', parameters: { requests: 37, connections: 4 } },
      ],
    ],
    right: [],
  },
  calls_expired: {
    wrong: [
      [
        { counts: [count({ requests: 10 }), refused('access_token_expired', 31)] },
        { severity: 'warning', parameters: { requests: 31, refreshes: 10 } },
      ],
    ],
    right: [
      ['few of them', { counts: [refused('access_token_expired', 19)] }],
      [
        'a refresh after each refused call',
        { counts: [count({ requests: 500 }), refused('access_token_expired', 500)] },
      ],
      ['those of long ago', { counts: [refused('access_token_expired', 500, dayOf(2))] }],
    ],
  },
  calls_after_end: {
    wrong: [
      [
        { counts: [refused('connection_ended', 12), refused('access_token_revoked', 8)] },
        { severity: 'warning', parameters: { requests: 20 } },
      ],
    ],
    right: [
      ['few of them', { counts: [refused('connection_ended', 19)] }],
      [
        'refreshes that fail',
        { counts: [count({ requests: 900 }), failed('connection_ended', 30)] },
      ],
    ],
  },
  calls_beyond_scope: {
    wrong: [
      [
        { counts: [refused('scope_insufficient', 20)] },
        { severity: 'warning', parameters: { requests: 20 } },
      ],
    ],
    right: [['few of them', { counts: [refused('scope_insufficient', 19)] }]],
  },
  pkce_not_used: {
    wrong: [
      [
        { client: { requirePkce: false }, codes: codes({ withoutPkce: 12 }) },
        { severity: 'warning', parameters: { looked: 40, withoutPkce: 12 } },
      ],
    ],
    right: [['an old code', { codes: codes({ withoutPkce: 12 }) }]],
  },
  pkce_not_required: {
    wrong: [
      [{ client: { requirePkce: false } }, { severity: 'notice', parameters: { looked: 40 } }],
    ],
    right: [],
  },
  state_missing: {
    wrong: [
      [
        { codes: codes({ missing: 3 }) },
        { severity: 'warning', parameters: { looked: 30, missing: 3 } },
      ],
    ],
    right: [['a link that was tried by hand', { codes: codes({ missing: 2 }) }]],
  },
  state_constant: {
    wrong: [
      [
        { codes: codes({ repeated: 12, repeatedWithoutPkce: 4 }) },
        { severity: 'warning', parameters: { looked: 30, repeated: 12, withoutPkce: 4 } },
      ],
      [
        { codes: codes({ repeated: 12 }) },
        { severity: 'notice', parameters: { looked: 30, repeated: 12, withoutPkce: 0 } },
      ],
    ],
    right: [],
  },
  second_secret_old: {
    wrong: [
      [
        { client: { secrets: [secret(), secret({ createdAt: daysAgo(30) })] } },
        { severity: 'warning', parameters: { lastFour: 'x7Qk', days: 30 } },
      ],
    ],
    right: [
      ['a rotation', { client: { secrets: [secret(), secret({ createdAt: daysAgo(29) })] } }],
      [
        'one that ends by itself',
        { client: { secrets: [expires(20), secret({ createdAt: daysAgo(40) })] } },
      ],
    ],
  },
  secret_unused: {
    wrong: [
      [
        { client: { secrets: [secret({ lastUsedAt: null, createdAt: daysAgo(7) })] } },
        { severity: 'notice', parameters: { lastFour: 'x7Qk', days: 7 } },
      ],
    ],
    right: [
      [
        'a new one',
        { client: { secrets: [secret({ lastUsedAt: null, createdAt: daysAgo(6.9) })] } },
      ],
    ],
  },
  scope_unused: {
    wrong: [
      [
        {
          scopes: new Map([
            ['read', 4],
            ['read ', 1],
          ]),
        },
        { severity: 'notice', parameters: { scope: 'readwrite', looked: 5 } },
      ],
    ],
    right: [
      ['one that another includes', { scopes: new Map([['readwrite', 5]]) }],
      ['too few to say', { scopes: new Map([['read', 4]]) }],
    ],
  },
  no_traffic: {
    wrong: [[{ counts: [] }, { severity: 'notice', parameters: { days: 30 } }]],
    right: [
      ['a new client', { counts: [], client: { createdAt: daysAgo(29) } }],
      ['a disabled one', { counts: [], client: { status: 'disabled' } }],
    ],
  },
};
const CODES = Object.keys(CASES) as FindingCode[];

describe('the doctor', () => {
  it('has nothing to mend in a healthy client', () => {
    expect(examine(HEALTHY)).toEqual([]);
  });

  it.each(CODES.flatMap((code) => CASES[code].wrong.map((one) => [code, ...one] as const)))(
    'finds %s',
    (code, change, finding) => {
      expect(find(change)).toEqual([{ code, ...finding }]);
      const say = FINDING_WORDS[code].seen as (parameters: unknown) => string;
      expect(say(finding.parameters)).toMatch(/^[^{}]+\.$/);
    },
  );

  it.each(CODES.flatMap((code) => CASES[code].right.map((one) => [code, ...one] as const)))(
    'does not take for %s: %s',
    (code, _, change) => {
      expect(find(change).map((finding) => finding.code)).not.toContain(code);
    },
  );

  it('says the worst first', () => {
    const found = find({
      client: { requirePkce: false, secrets: [] },
      afterDisabling: { requests: 1, connections: 1 },
    });
    expect(found.map(({ severity }) => severity)).toEqual(['critical', 'warning', 'notice']);
  });
});
