import { afterEach, beforeEach, expect, it } from '@jest/globals';
import { randomBytes, randomUUID } from 'node:crypto';
import { Client } from 'pg';
import type { AccessTokenClaims } from './access-token.js';
import { PostgresRevocations } from './postgres-revocations.js';

/** What Flixcheck Connect's migrations create, as far as this library relies on it. */
const SCHEMA = `
  CREATE TABLE revocations (
    subject text PRIMARY KEY, revoked_at timestamptz NOT NULL, expires_at timestamptz NOT NULL,
    issued_before timestamptz NOT NULL DEFAULT 'infinity');
  CREATE FUNCTION announce() RETURNS trigger LANGUAGE plpgsql AS $$
  BEGIN
    PERFORM pg_notify('revocations', NEW.subject || CASE WHEN NEW.issued_before = 'infinity' THEN ''
      ELSE ' ' || ceil(extract(epoch FROM NEW.issued_before) * 1000)::bigint END);
    RETURN NULL;
  END $$;
  CREATE TRIGGER announce AFTER INSERT OR UPDATE ON revocations FOR EACH ROW EXECUTE FUNCTION announce();`;

let admin: Client;
let database: Client;
let name: string;
let databaseUrl: string;
let revocations: PostgresRevocations;

beforeEach(async () => {
  const adminUrl = process.env['TEST_DATABASE_URL'];
  if (!adminUrl) throw new Error('Run: node tools/test-database.mjs -- <command>');
  name = `verifier_${randomBytes(6).toString('hex')}`;
  admin = new Client({ connectionString: adminUrl });
  await admin.connect();
  await admin.query(`CREATE DATABASE ${name}`);
  const url = new URL(adminUrl);
  url.pathname = `/${name}`;
  database = new Client({ connectionString: url.href });
  await database.connect();
  await database.query(SCHEMA);
  databaseUrl = url.href;
  revocations = new PostgresRevocations(databaseUrl);
});

afterEach(async () => {
  await revocations.close();
  await database.end();
  await admin.query(`DROP DATABASE ${name} WITH (FORCE)`);
  await admin.end();
});

const token = (): AccessTokenClaims => ({
  userId: randomUUID(),
  accountId: randomUUID(),
  clientId: 'maklerwelt-crm',
  connectionId: randomUUID(),
  familyId: randomUUID(),
  scope: 'read',
  jti: `${randomUUID()}.x`,
  issuedAt: Date.now(),
  kid: randomBytes(12).toString('hex'),
  iat: 0,
  exp: 0,
});

const revoke = (subject: string) =>
  database.query(
    `INSERT INTO revocations VALUES ($1, clock_timestamp(), clock_timestamp() + interval '2 hours')`,
    [subject],
  );

async function untilRevoked(claims: AccessTokenClaims): Promise<number> {
  const since = performance.now();
  while (!(await revocations.isRevoked(claims))) {
    if (performance.now() - since > 5000) throw new Error('it was not refused within 5 s');
    await new Promise((resolve) => setImmediate(resolve));
  }
  return performance.now() - since;
}

it.each(['connectionId', 'familyId', 'jti', 'kid'] as const)(
  'a token is refused within a second after its %s was revoked',
  async (subject) => {
    await revocations.start();
    const claims = token();
    expect(await revocations.isRevoked(claims)).toBe(false);
    await revoke(claims[subject]);
    expect(await untilRevoked(claims)).toBeLessThan(1000);
    expect(await revocations.isRevoked(token())).toBe(false);
  },
);

it.each([
  ['user', (claims: AccessTokenClaims) => `user:${claims.userId}`],
  ['account', (claims: AccessTokenClaims) => `account:${claims.accountId}`],
  ['client in an account', (c: AccessTokenClaims) => `account:${c.accountId}+client:${c.clientId}`],
])('what was issued for a %s before a moment is refused, later tokens are not', async (_, of) => {
  await revocations.start();
  const claims = token();
  await database.query(
    `INSERT INTO revocations (subject, revoked_at, expires_at, issued_before)
     VALUES ($1, clock_timestamp(), clock_timestamp() + interval '2 hours', $2)`,
    [of(claims), new Date(claims.issuedAt + 1)],
  );
  expect(await untilRevoked(claims)).toBeLessThan(1000);
  expect(await revocations.isRevoked({ ...claims, issuedAt: claims.issuedAt + 1 })).toBe(false);
  // And the same when the database is asked, because the feed has not been started.
  const asking = new PostgresRevocations(databaseUrl);
  expect(await asking.isRevoked(claims)).toBe(true);
  expect(await asking.isRevoked({ ...claims, issuedAt: claims.issuedAt + 1 })).toBe(false);
  await asking.close();
});

it('what was revoked before the start is known', async () => {
  const claims = token();
  await revoke(claims.connectionId);
  await revocations.start();
  expect(await revocations.isRevoked(claims)).toBe(true);
});

it('with the listening connection killed, no token revoked meanwhile is accepted', async () => {
  await revocations.start();
  for (let round = 0; round < 5; round++) {
    await admin.query(
      `SELECT pg_terminate_backend(pid, 1000) FROM pg_stat_activity
       WHERE datname = $1 AND application_name = 'access token verifier'`,
      [name],
    );
    const claims = token();
    await revoke(claims.connectionId);
    expect(await untilRevoked(claims)).toBeLessThan(1000);
  }
});

it('when the database is away, nobody is told that a token is good', async () => {
  await revocations.start();
  await database.query('DROP TABLE revocations');
  const claims = token();
  // The feed notices at its next beat; from then on the question itself fails.
  await expect(
    (async () => {
      const until = performance.now() + 5000;
      while (performance.now() < until) {
        await revocations.isRevoked(claims);
        await new Promise((resolve) => setImmediate(resolve));
      }
    })(),
  ).rejects.toThrow('revocations');
});
