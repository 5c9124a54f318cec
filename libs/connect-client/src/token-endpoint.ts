import { ConnectError } from './connect-error.js';
import type { components } from './generated.js';
import { HARMLESS, sendAgain } from './send-again.js';
import type { Tokens } from './tokens.js';

export interface TokenEndpointOptions {
  /** Flixcheck's address, such as `https://connect.example`. */
  issuer: string;
  clientId: string;
  /** Absent for a public client. */
  clientSecret?: string;
  /** Instead of the global one. */
  fetch?: typeof fetch;
  /** How long to wait for one answer, of a call or of a refresh; 8 s by default. */
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
/** Of one answer. */
export const ANSWER_WITHIN_MS = 8_000;

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
  refresh(refreshToken: string): Promise<Tokens> {
    return sendAgain(
      () => this.#tokens({ grant_type: 'refresh_token', refresh_token: refreshToken }),
      { withinMs: SENT_AGAIN_WITHIN_MS },
    );
  }

  /**
   * A token that is revoked already is answered as one that is not (RFC 7009 §2.2).
   * @throws ConnectError
   */
  async revoke(refreshToken: string): Promise<void> {
    await sendAgain(() => this.#post('/revoke', { token: refreshToken }), HARMLESS);
  }

  async #tokens(parameters: Record<string, string>): Promise<Tokens> {
    const sentAt = Date.now();
    const response = await this.#post('', parameters);
    const answer: unknown = await response.json().catch((error: unknown) => {
      throw ConnectError.unreachable(error);
    });
    // Something in between that answers 200 must not replace the tokens that are stored.
    if (!isTokenResponse(answer)) throw ConnectError.unexpected(response);
    return {
      accessToken: answer.access_token,
      refreshToken: answer.refresh_token,
      expiresAt: sentAt + answer.expires_in * 1000,
      scope: answer.scope,
    };
  }

  async #post(path: string, parameters: Record<string, string>): Promise<Response> {
    const { clientId, clientSecret, answerWithinMs = ANSWER_WITHIN_MS } = this.#options;
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

function isTokenResponse(answer: unknown): answer is components['schemas']['TokenResponseDto'] {
  const said = (answer ?? {}) as Record<string, unknown>;
  const texts = [said['access_token'], said['refresh_token'], said['scope']];
  return (
    texts.every((text) => typeof text === 'string' && text !== '') &&
    Number.isFinite(said['expires_in'])
  );
}

/** Percent-encoded as RFC 6749 §2.3.1 asks. */
function basic(clientId: string, clientSecret: string): string {
  const credentials = [clientId, clientSecret].map(encodeURIComponent).join(':');
  return `Basic ${Buffer.from(credentials).toString('base64')}`;
}
