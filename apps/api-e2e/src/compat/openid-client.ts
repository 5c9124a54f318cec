/**
 * openid-client 6: the OAuth and OpenID Connect client of the Node world.
 *
 *     npm install openid-client
 *
 * Configure the issuer, the client id and the secret (none for a public client); the rest is
 * discovered. `state`, `iss` and PKCE are checked by the library.
 */
import type { TokenEndpointResponse } from 'openid-client';
import type { Environment, Outcome, User } from './environment.js';

export async function run(env: Environment): Promise<Outcome> {
  const client = await import('openid-client');

  const config = await client.discovery(
    new URL(env.issuer),
    env.clientId,
    env.clientSecret,
    env.clientSecret ? undefined : client.None(),
    // Only for a server on http://localhost: leave it out everywhere else.
    { execute: [client.allowInsecureRequests] },
  );

  // Authorize. Keep the verifier and the state in the user's session until the callback.
  const codeVerifier = client.randomPKCECodeVerifier();
  const state = client.randomState();
  const callback = await env.authorize(
    client.buildAuthorizationUrl(config, {
      redirect_uri: env.redirectUri,
      scope: 'readwrite',
      state,
      code_challenge: await client.calculatePKCECodeChallenge(codeVerifier),
      code_challenge_method: 'S256',
    }),
  );

  // Exchange
  let tokens: TokenEndpointResponse = await client.authorizationCodeGrant(config, callback, {
    pkceCodeVerifier: codeVerifier,
    expectedState: state,
  });

  // Call
  const me = async () =>
    client.fetchProtectedResource(
      config,
      tokens.access_token,
      new URL('/user/v7/users/me', env.issuer),
      'GET',
    );
  const userOf = async (response: Response) =>
    ((await response.json()) as { resource: User }).resource;
  const user = await userOf(await me());

  // Refresh: the refresh token changes every time, so keep the new one.
  tokens = await client.refreshTokenGrant(config, tokens.refresh_token ?? '');
  const userAfterRefresh = await userOf(await me());

  // Revoke. A call with a dead token is answered with a challenge, which the library throws.
  await client.tokenRevocation(config, tokens.refresh_token ?? '');
  const statusAfterRevocation = await me().then(
    (response) => response.status,
    (error: { status: number }) => error.status,
  );

  return { user, userAfterRefresh, statusAfterRevocation };
}
