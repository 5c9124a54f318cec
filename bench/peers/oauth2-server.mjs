/**
 * @node-oauth/oauth2-server on a bare Node server, set up to give what the API gives: an ES256 access
 * token and a refresh token that rotates. What the library leaves to whoever uses it is written as one
 * would for speed: prepared statements, a row for each code and each refresh token, and no row for an
 * access token, which is a JWT.
 */
import OAuth2Server from '@node-oauth/oauth2-server';
import { createHash, generateKeyPairSync, randomBytes, randomUUID, sign } from 'node:crypto';
import { createServer } from 'node:http';
import { text } from 'node:stream/consumers';
import { parse } from 'node:querystring';
import pg from 'pg';
import { answer, cpu } from '../servers/answer.mjs';

const SCOPE = ['readwrite'];
const LIFETIMES = { accessTokenLifetime: 3600, refreshTokenLifetime: 30 * 86_400 };

const { clientId, clientSecret, redirectUri } = JSON.parse(process.env.CLIENT);
const { privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
const HEADER = encode({ alg: 'ES256', typ: 'at+jwt', kid: randomUUID() });

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

const model = {
  async getClient(id, secret) {
    const [row] = await run('client', 'SELECT secret_hash FROM clients WHERE id = $1', id);
    return row?.secret_hash.equals(hash(secret)) && client(id);
  },
  async getAuthorizationCode(code) {
    const [row] = await run('code', 'SELECT * FROM codes WHERE hash = $1', hash(code));
    return (
      row && {
        authorizationCode: code,
        expiresAt: row.expires_at,
        redirectUri: row.redirect_uri,
        scope: SCOPE,
        client: client(row.client_id),
        user: { id: row.user_id },
      }
    );
  },
  async revokeAuthorizationCode({ authorizationCode }) {
    const deleted = 'DELETE FROM codes WHERE hash = $1 RETURNING true';
    return (await run('redeem', deleted, hash(authorizationCode))).length > 0;
  },
  async getRefreshToken(refreshToken) {
    const found = 'SELECT * FROM refresh_tokens WHERE hash = $1';
    const [row] = await run('refresh', found, hash(refreshToken));
    return (
      row && {
        refreshToken,
        refreshTokenExpiresAt: row.expires_at,
        scope: SCOPE,
        client: client(row.client_id),
        user: { id: row.user_id },
      }
    );
  },
  async revokeToken({ refreshToken }) {
    const deleted = 'DELETE FROM refresh_tokens WHERE hash = $1 RETURNING true';
    return (await run('revoke', deleted, hash(refreshToken))).length > 0;
  },
  generateAccessToken: (of, user, scope) => accessToken(of.id, user.id, scope.join(' ')),
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

/** With the claims that ours has, so that what is signed and sent is as long. */
function accessToken(of, subject, scope) {
  const iat = Math.floor(Date.now() / 1000);
  const claims = {
    iss: 'http://127.0.0.1',
    aud: 'http://127.0.0.1',
    sub: subject,
    client_id: of,
    scope,
    iat,
    exp: iat + LIFETIMES.accessTokenLifetime,
    jti: `${randomUUID()}.${randomBytes(16).toString('base64url')}`,
    account_id: subject,
    connection_id: subject,
  };
  const signed = `${HEADER}.${encode(claims)}`;
  const signature = sign('sha256', Buffer.from(signed), {
    key: privateKey,
    dsaEncoding: 'ieee-p1363',
  });
  return `${signed}.${signature.toString('base64url')}`;
}

function encode(value) {
  return Buffer.from(JSON.stringify(value)).toString('base64url');
}

function hash(secret) {
  return createHash('sha256').update(secret).digest();
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
