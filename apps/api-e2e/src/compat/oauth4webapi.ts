/**
 * oauth4webapi 3: the same author's building blocks, for every JavaScript runtime, browsers too.
 *
 *     npm install oauth4webapi
 *
 * Configure the issuer, the client id and, for a confidential client, the secret. Each step is a
 * pair of functions: one sends the request, one checks the response.
 */
import type { Environment, Outcome, User } from './environment.js';

export async function run(env: Environment): Promise<Outcome> {
  const oauth = await import('oauth4webapi');

  // Only for a server on http://localhost: leave it out everywhere else.
  const insecure = { [oauth.allowInsecureRequests]: true };

  const issuer = new URL(env.issuer);
  const server = await oauth.processDiscoveryResponse(
    issuer,
    await oauth.discoveryRequest(issuer, { algorithm: 'oauth2', ...insecure }),
  );
  const client = { client_id: env.clientId };
  const authentication = env.clientSecret ? oauth.ClientSecretPost(env.clientSecret) : oauth.None();

  // Authorize
  const codeVerifier = oauth.generateRandomCodeVerifier();
  const state = oauth.generateRandomState();
  const link = new URL(server.authorization_endpoint ?? '');
  link.search = new URLSearchParams({
    client_id: env.clientId,
    redirect_uri: env.redirectUri,
    response_type: 'code',
    scope: 'readwrite',
    state,
    code_challenge: await oauth.calculatePKCECodeChallenge(codeVerifier),
    code_challenge_method: 'S256',
  }).toString();
  const callback = await env.authorize(link);

  // Exchange
  let tokens = await oauth.processAuthorizationCodeResponse(
    server,
    client,
    await oauth.authorizationCodeGrantRequest(
      server,
      client,
      authentication,
      oauth.validateAuthResponse(server, client, callback, state),
      env.redirectUri,
      codeVerifier,
      insecure,
    ),
  );

  // Call
  const me = () =>
    oauth.protectedResourceRequest(
      tokens.access_token,
      'GET',
      new URL('/user/v7/users/me', env.issuer),
      undefined,
      undefined,
      insecure,
    );
  const userOf = async (response: Response) =>
    ((await response.json()) as { resource: User }).resource;
  const user = await userOf(await me());

  // Refresh
  tokens = await oauth.processRefreshTokenResponse(
    server,
    client,
    await oauth.refreshTokenGrantRequest(
      server,
      client,
      authentication,
      tokens.refresh_token ?? '',
      insecure,
    ),
  );
  const userAfterRefresh = await userOf(await me());

  // Revoke
  await oauth.processRevocationResponse(
    await oauth.revocationRequest(
      server,
      client,
      authentication,
      tokens.refresh_token ?? '',
      insecure,
    ),
  );
  const statusAfterRevocation = await me().then(
    (response) => response.status,
    (error: { status: number }) => error.status,
  );

  return { user, userAfterRefresh, statusAfterRevocation };
}
