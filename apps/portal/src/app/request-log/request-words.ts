import { OAuthRequest } from '../api/types';
import { Formats } from '../i18n/formats';

const EXPLANATIONS: Readonly<Record<string, string>> = {
  access_token_expired: 'requests.explanation.access_token_expired',
  authentication_method: 'requests.explanation.authentication_method',
  authentication_scheme: 'requests.explanation.authentication_scheme',
  calls_counted: 'requests.explanation.calls_counted',
  code_expired: 'requests.explanation.code_expired',
  code_length: 'requests.explanation.code_length',
  code_of_other_client: 'requests.explanation.code_of_other_client',
  code_used: 'requests.explanation.code_used',
  connection_ended: 'requests.explanation.connection_ended',
  connection_ended_because: 'requests.explanation.connection_ended_because',
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
  scope_insufficient: 'requests.explanation.scope_insufficient',
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

/** What each reason says by itself. */
const REASONS: Readonly<Record<string, string>> = {
  access_token_expired: 'requests.reason.access_token_expired',
  access_token_not_yet_valid: 'requests.reason.access_token_not_yet_valid',
  access_token_of_other_server: 'requests.reason.access_token_of_other_server',
  access_token_revoked: 'requests.reason.access_token_revoked',
  body_empty: 'requests.reason.body_empty',
  body_not_an_object: 'requests.reason.body_not_an_object',
  client_authentication_missing: 'requests.reason.client_authentication_missing',
  client_blocked_by_account: 'requests.reason.client_blocked_by_account',
  client_credentials_missing: 'requests.reason.client_credentials_missing',
  client_disabled: 'requests.reason.client_disabled',
  client_id_mismatch: 'requests.reason.client_id_mismatch',
  client_id_missing: 'requests.reason.client_id_missing',
  client_not_for_account: 'requests.reason.client_not_for_account',
  client_not_selected_by_account: 'requests.reason.client_not_selected_by_account',
  client_not_verified_for_account: 'requests.reason.client_not_verified_for_account',
  client_secret_expired: 'requests.reason.client_secret_expired',
  client_secret_missing: 'requests.reason.client_secret_missing',
  client_secret_wrong: 'requests.reason.client_secret_wrong',
  code_already_used: 'requests.reason.code_already_used',
  code_challenge_malformed: 'requests.reason.code_challenge_malformed',
  code_challenge_method_unsupported: 'requests.reason.code_challenge_method_unsupported',
  code_challenge_missing: 'requests.reason.code_challenge_missing',
  code_expired: 'requests.reason.code_expired',
  code_missing: 'requests.reason.code_missing',
  code_of_other_client: 'requests.reason.code_of_other_client',
  code_unknown: 'requests.reason.code_unknown',
  code_unusable: 'requests.reason.code_unusable',
  code_verifier_malformed: 'requests.reason.code_verifier_malformed',
  code_verifier_mismatch: 'requests.reason.code_verifier_mismatch',
  code_verifier_missing: 'requests.reason.code_verifier_missing',
  code_verifier_unexpected: 'requests.reason.code_verifier_unexpected',
  connection_ended: 'requests.reason.connection_ended',
  grant_type_missing: 'requests.reason.grant_type_missing',
  grant_type_unsupported: 'requests.reason.grant_type_unsupported',
  internal_error: 'requests.reason.internal_error',
  malformed_basic_credentials: 'requests.reason.malformed_basic_credentials',
  malformed_request: 'requests.reason.malformed_request',
  method_not_allowed: 'requests.reason.method_not_allowed',
  not_found: 'requests.reason.not_found',
  parameter_invalid_characters: 'requests.reason.parameter_invalid_characters',
  parameter_not_a_string: 'requests.reason.parameter_not_a_string',
  parameter_repeated: 'requests.reason.parameter_repeated',
  parameter_too_long: 'requests.reason.parameter_too_long',
  parameters_in_query: 'requests.reason.parameters_in_query',
  parameters_in_resource: 'requests.reason.parameters_in_resource',
  payload_too_large: 'requests.reason.payload_too_large',
  pkce_required: 'requests.reason.pkce_required',
  public_client_cannot_introspect: 'requests.reason.public_client_cannot_introspect',
  redirect_uri_mismatch: 'requests.reason.redirect_uri_mismatch',
  redirect_uri_missing: 'requests.reason.redirect_uri_missing',
  redirect_uri_unexpected: 'requests.reason.redirect_uri_unexpected',
  redirect_uri_unregistered: 'requests.reason.redirect_uri_unregistered',
  refresh_retried: 'requests.reason.refresh_retried',
  refresh_token_expired: 'requests.reason.refresh_token_expired',
  refresh_token_family_ended: 'requests.reason.refresh_token_family_ended',
  refresh_token_missing: 'requests.reason.refresh_token_missing',
  refresh_token_of_other_client: 'requests.reason.refresh_token_of_other_client',
  refresh_token_reused: 'requests.reason.refresh_token_reused',
  refresh_token_revoked: 'requests.reason.refresh_token_revoked',
  refresh_token_superseded: 'requests.reason.refresh_token_superseded',
  refresh_token_unknown: 'requests.reason.refresh_token_unknown',
  refresh_token_unusable: 'requests.reason.refresh_token_unusable',
  request_timeout: 'requests.reason.request_timeout',
  resource_unknown: 'requests.reason.resource_unknown',
  response_type_missing: 'requests.reason.response_type_missing',
  response_type_unsupported: 'requests.reason.response_type_unsupported',
  scope_insufficient: 'requests.reason.scope_insufficient',
  scope_invalid: 'requests.reason.scope_invalid',
  scope_no_longer_allowed: 'requests.reason.scope_no_longer_allowed',
  scope_not_registered: 'requests.reason.scope_not_registered',
  scope_wider_than_granted: 'requests.reason.scope_wider_than_granted',
  secret_from_public_client: 'requests.reason.secret_from_public_client',
  several_authentication_methods: 'requests.reason.several_authentication_methods',
  several_authorization_headers: 'requests.reason.several_authorization_headers',
  spellings_differ: 'requests.reason.spellings_differ',
  successor_of_other_secret: 'requests.reason.successor_of_other_secret',
  token_missing: 'requests.reason.token_missing',
  token_of_other_client: 'requests.reason.token_of_other_client',
  too_many_failures: 'requests.reason.too_many_failures',
  too_many_revocations: 'requests.reason.too_many_revocations',
  unavailable: 'requests.reason.unavailable',
  unknown_client: 'requests.reason.unknown_client',
  unsupported_authentication_scheme: 'requests.reason.unsupported_authentication_scheme',
  unsupported_media_type: 'requests.reason.unsupported_media_type',
};
/** Explanations that only add to what the reason says. */
const ADDS: readonly string[] = [
  'authentication_method',
  'calls_counted',
  'parameter',
  'parameters_misplaced',
  'refresh_ended',
  'scope_insufficient',
  'value_unknown',
];

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
  user: 'requests.value.user',
  admin: 'requests.value.admin',
  client: 'requests.value.client',
  not_allowed: 'requests.value.not_allowed',
  user_disabled: 'requests.value.user_disabled',
  client_disabled: 'requests.value.client_disabled',
  client_deleted: 'requests.value.client_deleted',
  client_withdrawn: 'requests.value.client_withdrawn',
  account_closed: 'requests.value.account_closed',
  password_changed: 'requests.value.password_changed',
  disavowed: 'requests.value.disavowed',
  expired: 'requests.value.expired',
};
const WORDS: Readonly<Record<string, readonly string[]>> = {
  authentication_method: ['sent', 'expected'],
  connection_ended_because: ['reason'],
  parameters_misplaced: ['where'],
};

const ENDPOINTS: Readonly<Record<string, string>> = {
  api: 'requests.endpoint.api',
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

/** What was wrong, in the reader's language; null where a newer API says it alone. */
export function explain(
  { explanation, reason }: OAuthRequest,
  formats: Formats,
  translate: Translate,
): string | null {
  const text = explanation && EXPLANATIONS[explanation.code];
  const meaning = REASONS[reason ?? ''];
  const said = meaning ? translate(meaning) : null;
  if (!text) return said;
  const { code, parameters } = explanation;
  const values = Object.entries(parameters).map(([name, value]) => {
    const word = WORDS[code]?.includes(name) ? VALUES[String(value)] : undefined;
    if (word) return [name, translate(word)];
    if (value !== null && name.endsWith('At')) return [name, formats.dateTimeExact(String(value))];
    return [name, typeof value === 'number' ? formats.number(value) : (value ?? '–')];
  });
  const more = translate(text, Object.fromEntries(values) as Record<string, unknown>);
  return said && ADDS.includes(code) ? `${said} ${more}` : more;
}
