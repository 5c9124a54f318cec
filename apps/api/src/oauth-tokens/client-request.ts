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

/**
 * Reads the parameters of a client's request from its form or JSON body, never from the query
 * (RFC 6749 §2.3.1, §3.2).
 * @returns what can be read, and what is wrong with the rest
 */
export function readClientParameters(request: FastifyRequest): {
  parameters: ClientParameters;
  problem: OAuthError | undefined;
} {
  const { body } = request;
  if (body !== undefined && body !== null && (typeof body !== 'object' || Array.isArray(body))) {
    const problem = new OAuthError(
      'invalid_request',
      'body_not_an_object',
      'The body must be a form or a JSON object.',
    );
    return { parameters: {}, problem };
  }
  const { values, problems } = readParameters(body, PARAMETERS, ['resource'], ['token']);
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
  return { parameters: values, problem };
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
