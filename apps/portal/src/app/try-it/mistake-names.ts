/**
 * Mistakes that the page can make on purpose, by the reason that the request log gives for each. The
 * last two are not about OAuth requests, so the log has none for them.
 */
export const MISTAKE_NAMES = [
  'redirect_uri_unregistered',
  'scope_invalid',
  'pkce_required',
  'code_challenge_method_unsupported',
  'client_secret_wrong',
  'client_secret_missing',
  'secret_from_public_client',
  'grant_type_missing',
  'parameters_in_resource',
  'code_unknown',
  'code_already_used',
  'code_expired',
  'redirect_uri_mismatch',
  'code_verifier_missing',
  'code_verifier_mismatch',
  'refresh_token_reused',
  'refresh_token_unknown',
  'token_revoked',
  'insufficient_scope',
] as const;

export type MistakeName = (typeof MISTAKE_NAMES)[number];

export function isMistake(name: string | null | undefined): name is MistakeName {
  return MISTAKE_NAMES.some((known) => known === name);
}
