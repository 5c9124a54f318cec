import {
  dump,
  eventually,
  type Exchange,
  send,
  type SmtpServer,
  sql,
  startSmtpServer,
  startWorld,
  witness,
  type World,
} from '@flixcheck/test-harness';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { createPrivateKey } from 'node:crypto';
import { MarkedSecrets, readable } from './marked-secrets.js';

let smtp: SmtpServer;
let world: World;
let secrets: Map<string, string>;
let mailed: Set<string>;
let exchanges: readonly Exchange[];
let metrics: string;
let tables: Record<string, string[]>;
let jobs: Record<string, string[]>;
let output: string;

beforeAll(async () => {
  smtp = await startSmtpServer();
  const env = { LOG_LEVEL: 'trace', SMTP_URL: smtp.url, MAIL_FROM: 'connect@flixcheck.example' };
  world = await startWorld({ env });
  const marked = new MarkedSecrets(world, smtp);
  ({ all: secrets, mailed } = marked);
  exchanges = witness();
  await marked.goEverywhere();
  await eventually(waitingMails, (mails) => mails.length === 0);
  metrics = (await send(world.url, '/metrics')).text;
  tables = await dump(world.server.databaseUrl);
  jobs = await dump(world.server.databaseUrl, 'pgboss');
  output = world.server.output();
});
afterAll(async () => {
  await world.server.stop();
  await smtp.close();
});

const waitingMails = () =>
  sql(world.server.databaseUrl, `SELECT kind FROM mails WHERE status = 'waiting'`);

/** How a secret might be written down: as it is, as its bytes, in base64 or hexadecimal. */
function spellings(secret: string): string[] {
  const bytes = [Buffer.from(secret), Buffer.from(secret, 'base64url')];
  return [
    secret,
    encodeURIComponent(secret),
    ...bytes
      .filter(({ length }) => length >= 12)
      .flatMap((value) => [
        value.toString('hex'),
        value.toString('base64').replace(/=+$/, ''),
        value.toString('base64url'),
      ]),
  ];
}

/** What the secrets are that this text holds. */
const foundIn = (text: string): string[] =>
  [...secrets]
    .filter(([, secret]) => spellings(secret).some((spelling) => text.includes(spelling)))
    .map(([what]) => what);

describe('secrets at rest', () => {
  it('no table holds any secret that was ever issued or sent, in whatever spelling', () => {
    expect(secrets.size).toBeGreaterThan(60);
    const found = Object.entries({ ...tables, ...jobs }).flatMap(([table, rows]) =>
      foundIn(rows.join('\n')).map((what) => `${what} in ${table}`),
    );
    expect(found).toEqual([]);
  });

  it('no line of the log does, even at the level trace', () => {
    expect(output.split('\n').length).toBeGreaterThan(20);
    expect(foundIn(output)).toEqual([]);
  });

  it('no metric does', () => {
    expect(metrics).toContain('http_request');
    expect(foundIn(metrics)).toEqual([]);
  });

  it('no error does, and nothing that is only read', () => {
    // The page of a request needs its state, and the documentation shows what the demo publishes.
    const isMeant = (path: string) => path.includes('state-of-a-link') || /^\/docs\b/.test(path);
    const answers = exchanges.filter(
      ({ method, answer, path }) => answer.status >= 400 || (method === 'GET' && !isMeant(path)),
    );
    expect(answers.filter(({ answer }) => answer.status < 300).length).toBeGreaterThan(60);
    expect(answers.filter(({ answer }) => answer.status >= 400).length).toBeGreaterThan(60);
    const found = answers.flatMap(({ method, path, answer }) =>
      foundIn(JSON.stringify(answer.headers) + answer.text).map(
        (what) => `${what} in ${answer.status} ${method} ${path}`,
      ),
    );
    expect(found).toEqual([]);
  });

  it('a mail holds the link that it is meant to bring, to nobody but its reader, and no other secret', () => {
    const found = smtp.received.flatMap(({ data }) => foundIn(readable(data)));
    expect(mailed.size).toBeGreaterThan(4);
    expect(found.sort()).toEqual([...mailed].sort());
  });

  it('a mail that has been sent is erased in the outbox', async () => {
    const kept = 'SELECT kind FROM mails WHERE sealed IS NOT NULL';
    expect(await sql(world.server.databaseUrl, kept)).toEqual([]);
    expect(tables['mails']?.length).toBe(smtp.received.length);
  });

  it('nor does the log hold a part of one that is long enough to use: a JWT’s signature, half a token', () => {
    for (const [what, secret] of secrets) {
      if (secret.length < 40) continue;
      expect([what, output.includes(secret.slice(-30))]).toEqual([what, false]);
      expect([what, output.includes(secret.slice(0, secret.length / 2))]).toEqual([what, false]);
    }
  });

  it('the search would have found them: it finds ids, which are not secret', () => {
    const text = Object.values(tables).flat().join('\n');
    expect(text).toContain('maklerwelt-crm');
    expect(tables['sessions']?.length).toBeGreaterThan(2);
    expect(tables['authorization_codes']?.length).toBeGreaterThan(3);
    expect(tables['refresh_token_families']?.length).toBeGreaterThan(2);
    expect(tables['oauth_requests']?.length).toBeGreaterThan(10);
    expect(output).toContain('/guest/v7/oauth-tokens');
  });

  it('passwords are argon2id with at least 19 MiB and 2 passes (OWASP)', async () => {
    const rows = await sql<{ hash: string }>(
      world.server.databaseUrl,
      'SELECT password_hash AS hash FROM users',
    );
    for (const { hash } of rows) {
      const [, memory, passes] = /^\$argon2id\$v=19\$m=(\d+),t=(\d+),p=\d+\$/.exec(hash) ?? [];
      expect(Number(memory)).toBeGreaterThanOrEqual(19_456);
      expect(Number(passes)).toBeGreaterThanOrEqual(2);
    }
  });

  it('signing keys are encrypted: no row yields a private key, nor its number', async () => {
    const rows = await sql<{ sealed: Buffer; jwk: Record<string, unknown> }>(
      world.server.databaseUrl,
      'SELECT private_key_encrypted AS sealed, public_jwk AS jwk FROM signing_keys',
    );
    expect(rows.length).toBeGreaterThan(0);
    for (const { sealed, jwk } of rows) {
      expect(jwk).not.toHaveProperty('d');
      expect(sealed.includes('PRIVATE KEY')).toBe(false);
      for (const type of ['pkcs8', 'sec1'] as const) {
        for (let offset = 0; offset < sealed.length; offset += 1) {
          const key = sealed.subarray(offset);
          expect(() => createPrivateKey({ key, format: 'der', type })).toThrow();
        }
      }
    }
  });
});
