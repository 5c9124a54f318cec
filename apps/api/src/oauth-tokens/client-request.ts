import { describeParameterProblem, readParameters } from '@flixcheck/oauth-protocol';
import type { FastifyRequest } from 'fastify';
import { OAuthError } from '../http/api-error.js';
import { authorizationHeaders } from '../http/authorization-headers.js';
import type { OAuthClient } from '../oauth-clients/oauth-clients.service.js';

/** What the token, revocation and introspection endpoints may be sent; all else is ignored. */
const PARAMETERS = [
  'grant_type',
  'code',
  'redirect_uri',
  'code_verifier',
  'refresh_token',
  'scope',
  'resource',
  'token',
  'token_type_hint',
  'client_id',
  'client_secret',
] as const;

export type ClientParameters = Partial<Record<(typeof PARAMETERS)[number], string>>;

/** One request of a client on its way through an endpoint. */
export interface ClientRequest {
  requestId: string;
  ip: string;
  authorization: string | undefined;
  parameters: ClientParameters;
  client: OAuthClient;
  at: Date;
}

export interface ReadParameters {
  parameters: ClientParameters;
  /** What is wrong with the rest. */
  problem?: OAuthError;
  /** Where nothing came that an endpoint could work on: what to do, once the client is known. */
  absence?: OAuthError;
}

/**
 * Reads the parameters of a client's request from its form or JSON body, never from the query
 * (RFC 6749 §2.3.1, §3.2).
 */
export function readClientParameters(request: FastifyRequest): ReadParameters {
  const { body } = request;
  if (body !== undefined && body !== null && (typeof body !== 'object' || Array.isArray(body))) {
    const problem = new OAuthError(
      'invalid_request',
      'body_not_an_object',
      'The body must be a form or a JSON object, with the Content-Type application/x-www-form-urlencoded or application/json.',
    );
    return { parameters: {}, problem };
  }
  const { values, problems } = readParameters(body, PARAMETERS, ['resource'], ['token']);
  if (isEnveloped(body)) {
    const problem = new OAuthError(
      'invalid_request',
      'parameters_in_resource',
      'Send the parameters flat, at the top of the body, not inside resource: the OAuth endpoints speak RFC 6749, without the envelope of the other endpoints.',
    );
    return { parameters: values, problem };
  }
  // Two proxies may believe two of them: only one way to authenticate is one (RFC 6749 §2.3).
  if (authorizationHeaders(request).length > 1) {
    const problem = new OAuthError(
      'invalid_request',
      'several_authorization_headers',
      'The request has more than one Authorization header; send one.',
    );
    return { parameters: values, problem };
  }
  const [first] = problems;
  const problem =
    first &&
    new OAuthError(
      'invalid_request',
      `parameter_${first.problem}`,
      describeParameterProblem(first),
    );
  return { parameters: values, problem, absence: findAbsence(values, request.query) };
}

/** As a caller does who knows the house API; a `resource` of RFC 8707 is a string, or a list. */
function isEnveloped(body: unknown): boolean {
  if (typeof body !== 'object' || body === null || !Object.hasOwn(body, 'resource')) return false;
  const { resource } = body as { resource: unknown };
  return typeof resource === 'object' && resource !== null && !Array.isArray(resource);
}

function findAbsence(values: ClientParameters, query: unknown): OAuthError | undefined {
  if (values.grant_type !== undefined || values.token !== undefined) return undefined;
  // Their names alone are looked at: what they say is never read from there.
  if (PARAMETERS.some((name) => Object.hasOwn(Object(query) as object, name))) {
    return new OAuthError(
      'invalid_request',
      'parameters_in_query',
      'The parameters came in the query of the address, where they are never read. Send them in the body, as a form or as JSON with the matching Content-Type.',
    );
  }
  if (Object.keys(values).length > 0) return undefined;
  return new OAuthError(
    'invalid_request',
    'body_empty',
    'The body has none of the parameters of this endpoint. Send them as a form or as JSON, and check that the Content-Type says which of them it is.',
  );
}

/** @throws OAuthError invalid_request when the parameter is missing */
export function requireParameter(
  parameters: ClientParameters,
  name: (typeof PARAMETERS)[number],
): string {
  const value = parameters[name];
  if (value === undefined) {
    throw new OAuthError('invalid_request', `${name}_missing`, `The parameter ${name} is missing.`);
  }
  return value;
}
