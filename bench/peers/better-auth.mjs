/**
 * better-auth with its OAuth provider on PostgreSQL, set up to give what the API gives: an ES256 access
 * token for a resource and a refresh token that rotates, without an ID token. Its limits of requests
 * and its log are off.
 */
import { oauthProvider } from '@better-auth/oauth-provider';
import { betterAuth } from 'better-auth';
import { getMigrations } from 'better-auth/db/migration';
import { toNodeHandler } from 'better-auth/node';
import { jwt } from 'better-auth/plugins';
import { createHash, randomBytes } from 'node:crypto';
import { createServer } from 'node:http';
import pg from 'pg';
import { answer, cpu } from '../servers/answer.mjs';

const RESOURCE = 'https://api.flixcheck.example';
const SCOPE = 'readwrite offline_access';

const { clientId, clientSecret, redirectUri, codeVerifier } = JSON.parse(process.env.CLIENT);
const pool = new pg.Pool({ connectionString: process.env.DATABASE_URL, max: 20 });
const auth = betterAuth({
  baseURL: 'https://login.flixcheck.example',
  secret: 'a secret that only the bench of one machine knows',
  database: pool,
  rateLimit: { enabled: false },
  telemetry: { enabled: false },
  logger: { disabled: true },
  plugins: [
    jwt({ jwks: { keyPairConfig: { alg: 'ES256' } }, disableSettingJwtHeader: true }),
    oauthProvider({
      loginPage: '/sign-in',
      consentPage: '/consent',
      scopes: SCOPE.split(' '),
      resources: [RESOURCE],
      // What spares it questions to the database.
      enforcePerClientResources: false,
      cachedResources: new Set([RESOURCE]),
      cachedTrustedClients: new Set([clientId]),
      silenceWarnings: { oauthAuthServerConfig: true, openidConfig: true },
    }),
  ],
});
await (await getMigrations(auth.options)).runMigrations();
const { adapter, internalAdapter } = await auth.$context;

const now = new Date();
const client = {
  clientId,
  clientSecret: hash(clientSecret),
  name: 'Maklerwelt CRM',
  disabled: false,
};
await adapter.create({
  model: 'oauthClient',
  data: {
    ...client,
    redirectUris: [redirectUri],
    scopes: SCOPE.split(' '),
    grantTypes: ['authorization_code', 'refresh_token'],
    responseTypes: ['code'],
    tokenEndpointAuthMethod: 'client_secret_post',
    public: false,
    requirePKCE: false,
    createdAt: now,
    updatedAt: now,
  },
});
const user = await internalAdapter.createUser({
  email: 'kim@kunde.example',
  name: 'Kim',
  emailVerified: true,
});
const session = await internalAdapter.createSession(user.id);

/** As the authorize endpoint stores a code. */
async function code() {
  const value = randomBytes(32).toString('base64url');
  const at = new Date();
  await internalAdapter.createVerificationValue({
    identifier: hash(value),
    createdAt: at,
    updatedAt: at,
    expiresAt: new Date(at.getTime() + 600_000),
    value: JSON.stringify({
      type: 'authorization_code',
      query: {
        response_type: 'code',
        client_id: clientId,
        redirect_uri: redirectUri,
        scope: SCOPE,
        resource: RESOURCE,
        // It asks for it wherever there is a refresh token.
        code_challenge: hash(codeVerifier),
        code_challenge_method: 'S256',
      },
      userId: user.id,
      sessionId: session.id,
      authTime: at.getTime(),
      resource: [RESOURCE],
    }),
  });
  return value;
}

function hash(secret) {
  return createHash('sha256').update(secret).digest('base64url');
}

answer({
  cpu,
  async codes({ count }) {
    const codes = [];
    for (let made = 0; made < count; made++) codes.push(await code());
    return codes;
  },
});

const server = createServer(toNodeHandler(auth)).listen(0, '127.0.0.1', () => {
  process.send({ ready: `http://127.0.0.1:${server.address().port}` });
});
