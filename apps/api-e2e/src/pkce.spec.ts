import {
  challengeOf,
  register,
  startWorld,
  type ThirdParty,
  type World,
} from '@flixcheck/test-harness';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { createHash } from 'node:crypto';

/** RFC 7636 appendix B. */
const VERIFIER = 'dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk';
const CHALLENGE = 'E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM';

let world: World;
/** Confidential; PKCE is up to it. */
let optional: ThirdParty;
beforeAll(async () => {
  world = await startWorld();
  optional = await register(world.operator);
});
afterAll(() => world.server.stop());

const withChallenge = { codeChallenge: CHALLENGE, codeChallengeMethod: 'S256' };
const codeOf = async (client: ThirdParty, more: Record<string, string> = withChallenge) =>
  (await client.with({ pkce: false }).code(world.member, more)).code;

describe('PKCE with S256 (RFC 7636)', () => {
  it('the verifier of the request’s challenge redeems the code (RFC 7636 appendix B)', async () => {
    const code = await codeOf(optional);
    expect((await optional.exchange(code, { code_verifier: VERIFIER })).status).toBe(200);
  });

  it('the longest verifier, of every allowed character, works (RFC 7636 §4.1)', async () => {
    const verifier = `${'aZ09-._~'.repeat(16)}`;
    expect(verifier).toHaveLength(128);
    const code = await codeOf(optional, {
      codeChallenge: challengeOf(verifier),
      codeChallengeMethod: 'S256',
    });
    expect((await optional.exchange(code, { code_verifier: verifier })).status).toBe(200);
  });

  it('the documented confidential flow works without', async () => {
    expect((await optional.exchange(await codeOf(optional, {}))).status).toBe(200);
  });

  it.each<[string, () => ThirdParty]>([
    ['a public client', () => world.desktop],
    ['a client registered with requirePkce', () => world.scanner],
  ])('%s gets no code without a challenge (RFC 9700 §2.1.1)', async (_, client) => {
    const answer = await world.member.send('/user/v7/oauth-codes', {
      json: { resource: { clientId: client().registration.clientId } },
    });
    expect([answer.status, answer.body.code]).toEqual([400, 'invalid_request']);
  });

  it('a client must use PKCE from the next request after the operator says so', async () => {
    const client = await register(world.operator);
    await world.operator.send(`/admin/v7/oauth-clients/${client.client.id}`, {
      method: 'PATCH',
      json: { resource: { requirePkce: true } },
    });
    const answer = await world.member.send('/user/v7/oauth-codes', {
      json: { resource: { clientId: client.registration.clientId } },
    });
    expect(answer.body.code).toBe('invalid_request');
  });
});

describe('a failing verifier is invalid_grant and does not use the code up (RFC 7636 §4.6)', () => {
  const cases: [string, Record<string, string>][] = [
    ['none, which must not pass as “nothing to check” (CVE-2023-48228)', {}],
    ['an empty one', { code_verifier: '' }],
    ['another one', { code_verifier: 'x'.repeat(43) }],
    ['the challenge itself, as with plain', { code_verifier: CHALLENGE }],
    ['one character (CVE-2026-41213)', { code_verifier: 'd' }],
    ['42 characters', { code_verifier: VERIFIER.slice(1) }],
    ['129 characters', { code_verifier: 'd'.repeat(129) }],
    ['the verifier with a space at the end', { code_verifier: `${VERIFIER} ` }],
    ['the verifier with padding', { code_verifier: `${VERIFIER}=` }],
    ['characters that no verifier has', { code_verifier: 'ä'.repeat(43) }],
    [
      'the hexadecimal digest',
      { code_verifier: createHash('sha256').update(VERIFIER).digest('hex') },
    ],
  ];

  it.each(cases)('%s', async (_, parameters) => {
    for (const client of [optional, world.scanner, world.desktop]) {
      const code = await codeOf(client);
      const refused = await client.exchange(code, parameters);
      expect([refused.status, refused.body.error]).toEqual([400, 'invalid_grant']);
      expect((await client.exchange(code, { code_verifier: VERIFIER })).status).toBe(200);
    }
  });

  it('a one-character verifier fails even where the challenge is its own (CVE-2026-41213, RFC 7636 §4.1)', async () => {
    const code = await codeOf(optional, {
      codeChallenge: challengeOf('d'),
      codeChallengeMethod: 'S256',
    });
    expect((await optional.exchange(code, { code_verifier: 'd' })).body.error).toBe(
      'invalid_grant',
    );
  });

  it('a verifier without a challenge is refused: no downgrade (RFC 9700 §4.8.2)', async () => {
    const code = await codeOf(optional, {});
    const refused = await optional.exchange(code, { code_verifier: VERIFIER });
    expect([refused.status, refused.body.error]).toEqual([400, 'invalid_grant']);
    expect((await optional.exchange(code)).status).toBe(200);
  });

  it('the verifier of another code of the same client is refused', async () => {
    const other = 'o'.repeat(43);
    const [mine, theirs] = await Promise.all([
      codeOf(optional),
      codeOf(optional, { codeChallenge: challengeOf(other), codeChallengeMethod: 'S256' }),
    ]);
    expect((await optional.exchange(mine, { code_verifier: other })).status).toBe(400);
    expect((await optional.exchange(theirs, { code_verifier: VERIFIER })).status).toBe(400);
    expect((await optional.exchange(mine, { code_verifier: VERIFIER })).status).toBe(200);
    expect((await optional.exchange(theirs, { code_verifier: other })).status).toBe(200);
  });
});

it('the challenge of the page’s link survives to the exchange, in either spelling (CVE-2024-22258)', async () => {
  for (const [challenge, method] of [
    ['codeChallenge', 'codeChallengeMethod'],
    ['code_challenge', 'code_challenge_method'],
  ]) {
    const link = new URL('/portal/oauth/authorize', world.url);
    link.search = new URLSearchParams({
      clientId: optional.registration.clientId,
      response_type: 'code',
      [challenge ?? '']: CHALLENGE,
      [method ?? '']: 'S256',
    }).toString();
    const code = (await world.member.grant(link)).searchParams.get('code') ?? '';
    expect((await optional.exchange(code)).body.error).toBe('invalid_grant');
    expect((await optional.exchange(code, { code_verifier: VERIFIER })).status).toBe(200);
  }
});
