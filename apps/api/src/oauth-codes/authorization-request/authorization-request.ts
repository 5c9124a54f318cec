import {
  describeParameterProblem,
  isOwnResource,
  isS256Challenge,
  matchesRedirectUri,
  OAUTH_ERRORS,
  type OAuthErrorCode,
  type ParameterProblem,
  readParameters,
  resolveRequestedScope,
  toErrorDescription,
  withResponseParameters,
} from '@flixcheck/oauth-protocol';
import { REFUSAL_LOG, type RefusalReason } from '../../account-policy/account-policy.js';
import { ApiError, type ProblemCode, type ProblemOptions } from '../../http/api-error.js';
import type { OAuthClient } from '../../oauth-clients/oauth-clients.service.js';

/** A request that passed every check: what the user is asked to grant. */
export interface AuthorizationRequest {
  client: OAuthClient;
  /** null: the code is bound to none, which is possible only without the page. */
  redirectUri: string | null;
  scope: string;
  state: string | undefined;
  codeChallenge: string | undefined;
}

export interface AuthorizationRequestRules {
  /** `iss` of the response (RFC 9207), and what `resource` must name (RFC 8707). */
  publicUrl: string;
  /** Disabled ones too, so that their log says why they fail. */
  findClient: (clientId: string) => Promise<OAuthClient | null>;
  /**
   * The page needs somewhere to send the browser to. A caller that creates the code itself needs
   * no redirect URI, even where several are registered.
   */
  page: boolean;
}

/**
 * One authorization request on its way through the checks: each adds what it has found out, and the
 * client's request log is written from it at the end.
 */
export class AuthorizationAttempt {
  /** That sent the user, disabled or not; undefined as long as it is not known. */
  client: OAuthClient | undefined;
  /** Why the user cannot grant access, also where the page shows it instead of failing. */
  refusal: AuthorizationRequestError | undefined;
}

/** A refused request. */
export class AuthorizationRequestError extends ApiError {
  /** What the client is told, where that is another code than the caller's. */
  readonly oauthError: OAuthErrorCode | undefined;

  constructor(
    code: ProblemCode,
    /** Stable code for the request log, one for each way to fail. */
    readonly reason: string,
    detail: string,
    {
      received,
      oauthError,
      ...options
    }: ProblemOptions & {
      oauthError?: OAuthErrorCode;
      /** What the request had instead: for the log, not for the page. */
      received?: string;
    } = {},
  ) {
    super(code, detail, { ...options, reason });
    this.oauthError = oauthError;
    this.logDetail = received === undefined ? detail : `${detail} The request has ${received}.`;
  }

  readonly logDetail: string;
}

/** Both spellings of a parameter: the published one and the standard one. */
const SPELLINGS = {
  clientId: ['clientId', 'client_id'],
  redirectUri: ['redirectUri', 'redirect_uri'],
  codeChallenge: ['codeChallenge', 'code_challenge'],
  codeChallengeMethod: ['codeChallengeMethod', 'code_challenge_method'],
} as const;

const PARAMETERS = [
  ...Object.values(SPELLINGS).flat(),
  'response_type',
  'scope',
  'state',
  'resource',
] as const;

type Parameters = Partial<Record<(typeof PARAMETERS)[number], string>>;

/**
 * Validates an authorization request. The order of the checks matters: until client and redirect
 * URI are known to belong together, an error stays on the page (RFC 6749 §4.1.2.1, RFC 9700 §4.11);
 * later errors go back to the client.
 *
 * @param input the query of the authorize page, or the resource of a code request
 * @param attempt is told the client
 * @throws AuthorizationRequestError with `redirectTo` exactly where the client may be told
 */
export async function validateAuthorizationRequest(
  input: unknown,
  rules: AuthorizationRequestRules,
  attempt: AuthorizationAttempt,
): Promise<AuthorizationRequest> {
  const read = readParameters(input, PARAMETERS, ['resource']);
  refuseProblemOf('clientId', read);
  attempt.client = await findClient(read.values, rules);
  return validateRequestOf(attempt.client, read, rules);
}

type Read = ReturnType<typeof readParameters<(typeof PARAMETERS)[number]>>;

/**
 * @throws AuthorizationRequestError that stays on the page, for a parameter that decides on trust
 */
function refuseProblemOf(name: keyof typeof SPELLINGS, { problems }: Read): void {
  const spellings: readonly string[] = SPELLINGS[name];
  const problem = problems.find(({ parameter }) => spellings.includes(parameter));
  if (problem) throw parameterError(problem);
}

const parameterError = (problem: ParameterProblem, options: ProblemOptions = {}) =>
  new AuthorizationRequestError(
    'invalid_request',
    `parameter_${problem.problem}`,
    describeParameterProblem(problem),
    options,
  );

function validateRequestOf(
  client: OAuthClient,
  read: Read,
  rules: AuthorizationRequestRules,
): AuthorizationRequest {
  const { values, problems } = read;
  if (client.status !== 'active') throw unknownClient('client_disabled');
  refuseProblemOf('redirectUri', read);
  const redirectUri = findRedirectUri(values, client, rules.page);

  const refuse: Refuse = (error, reason, detail, received) =>
    new AuthorizationRequestError(error, reason, detail, {
      received,
      redirectTo:
        redirectUri !== null && OAUTH_ERRORS[error].redirectable
          ? withResponseParameters(redirectUri, {
              error,
              error_description: toErrorDescription(detail),
              state: values.state,
              iss: rules.publicUrl,
            })
          : undefined,
    });

  const problem = problems[0];
  if (problem) {
    throw refuse(
      'invalid_request',
      `parameter_${problem.problem}`,
      describeParameterProblem(problem),
    );
  }
  if (rules.page) checkResponseType(values, refuse);
  const scope = checkScope(values, client, refuse);
  const codeChallenge = checkCodeChallenge(values, client, refuse);
  if (values.resource !== undefined && !isOwnResource(values.resource, rules.publicUrl)) {
    throw refuse(
      'invalid_target',
      'resource_unknown',
      `The resource must be ${rules.publicUrl} or a path below it.`,
      quote(values.resource),
    );
  }
  return { client, redirectUri, scope, state: values.state, codeChallenge };
}

/** What the client is told when the user says no (RFC 6749 §4.1.2.1). */
export function denialRedirect(
  { redirectUri, state }: AuthorizationRequest,
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
  request: AuthorizationRequest,
  refusal: RefusalReason,
  publicUrl: string,
): AuthorizationRequestError {
  const { reason, detail } = REFUSAL_LOG[refusal];
  return new AuthorizationRequestError(
    'client_not_allowed',
    reason,
    `${detail} An admin of the company can allow it; the authorize page lets the user ask.`,
    {
      oauthError: 'access_denied',
      redirectTo: denialRedirect(request, publicUrl, detail) ?? undefined,
    },
  );
}

type Refuse = (
  error: OAuthErrorCode & ProblemCode,
  reason: string,
  detail: string,
  received?: string,
) => AuthorizationRequestError;

const MAX_QUOTE = 300;

/** Makes white space and unusual characters visible. */
function quote(value: string): string {
  return JSON.stringify(value.slice(0, MAX_QUOTE));
}

/**
 * @throws AuthorizationRequestError that stays on the page, because it is unclear which value is
 * meant
 */
function readEither(values: Parameters, name: keyof typeof SPELLINGS): string | undefined {
  const [ours, standard] = SPELLINGS[name];
  const [a, b] = [values[ours], values[standard]];
  if (a !== undefined && b !== undefined && a !== b) {
    throw new AuthorizationRequestError(
      'invalid_request',
      'spellings_differ',
      `The link has ${ours} and ${standard} with different values. Send one of them.`,
    );
  }
  return a ?? b;
}

async function findClient(
  values: Parameters,
  { findClient: find }: AuthorizationRequestRules,
): Promise<OAuthClient> {
  const clientId = readEither(values, 'clientId');
  if (clientId === undefined) {
    throw new AuthorizationRequestError(
      'invalid_request',
      'client_id_missing',
      'The link does not name an application: clientId is missing.',
    );
  }
  const client = await find(clientId);
  if (!client) throw unknownClient('unknown_client');
  return client;
}

/** The page does not tell the two apart. */
function unknownClient(reason: 'unknown_client' | 'client_disabled'): AuthorizationRequestError {
  return new AuthorizationRequestError(
    'unknown_client',
    reason,
    'No application is registered under this clientId, or it has been switched off. Its developer can have it registered by Flixcheck.',
  );
}

function findRedirectUri(values: Parameters, client: OAuthClient, page: boolean): string | null {
  const requested = readEither(values, 'redirectUri');
  if (requested === undefined) {
    const [only, ...others] = client.redirectUris;
    if (only !== undefined && others.length === 0) return only;
    if (!page) return null;
    throw new AuthorizationRequestError(
      'invalid_redirect_uri',
      'redirect_uri_missing',
      'Several redirect URIs are registered for this application, so the link must name one: redirectUri is missing.',
    );
  }
  if (!matchesRedirectUri(requested, client.redirectUris, client.kind === 'public')) {
    throw new AuthorizationRequestError(
      'invalid_redirect_uri',
      'redirect_uri_unregistered',
      `The redirectUri is not registered for this application. It must be the same, character for character.${nativeHint(requested, client)}`,
      { received: quote(requested) },
    );
  }
  return requested;
}

/** Only addresses match on any port: the name `localhost` may lead to another program. */
function nativeHint(requested: string, client: OAuthClient): string {
  const isNative = client.kind === 'public' && /^http:\/\/localhost[:/]/.test(requested);
  return isNative
    ? ' A native application should use http://127.0.0.1 instead of localhost: where that is registered, any port will do (RFC 8252 section 7.3).'
    : '';
}

function checkResponseType(values: Parameters, refuse: Refuse): void {
  if (values.response_type === undefined) {
    throw refuse(
      'invalid_request',
      'response_type_missing',
      'response_type is missing; it must be code.',
    );
  }
  if (values.response_type !== 'code') {
    throw refuse(
      'unsupported_response_type',
      'response_type_unsupported',
      'Only response_type=code is supported.',
      quote(values.response_type),
    );
  }
}

function checkScope(values: Parameters, client: OAuthClient, refuse: Refuse): string {
  const result = resolveRequestedScope(values.scope, client.scopes);
  if (!result.ok) {
    throw refuse('invalid_scope', 'scope_invalid', result.reason, quote(values.scope ?? ''));
  }
  return result.scope;
}

/** RFC 7636 §4.4.1, with S256 only: with `plain`, anybody who sees the link has the verifier. */
function checkCodeChallenge(
  values: Parameters,
  client: OAuthClient,
  refuse: Refuse,
): string | undefined {
  const challenge = readEither(values, 'codeChallenge');
  const method = readEither(values, 'codeChallengeMethod');
  if (challenge === undefined) {
    if (method !== undefined) {
      throw refuse(
        'invalid_request',
        'code_challenge_missing',
        'code_challenge_method came without a code_challenge.',
      );
    }
    if (client.requirePkce || client.kind === 'public') {
      throw refuse(
        'invalid_request',
        'pkce_required',
        'This application must use PKCE: code_challenge is missing.',
      );
    }
    return undefined;
  }
  if (method !== 'S256') {
    throw refuse(
      'invalid_request',
      'code_challenge_method_unsupported',
      'code_challenge_method must be S256.',
    );
  }
  if (!isS256Challenge(challenge)) {
    throw refuse(
      'invalid_request',
      'code_challenge_malformed',
      'code_challenge must be the base64url SHA-256 of the verifier: 43 characters without padding.',
    );
  }
  return challenge;
}
