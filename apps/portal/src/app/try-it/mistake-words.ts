import { MistakeName } from './mistake-names';

/** Text keys: what a mistake is called, and how it comes about. */
export const MISTAKE_WORDS: Readonly<Record<MistakeName, { title: string; text: string }>> = {
  redirect_uri_unregistered: {
    title: 'try.mistake.redirect_uri_unregistered.title',
    text: 'try.mistake.redirect_uri_unregistered.text',
  },
  scope_invalid: {
    title: 'try.mistake.scope_invalid.title',
    text: 'try.mistake.scope_invalid.text',
  },
  pkce_required: {
    title: 'try.mistake.pkce_required.title',
    text: 'try.mistake.pkce_required.text',
  },
  code_challenge_method_unsupported: {
    title: 'try.mistake.code_challenge_method_unsupported.title',
    text: 'try.mistake.code_challenge_method_unsupported.text',
  },
  client_secret_wrong: {
    title: 'try.mistake.client_secret_wrong.title',
    text: 'try.mistake.client_secret_wrong.text',
  },
  client_secret_missing: {
    title: 'try.mistake.client_secret_missing.title',
    text: 'try.mistake.client_secret_missing.text',
  },
  secret_from_public_client: {
    title: 'try.mistake.secret_from_public_client.title',
    text: 'try.mistake.secret_from_public_client.text',
  },
  grant_type_missing: {
    title: 'try.mistake.grant_type_missing.title',
    text: 'try.mistake.grant_type_missing.text',
  },
  parameters_in_resource: {
    title: 'try.mistake.parameters_in_resource.title',
    text: 'try.mistake.parameters_in_resource.text',
  },
  code_unknown: { title: 'try.mistake.code_unknown.title', text: 'try.mistake.code_unknown.text' },
  code_already_used: {
    title: 'try.mistake.code_already_used.title',
    text: 'try.mistake.code_already_used.text',
  },
  code_expired: { title: 'try.mistake.code_expired.title', text: 'try.mistake.code_expired.text' },
  redirect_uri_mismatch: {
    title: 'try.mistake.redirect_uri_mismatch.title',
    text: 'try.mistake.redirect_uri_mismatch.text',
  },
  code_verifier_missing: {
    title: 'try.mistake.code_verifier_missing.title',
    text: 'try.mistake.code_verifier_missing.text',
  },
  code_verifier_mismatch: {
    title: 'try.mistake.code_verifier_mismatch.title',
    text: 'try.mistake.code_verifier_mismatch.text',
  },
  refresh_token_reused: {
    title: 'try.mistake.refresh_token_reused.title',
    text: 'try.mistake.refresh_token_reused.text',
  },
  refresh_token_unknown: {
    title: 'try.mistake.refresh_token_unknown.title',
    text: 'try.mistake.refresh_token_unknown.text',
  },
  token_revoked: {
    title: 'try.mistake.token_revoked.title',
    text: 'try.mistake.token_revoked.text',
  },
  insufficient_scope: {
    title: 'try.mistake.insufficient_scope.title',
    text: 'try.mistake.insufficient_scope.text',
  },
};
