/**
 * @modelcontextprotocol/sdk 1: what an AI agent's client does. It knows nothing but the API's
 * address and its own client id: the first 401 names the resource metadata (RFC 9728), that names
 * the authorization server, and its metadata (RFC 8414) names the endpoints.
 *
 *     npm install @modelcontextprotocol/sdk
 *
 * Configure the client id (there is no dynamic registration), and the secret if there is one. The
 * SDK takes all scopes that the resource metadata offers. It cannot revoke.
 */
import type {
  OAuthClientProvider,
  OAuthDiscoveryState,
} from '@modelcontextprotocol/sdk/client/auth.js' with {
  'resolution-mode': 'import',
};
import type { OAuthTokens } from '@modelcontextprotocol/sdk/shared/auth.js' with {
  'resolution-mode': 'import',
};
import type { Environment, Outcome, User } from './environment.js';

export async function run(env: Environment): Promise<Outcome> {
  const { auth } = await import('@modelcontextprotocol/sdk/client/auth.js');
  const { withOAuth } = await import('@modelcontextprotocol/sdk/client/middleware.js');

  const provider = new Provider(env);
  const fetchAsUser = withOAuth(provider)(fetch);
  const me = async () => {
    const response = await fetchAsUser(`${env.issuer}/user/v7/users/me`);
    return ((await response.json()) as { resource: User }).resource;
  };

  // Authorize: the first call finds out where, and sends the user there.
  await me().catch(() => undefined);
  if (!provider.discoveryState()?.resourceMetadataUrl) {
    throw new Error('The 401 named no resource metadata');
  }
  const callback = await env.authorize(provider.link);
  if (callback.searchParams.get('state') !== provider.state()) {
    throw new Error('Not the answer to our request');
  }

  // Exchange
  const authorizationCode = callback.searchParams.get('code') ?? '';
  await auth(provider, { serverUrl: env.issuer, authorizationCode });

  // Call
  const user = await me();

  // Refresh: the SDK does it by itself when the access token is refused.
  provider.saveTokens({
    ...provider.tokens(),
    access_token: 'expired',
    token_type: 'Bearer',
  });
  const userAfterRefresh = await me();

  return { user, userAfterRefresh, statusAfterRevocation: null };
}

/** What the SDK leaves to the application: memory, and the way to the browser. */
class Provider implements OAuthClientProvider {
  link = '';
  private readonly stateOfRequest = crypto.randomUUID();
  private verifier = '';
  private saved: OAuthTokens | undefined;
  private discovered: OAuthDiscoveryState | undefined;

  constructor(private readonly env: Environment) {}

  get redirectUrl() {
    return this.env.redirectUri;
  }

  get clientMetadata() {
    return { client_name: 'Assistent', redirect_uris: [this.env.redirectUri] };
  }

  clientInformation() {
    return {
      client_id: this.env.clientId,
      ...(this.env.clientSecret && { client_secret: this.env.clientSecret }),
      issuer: this.env.issuer,
    };
  }

  saveDiscoveryState(discovered: OAuthDiscoveryState) {
    this.discovered = discovered;
  }

  discoveryState() {
    return this.discovered;
  }

  state() {
    return this.stateOfRequest;
  }

  redirectToAuthorization(url: URL) {
    this.link = url.href;
  }

  saveCodeVerifier(verifier: string) {
    this.verifier = verifier;
  }

  codeVerifier() {
    return this.verifier;
  }

  saveTokens(tokens: OAuthTokens) {
    this.saved = tokens;
  }

  tokens() {
    return this.saved;
  }
}
