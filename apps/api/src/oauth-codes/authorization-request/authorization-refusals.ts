import {
  describeParameterProblem,
  OAUTH_ERRORS,
  type OAuthErrorCode,
  type ParameterProblem,
  toErrorDescription,
  withResponseParameters,
} from '@flixcheck/oauth-protocol';
import { REFUSALS, type RefusalReason } from '../../account-policy/account-policy.js';
import {
  ApiError,
  type Explanation,
  type ProblemCode,
  type ProblemOptions,
} from '../../http/api-error.js';
import type { FailureReason } from '../../http/failure-reasons.js';
import type { OAuthClient } from '../../oauth-clients/oauth-clients.service.js';
import { redirectUriDifference } from '../../oauth-clients/redirect-uri-difference.js';
import { explanation } from '../../oauth-clients/request-explanation.js';

/** A refused request. */
export class AuthorizationRequestError extends ApiError {
  /** What the client is told, where that is another code than the caller's. */
  readonly oauthError: OAuthErrorCode | undefined;

  constructor(
    code: ProblemCode,
    /** Stable code for the request log, one for each way to fail. */
    readonly reason: FailureReason,
    detail: string,
    {
      received,
      oauthError,
      explanation: found,
      ...options
    }: ProblemOptions & {
      explanation?: Explanation | undefined;
      oauthError?: OAuthErrorCode;
      /** What the request had instead: for the log, not for the page. */
      received?: string;
    } = {},
  ) {
    super(code, detail, { ...options, reason });
    this.oauthError = oauthError;
    const isSaid = received === undefined || found?.code === 'value_unknown';
    const all = isSaid ? detail : `${detail} The request has ${received}.`;
    this.logDetail = found ? `${all} ${found.sentence}` : all;
    this.explanation = found ? { code: found.code, parameters: found.parameters } : null;
  }

  readonly logDetail: string;
  /** For the log, like `logDetail`. */
  readonly explanation: Omit<Explanation, 'sentence'> | null;
}

export type Refuse = (
  error: OAuthErrorCode & ProblemCode,
  reason: FailureReason,
  detail: string,
  received?: string,
  found?: Explanation,
) => AuthorizationRequestError;

/** Refusals that the client is told at its redirect URI, where it may be told of them. */
export function refusingTo(
  redirectUri: string | null,
  state: string | undefined,
  publicUrl: string,
): Refuse {
  return (error, reason, detail, received, found) =>
    new AuthorizationRequestError(error, reason, detail, {
      received,
      explanation: found ?? explainValue(reason, received),
      redirectTo:
        redirectUri !== null && OAUTH_ERRORS[error].redirectable
          ? withResponseParameters(redirectUri, {
              error,
              error_description: toErrorDescription(detail),
              state,
              iss: publicUrl,
            })
          : undefined,
    });
}

export const parameterError = (problem: ParameterProblem, options: ProblemOptions = {}) =>
  new AuthorizationRequestError(
    'invalid_request',
    `parameter_${problem.problem}`,
    describeParameterProblem(problem),
    { ...options, explanation: explanation('parameter', { parameter: problem.parameter }) },
  );

/**
 * The page does not tell the two apart.
 * @param hint a sentence for whom it is meant, after a space
 */
export function unknownClient(
  reason: 'unknown_client' | 'client_disabled',
  hint = '',
): AuthorizationRequestError {
  return new AuthorizationRequestError(
    'unknown_client',
    reason,
    `No application is registered under this clientId, or it has been switched off. Its developer can have it registered by Flixcheck.${hint}`,
  );
}

/** Where a request wants its answer. */
interface ReturnAddress {
  redirectUri: string | null;
  state: string | undefined;
}

/** What the client is told when the user says no (RFC 6749 §4.1.2.1). */
export function denialRedirect(
  { redirectUri, state }: ReturnAddress,
  publicUrl: string,
  why = 'The user refused access.',
): string | null {
  if (redirectUri === null) return null;
  return withResponseParameters(redirectUri, {
    error: 'access_denied',
    error_description: toErrorDescription(why),
    state,
    iss: publicUrl,
  });
}

/** The refusal of a valid request whose client the user's account does not allow. */
export function notAllowed(
  request: ReturnAddress,
  refusal: RefusalReason,
  publicUrl: string,
): AuthorizationRequestError {
  const { reason, detail, remedy } = REFUSALS[refusal];
  return new AuthorizationRequestError('client_not_allowed', reason, `${detail} ${remedy}`, {
    oauthError: 'access_denied',
    redirectTo: denialRedirect(request, publicUrl, detail) ?? undefined,
  });
}

const QUOTED: Readonly<Record<string, string>> = {
  response_type_unsupported: 'response_type',
  scope_invalid: 'scope',
  resource_unknown: 'resource',
  code_challenge_method_unsupported: 'code_challenge_method',
};

function explainValue(reason: string, received: string | undefined): Explanation | undefined {
  const parameter = QUOTED[reason];
  if (parameter === undefined || received === undefined) return undefined;
  return explanation('value_unknown', { parameter, sent: received });
}

export function explainRedirectUri(
  requested: string,
  client: OAuthClient,
): Explanation | undefined {
  const difference = redirectUriDifference(requested, client.redirectUris);
  if (!difference) return undefined;
  const { expected, ...found } = difference;
  return explanation('redirect_uri_differs', { ...found, registered: expected });
}
