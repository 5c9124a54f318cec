import {
  ConnectClient,
  ConnectError,
  type Connection,
  type TokenStore,
} from '@flixcheck/connect-client';
import { failure, failureOfAuthorization, Reported } from './failures.js';
import {
  type Authorization,
  type CheckSummary,
  Flixcheck,
  type PendingAuthorization,
  type Profile,
  SCOPE,
  type Tokens,
} from './flixcheck.js';
import { journalingGlobalFetch, type Journal } from './journal.js';

/** The same with Flixcheck's own client, from the link on: it checks, refreshes and repeats by itself. */
export class FlixcheckByConnectClient extends Flixcheck {
  override async startAuthorization(redirectUri: string, journal: Journal): Promise<Authorization> {
    const { url, pending } = this.connectClient(journal).authorize({ redirectUri, scope: SCOPE });
    const { state, codeVerifier } = pending;
    return {
      url: new URL(url),
      state,
      pending: { codeVerifier, redirectUri, startedAt: Date.now() },
    };
  }

  override async finishAuthorization(
    query: URLSearchParams,
    state: string,
    { codeVerifier, redirectUri }: PendingAuthorization,
    journal: Journal,
  ): Promise<Tokens> {
    const callback = new URL(redirectUri);
    callback.search = query.toString();
    const pending = { state, codeVerifier, redirectUri };
    const tokens: Tokens = { accessToken: '', refreshToken: '', expiresAt: new Date(), scope: '' };
    await reported(
      this.connectClient(journal)
        .finish(callback, pending, storeOf(tokens))
        .catch((error: unknown) => {
          if (!(error instanceof ConnectError)) throw error;
          const { code, detail } = error;
          if (code.startsWith('wrong_')) {
            throw new Reported(failure('untrusted', { error: code, description: detail }));
          }
          if (query.has('error')) throw new Reported(failureOfAuthorization(code, detail));
          throw error;
        }),
    );
    return tokens;
  }

  override async refresh(tokens: Tokens, journal: Journal): Promise<Tokens> {
    const expired = { ...storeOf(tokens), load: async () => ({ ...stored(tokens), expiresAt: 0 }) };
    await reported(this.connectClient(journal).connection(expired).me());
    return tokens;
  }

  override async revoke(tokens: Tokens, journal: Journal): Promise<void> {
    await reported(this.connection(tokens, journal).end());
  }

  override async profile(tokens: Tokens, journal: Journal): Promise<Profile> {
    return reported(this.connection(tokens, journal).me());
  }

  override async checks(tokens: Tokens, journal: Journal): Promise<CheckSummary[]> {
    return (await reported(this.connection(tokens, journal).checks.list({ limit: 20 }))).resources;
  }

  override async createCheck(
    tokens: Tokens,
    journal: Journal,
    resource: { recipient: { name: string; email: string }; title: string },
  ): Promise<CheckSummary> {
    return reported(this.connection(tokens, journal).checks.create(resource));
  }

  private connection(tokens: Tokens, journal: Journal): Connection {
    return this.connectClient(journal).connection(storeOf(tokens));
  }

  private connectClient(journal: Journal): ConnectClient {
    const { clientId, clientSecret, flixcheckUrl } = this.config;
    return new ConnectClient({
      ...{ clientId, clientSecret, issuer: flixcheckUrl.origin },
      fetch: journalingGlobalFetch(journal),
    });
  }
}

/** The session's own tokens: what the client renews, the session has. */
function storeOf(tokens: Tokens): TokenStore {
  return {
    load: async () => stored(tokens),
    save: async (renewed) =>
      void Object.assign(tokens, renewed, { expiresAt: new Date(renewed.expiresAt) }),
  };
}

const stored = (tokens: Tokens) => ({ ...tokens, expiresAt: tokens.expiresAt.getTime() });

/** Failures in the words that the pages can show. */
async function reported<Result>(work: Promise<Result>): Promise<Result> {
  try {
    return await work;
  } catch (error) {
    if (!(error instanceof ConnectError)) throw error;
    const { code, detail, status = null, requestId = null } = error;
    if (code === 'unreachable') throw new Reported(failure('unreachable'));
    if (code === 'insufficient_scope') {
      throw new Reported(failure('readOnly', { error: code, description: detail, requestId }));
    }
    const kind = OF_THE_TOKEN_ENDPOINT.has(code) ? 'token' : 'api';
    throw new Reported(failure(kind, { error: code, description: detail, status, requestId }));
  }
}

const OF_THE_TOKEN_ENDPOINT = new Set([
  'invalid_grant',
  'invalid_client',
  'temporarily_unavailable',
]);
