/**
 * @node-oauth/oauth2-server on a bare Node server, set up to give what the API gives: an ES256 access
 * token and a refresh token that rotates. What the library leaves to whoever uses it is written as one
 * would for speed: prepared statements, a row for each code and each refresh token, and no row for an
 * access token, which is a JWT.
 */
import OAuth2Server from '@node-oauth/oauth2-server';
import { randomBytes, randomUUID } from 'node:crypto';
import { createServer } from 'node:http';
import { text } from 'node:stream/consumers';
import { parse } from 'node:querystring';
import pg from 'pg';
import { answer, cpu } from '../servers/answer.mjs';
import { ACCESS_TOKEN_LIFETIME, accessToken, hash } from '../servers/tokens.mjs';

const SCOPE = ['readwrite'];
const LIFETIMES = {
  accessTokenLifetime: ACCESS_TOKEN_LIFETIME,
  refreshTokenLifetime: 30 * 86_400,
};

const { clientId, clientSecret, redirectUri } = JSON.parse(process.env.CLIENT);

const pool = new pg.Pool({ connectionString: process.env.DATABASE_URL, max: 20 });
await pool.query(`
  CREATE TABLE clients (id text PRIMARY KEY, secret_hash bytea NOT NULL, redirect_uri text NOT NULL);
  CREATE TABLE codes (hash bytea PRIMARY KEY, client_id text NOT NULL, user_id uuid NOT NULL,
    redirect_uri text NOT NULL, expires_at timestamptz NOT NULL);
  CREATE TABLE refresh_tokens (hash bytea PRIMARY KEY, client_id text NOT NULL, user_id uuid NOT NULL,
    expires_at timestamptz NOT NULL)`);
await pool.query('INSERT INTO clients VALUES ($1, $2, $3)', [
  clientId,
  hash(clientSecret),
  redirectUri,
]);

const client = (id) => ({
  id,
  grants: ['authorization_code', 'refresh_token'],
  redirectUris: [redirectUri],
});

const grantOf = (row) => ({
  scope: SCOPE,
  client: client(row.client_id),
  user: { id: row.user_id },
});

const model = {
  async getClient(id, secret) {
    const [row] = await run('client', 'SELECT secret_hash FROM clients WHERE id = $1', id);
    return row?.secret_hash.equals(hash(secret)) && client(id);
  },
  async getAuthorizationCode(code) {
    const [row] = await run('code', 'SELECT * FROM codes WHERE hash = $1', hash(code));
    if (!row) return undefined;
    const { redirect_uri: redirectUri, expires_at: expiresAt } = row;
    return { authorizationCode: code, redirectUri, expiresAt, ...grantOf(row) };
  },
  async revokeAuthorizationCode({ authorizationCode }) {
    const deleted = 'DELETE FROM codes WHERE hash = $1 RETURNING true';
    return (await run('redeem', deleted, hash(authorizationCode))).length > 0;
  },
  async getRefreshToken(refreshToken) {
    const found = 'SELECT * FROM refresh_tokens WHERE hash = $1';
    const [row] = await run('refresh', found, hash(refreshToken));
    return row && { refreshToken, refreshTokenExpiresAt: row.expires_at, ...grantOf(row) };
  },
  async revokeToken({ refreshToken }) {
    const deleted = 'DELETE FROM refresh_tokens WHERE hash = $1 RETURNING true';
    return (await run('revoke', deleted, hash(refreshToken))).length > 0;
  },
  generateAccessToken: (of, user, scope) =>
    accessToken({
      subject: user.id,
      clientId: of.id,
      scope: scope.join(' '),
      family: randomUUID(),
    }),
  generateRefreshToken: () => randomBytes(32).toString('base64url'),
  async saveToken(token, of, user) {
    await run(
      'save',
      'INSERT INTO refresh_tokens VALUES ($1, $2, $3, $4)',
      ...[hash(token.refreshToken), of.id, user.id, token.refreshTokenExpiresAt],
    );
    return { ...token, client: of, user };
  },
  validateScope: () => SCOPE,
};

async function run(name, text, ...values) {
  return (await pool.query({ name, text, values })).rows;
}

answer({
  cpu,
  async codes({ count }) {
    const codes = Array.from({ length: count }, () => randomBytes(32).toString('base64url'));
    await pool.query(
      `INSERT INTO codes SELECT hash, $2, gen_random_uuid(), $3, now() + interval '10 minutes'
         FROM unnest($1::bytea[]) AS hash`,
      [codes.map(hash), clientId, redirectUri],
    );
    return codes;
  },
});

const oauth = new OAuth2Server({ model, ...LIFETIMES, alwaysIssueNewRefreshToken: true });
const server = createServer(async (incoming, outgoing) => {
  const { method, headers } = incoming;
  const body = parse(await text(incoming));
  const response = new OAuth2Server.Response({ headers: {} });
  const request = new OAuth2Server.Request({ method, headers, query: {}, body });
  // A failure is in the response, too.
  await oauth.token(request, response).catch(() => undefined);
  const answered = JSON.stringify(response.body);
  outgoing.writeHead(response.status, {
    ...response.headers,
    'content-type': 'application/json',
    'content-length': Buffer.byteLength(answered),
  });
  outgoing.end(answered);
}).listen(0, '127.0.0.1', () => {
  process.send({ ready: `http://127.0.0.1:${server.address().port}` });
});
