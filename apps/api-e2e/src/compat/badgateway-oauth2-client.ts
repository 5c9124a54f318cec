/**
 * @badgateway/oauth2-client 3: small, without dependencies, for Node and browsers.
 *
 *     npm install @badgateway/oauth2-client
 *
 * Configure the server, the client id and, for a confidential client, the secret; the endpoints are
 * discovered. `OAuth2Fetch` adds the token to requests and refreshes it in time.
 */
import { randomUUID } from 'node:crypto';
import type { Environment, Outcome, User } from './environment.js';

export async function run(env: Environment): Promise<Outcome> {
  const { OAuth2Client, generateCodeVerifier } = await import('@badgateway/oauth2-client');

  const client = new OAuth2Client({
    server: env.issuer,
    clientId: env.clientId,
    clientSecret: env.clientSecret,
  });

  // Authorize
  const codeVerifier = await generateCodeVerifier();
  const state = randomUUID();
  const callback = await env.authorize(
    await client.authorizationCode.getAuthorizeUri({
      redirectUri: env.redirectUri,
      scope: ['readwrite'],
      state,
      codeVerifier,
    }),
  );

  // Exchange
  let tokens = await client.authorizationCode.getTokenFromCodeRedirect(callback, {
    redirectUri: env.redirectUri,
    state,
    codeVerifier,
  });

  // Call
  const me = () =>
    fetch(`${env.issuer}/user/v7/users/me`, {
      headers: { authorization: `Bearer ${tokens.accessToken}` },
    });
  const userOf = async (response: Response) =>
    ((await response.json()) as { resource: User }).resource;
  const user = await userOf(await me());

  // Refresh
  tokens = await client.refreshToken(tokens);
  const userAfterRefresh = await userOf(await me());

  // Revoke: by the refresh token, which ends the connection; an access token ends only itself.
  await client.revoke(tokens, 'refresh_token');
  const statusAfterRevocation = (await me()).status;

  return { user, userAfterRefresh, statusAfterRevocation };
}
