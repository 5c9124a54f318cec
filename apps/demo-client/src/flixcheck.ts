import * as oauth from 'openid-client';
import type { DemoClientConfig } from './config.js';
import { ApiError, describeFailure, DiscoveryError } from './failures.js';
import { journalingFetch, type Journal } from './journal.js';

/** What the application remembers between the click on "connect" and the callback. */
export interface PendingAuthorization {
  codeVerifier: string;
  redirectUri: string;
  startedAt: number;
}

export interface Authorization {
  url: URL;
  state: string;
  pending: PendingAuthorization;
}

export interface Tokens {
  accessToken: string;
  refreshToken: string;
  expiresAt: Date;
  scope: string;
}

export interface Profile {
  firstName: string;
  lastName: string;
  email: string;
  account: { name: string };
  connection?: { scope: string; grantedAt: string };
}

export interface CheckSummary {
  id: string;
  title: string;
  status: string;
  recipient: { name: string; email: string };
  createdBy: { firstName: string; lastName: string } | null;
  createdVia: { name: string } | null;
  createdAt: string;
}

export const SCOPE = 'readwrite';
const TIMEOUT_SECONDS = 10;

/** Everything that the application says to Flixcheck, in the terms of a stock OAuth client. */
export class Flixcheck {
  private metadata: oauth.ServerMetadata | null = null;

  constructor(protected readonly config: DemoClientConfig) {}

  /** Where to send the browser, and what has to be remembered until it comes back. */
  async startAuthorization(redirectUri: string, journal: Journal): Promise<Authorization> {
    const client = await this.client(journal);
    const state = oauth.randomState();
    const codeVerifier = oauth.randomPKCECodeVerifier();
    const url = oauth.buildAuthorizationUrl(client, {
      redirect_uri: redirectUri,
      scope: SCOPE,
      state,
      code_challenge: await oauth.calculatePKCECodeChallenge(codeVerifier),
      code_challenge_method: 'S256',
    });
    return { url, state, pending: { codeVerifier, redirectUri, startedAt: Date.now() } };
  }

  /**
   * Checks `state` and `iss` (RFC 9207) of the callback and exchanges its code for tokens.
   * @param query of the callback, as it came in
   */
  async finishAuthorization(
    query: URLSearchParams,
    state: string,
    pending: PendingAuthorization,
    journal: Journal,
  ): Promise<Tokens> {
    const callback = new URL(pending.redirectUri);
    callback.search = query.toString();
    return tokensFrom(
      await oauth.authorizationCodeGrant(await this.client(journal), callback, {
        expectedState: state,
        pkceCodeVerifier: pending.codeVerifier,
      }),
    );
  }

  async refresh(tokens: Tokens, journal: Journal): Promise<Tokens> {
    const client = await this.client(journal);
    return tokensFrom(await oauth.refreshTokenGrant(client, tokens.refreshToken), tokens);
  }

  /** Ends the connection from the application's side (RFC 7009). */
  async revoke(tokens: Tokens, journal: Journal): Promise<void> {
    await oauth.tokenRevocation(await this.client(journal), tokens.refreshToken, {
      token_type_hint: 'refresh_token',
    });
  }

  async profile(tokens: Tokens, journal: Journal): Promise<Profile> {
    return (await this.call<{ resource: Profile }>(tokens, journal, 'GET', '/user/v7/users/me'))
      .resource;
  }

  async checks(tokens: Tokens, journal: Journal): Promise<CheckSummary[]> {
    const path = '/user/v7/checks?limit=20';
    return (await this.call<{ resources: CheckSummary[] }>(tokens, journal, 'GET', path)).resources;
  }

  async createCheck(
    tokens: Tokens,
    journal: Journal,
    resource: { recipient: { name: string; email: string }; title: string },
  ): Promise<CheckSummary> {
    return (
      await this.call<{ resource: CheckSummary }>(tokens, journal, 'POST', '/user/v7/checks', {
        resource,
      })
    ).resource;
  }

  private async call<Answer>(
    tokens: Tokens,
    journal: Journal,
    method: 'GET' | 'POST',
    path: string,
    body?: object,
  ): Promise<Answer> {
    const response = await oauth
      .fetchProtectedResource(
        await this.client(journal),
        tokens.accessToken,
        new URL(path, this.config.flixcheckUrl),
        method,
        body && JSON.stringify(body),
        new Headers(body && { 'content-type': 'application/json' }),
      )
      .catch((error: unknown) => {
        // The library throws where the answer carries a challenge; its body still says more.
        if (error instanceof oauth.WWWAuthenticateChallengeError) return error.response;
        throw error;
      });
    if (!response.ok) throw await ApiError.from(response);
    return (await response.json()) as Answer;
  }

  /** Discovers the server on first use, so that the application starts without it. */
  private async client(journal: Journal): Promise<oauth.Configuration> {
    this.metadata ??= await this.discover(journal);
    const client = new oauth.Configuration(
      this.metadata,
      this.config.clientId,
      this.config.clientSecret,
    );
    client.timeout = TIMEOUT_SECONDS;
    client[oauth.customFetch] = journalingFetch(journal);
    for (const extension of this.extensions()) extension(client);
    return client;
  }

  private async discover(journal: Journal): Promise<oauth.ServerMetadata> {
    try {
      const { flixcheckUrl, clientId } = this.config;
      const client = await oauth.discovery(flixcheckUrl, clientId, undefined, undefined, {
        algorithm: 'oauth2',
        timeout: TIMEOUT_SECONDS,
        execute: this.extensions(),
        [oauth.customFetch]: journalingFetch(journal),
      });
      return client.serverMetadata();
    } catch (error) {
      throw new DiscoveryError(describeFailure(error));
    }
  }

  /** The library rightly insists on https, which a trial on your own machine does not have. */
  private extensions(): ((client: oauth.Configuration) => void)[] {
    return this.config.flixcheckUrl.protocol === 'http:' ? [oauth.allowInsecureRequests] : [];
  }
}

function tokensFrom(answer: oauth.TokenEndpointResponse, former?: Tokens): Tokens {
  const refreshToken = answer.refresh_token ?? former?.refreshToken;
  if (!refreshToken) throw new Error('The token endpoint sent no refresh token');
  return {
    accessToken: answer.access_token,
    refreshToken,
    expiresAt: new Date(Date.now() + (answer.expires_in ?? 3600) * 1000),
    // RFC 6749 §5.1: left out where it is what was asked for.
    scope: answer.scope ?? former?.scope ?? SCOPE,
  };
}
