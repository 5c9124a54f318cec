import { setTimeout as delay } from 'node:timers/promises';
import { ConnectError } from './connect-error.js';
import type { components } from './generated.js';
import type { Tokens } from './tokens.js';

export interface TokenEndpointOptions {
  /** Flixcheck's address, such as `https://connect.example`. */
  issuer: string;
  clientId: string;
  /** Absent for a public client. */
  clientSecret?: string;
  /** Instead of the global one. */
  fetch?: typeof fetch;
  /** How long to wait for one answer; 8 s by default. */
  answerWithinMs?: number;
}

export interface CodeExchange {
  code: string;
  /** The one that the link to the authorize page named. */
  redirectUri?: string;
  /** PKCE (RFC 7636): what the link's `code_challenge` was made of. */
  codeVerifier?: string;
}

/**
 * The server answers a refresh token that was replaced with the same successor for 30 s. We cannot
 * know when it did, so the last attempt has to have arrived within that time of the first.
 */
const SENT_AGAIN_WITHIN_MS = 25_000;
const LONGEST_PAUSE_MS = 4_000;

const PATH = '/guest/v7/oauth-tokens';

export class TokenEndpoint {
  readonly #options: TokenEndpointOptions;
  readonly #fetch: typeof fetch;
  readonly #url: string;

  constructor(options: TokenEndpointOptions) {
    this.#options = options;
    this.#fetch = options.fetch ?? globalThis.fetch;
    this.#url = options.issuer.replace(/\/+$/, '') + PATH;
  }

  /** Tells a refresh token from the same one of another client or issuer. */
  get identity(): string {
    return `${this.#url} ${this.#options.clientId}`;
  }

  /**
   * Sent once: a code works once, and what was lost with its answer is lost (RFC 6749 §4.1.2).
   * @throws ConnectError
   */
  exchange({ code, redirectUri, codeVerifier }: CodeExchange): Promise<Tokens> {
    return this.#tokens({
      grant_type: 'authorization_code',
      code,
      ...(redirectUri !== undefined && { redirect_uri: redirectUri }),
      ...(codeVerifier !== undefined && { code_verifier: codeVerifier }),
    });
  }

  /**
   * Sends the same refresh token again while its answer may have been lost.
   * @throws ConnectError
   */
  async refresh(refreshToken: string): Promise<Tokens> {
    const end = performance.now() + SENT_AGAIN_WITHIN_MS;
    for (let attempt = 0; ; attempt += 1) {
      try {
        return await this.#tokens({ grant_type: 'refresh_token', refresh_token: refreshToken });
      } catch (error) {
        const pause = pauseAfter(error, attempt);
        if (pause === undefined || performance.now() + pause >= end) throw error;
        await delay(pause);
      }
    }
  }

  /** RFC 7009. @throws ConnectError */
  async revoke(refreshToken: string): Promise<void> {
    await this.#post('/revoke', { token: refreshToken });
  }

  async #tokens(parameters: Record<string, string>): Promise<Tokens> {
    const sentAt = Date.now();
    const response = await this.#post('', parameters);
    const answer = await response.json().catch((error: unknown) => {
      throw ConnectError.unreachable(error);
    });
    const body = answer as components['schemas']['TokenResponseDto'];
    return {
      accessToken: body.access_token,
      refreshToken: body.refresh_token,
      expiresAt: sentAt + body.expires_in * 1000,
      scope: body.scope,
    };
  }

  async #post(path: string, parameters: Record<string, string>): Promise<Response> {
    const { clientId, clientSecret, answerWithinMs = 8_000 } = this.#options;
    const isPublic = clientSecret === undefined;
    const response = await this.#fetch(this.#url + path, {
      method: 'POST',
      headers: isPublic ? {} : { authorization: basic(clientId, clientSecret) },
      body: new URLSearchParams({ ...parameters, ...(isPublic && { client_id: clientId }) }),
      // Credentials go to this address and no other.
      redirect: 'error',
      signal: AbortSignal.timeout(answerWithinMs),
    }).catch((error: unknown) => {
      throw ConnectError.unreachable(error);
    });
    if (!response.ok) throw await ConnectError.of(response);
    return response;
  }
}

/** In milliseconds; undefined where the server has said no. The first time at once. */
function pauseAfter(error: unknown, attempt: number): number | undefined {
  if (!(error instanceof ConnectError)) return undefined;
  if (error.status !== undefined && error.status < 500) return undefined;
  const asked = (error.retryAfterSeconds ?? 0) * 1000;
  const ours = attempt === 0 ? 0 : Math.min(125 * 2 ** attempt, LONGEST_PAUSE_MS);
  return Math.max(asked, ours);
}

/** Percent-encoded as RFC 6749 §2.3.1 asks. */
function basic(clientId: string, clientSecret: string): string {
  const credentials = [clientId, clientSecret].map(encodeURIComponent).join(':');
  return `Basic ${Buffer.from(credentials).toString('base64')}`;
}
