import { type AccessTokenClaims, AccessTokenError } from './access-token.js';
import { scopeAllows } from './scope.js';

/** What a route asks of the token that a request comes with. */
export interface RequiredAccess {
  /** The scope that is needed, such as `read`. */
  scope: string;
  /** What tells a client where to get a token: the URL of your metadata (RFC 9728 §5.1). */
  resourceMetadata?: string;
}

interface Refusal {
  status: 401 | 403 | 503;
  error?: 'invalid_token' | 'insufficient_scope';
  headers?: Record<string, string>;
  cause?: unknown;
}

/**
 * A request that may not go on, with all that its answer needs (RFC 6750 §3). Express and Fastify answer
 * an error by its `status` and `headers` of their own accord.
 */
export class BearerError extends Error {
  readonly status: 401 | 403 | 503;
  /** Undefined where no token came, and for 503: nobody can tell whether the token is good. */
  readonly error?: 'invalid_token' | 'insufficient_scope';
  /** `WWW-Authenticate` for 401 and 403. */
  readonly headers: Record<string, string>;

  constructor(message: string, { status, error, headers = {}, cause }: Refusal) {
    super(message, { cause });
    this.name = 'BearerError';
    this.status = status;
    this.error = error;
    this.headers = headers;
  }
}

/**
 * @param authorization the header of the request
 * @throws BearerError
 */
export async function authorize(
  verifier: { verify(token: string): Promise<AccessTokenClaims> },
  authorization: string | undefined,
  { scope, resourceMetadata }: RequiredAccess,
): Promise<AccessTokenClaims> {
  const challenge = challengeWith(resourceMetadata);
  const invalid = (message: string, cause?: unknown) =>
    new BearerError(message, {
      status: 401,
      error: 'invalid_token',
      headers: challenge({ error: 'invalid_token', error_description: message }),
      cause,
    });
  const token = /^Bearer +([\w\-.~+/]+=*)$/i.exec(authorization ?? '')?.[1];
  if (token === undefined) {
    if (/^Bearer( |$)/i.test(authorization ?? '')) throw invalid('There is no access token.');
    // A caller that sent none is told nothing about it (RFC 6750 §3.1).
    throw new BearerError('This takes an access token.', { status: 401, headers: challenge({}) });
  }
  const claims = await verifier.verify(token).catch((error: unknown) => {
    if (error instanceof AccessTokenError) throw invalid(error.message, error);
    // Nobody can tell whether the token is good: it must not be let through.
    const message = 'The token cannot be checked at the moment.';
    throw new BearerError(message, { status: 503, cause: error });
  });
  if (scopeAllows(claims.scope, scope)) return claims;
  throw outOfScope(`This takes the scope ${scope}.`, { scope, resourceMetadata });
}

export function outOfScope(
  message: string,
  { scope, resourceMetadata }: Partial<RequiredAccess>,
): BearerError {
  const error = 'insufficient_scope';
  const headers = challengeWith(resourceMetadata)({ error, error_description: message, scope });
  return new BearerError(message, { status: 403, error, headers });
}

const challengeWith =
  (resourceMetadata: string | undefined) =>
  (parameters: Record<string, string | undefined>): { 'WWW-Authenticate': string } => {
    const all = { resource_metadata: resourceMetadata, ...parameters };
    const said = Object.entries(all).filter(([, value]) => value !== undefined);
    const list = said.map(([name, value]) => `${name}="${value}"`).join(', ');
    return { 'WWW-Authenticate': `Bearer ${list}`.trim() };
  };
