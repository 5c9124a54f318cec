import {
  AuthorizationResponseError,
  ClientError,
  ResponseBodyError,
  WWWAuthenticateChallengeError,
} from 'openid-client';

export type FailureKind =
  /** The user said no on Flixcheck's page. */
  | 'refused'
  /** The same where a connection exists, which goes on as it was. */
  | 'refusedAgain'
  /** The user has allowed less than the call takes. */
  | 'readOnly'
  /** Flixcheck sent another error to the callback. */
  | 'authorization'
  /** The token or revocation endpoint answered with an error. */
  | 'token'
  /** The API answered with an error. */
  | 'api'
  /** No answer at all. */
  | 'unreachable'
  /** Something answered that is not the server that was expected. */
  | 'discovery'
  /** A callback that belongs to no authorization started in this browser. */
  | 'unknownState'
  /** `state` or `iss` of the callback, or the shape of an answer, is not what it must be. */
  | 'untrusted'
  | 'internal';

/** An error in the words that a page can show. */
export interface Failure {
  kind: FailureKind;
  error: string | null;
  description: string | null;
  status: number | null;
  requestId: string | null;
}

/** An answer of the API other than 2xx (RFC 9457). */
export class ApiError extends Error {
  constructor(
    readonly status: number,
    readonly code: string | null,
    readonly detail: string | null,
    readonly requestId: string | null,
  ) {
    super(`The API answered ${status}`);
  }

  /** Reads the problem document of an answer that was not a success. */
  static async from(response: Response): Promise<ApiError> {
    const body: unknown = await response.json().catch(() => null);
    const member = (name: string): string | null => {
      const value = (body as Record<string, unknown> | null)?.[name];
      return typeof value === 'string' ? value : null;
    };
    return new ApiError(
      response.status,
      member('code'),
      member('detail') ?? member('title'),
      member('requestId') ?? response.headers.get('x-request-id'),
    );
  }
}

/** There is no authorization server at the address, or nothing at all. */
export class DiscoveryError extends Error {
  constructor(readonly failure: Failure) {
    super('Flixcheck could not be discovered');
  }
}

/** A failure that is in the pages' words already. */
export class Reported extends Error {
  constructor(readonly failure: Failure) {
    super(failure.description ?? failure.kind);
  }
}

/** A token was refused and could not be renewed: the connection is over. */
export class ConnectionEnded extends Error {
  constructor(
    readonly call: Failure | null,
    readonly refresh: Failure,
  ) {
    super('The connection has ended');
  }
}

export function failure(kind: FailureKind, rest: Partial<Failure> = {}): Failure {
  return { kind, error: null, description: null, status: null, requestId: null, ...rest };
}

/** Whether the refresh token was refused (RFC 6749 §5.2), which ends the connection. */
export function isInvalidGrant(error: unknown): boolean {
  if (error instanceof Reported) return error.failure.error === 'invalid_grant';
  return error instanceof ResponseBodyError && error.error === 'invalid_grant';
}

/** Sorts whatever was thrown while talking to Flixcheck. */
export function describeFailure(error: unknown): Failure {
  if (error instanceof DiscoveryError) {
    const { kind } = error.failure;
    return { ...error.failure, kind: kind === 'unreachable' ? kind : 'discovery' };
  }
  if (error instanceof Reported) return error.failure;
  if (error instanceof AuthorizationResponseError) {
    return failureOfAuthorization(error.error, error.error_description);
  }
  if (error instanceof ResponseBodyError) {
    return failure('token', {
      error: error.error,
      description: error.error_description ?? null,
      status: error.status,
      requestId: error.response.headers.get('x-request-id') ?? requestIdIn(error.error_description),
    });
  }
  if (error instanceof WWWAuthenticateChallengeError) {
    return failure('token', {
      status: error.status,
      requestId: error.response.headers.get('x-request-id'),
    });
  }
  if (error instanceof ApiError) {
    return failure(error.code === 'insufficient_scope' ? 'readOnly' : 'api', {
      error: error.code,
      description: error.detail,
      status: error.status,
      requestId: error.requestId,
    });
  }
  if (error instanceof ClientError) {
    if (error.code === 'OAUTH_TIMEOUT') return failure('unreachable');
    return failure('untrusted', { error: error.code ?? null, description: causeOf(error) });
  }
  if (error instanceof TypeError && error.message === 'fetch failed') {
    return failure('unreachable', { description: causeOf(error) });
  }
  return failure('internal');
}

/** What the callback brought instead of a code. */
export function failureOfAuthorization(error: string, description: string | undefined): Failure {
  return failure(error === 'access_denied' ? 'refused' : 'authorization', {
    error,
    description: description ?? null,
    requestId: requestIdIn(description),
  });
}

/** Flixcheck ends the description of an OAuth error with the id under which it logged the request. */
function requestIdIn(description: string | undefined): string | null {
  return /request(?: id)?[:\s]+([\w-]{8,})\W*$/i.exec(description ?? '')?.[1] ?? null;
}

function causeOf(error: Error): string {
  return error.cause instanceof Error && error.cause.message ? error.cause.message : error.message;
}
