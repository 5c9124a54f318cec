import {
  describeParameterProblem,
  isOwnResource,
  isS256Challenge,
  matchesRedirectUri,
  OAUTH_ERRORS,
  type OAuthErrorCode,
  readParameters,
  resolveRequestedScope,
  toErrorDescription,
  withResponseParameters,
} from '@flixcheck/oauth-protocol';
import { ApiError, type ProblemCode } from '../http/api-error.js';
import type { OAuthClient } from '../oauth-clients/oauth-clients.service.js';

/** A request that passed every check: what the user is asked to grant. */
export interface AuthorizationRequest {
  client: OAuthClient;
  /** null: the code is bound to none (only without the page, see `requireRedirectUri`). */
  redirectUri: string | null;
  scope: string;
  state: string | undefined;
  codeChallenge: string | undefined;
}

export interface AuthorizationRequestRules {
  /** `iss` of the response (RFC 9207), and what `resource` must name (RFC 8707). */
  publicUrl: string;
  findClient: (clientId: string) => Promise<OAuthClient | null>;
  /**
   * The page needs a place to send the browser to; a caller that creates the code itself may do
   * without where several are registered (CONTRACT §4).
   */
  page: boolean;
}

/** Both spellings of one parameter: ours as documented, and the standard's. */
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
 * Validates an authorization request. The order is the rule: until client and redirect URI are
 * known to belong together, an error stays on the page (RFC 6749 §4.1.2.1, RFC 9700 §4.11);
 * every later one goes back to the client.
 *
 * @param input the query of the authorize page, or the resource of a code request
 * @throws ApiError with `redirectTo` exactly where the client may be told
 */
export async function validateAuthorizationRequest(
  input: unknown,
  rules: AuthorizationRequestRules,
): Promise<AuthorizationRequest> {
  const { values, problems } = readParameters(input, PARAMETERS, ['resource']);
  const trusted: readonly string[] = [...SPELLINGS.clientId, ...SPELLINGS.redirectUri];
  const onPage = problems.find(({ parameter }) => trusted.includes(parameter));
  if (onPage) throw new ApiError('invalid_request', describeParameterProblem(onPage));

  const client = await findClient(values, rules);
  const redirectUri = findRedirectUri(values, client, rules.page);

  const refuse = (error: OAuthErrorCode & ProblemCode, detail: string): ApiError =>
    new ApiError(error, detail, {
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
  if (problem) throw refuse('invalid_request', describeParameterProblem(problem));
  if (rules.page) checkResponseType(values, refuse);
  const scope = checkScope(values, client, refuse);
  const codeChallenge = checkCodeChallenge(values, client, refuse);
  if (values.resource !== undefined && !isOwnResource(values.resource, rules.publicUrl)) {
    throw refuse('invalid_target', `The resource must be ${rules.publicUrl} or a path below it.`);
  }
  return { client, redirectUri, scope, state: values.state, codeChallenge };
}

/** What the client is told when the user says no (RFC 6749 §4.1.2.1). */
export function denialRedirect(
  { redirectUri, state }: AuthorizationRequest,
  publicUrl: string,
): string | null {
  if (redirectUri === null) return null;
  return withResponseParameters(redirectUri, {
    error: 'access_denied',
    error_description: 'The user refused access.',
    state,
    iss: publicUrl,
  });
}

type Refuse = (error: OAuthErrorCode & ProblemCode, detail: string) => ApiError;

/** @throws ApiError on the page: with unequal spellings nobody knows which one was meant */
function readEither(values: Parameters, name: keyof typeof SPELLINGS): string | undefined {
  const [ours, standard] = SPELLINGS[name];
  const [a, b] = [values[ours], values[standard]];
  if (a !== undefined && b !== undefined && a !== b) {
    throw new ApiError(
      'invalid_request',
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
    throw new ApiError(
      'invalid_request',
      'The link does not name an application: clientId is missing.',
    );
  }
  const client = await find(clientId);
  if (!client) {
    throw new ApiError(
      'unknown_client',
      'No application is registered under this clientId, or it has been switched off. Its developer can have it registered by Flixcheck.',
    );
  }
  return client;
}

function findRedirectUri(values: Parameters, client: OAuthClient, page: boolean): string | null {
  const requested = readEither(values, 'redirectUri');
  if (requested === undefined) {
    const [only, ...others] = client.redirectUris;
    if (only !== undefined && others.length === 0) return only;
    if (!page) return null;
    throw new ApiError(
      'invalid_redirect_uri',
      'Several redirect URIs are registered for this application, so the link must name one: redirectUri is missing.',
    );
  }
  if (!matchesRedirectUri(requested, client.redirectUris, client.kind === 'public')) {
    throw new ApiError(
      'invalid_redirect_uri',
      'The redirectUri is not registered for this application. It must be the same, character for character.',
    );
  }
  return requested;
}

function checkResponseType(values: Parameters, refuse: Refuse): void {
  if (values.response_type === undefined) {
    throw refuse('invalid_request', 'response_type is missing; it must be code.');
  }
  if (values.response_type !== 'code') {
    throw refuse('unsupported_response_type', 'Only response_type=code is supported.');
  }
}

function checkScope(values: Parameters, client: OAuthClient, refuse: Refuse): string {
  const result = resolveRequestedScope(values.scope, client.scopes);
  if (!result.ok) throw refuse('invalid_scope', result.reason);
  return result.scope;
}

/** RFC 7636 §4.4.1, with S256 alone: `plain` proves nothing to whoever reads the link. */
function checkCodeChallenge(
  values: Parameters,
  client: OAuthClient,
  refuse: Refuse,
): string | undefined {
  const challenge = readEither(values, 'codeChallenge');
  const method = readEither(values, 'codeChallengeMethod');
  if (challenge === undefined) {
    if (method !== undefined) {
      throw refuse('invalid_request', 'code_challenge_method came without a code_challenge.');
    }
    if (client.requirePkce || client.kind === 'public') {
      throw refuse('invalid_request', 'This application must use PKCE: code_challenge is missing.');
    }
    return undefined;
  }
  if (method !== 'S256') {
    throw refuse('invalid_request', 'code_challenge_method must be S256.');
  }
  if (!isS256Challenge(challenge)) {
    throw refuse(
      'invalid_request',
      'code_challenge must be the base64url SHA-256 of the verifier: 43 characters without padding.',
    );
  }
  return challenge;
}
