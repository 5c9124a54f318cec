/**
 * The floor: what a token endpoint costs that has no rules. A bare Fastify server, one prepared
 * statement that checks and rotates, one ES256 signature. It knows neither clients nor people, has
 * no limits, no log, no history and no metrics.
 */
import { fastify } from 'fastify';
import { randomBytes, randomUUID } from 'node:crypto';
import { parse } from 'node:querystring';
import pg from 'pg';
import { answer, cpu } from './answer.mjs';
import { ACCESS_TOKEN_LIFETIME, accessToken, hash } from './tokens.mjs';

const pool = new pg.Pool({ connectionString: process.env.DATABASE_URL, max: 20 });
await pool.query(`
  CREATE TABLE floor_codes (
    code_hash bytea PRIMARY KEY, subject uuid NOT NULL, expires_at timestamptz NOT NULL,
    redeemed_at timestamptz
  ) WITH (fillfactor = 70);
  CREATE TABLE floor_families (
    id uuid PRIMARY KEY, subject uuid NOT NULL, token_hash bytea NOT NULL,
    expires_at timestamptz NOT NULL
  ) WITH (fillfactor = 70)`);

const REDEEM = {
  name: 'redeem',
  text: `
    WITH redeemed AS (
      UPDATE floor_codes SET redeemed_at = $2
       WHERE code_hash = $1 AND redeemed_at IS NULL AND expires_at > $2 RETURNING subject
    )
    INSERT INTO floor_families (id, subject, token_hash, expires_at)
    SELECT $3, subject, $4, $5 FROM redeemed RETURNING subject`,
};
const ROTATE = {
  name: 'rotate',
  text: `
    UPDATE floor_families SET token_hash = $3, expires_at = $5
     WHERE id = $1 AND token_hash = $2 AND expires_at > $4 RETURNING subject`,
};
const MONTH_MS = 30 * 86_400_000;

const app = fastify();
app.addContentTypeParser(
  'application/x-www-form-urlencoded',
  { parseAs: 'string' },
  (_request, body, done) => done(null, parse(body)),
);
app.post('/', async ({ body }, reply) => {
  const now = new Date();
  const id = body.code ? randomUUID() : body.refresh_token.slice(0, 36);
  const successor = `${id}.${randomBytes(32).toString('base64url')}`;
  const expiresAt = new Date(now.getTime() + MONTH_MS);
  const statement = body.code
    ? { ...REDEEM, values: [hash(body.code), now, id, hash(successor), expiresAt] }
    : { ...ROTATE, values: [id, hash(body.refresh_token), hash(successor), now, expiresAt] };
  const { rows } = await pool.query(statement);
  if (rows.length === 0) return reply.code(400).send({ error: 'invalid_grant' });
  return {
    access_token: accessToken({
      subject: rows[0].subject,
      clientId: 'maklerwelt-crm',
      scope: 'readwrite',
      family: id,
    }),
    token_type: 'Bearer',
    expires_in: ACCESS_TOKEN_LIFETIME,
    refresh_token: successor,
    scope: 'readwrite',
  };
});

answer({
  cpu,
  async codes({ count }) {
    const codes = Array.from({ length: count }, () => randomBytes(32).toString('base64url'));
    await pool.query(
      `INSERT INTO floor_codes (code_hash, subject, expires_at)
       SELECT code_hash, gen_random_uuid(), now() + interval '10 minutes'
         FROM unnest($1::bytea[]) AS code_hash`,
      [codes.map(hash)],
    );
    return codes;
  },
});
await app.listen({ port: 0, host: '127.0.0.1' });
process.send({ ready: `http://127.0.0.1:${app.server.address().port}` });
