import {
  describeParameterProblem,
  type ParameterProblem,
  readParameters,
} from '@flixcheck/oauth-protocol';
import type { FastifyRequest } from 'fastify';
import { OAuthError } from '../http/api-error.js';
import type { FailureReason } from '../http/failure-reasons.js';
import { authorizationHeaders } from '../http/authorization-headers.js';
import type { OAuthClient } from './oauth-client.js';
import { explanation } from './request-explanation.js';
import type { RequestLogEntry } from './request-log.js';

/** How a client may say who it is, at every endpoint (RFC 6749 §2.3.1). */
const CREDENTIALS = ['client_id', 'client_secret'] as const;
/** What any endpoint may find sent: who it is from, and for the log which grant, where it takes any. */
type CommonParameter = (typeof CREDENTIALS)[number] | 'grant_type';

/** What an endpoint of clients says of itself; its rules are its own. */
export interface ClientEndpoint<Name extends string = string> {
  /** As the request log and the metrics call it. */
  readonly name: RequestLogEntry['endpoint'];
  /** What it may be sent; all else is ignored. */
  readonly parameters: readonly Name[];
  /** Parameters of which one has to be there: else nothing came that could be worked on. */
  readonly anyOf: readonly Name[];
  /** Those that may come several times; the values are joined by a space. */
  readonly repeatable?: readonly Name[];
  /** Those that only the size of the body bounds. */
  readonly ofAnyLength?: readonly Name[];
  /** The grant types that it knows, where it takes any. */
  readonly grantTypes?: readonly string[];
}

/** An endpoint with parameters of its own, and those with which every client says who it is. */
export function clientEndpoint<Name extends string>(
  endpoint: ClientEndpoint<Name>,
): ClientEndpoint<Name | (typeof CREDENTIALS)[number]> {
  return { ...endpoint, parameters: [...endpoint.parameters, ...CREDENTIALS] };
}

export type ClientParameters<Name extends string = string> = Partial<
  Record<Name | CommonParameter, string>
>;

/**
 * One request of a client on its way through an endpoint. Each step reads what earlier steps have
 * found out, and adds what it finds. What is known at the end goes into the request log, whether the
 * request succeeds or fails.
 */
export interface ClientRequest<Name extends string = string> {
  readonly endpoint: ClientEndpoint;
  readonly http: FastifyRequest;
  readonly authorization: string | undefined;
  /** The time that all checks of this request use. */
  readonly at: Date;
  /** Of `performance.now()`. */
  readonly startedAt: number;
  readonly parameters: ClientParameters<Name>;
  /** What is wrong with the other parameters. */
  readonly problems: readonly ParameterProblem[];
  /** The registered client that the request names. Not verified: only for its log and its limit. */
  named?: OAuthClient;
  /** The connection that the request is about; known of some failures too. */
  connectionId?: string;
  /** What the request log says about an unusual success. */
  note?: { readonly reason: string; readonly detail: string };
}

/** A request whose client has proved that it sent it. */
export type AuthenticatedRequest<Name extends string = string> = ClientRequest<Name> & {
  readonly client: OAuthClient;
};

/**
 * Begins a request with the parameters of its form or JSON body, never of the query
 * (RFC 6749 §2.3.1, §3.2).
 */
export function readClientRequest<Name extends string>(
  endpoint: ClientEndpoint<Name>,
  http: FastifyRequest,
  { at, startedAt }: { at: Date; startedAt: number },
): ClientRequest<Name> {
  const { parameters, repeatable, ofAnyLength } = endpoint;
  const read = readParameters<string>(http.body, parameters, repeatable, ofAnyLength);
  return {
    endpoint,
    http,
    authorization: http.headers.authorization,
    at,
    startedAt,
    parameters: read.values as ClientParameters<Name>,
    problems: read.problems,
    named: undefined,
    connectionId: undefined,
    note: undefined,
  };
}

/** @throws OAuthError invalid_request when the form of the request leaves open what it says */
export function refuseUnreadable({ endpoint, http, problems }: ClientRequest): void {
  const { body } = http;
  if (body !== undefined && body !== null && (typeof body !== 'object' || Array.isArray(body))) {
    throw new OAuthError(
      'invalid_request',
      'body_not_an_object',
      'The body must be a form or a JSON object, with the Content-Type application/x-www-form-urlencoded or application/json.',
    );
  }
  if (isEnveloped(body)) {
    throw new OAuthError(
      'invalid_request',
      'parameters_in_resource',
      'Send the parameters flat, at the top of the body, not inside resource: the OAuth endpoints speak RFC 6749, without the envelope of the other endpoints.',
      { explain: () => misplaced('resource', (body as { resource: object }).resource, endpoint) },
    );
  }
  // Two proxies could each believe another one; one method of authentication only (RFC 6749 §2.3).
  if (authorizationHeaders(http).length > 1) {
    throw new OAuthError(
      'invalid_request',
      'several_authorization_headers',
      'The request has more than one Authorization header; send one.',
    );
  }
  const [first] = problems;
  if (!first) return;
  throw new OAuthError(
    'invalid_request',
    `parameter_${first.problem}`,
    describeParameterProblem(first),
    { explain: () => explanation('parameter', { parameter: first.parameter }) },
  );
}

/** Names only: values may be secrets. */
function misplaced(where: 'query' | 'resource' | 'json', place: object, endpoint: ClientEndpoint) {
  const names = endpoint.parameters.filter((name) => Object.hasOwn(place, name)).join(', ');
  return names ? explanation('parameters_misplaced', { where, names }) : undefined;
}

/**
 * The client ids that a request carries somewhere, also where they are not read: to find the log in
 * which its developers will look. Nothing else is decided by them.
 */
export function mentionedClientIds({ body, query }: FastifyRequest): string[] {
  const places = [
    body,
    isEnveloped(body) ? (body as { resource: unknown }).resource : null,
    jsonCalledForm(body),
    query,
  ];
  return places
    .flatMap((place) => (typeof place === 'object' && place !== null ? [place] : []))
    .flatMap((place): unknown => (Object.hasOwn(place, 'client_id') ? idIn(place) : []))
    .filter((id) => typeof id === 'string')
    .slice(0, MAX_MENTIONED);
}

const MAX_MENTIONED = 4;
const idIn = (place: object): unknown => (place as { client_id: unknown }).client_id;

/** Whether the body has the envelope of the other endpoints; RFC 8707's `resource` is no object. */
function isEnveloped(body: unknown): boolean {
  if (typeof body !== 'object' || body === null || !Object.hasOwn(body, 'resource')) return false;
  const { resource } = body as { resource: unknown };
  return typeof resource === 'object' && resource !== null && !Array.isArray(resource);
}

/**
 * What a JSON object says that came as a form: there, its text is the name of a field, and torn
 * where a value has a `=` or `&`.
 */
function jsonCalledForm(body: unknown): object | null {
  if (typeof body !== 'object' || body === null) return null;
  const fields = Object.entries(body as Record<string, unknown>);
  // Of a form, all values are texts.
  if (!fields.every(([, value]) => typeof value === 'string')) return null;
  const text = fields.map(([name, value]) => (value === '' ? name : `${name}=${value}`)).join('&');
  if (!text.startsWith('{')) return null;
  try {
    return JSON.parse(text) as object;
  } catch {
    return null;
  }
}

/** @throws OAuthError invalid_request when nothing came that the endpoint could work on */
export function refuseEmpty({ endpoint, http, parameters: values }: ClientRequest): void {
  if (endpoint.anyOf.some((name) => values[name] !== undefined)) return;
  // Only their names are looked at; values in the query count for nothing.
  const query = Object(http.query) as object;
  if (endpoint.parameters.some((name) => Object.hasOwn(query, name))) {
    throw new OAuthError(
      'invalid_request',
      'parameters_in_query',
      'The parameters are in the query of the address, where they are never read. Send them in the body, as a form or as JSON with the matching Content-Type.',
      { explain: () => misplaced('query', query, endpoint) },
    );
  }
  if (Object.keys(values).length > 0) return;
  const json = jsonCalledForm(http.body);
  throw new OAuthError(
    'invalid_request',
    'body_empty',
    'The body has none of the parameters of this endpoint. Send them as a form or as JSON, and check that the Content-Type says which.',
    json ? { explain: () => misplaced('json', json, endpoint) } : {},
  );
}

/** The parameters whose absence has a reason of its own. */
type RequiredParameter = FailureReason extends infer Reason
  ? Reason extends `${infer Name}_missing`
    ? Name
    : never
  : never;

/** @throws OAuthError invalid_request when the parameter is missing */
export function requireParameter<Parameters extends ClientParameters>(
  parameters: Parameters,
  name: keyof Parameters & RequiredParameter,
): string {
  const value = parameters[name];
  if (value === undefined) {
    throw new OAuthError('invalid_request', `${name}_missing`, `The parameter ${name} is missing.`);
  }
  return value;
}
