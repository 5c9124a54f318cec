import { createHash } from 'node:crypto';
import { describe, expect, it } from '@jest/globals';
import type { PendingAuthorization } from './authorization.js';
import { ConnectClient } from './connect-client.js';
import type { Tokens } from './tokens.js';

const ISSUER = 'https://connect.example';
const REDIRECT_URI = 'https://crm.example/callback';

let sent: Record<string, string>[] = [];
let saved: Tokens | undefined;
const store = { load: async () => saved, save: async (tokens: Tokens) => void (saved = tokens) };
const client = new ConnectClient({
  ...{ issuer: ISSUER, clientId: 'c', clientSecret: 's' },
  async fetch(input, init) {
    sent.push(Object.fromEntries(new URLSearchParams(await new Request(input, init).text())));
    return Response.json({
      ...{ access_token: 'a1', token_type: 'Bearer', expires_in: 3600 },
      ...{ refresh_token: 'r1', scope: 'read' },
    });
  },
});

describe('the link to the authorize page', () => {
  it('has state and an S256 challenge of its own each time', () => {
    const attempts = [1, 2].map(() =>
      client.authorize({ redirectUri: REDIRECT_URI, scope: 'read' }),
    );
    for (const { url, pending } of attempts) {
      const { origin, pathname, searchParams } = new URL(url);
      expect(origin + pathname).toBe(`${ISSUER}/portal/oauth/authorize`);
      expect(Object.fromEntries(searchParams)).toEqual({
        response_type: 'code',
        client_id: 'c',
        redirect_uri: REDIRECT_URI,
        scope: 'read',
        state: pending.state,
        code_challenge: createHash('sha256').update(pending.codeVerifier).digest('base64url'),
        code_challenge_method: 'S256',
      });
      expect(pending.codeVerifier).toMatch(/^[\w-]{43}$/);
      expect(JSON.parse(JSON.stringify(pending))).toEqual(pending);
    }
    const [first, second] = attempts.map(({ pending }) => pending);
    expect(first?.state).not.toBe(second?.state);
    expect(first?.codeVerifier).not.toBe(second?.codeVerifier);
  });
});

describe('the callback', () => {
  const { pending } = client.authorize({ redirectUri: REDIRECT_URI });
  const finish = (query: Record<string, string>, of: PendingAuthorization | undefined) => {
    sent = [];
    saved = undefined;
    return client.finish(`/callback?${new URLSearchParams(query).toString()}`, of, store);
  };
  const good = { code: 'the-code', state: pending.state, iss: ISSUER };

  it('exchanges the code with what the link was made of', async () => {
    await finish(good, pending);
    expect(sent).toEqual([
      {
        grant_type: 'authorization_code',
        code: 'the-code',
        redirect_uri: REDIRECT_URI,
        code_verifier: pending.codeVerifier,
      },
    ]);
    expect(saved).toMatchObject({ accessToken: 'a1', refreshToken: 'r1', scope: 'read' });
  });

  it.each([
    ['wrong_state', { ...good, state: 'another' }],
    ['wrong_state', { code: 'the-code', iss: ISSUER }],
    ['wrong_state', { error: 'access_denied', iss: ISSUER }],
    ['wrong_issuer', { ...good, iss: 'https://evil.example' }],
    ['wrong_issuer', { code: 'the-code', state: pending.state }],
    ['unexpected_answer', { state: pending.state, iss: ISSUER }],
    ['access_denied', { ...good, error: 'access_denied', error_description: 'No.' }],
  ])('is %s for %j, and nothing is sent', async (code, query) => {
    await expect(finish(query as Record<string, string>, pending)).rejects.toMatchObject({ code });
    expect(sent).toEqual([]);
    expect(saved).toBeUndefined();
  });

  it.each([undefined, { state: '', codeVerifier: '' }])(
    'is refused where the session remembers nothing: %j',
    async (nothing) => {
      for (const query of [good, { ...good, state: '' }]) {
        await expect(finish(query, nothing)).rejects.toMatchObject({ code: 'wrong_state' });
      }
      expect(sent).toEqual([]);
    },
  );
});
