/**
 * simple-oauth2 5: configured by hand, with neither discovery nor PKCE.
 *
 *     npm install simple-oauth2
 *
 * Configure the client id, the secret and the four paths below. The client must be registered with
 * `requirePkce: false`. `state` is the application's own to make up and to compare.
 */
import { randomUUID } from 'node:crypto';
import { AuthorizationCode } from 'simple-oauth2';
import type { Environment, Outcome, User } from './environment.js';

export async function run(env: Environment): Promise<Outcome> {
  const client = new AuthorizationCode({
    client: { id: env.clientId, secret: env.clientSecret ?? '' },
    auth: {
      tokenHost: env.issuer,
      authorizePath: '/portal/oauth/authorize',
      tokenPath: '/guest/v7/oauth-tokens',
      revokePath: '/guest/v7/oauth-tokens/revoke',
    },
  });

  // Authorize
  const state = randomUUID();
  const callback = await env.authorize(
    client.authorizeURL({ redirect_uri: env.redirectUri, scope: 'readwrite', state }),
  );
  if (callback.searchParams.get('state') !== state)
    throw new Error('Not the answer to our request');

  // Exchange
  const code = callback.searchParams.get('code') ?? '';
  let tokens = await client.getToken({ code, redirect_uri: env.redirectUri });

  // Call
  const me = () =>
    fetch(`${env.issuer}/user/v7/users/me`, {
      headers: { authorization: `Bearer ${String(tokens.token['access_token'])}` },
    });
  const userOf = async (response: Response) =>
    ((await response.json()) as { resource: User }).resource;
  const user = await userOf(await me());

  // Refresh. Across restarts: JSON.stringify(tokens), and client.createToken(JSON.parse(…)).
  tokens = await tokens.refresh();
  const userAfterRefresh = await userOf(await me());

  // Revoke
  await tokens.revokeAll();
  const statusAfterRevocation = (await me()).status;

  return { user, userAfterRefresh, statusAfterRevocation };
}
