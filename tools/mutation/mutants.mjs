const CODE_GRANT = 'apps/api/src/oauth-tokens/authorization-code-grant.ts';
const REFRESH_GRANT = 'apps/api/src/oauth-tokens/refresh-token-grant.ts';
const ENDINGS = 'apps/api/src/connections/connection-endings.ts';
const REVOCATIONS = 'apps/api/src/connections/revocations.ts';
const GUARD = 'apps/api/src/auth/access.guard.ts';
const REQUEST = 'apps/api/src/oauth-codes/authorization-request/authorization-request.ts';
const REDIRECT_URI = 'libs/oauth-protocol/src/redirect-uri.ts';
const ACCESS_TOKEN = 'libs/access-token-verifier/src/access-token.ts';
const REQUESTS = 'apps/api/src/oauth-codes/authorization-requests.ts';
const CODES = 'apps/api/src/oauth-codes/oauth-codes.service.ts';
const DEVELOPERS = 'apps/api/src/oauth-clients/client-developers.ts';
const ACCEPTANCE = 'apps/api/src/people/invitation-acceptance.ts';
const FACTORS = 'apps/api/src/users/second-factors.service.ts';
const PASSKEY_CHALLENGES = 'apps/api/src/users/passkey-challenges.ts';
const ENTITY_TAG = 'apps/api/src/http/entity-tag.ts';
const INTROSPECTION = 'apps/api/src/oauth-tokens/token-introspection.ts';

/**
 * Rules that others rely on, each with the change that breaks it and the suite and spec file that
 * must notice: `[rule, file, text, instead, suite, spec]`. The text stands once in the file, and
 * the same in what the compiler makes of it.
 */
export const mutants = [
  [
    ...['a code works only with the verifier of its challenge (RFC 7636 §4.6)', CODE_GRANT],
    ...[
      'AND code.code_challenge IS NOT DISTINCT FROM asked.code_challenge',
      "AND coalesce(asked.code_challenge, '') <> 'x'",
    ],
    ...['api-e2e', 'pkce'],
  ],
  [
    ...['a code works once (RFC 6749 §4.1.2)', CODE_GRANT, 'AND code.redeemed_at IS NULL', ''],
    ...['api-e2e', 'codes'],
  ],
  [
    ...['a code works for its client only (RFC 6749 §4.1.3)', CODE_GRANT],
    ...["('asked.oauth_client_id', 'asked.at')", "('c.oauth_client_id', 'asked.at')"],
    ...['api-e2e', 'codes'],
  ],
  [
    ...['a code works with its redirect URI only (RFC 6749 §4.1.3)', CODE_GRANT],
    ...['OR code.redirect_uri = asked.redirect_uri)', 'OR true)', 'api-e2e', 'redirect-uris'],
  ],
  [
    ...['a code dies of age', CODE_GRANT, 'AND code.expires_at > asked.at', ''],
    ...['api', 'code-lifetime'],
  ],
  [
    ...['a code that comes again ends what it gave (RFC 6749 §10.5)', CODE_GRANT],
    ...['if (late && record.familyId !== null)', 'if (false)', 'api', 'code-lifetime'],
  ],
  [
    ...['only the newest refresh token is replaced (RFC 9700 §4.14.2)', REFRESH_GRANT],
    ...['AND family.current_hash = asked.presented_hash', '', 'api-e2e', 'refresh'],
  ],
  [
    ...['a refresh token that was replaced ends its lineage (RFC 9700 §4.14.2)', REFRESH_GRANT],
    "await this.families.end(family.id, 'refresh_token_reused', describeReuse(located), now);",
    ...['void now;', 'api', 'refresh-lifetime'],
  ],
  [
    ...['an old answer is given again for seconds only', REFRESH_GRANT],
    ...['<= REFRESH_RETRY_MS', '<= Infinity', 'api', 'refresh-lifetime'],
  ],
  [
    ...[
      'an unused refresh token dies of age',
      REFRESH_GRANT,
      'AND family.expires_at > asked.at',
      '',
    ],
    ...['api', 'refresh-lifetime'],
  ],
  [
    ...['a refresh token works for its client only (RFC 6749 §6)', REFRESH_GRANT],
    ...["('asked.oauth_client_id', 'asked.at')", "('c.oauth_client_id', 'asked.at')"],
    ...['api-e2e', 'refresh'],
  ],
  [
    ...['what ended is over, also where its rows have not followed', ENDINGS],
    ...['NOT EXISTS (SELECT FROM connection_endings e WHERE ${COVERS})', 'true'],
    ...['api', 'connection-endings'],
  ],
  [
    ...['an ended connection gives no tokens', ENDINGS, 'AND num_nulls(c.revoked_at) = 1', ''],
    ...['api-e2e', 'src/connections'],
  ],
  [
    ...['narrowing a connection narrows its tokens', 'apps/api/src/oauth-tokens/token-grants.ts'],
    ...['(row.scope, row.connectionScope, registered)', '(row.scope, row.scope, registered)'],
    ...['api-e2e', 'scopes'],
  ],
  [
    ...['a token does what its scope allows (RFC 6750 §3.1)', GUARD],
    ...['(caller.scope, scope)', "('readwrite', scope)", 'api-e2e', 'scopes'],
  ],
  [
    ...['a route is for the roles that it names', GUARD],
    ...['if (roles.length > 0 && !roles.includes(caller.role))', 'if (false)'],
    ...['api-e2e', 'registry'],
  ],
  [
    ...['a route that declares nobody is closed', GUARD],
    "throw new ApiError('forbidden', 'This address is not open to anybody.');",
    ...['return true;', 'api', 'access.guard'],
  ],
  [
    ...['another site changes nothing with a session', GUARD],
    ...[
      'if (this.cookie.read(request) === undefined) return null;',
      'if (request) return this.sessions.validate(request);',
    ],
    ...['api-e2e', 'sessions-and-csrf'],
  ],
  [
    ...['no script reads the session cookie', 'apps/api/src/auth/host-cookie.ts'],
    ...['httpOnly: true, sameSite', 'httpOnly: false, sameSite', 'api-e2e', 'sessions-and-csrf'],
  ],
  [
    ...['guessing a password stops after ten failures', 'apps/api/src/auth/sign-in-limits.ts'],
    ...['MAX_FAILURES_PER_EMAIL = 10', 'MAX_FAILURES_PER_EMAIL = 99', 'api-e2e', 'limits'],
  ],
  [
    ...['a revoked token is refused, whatever its signature', REVOCATIONS],
    ...[
      'if (this.revoked.refuses(subjects, issuedAt))',
      'if (false)',
      'api-e2e',
      'revocation.spec',
    ],
  ],
  [
    ...['a node that hears nothing asks the database', REVOCATIONS],
    'return this.feed.isLive() ? false : this.isRevokedInDatabase(subjects, issuedAt);',
    ...['return false;', 'api', 'connections/revocations'],
  ],
  [
    ...['redirect URIs match character for character (RFC 9700 §2.1)', REDIRECT_URI],
    'registered.includes(requested)',
    ...['registered.some((uri) => requested.startsWith(uri))', 'api-e2e', 'redirect-uris'],
  ],
  [
    ...['only a native client varies the port (RFC 8252 §7.3)', REDIRECT_URI],
    ...['!native || ', '', 'api-e2e', 'redirect-uris'],
  ],
  [
    ...['a client that must use PKCE gets no code without (RFC 9700 §2.1.1)', REQUEST],
    ...["client.requirePkce || client.kind === 'public'", 'false', 'api-e2e', 'pkce'],
  ],
  [
    ...['PKCE is S256 only (RFC 9700 §2.1.1)', REQUEST],
    ...["if (method !== 'S256')", 'if (false)', 'api-e2e', 'authorization-errors'],
  ],
  [
    ...['a token of another issuer is none (RFC 9068 §4)', ACCESS_TOKEN],
    ...["algorithms: ['ES256'], issuer,", "algorithms: ['ES256'],"],
    ...['access-token-verifier', 'verifier.spec'],
  ],
  [
    ...['a token lives until it expires (RFC 9068 §4)', ACCESS_TOKEN],
    ...['if (exp + tolerance.expirySeconds <= seconds)', 'if (false)'],
    ...['api', 'access-token-verification'],
  ],
  [
    ...['a client examines its own tokens only (RFC 7662 §4)', INTROSPECTION],
    ...['if (verified.clientId !== client.clientId)', 'if (false)', 'api-e2e', 'introspection'],
  ],
  [
    ...['an application that the company does not allow gets no tokens', CODE_GRANT],
    ...["AND ${allowedByAccount('c.account_id', 'c.oauth_client_id')}", ''],
    ...['api', 'account-policy.spec'],
  ],
  [
    ...['no advance grant without a click for a public client (RFC 8252 §8.6)', REQUESTS],
    ...["|| client.kind === 'public' ||", '||', 'api', 'advance-grants'],
  ],
  [
    ...['a consent is for the client as it was shown', CODES],
    ...['input.clientVersion !== undefined', 'false', 'api-e2e', 'authorization-request'],
  ],
  [
    ...['a code of an authenticator app works once (RFC 6238 §5.2)', FACTORS],
    ...['AND last_step < $2', 'AND $2::bigint IS NOT NULL', 'api', 'second-factor'],
  ],
  [
    ...['an admin who has been shut out lets nobody in', ACCEPTANCE],
    ...['if (!stillThere || !mayInvite(stillThere, company.id))', 'if (!stillThere)'],
    ...['api', 'invitation-acceptance'],
  ],
  [
    ...['the clients of others are none to a developer', DEVELOPERS],
    ...['if (rows.length === 0)', 'if (oauthClientId === "")', 'api', 'developer-desk'],
  ],
  [
    ...['a change of what somebody else has changed is refused (RFC 9110 §13.1.1)', ENTITY_TAG],
    ...['if (tags.includes(entityTag(version))) return;', 'return;', 'api', 'registry-edits'],
  ],
  [
    ...['a company keeps its last admin', 'apps/api/src/users/account-admins.ts'],
    'if (locked.some((row) => row.id !== id && isActiveAdmin(row))) return;',
    ...['return;', 'api', 'role-changes'],
  ],
  [
    ...['the answer of a passkey works once (WebAuthn §13.4.3)', PASSKEY_CHALLENGES],
    ...['return rows.length === 1;', 'return true;', 'api', 'people/passkeys'],
  ],
  [
    ...['a challenge is good for its purpose and session only', PASSKEY_CHALLENGES],
    ...['.update(seed).update(purpose)', '.update(seed)', 'api', 'people/passkeys'],
  ],
];
