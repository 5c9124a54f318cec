import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import pg from 'pg';
import { DAY, MINUTE } from '../config/clock.js';
import { ConnectionsService } from '../connections/connections.service.js';
import { OAuthTokensModule } from '../oauth-tokens/oauth-tokens.module.js';
import { SigningKeys } from '../oauth-tokens/signing-keys.js';
import { ClientRegistry } from '../oauth-clients/registry.service.js';
import { RequestLog, type RequestLogEntry } from '../oauth-clients/request-log.js';
import { Application } from '../testing/application.js';
import { grant } from '../testing/connections.js';
import { person } from '../testing/person.js';
import { recordStatements } from '../testing/statements.js';
import type { TestContext } from '../testing/test-context.js';
import { createTestModule } from '../testing/test-module.js';
import { ClientDiagnosis } from './client-diagnosis.js';
import { ClientReportsModule } from './client-reports.module.js';
import type { FindingCode } from './diagnosis-rules.js';

let test: TestContext;
let id: string;

beforeAll(async () => {
  test = await createTestModule([ClientReportsModule, OAuthTokensModule]);
  await test.app.get(SigningKeys).startSigning();
  id = (await test.app.get(ClientRegistry).getByClientId('maklerwelt-crm')).id;
});
afterAll(() => test.close());
beforeEach(() =>
  test.dataSource.query('TRUNCATE oauth_requests, oauth_request_counts, connections CASCADE'),
);

const diagnose = () => test.app.get(ClientDiagnosis).of(id);
const finding = async (code: FindingCode) =>
  (await diagnose()).findings.find((each) => each.code === code);

/** An entry of the client's log. */
function entry(change: Partial<RequestLogEntry>): RequestLogEntry {
  return {
    requestId: crypto.randomUUID(),
    oauthClientId: id,
    at: test.clock.now(),
    endpoint: 'token',
    grantType: 'refresh_token',
    outcome: 'success',
    error: null,
    reason: null,
    detail: null,
    explanation: null,
    connectionId: null,
    ip: '203.0.113.7',
    durationMs: 1,
    ...change,
  };
}

const sent = (change: Partial<RequestLogEntry>) => test.app.get(RequestLog).record(entry(change));

describe('the diagnosis of a client', () => {
  it('says what was seen, how to mend it, and where that is explained', async () => {
    const { examinedAt, findings } = await diagnose();
    expect(test.clock.now().getTime() - Date.parse(examinedAt)).toBeLessThan(MINUTE);
    expect(findings).toEqual([
      {
        code: 'pkce_not_required',
        severity: 'notice',
        parameters: { looked: 0 },
        seen: 'PKCE is not required of this client.',
        remedy: 'Have PKCE required for the client in the registry.',
        docs: '/docs/doctor#pkce_not_required',
      },
    ]);
  });

  it('is empty where there is nothing to mend', async () => {
    const { dataSource } = test;
    await dataSource.query('UPDATE oauth_clients SET require_pkce = true WHERE id = $1', [id]);
    expect((await diagnose()).findings).toEqual([]);
    await dataSource.query('UPDATE oauth_clients SET require_pkce = false WHERE id = $1', [id]);
  });

  it('says how many of the last 100 requests failed, for whatever reason', async () => {
    expect((await diagnose()).latest).toEqual({ requests: 0, failures: 0 });
    const failure = { outcome: 'failure', error: 'invalid_client' } as const;
    await sent({ ...failure, at: new Date(test.clock.now().getTime() - 8 * DAY) });
    await sent({ ...failure, reason: 'client_secret_wrong' });
    await sent({ endpoint: 'authorize', grantType: null });
    expect((await diagnose()).latest).toEqual({ requests: 2, failures: 1 });
    for (let index = 0; index < 99; index += 1) await sent({});
    expect((await diagnose()).latest).toEqual({ requests: 100, failures: 0 });
  });

  it('takes refused calls of the API for what they are, however many push the requests back', async () => {
    for (let index = 0; index < 20; index += 1) await sent({ connectionId: id });
    const refused = { endpoint: 'api', outcome: 'failure', grantType: null } as const;
    const calls = Array.from({ length: 110 }, () => ({
      ...entry({ ...refused, error: 'invalid_token', reason: 'connection_ended' }),
      requests: 3,
    }));
    await test.app.get(RequestLog).add(calls);
    expect((await diagnose()).latest).toEqual({ requests: 20, failures: 0 });
    expect(await finding('calls_after_end')).toMatchObject({ parameters: { requests: 330 } });
    expect(await finding('failures_frequent')).toBeUndefined();
  });

  it('counts the codes of the newest exchanges that came without PKCE', async () => {
    const user = await person(test);
    const crm = new Application(test);
    await crm.connect(user);
    await crm.connect(user);
    const [[{ connectionId }]] = await test.dataSource.query(
      `UPDATE authorization_codes SET code_challenge = repeat('x', 43)
        WHERE id = (SELECT id FROM authorization_codes LIMIT 1)
        RETURNING connection_id AS "connectionId"`,
    );
    await sent({ grantType: 'authorization_code', connectionId });
    expect(await finding('pkce_not_used')).toMatchObject({
      parameters: { looked: 2, withoutPkce: 1 },
    });
  });

  it('counts refreshes that came before they had to, connection by connection', async () => {
    const [mine, another] = [crypto.randomUUID(), crypto.randomUUID()];
    for (let index = 0; index < 21; index += 1) {
      await sent({ connectionId: mine });
      await sent({ connectionId: mine, reason: 'refresh_retried' });
      await sent({ connectionId: another, at: new Date(test.clock.now().getTime() - DAY) });
      test.clock.advance(29 * MINUTE);
    }
    expect(await finding('refresh_too_often')).toMatchObject({
      parameters: { refreshes: 20, early: 20 },
    });
    await test.dataSource.query('TRUNCATE oauth_requests');
    for (let index = 0; index < 30; index += 1) {
      await sent({ connectionId: mine });
      test.clock.advance(30 * MINUTE);
    }
    expect(await finding('refresh_too_often')).toBeUndefined();
  });

  it('counts requests for connections whose user was disabled, and no other ended ones', async () => {
    const user = await person(test);
    const refuse = async (connectionId: string) =>
      sent({
        connectionId,
        outcome: 'failure',
        error: 'invalid_grant',
        reason: 'connection_ended',
      });
    const end = async (reason: 'user_disabled' | 'user') => {
      const { id: connectionId } = await grant(test, user);
      const ending = { actorId: null, reason, at: test.clock.now() };
      await test.app.get(ConnectionsService).revoke([connectionId], ending);
      return connectionId;
    };
    const ended = await end('user');
    await refuse(ended);
    await refuse(ended);
    expect(await finding('users_disabled')).toBeUndefined();
    const left = await end('user_disabled');
    await refuse(left);
    // The application learns of it only so.
    expect(await finding('users_disabled')).toBeUndefined();
    await refuse(left);
    expect(await finding('users_disabled')).toMatchObject({
      parameters: { requests: 2, connections: 1 },
    });
  });

  it('reads no table as a whole, whoever else is in it', async () => {
    const user = await person(test);
    await grant(test, user);
    const connectionId = crypto.randomUUID();
    const failure = { connectionId, outcome: 'failure', error: 'x' } as const;
    await sent({ ...failure, reason: 'connection_ended' });
    await sent({ ...failure, reason: 'connection_ended' });
    const statements = await recordStatements(test.dataSource, diagnose);
    const large = statements.filter((sql) =>
      /oauth_requests|_counts|connections\b|authorization_codes/.test(sql),
    );
    expect(large.length).toBeGreaterThan(4);
    const client = new pg.Client({ connectionString: test.config.databaseUrl });
    await client.connect();
    try {
      // PostgreSQL reads so small a table as a whole unless that is forbidden.
      await client.query('SET enable_seqscan = off');
      for (const statement of large) {
        const { rows } = await client.query(`EXPLAIN (GENERIC_PLAN) ${statement}`);
        const plan = rows.map((row) => row['QUERY PLAN']).join('\n');
        expect(plan).not.toMatch(
          /Seq Scan on (oauth_requests|\w+_counts|connections|authorization_codes)/,
        );
      }
    } finally {
      await client.end();
    }
  });
});
