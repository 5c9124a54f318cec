import { createHash, randomBytes } from 'node:crypto';
import { ConnectError } from './connect-error.js';
import type { CodeExchange } from './token-endpoint.js';

export interface AuthorizationRequest {
  /** One of those that are registered for your application; may be left out where there is only one. */
  redirectUri?: string;
  /** Such as `readwrite`; the application's own scope by default. */
  scope?: string;
}

/** What you keep in the session of this browser until it comes back: plain JSON. */
export interface PendingAuthorization {
  state: string;
  codeVerifier: string;
  redirectUri?: string;
}

export interface Authorization {
  /** Where to send the browser. */
  url: string;
  pending: PendingAuthorization;
}

const PATH = '/portal/oauth/authorize';

/** A link of its own for each attempt: `state` against CSRF, and PKCE (RFC 7636), always. */
export function authorizationOf(
  { issuer, clientId }: { issuer: string; clientId: string },
  { redirectUri, scope }: AuthorizationRequest,
): Authorization {
  const state = randomBytes(32).toString('base64url');
  const codeVerifier = randomBytes(32).toString('base64url');
  const url = new URL(PATH, issuer);
  url.search = new URLSearchParams({
    response_type: 'code',
    client_id: clientId,
    ...(redirectUri !== undefined && { redirect_uri: redirectUri }),
    ...(scope !== undefined && { scope }),
    state,
    code_challenge: createHash('sha256').update(codeVerifier).digest('base64url'),
    code_challenge_method: 'S256',
  }).toString();
  return {
    url: url.href,
    pending: { state, codeVerifier, ...(redirectUri !== undefined && { redirectUri }) },
  };
}

/**
 * What the browser came back with, once it is certain that it answers this browser's own request
 * (RFC 6749 §10.12) and comes from this issuer (RFC 9207 §2.4).
 * @param callback its address, or path and query alone
 * @throws ConnectError
 */
export function codeOf(
  issuer: string,
  callback: string | URL,
  pending: PendingAuthorization | undefined,
): CodeExchange {
  const query = new URL(callback, issuer).searchParams;
  if (!pending?.state || query.get('state') !== pending.state) {
    throw new ConnectError({
      code: 'wrong_state',
      detail:
        'The browser did not come back from the link that its session remembers. Offer to connect again.',
    });
  }
  if (query.get('iss') !== new URL(issuer).origin) {
    throw new ConnectError({
      code: 'wrong_issuer',
      detail: `The answer is not from ${new URL(issuer).origin}. Compare the issuer with the link.`,
    });
  }
  const { codeVerifier, redirectUri } = pending;
  const code = query.get('code');
  if (code !== null && !query.has('error')) {
    return { code, codeVerifier, ...(redirectUri !== undefined && { redirectUri }) };
  }
  throw new ConnectError({
    code: query.get('error') ?? 'unexpected_answer',
    detail: query.get('error_description') ?? 'The user was sent back without a code.',
  });
}
