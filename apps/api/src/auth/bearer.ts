import { toErrorDescription } from '@flixcheck/oauth-protocol';
import { ApiError, type Explanation, type ProblemCode } from '../http/api-error.js';
import type { FailureReason } from '../http/failure-reasons.js';

/** RFC 6750 §2.1: one or more spaces, then a b64token; the scheme in any case (RFC 9110 §11.1). */
const BEARER = /^Bearer +([A-Za-z0-9\-._~+/]+=*)$/i;
const BEARER_SCHEME = /^Bearer( |$)/i;
/** A JWT's header begins with `{"`. */
const HAS_JWT = /(?:^|[\s"'])eyJ[\w-]*\.[\w-]+\.[\w-]+/;
const METADATA_PATH = '/.well-known/oauth-protected-resource';

/** Whether a header offers an access token, well-formed or not. */
export function isBearer(authorization: string): boolean {
  return BEARER_SCHEME.test(authorization);
}

/** @returns null when the header is not a well-formed Bearer credential */
export function parseBearer(authorization: string): string | null {
  return BEARER.exec(authorization)?.[1] ?? null;
}

/**
 * What is wrong with a header that offers a token in an unreadable way.
 * @returns null when it does not seem to offer one
 */
export function describeMalformed(authorization: string): string | null {
  if (/^Bearer *$/i.test(authorization)) return 'There is no access token after Bearer.';
  if (isBearer(authorization)) {
    return 'The Authorization header must be Bearer, a space and the access token alone: no quotes, no comma, no second token and no space inside.';
  }
  return HAS_JWT.test(authorization)
    ? 'The Authorization header has the access token without the scheme Bearer: send Bearer, a space and the token.'
    : null;
}

export interface BearerChallenge {
  error: 'invalid_request' | 'invalid_token' | 'insufficient_scope';
  description: string;
  scope?: string;
}

/**
 * A refusal that tells the client where to find the authorization server (RFC 9728 §5.1) and,
 * where it sent a token, what is wrong with that (RFC 6750 §3).
 * @param challenge left out when no token was sent, since there is no error to report then
 */
export function bearerRefusal(
  publicUrl: string,
  problem: { code: ProblemCode; detail: string; status?: number },
  challenge?: BearerChallenge,
): ApiError {
  const parameters: [string, string | undefined][] = [
    ['resource_metadata', `${publicUrl}${METADATA_PATH}`],
    ['error', challenge?.error],
    ['error_description', challenge && toErrorDescription(challenge.description)],
    ['scope', challenge?.scope],
  ];
  const sent = parameters.filter(([, value]) => value !== undefined);
  const header = `Bearer ${sent.map(([name, value]) => `${name}="${value}"`).join(', ')}`;
  const { code, detail, status } = problem;
  return new ApiError(code, detail, { headers: { 'www-authenticate': header }, status });
}

export function invalidToken(publicUrl: string, description: string): ApiError {
  return bearerRefusal(
    publicUrl,
    { code: 'invalid_token', detail: description },
    { error: 'invalid_token', description },
  );
}

/** Who sent a token whose signature is good; what another says is nobody's. */
export interface Sender {
  clientId: string;
  connectionId: string;
}

/** The refusal of such a token, which belongs in the sender's request log. */
export class RefusedToken extends ApiError {
  constructor(
    { code, detail, options }: ApiError,
    readonly sender: Sender,
    /** For the log, as is the explanation. */
    readonly reason: FailureReason,
    readonly explanation?: Explanation,
  ) {
    super(code, detail, options);
  }
}
