/**
 * oidc-provider, set up to give what the API gives: an ES256 access token for a resource and a
 * refresh token that rotates, without an ID token. It keeps everything in the PostgreSQL database of
 * DATABASE_URL or, without that, in a map.
 */
import { generateKeyPairSync, randomUUID } from 'node:crypto';
import { createServer } from 'node:http';
import Provider from 'oidc-provider';
import pg from 'pg';
import { answer, cpu } from '../servers/answer.mjs';

const RESOURCE = 'https://api.flixcheck.example';
const SCOPE = 'readwrite';
const DAY = 86_400;

const { clientId, clientSecret, redirectUri } = JSON.parse(process.env.CLIENT);
const { privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });

const pool = process.env.DATABASE_URL
  ? new pg.Pool({ connectionString: process.env.DATABASE_URL, max: 20 })
  : undefined;
await pool?.query(
  'CREATE TABLE peer (kind text, id text, payload jsonb NOT NULL, consumed integer, PRIMARY KEY (kind, id))',
);

/** One row for each entity, and prepared statements, as in the API. */
class OnPostgres {
  constructor(kind) {
    this.kind = kind;
  }
  async upsert(id, payload) {
    await this.run('upsert', UPSERT, id, payload);
  }
  async find(id) {
    const [row] = await this.run('find', 'SELECT * FROM peer WHERE kind = $1 AND id = $2', id);
    return row && { ...row.payload, ...(row.consumed && { consumed: row.consumed }) };
  }
  async consume(id) {
    await this.run('consume', CONSUME, id);
  }
  async destroy(id) {
    await this.run('destroy', 'DELETE FROM peer WHERE kind = $1 AND id = $2', id);
  }
  async run(name, text, ...values) {
    return (await pool.query({ name, text, values: [this.kind, ...values] })).rows;
  }
}

const UPSERT = `
  INSERT INTO peer (kind, id, payload) VALUES ($1, $2, $3)
  ON CONFLICT (kind, id) DO UPDATE SET payload = EXCLUDED.payload`;
const CONSUME = `
  UPDATE peer SET consumed = extract(epoch FROM now())::integer WHERE kind = $1 AND id = $2`;

/** What its own memory adapter does, without the limit of 1,000 entries. */
class InMemory {
  entries = new Map();
  async upsert(id, payload) {
    this.entries.set(id, payload);
  }
  async find(id) {
    return this.entries.get(id);
  }
  async consume(id) {
    this.entries.get(id).consumed = Math.floor(Date.now() / 1000);
  }
  async destroy(id) {
    this.entries.delete(id);
  }
}

const provider = new Provider('https://login.flixcheck.example', {
  adapter: pool ? OnPostgres : InMemory,
  clients: [
    {
      client_id: clientId,
      client_secret: clientSecret,
      redirect_uris: [redirectUri],
      grant_types: ['authorization_code', 'refresh_token'],
      response_types: ['code'],
      token_endpoint_auth_method: 'client_secret_post',
      id_token_signed_response_alg: 'ES256',
    },
  ],
  jwks: { keys: [{ ...privateKey.export({ format: 'jwk' }), alg: 'ES256', use: 'sig' }] },
  scopes: ['offline_access', SCOPE],
  pkce: { required: () => false },
  issueRefreshToken: () => true,
  rotateRefreshToken: true,
  findAccount: (_context, id) => ({ accountId: id, claims: () => ({ sub: id }) }),
  features: {
    devInteractions: { enabled: false },
    resourceIndicators: {
      enabled: true,
      defaultResource: () => RESOURCE,
      useGrantedResource: () => true,
      getResourceServerInfo: () => ({
        scope: SCOPE,
        audience: RESOURCE,
        accessTokenFormat: 'jwt',
        accessTokenTTL: 3600,
        jwt: { sign: { alg: 'ES256' } },
      }),
    },
  },
  ttl: { AuthorizationCode: 60, Grant: DAY, RefreshToken: DAY },
});
const client = await provider.Client.find(clientId);

async function code(accountId) {
  const grant = new provider.Grant({ clientId, accountId });
  grant.addOIDCScope('offline_access');
  grant.addResourceScope(RESOURCE, SCOPE);
  return new provider.AuthorizationCode({
    client,
    accountId,
    redirectUri,
    grantId: await grant.save(),
    scope: `${SCOPE} offline_access`,
    resource: RESOURCE,
    gty: 'authorization_code',
  }).save();
}

answer({
  cpu,
  codes: ({ count }) => Promise.all(Array.from({ length: count }, () => code(randomUUID()))),
});
const server = createServer(provider.callback()).listen(0, '127.0.0.1', () => {
  process.send({ ready: `http://127.0.0.1:${server.address().port}` });
});
