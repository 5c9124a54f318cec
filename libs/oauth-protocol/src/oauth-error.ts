/**
 * The error codes that this server sends to clients, in one table: status at the token, revocation and
 * introspection endpoints, and whether the authorization endpoint may send the error to the
 * client's redirect URI (RFC 6749 §4.1.2.1, §5.2; RFC 8707 §2).
 */
export const OAUTH_ERRORS = {
  invalid_request: { status: 400, redirectable: true },
  invalid_client: { status: 401, redirectable: false },
  invalid_grant: { status: 400, redirectable: false },
  unsupported_grant_type: { status: 400, redirectable: false },
  unsupported_response_type: { status: 400, redirectable: true },
  invalid_scope: { status: 400, redirectable: true },
  invalid_target: { status: 400, redirectable: true },
  access_denied: { status: 403, redirectable: true },
  server_error: { status: 500, redirectable: true },
  temporarily_unavailable: { status: 503, redirectable: true },
} as const;

export type OAuthErrorCode = keyof typeof OAUTH_ERRORS;

/**
 * `error_description` allows %x20-21 / %x23-5B / %x5D-7E only (RFC 6749 §5.2): everything else is
 * replaced, so that no description can break a client's parser or a header.
 */
export function toErrorDescription(text: string): string {
  return text
    .replace(/"/g, "'")
    .replace(/\\/g, '/')
    .replace(/[^\x20-\x7e]/g, '?');
}
