import type { OAuthErrorCode } from '@flixcheck/oauth-protocol';
import type { FailureReason } from './failure-reasons.js';

export interface FieldError {
  field: string;
  code: string;
  message: string;
}

/**
 * The stable error codes of problem+json, with their status and title. OAuth codes are among them
 * because `GET /user/v7/oauth-authorization-request` reports OAuth errors as problems.
 */
export const PROBLEMS = {
  validation_failed: [400, 'The request is not valid'],
  malformed_request: [400, 'The request cannot be read'],
  unknown_client: [400, 'Unknown application'],
  invalid_redirect_uri: [400, 'The redirect URI is not registered'],
  invalid_request: [400, 'The authorization request is not valid'],
  unsupported_response_type: [400, 'Unsupported response type'],
  invalid_scope: [400, 'The scope is not valid'],
  invalid_target: [400, 'The resource is not one of ours'],
  invalid_credentials: [401, 'Sign-in failed'],
  second_factor_required: [401, 'A code is needed as well'],
  invalid_second_factor: [401, 'The code is not right'],
  invalid_passkey: [401, 'The passkey was not accepted'],
  session_required: [401, 'Sign-in required'],
  invalid_token: [401, 'The access token is not valid'],
  forbidden: [403, 'Not allowed'],
  second_factor_setup_required: [403, 'Set up a second factor first'],
  password_change_required: [403, 'Choose a password of your own first'],
  identity_proof_required: [403, 'Prove that it is you'],
  client_not_allowed: [403, 'The company does not allow this application'],
  origin_refused: [403, 'The request comes from another site'],
  insufficient_scope: [403, 'The access token does not allow this'],
  not_found: [404, 'Not found'],
  method_not_allowed: [405, 'Method not allowed'],
  request_timeout: [408, 'The request did not arrive in time'],
  conflict: [409, 'Conflict with the current state'],
  user_changed: [409, 'Somebody else is signed in'],
  client_changed: [409, 'The application has changed'],
  connection_changed: [409, 'The connection has changed'],
  cannot_disable_self: [409, 'You cannot disable yourself'],
  last_admin: [409, 'The company needs an admin'],
  last_passkey: [409, 'Without a password, one passkey has to stay'],
  precondition_failed: [412, 'Somebody else has changed it'],
  payload_too_large: [413, 'The request is too large'],
  unsupported_media_type: [415, 'Unsupported content type'],
  too_many_attempts: [429, 'Too many attempts'],
  internal_error: [500, 'Internal error'],
  service_unavailable: [503, 'Temporarily unavailable'],
} as const;

export type ProblemCode = keyof typeof PROBLEMS;

export interface ProblemOptions {
  errors?: FieldError[];
  status?: number;
  headers?: Record<string, string>;
  /** Where an authorization error may be sent; absent: it stays on the page. */
  redirectTo?: string;
  retryAfterSeconds?: number;
  /** For the logs only: a stable code, where the problem's covers several ways to fail. */
  reason?: string;
}

/**
 * Precisely what was wrong with a client's request: for its request log, never for the answer.
 */
export interface Explanation {
  /** Stable; what `parameters` there are depends on it. */
  code: string;
  parameters: Record<string, string | number | null>;
  /** The same in English. */
  sentence: string;
}

/** Finds the explanation, only once it is certain that somebody will be able to read it. */
export type Explain = () =>
  Explanation | null | undefined | Promise<Explanation | null | undefined>;

/** An expected failure of a house endpoint, rendered as RFC 9457 problem+json. */
export class ApiError extends Error {
  constructor(
    readonly code: ProblemCode,
    /** For the reader: what is wrong and what to do next. */
    readonly detail: string,
    readonly options: ProblemOptions = {},
  ) {
    super(`${code}: ${detail}`);
  }

  get status(): number {
    return this.options.status ?? PROBLEMS[this.code][0];
  }
}

/** An expected failure of an OAuth endpoint, rendered flat (RFC 6749 §5.2). */
export class OAuthError extends Error {
  constructor(
    readonly error: OAuthErrorCode,
    /** Stable code for the request log, one for each way to fail. */
    readonly reason: FailureReason | ProblemCode,
    /** For the developer: what to do. Never echoes a secret. */
    readonly description: string,
    readonly options: {
      status?: number;
      headers?: Record<string, string>;
      explain?: Explain;
    } = {},
  ) {
    super(`${error} (${reason}): ${description}`);
  }
}

export const notFound = (what: string): ApiError =>
  new ApiError('not_found', `${what} does not exist, or is not yours to see.`);
