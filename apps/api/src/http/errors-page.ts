import { OAUTH_ERRORS, type OAuthErrorCode } from '@flixcheck/oauth-protocol';
import type { FastifyInstance } from 'fastify';
import type { Access } from './access.js';
import { PROBLEMS, type ProblemCode } from './api-error.js';

const ANYONE: Access = { kind: 'anyone', cors: false, stateChanging: false };

/** What to do about each code; where the answer's `detail` says it all, the title is enough. */
const ADVICE: Partial<Record<ProblemCode, string>> = {
  validation_failed: 'errors names each field with a code and a message.',
  malformed_request: 'The body must be what its Content-Type says; for this API that is JSON.',
  unknown_client: 'Compare clientId with the one that Flixcheck gave you.',
  invalid_redirect_uri:
    'Register the redirect URI with Flixcheck, and send it the same, character for character.',
  session_required: 'Sign in with POST /guest/v7/sessions. Access tokens cannot do this.',
  invalid_token:
    'Refresh the access token; if that fails too, send the user to the authorize page.',
  client_not_allowed: 'Ask an admin of your company, on the authorize page.',
  origin_refused: 'Requests with a session come from the portal’s own pages, or from servers.',
  insufficient_scope: 'Ask for the scope that WWW-Authenticate names, on the authorize page.',
  not_found: 'The thing does not exist, or belongs to somebody else: both look the same.',
  precondition_failed: 'Read it again, and repeat your change with the new ETag in If-Match.',
  too_many_attempts: 'Wait for the seconds that Retry-After names.',
  internal_error: 'Tell Flixcheck the requestId. Nothing that was confirmed is lost.',
  service_unavailable: 'Try again after the seconds that Retry-After names.',
};

/** Where most requests that fail with it went wrong; the client's request log has the exact place. */
const OAUTH_ADVICE: Partial<Record<OAuthErrorCode, string>> = {
  invalid_client:
    'Compare client_id and secret with what Flixcheck gave you, without spaces or quotation marks, and send them either as HTTP Basic or in the body. A public client sends client_id alone.',
  invalid_grant:
    'Exchange a code once, within 60 seconds, with the redirect_uri and the code_verifier of the same attempt. Store the new refresh token at every refresh. Where the connection has ended, send the user to the authorize page.',
  invalid_request:
    'Send each parameter once, in the body, flat, as a form or JSON with the matching Content-Type. Links need response_type=code and, unless Flixcheck has switched it off, a code_challenge with S256.',
  invalid_scope: 'Ask only for scopes that the client is registered for and the user has granted.',
  invalid_target: 'Leave resource out, or name this API’s own address.',
  unsupported_grant_type: 'grant_type is authorization_code or refresh_token.',
  unsupported_response_type: 'response_type is code.',
  access_denied: 'The user has refused, or the company does not allow the application.',
  temporarily_unavailable: 'Wait for the seconds that Retry-After names, then try again.',
  server_error: 'Try again; if it goes on, tell Flixcheck the request id.',
};

/** The page that the `type` of every problem leads to (RFC 9457 §3.1.1). */
export function serveErrorsPage(server: FastifyInstance): void {
  const page = render();
  server.get('/docs/errors', { config: { access: ANYONE } }, (_request, reply) =>
    reply.header('content-type', 'text/html; charset=utf-8').send(page),
  );
}

function render(): string {
  const problems = (Object.keys(PROBLEMS) as ProblemCode[]).map((code) => {
    const [status, title] = PROBLEMS[code];
    return `<tr id="${code}"><td><code>${code}</code></td><td>${status}</td><td>${title}. ${ADVICE[code] ?? ''}</td></tr>`;
  });
  const oauth = Object.entries(OAUTH_ERRORS).map(
    ([code, { status }]) =>
      `<tr id="oauth-${code}"><td><code>${code}</code></td><td>${status}</td><td>${OAUTH_ADVICE[code as OAuthErrorCode] ?? ''}</td></tr>`,
  );
  return `<!doctype html>
<html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1">
<title>Error codes · Flixcheck Connect</title>
<style>
:root{color-scheme:light dark}body{font:16px/1.5 system-ui,sans-serif;max-width:60rem;margin:2rem auto;padding:0 1rem}
table{border-collapse:collapse;width:100%}td,th{text-align:left;padding:.5rem .75rem .5rem 0;border-bottom:1px solid color-mix(in srgb,currentColor 20%,transparent);vertical-align:top}
tr:target{background:color-mix(in srgb,#f5c400 25%,transparent)}code{font-size:.9em}
</style></head><body>
<h1>Error codes</h1>
<p>Every error of the API is an RFC 9457 problem with a stable <code>code</code>, a <code>detail</code> that says what to do, and a <code>requestId</code>. <a href="/docs">API documentation</a></p>
<table><thead><tr><th scope="col">Code</th><th scope="col">Status</th><th scope="col">What to do</th></tr></thead><tbody>
${problems.join('\n')}
</tbody></table>
<h2>The OAuth endpoints</h2>
<p>They answer with <code>error</code> and <code>error_description</code> (RFC 6749 §5.2). The description ends with the request id, under which the client’s request log gives the precise reason.</p>
<table><thead><tr><th scope="col">Error</th><th scope="col">Status</th><th scope="col">What to do</th></tr></thead><tbody>
${oauth.join('\n')}
</tbody></table>
</body></html>
`;
}
