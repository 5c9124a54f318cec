import {
  describeParameterProblem,
  isOwnResource,
  isS256Challenge,
  matchesRedirectUri,
  readParameters,
  resolveRequestedScope,
} from '@flixcheck/oauth-protocol';
import type { OAuthClient } from '../../oauth-clients/oauth-clients.service.js';
import { explanation, quoted } from '../../oauth-clients/request-explanation.js';
import {
  AuthorizationRequestError,
  explainRedirectUri,
  parameterError,
  type Refuse,
  refusingTo,
  unknownClient,
} from './authorization-refusals.js';

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
  try {
    refuseProblemOf('clientId', read);
    attempt.client = await findClient(read.values, rules);
  } catch (error) {
    attempt.client = await findMentioned(input, rules);
    throw error;
  }
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

function validateRequestOf(
  client: OAuthClient,
  read: Read,
  rules: AuthorizationRequestRules,
): AuthorizationRequest {
  const { values, problems } = read;
  if (client.status !== 'active') throw unknownClient('client_disabled');
  refuseProblemOf('redirectUri', read);
  const redirectUri = findRedirectUri(values, client, rules.page);

  const refuse = refusingTo(redirectUri, values.state, rules.publicUrl);

  const problem = problems[0];
  if (problem) {
    throw refuse(
      'invalid_request',
      `parameter_${problem.problem}`,
      describeParameterProblem(problem),
      undefined,
      explanation('parameter', { parameter: problem.parameter }),
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
      quoted(values.resource),
    );
  }
  return { client, redirectUri, scope, state: values.state, codeChallenge };
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

/** The client that a link names more than once: for its log, nothing else is decided by it. */
async function findMentioned(
  input: unknown,
  { findClient: find }: AuthorizationRequestRules,
): Promise<OAuthClient | undefined> {
  const named = SPELLINGS.clientId.flatMap((name) => Object(input)[name] as unknown);
  const ids = new Set(named.filter((id) => typeof id === 'string').slice(0, MAX_MENTIONED));
  const isNamedTwice = named.filter((id) => id !== undefined).length > 1;
  for (const id of isNamedTwice ? ids : []) {
    const client = await find(id).catch(() => null);
    if (client) return client;
  }
  return undefined;
}

const MAX_MENTIONED = 4;

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
      { received: quoted(requested), explanation: explainRedirectUri(requested, client) },
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
      quoted(values.response_type),
    );
  }
}

function checkScope(values: Parameters, client: OAuthClient, refuse: Refuse): string {
  const result = resolveRequestedScope(values.scope, client.scopes);
  if (!result.ok) {
    throw refuse('invalid_scope', 'scope_invalid', result.reason, quoted(values.scope ?? ''));
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
        undefined,
        explanation('no_pkce', {}),
      );
    }
    return undefined;
  }
  if (method !== 'S256') {
    throw refuse(
      'invalid_request',
      'code_challenge_method_unsupported',
      'code_challenge_method must be S256.',
      method === undefined ? undefined : quoted(method),
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
