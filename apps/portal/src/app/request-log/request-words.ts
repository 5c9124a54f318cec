import { OAuthRequest } from '../api/types';
import { Formats } from '../i18n/formats';

const EXPLANATIONS: Readonly<Record<string, string>> = {
  authentication_method: 'requests.explanation.authentication_method',
  authentication_scheme: 'requests.explanation.authentication_scheme',
  code_expired: 'requests.explanation.code_expired',
  code_length: 'requests.explanation.code_length',
  code_of_other_client: 'requests.explanation.code_of_other_client',
  code_used: 'requests.explanation.code_used',
  connection_ended: 'requests.explanation.connection_ended',
  no_pkce: 'requests.explanation.no_pkce',
  parameter: 'requests.explanation.parameter',
  parameters_misplaced: 'requests.explanation.parameters_misplaced',
  redirect_uri_differs: 'requests.explanation.redirect_uri_differs',
  redirect_uri_differs_from_request: 'requests.explanation.redirect_uri_differs_from_request',
  refresh_ended: 'requests.explanation.refresh_ended',
  refresh_expired: 'requests.explanation.refresh_expired',
  refresh_is_access_token: 'requests.explanation.refresh_is_access_token',
  refresh_length: 'requests.explanation.refresh_length',
  refresh_replaced: 'requests.explanation.refresh_replaced',
  refresh_replaced_before: 'requests.explanation.refresh_replaced_before',
  secret_encoded: 'requests.explanation.secret_encoded',
  secret_expired: 'requests.explanation.secret_expired',
  secret_in_quotes: 'requests.explanation.secret_in_quotes',
  secret_like_live: 'requests.explanation.secret_like_live',
  secret_removed: 'requests.explanation.secret_removed',
  secret_with_space: 'requests.explanation.secret_with_space',
  value_unknown: 'requests.explanation.value_unknown',
  verifier_character: 'requests.explanation.verifier_character',
  verifier_differs: 'requests.explanation.verifier_differs',
  verifier_length: 'requests.explanation.verifier_length',
  verifier_missing: 'requests.explanation.verifier_missing',
  verifier_plain: 'requests.explanation.verifier_plain',
};

/** Reasons that explain themselves, without anything that is known besides. */
const REASONS: Readonly<Record<string, string>> = {
  client_secret_wrong: 'requests.explanation.secret_wrong',
};

/** Parameters that are words themselves. */
const VALUES: Readonly<Record<string, string>> = {
  basic: 'requests.value.basic',
  body: 'requests.value.body',
  basic_and_body: 'requests.value.basic_and_body',
  none: 'requests.value.none',
  secret: 'requests.value.secret',
  query: 'requests.value.query',
  resource: 'requests.value.resource',
  json: 'requests.value.json',
};
const WORDS: Readonly<Record<string, readonly string[]>> = {
  authentication_method: ['sent', 'expected'],
  parameters_misplaced: ['where'],
};

const ENDPOINTS: Readonly<Record<string, string>> = {
  authorize: 'requests.endpoint.authorize',
  revoke: 'requests.endpoint.revoke',
  introspect: 'requests.endpoint.introspect',
};

/** By grant type. */
const TOKEN_REQUESTS: Readonly<Record<string, string>> = {
  authorization_code: 'requests.endpoint.token',
  refresh_token: 'requests.endpoint.refresh',
};
/** One that names no grant, or none that there is. */
const OTHER_TOKEN_REQUEST = 'requests.endpoint.otherToken';

type Translate = (text: string, values?: Record<string, unknown>) => string;

/** What a request was for. */
export function endpointText({ endpoint, grantType }: OAuthRequest): string {
  if (endpoint !== 'token') return ENDPOINTS[endpoint] ?? OTHER_TOKEN_REQUEST;
  return TOKEN_REQUESTS[grantType ?? ''] ?? OTHER_TOKEN_REQUEST;
}

/** What was wrong, in the reader's language; null where only the API's own sentence says it. */
export function explain(
  { explanation, reason }: OAuthRequest,
  formats: Formats,
  translate: Translate,
): string | null {
  const text = explanation && EXPLANATIONS[explanation.code];
  if (!text) {
    const alone = REASONS[reason ?? ''];
    return alone ? translate(alone) : null;
  }
  const { code, parameters } = explanation;
  const values = Object.entries(parameters).map(([name, value]) => {
    const word = WORDS[code]?.includes(name) ? VALUES[String(value)] : undefined;
    if (word) return [name, translate(word)];
    if (value !== null && name.endsWith('At')) return [name, formats.dateTimeExact(String(value))];
    return [name, value ?? '–'];
  });
  return translate(text, Object.fromEntries(values) as Record<string, unknown>);
}
