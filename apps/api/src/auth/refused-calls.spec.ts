import { PortalUser } from '@flixcheck/test-harness';
import {
  afterAll,
  afterEach,
  beforeAll,
  beforeEach,
  describe,
  expect,
  it,
  jest,
} from '@jest/globals';
import { generateKeyPairSync } from 'node:crypto';
import jwt from 'jsonwebtoken';
import { DataSource } from 'typeorm';
import { HOUR, MINUTE, SECOND } from '../config/clock.js';
import { ConnectionsService } from '../connections/connections.service.js';
import { Revocations } from '../connections/revocations.js';
import { StatementPool } from '../database/statement-pool.js';
import { ClientRegistry } from '../oauth-clients/registry.service.js';
import { RequestCounts } from '../oauth-clients/request-counts.js';
import { RequestLog, type RequestLogRecord } from '../oauth-clients/request-log.js';
import { SigningKeys } from '../oauth-tokens/signing-keys.js';
import { AppLogger } from '../telemetry/app-logger.js';
import { Metrics } from '../telemetry/metrics.js';
import { AccessProbe } from '../testing/access-probe.js';
import { LISTED_PER_MINUTE, RefusedCalls } from './refused-calls.js';

let probe: AccessProbe;
let calls: RefusedCalls;
let user: PortalUser;
let connectionId: string;
let oauthClientId: string;

beforeAll(async () => {
  probe = await AccessProbe.start();
  calls = probe.app.get(RefusedCalls);
  ({ id: oauthClientId } = await probe.app.get(ClientRegistry).getByClientId('maklerwelt-crm'));
});
afterAll(() => probe.close());
beforeEach(async () => {
  user = await PortalUser.signIn(probe.url);
  connectionId = await probe.connect(user);
  // A minute of its own, and a log of its own.
  probe.clock.advance(MINUTE);
  await calls.write();
  await probe.app.get(DataSource).query('DELETE FROM oauth_requests');
});
afterEach(() => {
  jest.restoreAllMocks();
});

const issueToken = (scope = 'readwrite') => probe.issueToken(user, connectionId, scope);
const call = (token: string, path = 'bearer') =>
  probe.get(path, { authorization: `Bearer ${token}` });
const post = (token: string) =>
  probe.post('either', { headers: { authorization: `Bearer ${token}` } });

async function logged(): Promise<RequestLogRecord[]> {
  await calls.write();
  return (await probe.app.get(RequestLog).list(oauthClientId, { limit: 100 })).resources;
}

/** A token with other claims, or of another key. */
function forge(claims: object, change: { kid?: string; own?: boolean } = {}): string {
  const { kid, privateKey } = probe.app.get(SigningKeys).current();
  const now = Math.floor(probe.clock.now().getTime() / 1000);
  const said = jwt.decode(issueToken()) as object;
  const key = change.own
    ? generateKeyPairSync('ec', { namedCurve: 'P-256' }).privateKey
    : privateKey;
  return jwt.sign({ ...said, iat: now, exp: now + 3600, ...claims }, key, {
    algorithm: 'ES256',
    header: { alg: 'ES256', typ: 'at+jwt', kid: change.kid ?? kid },
  });
}

describe('a call of the API that is refused', () => {
  it('for an expired token: which route, and how long ago', async () => {
    const token = issueToken();
    probe.clock.advance(HOUR + 14 * SECOND);
    const { headers } = await call(token);
    const [entry] = await logged();
    expect(entry).toMatchObject({
      endpoint: 'api',
      route: 'GET /probe/bearer',
      outcome: 'failure',
      error: 'invalid_token',
      reason: 'access_token_expired',
      connectionId,
      requestId: headers['x-request-id'],
      ip: '127.0.0.1',
      requests: 1,
      explanation: { code: 'access_token_expired', parameters: { secondsAgo: 14 } },
    });
    expect(entry?.detail).toContain('It expired 14 s ago');
    expect(JSON.stringify(entry)).not.toContain(token.split('.')[2]);
  });

  it('because its connection has ended: when, and why', async () => {
    const token = issueToken();
    const at = probe.clock.now();
    await probe.app
      .get(ConnectionsService)
      .revoke([connectionId], { actorId: user.id, reason: 'user', at });
    await call(token);
    expect((await logged())[0]).toMatchObject({
      reason: 'connection_ended',
      explanation: {
        code: 'connection_ended_because',
        parameters: { endedAt: at.toISOString(), reason: 'user' },
      },
    });
  });

  it('because the token was ended, and not its connection', async () => {
    jest.spyOn(probe.app.get(Revocations), 'isRevoked').mockReturnValue(true);
    await call(issueToken());
    expect((await logged())[0]).toMatchObject({
      reason: 'access_token_revoked',
      explanation: null,
    });
  });

  it('for its scope: which it has, and which the call takes', async () => {
    await post(issueToken('read'));
    expect((await logged())[0]).toMatchObject({
      error: 'insufficient_scope',
      reason: 'scope_insufficient',
      route: 'POST /probe/either',
      explanation: {
        code: 'scope_insufficient',
        parameters: { scope: 'read', needed: 'readwrite' },
      },
    });
  });

  it('for another audience, although Flixcheck has signed it', async () => {
    await call(forge({ aud: 'https://test.flixcheck.example' }));
    expect((await logged())[0]).toMatchObject({ reason: 'access_token_of_other_server' });
  });

  it.each<[string, () => string]>([
    ['is signed by somebody else', () => forge({}, { own: true })],
    [
      'is signed by somebody else, and for another audience',
      () => forge({ aud: 'x' }, { own: true }),
    ],
    ['is signed by somebody else, and expired', () => forge({ exp: 1 }, { own: true })],
    ['is signed with a key that is not known', () => forge({}, { kid: 'unknown' })],
    ['is no token', () => 'abc'],
  ])('is in nobody’s log where the token %s', async (_, token) => {
    expect((await call(token())).status).toBe(401);
    expect(calls.held.calls).toBe(0);
    expect(await logged()).toEqual([]);
  });

  it('is counted, however many come: 20 entries, and one for the rest', async () => {
    const token = issueToken();
    probe.clock.advance(HOUR);
    for (let n = 0; n < 10; n++) await Promise.all(Array.from({ length: 50 }, () => call(token)));
    // Fewer wait where some have been written in the meantime.
    expect(calls.held.calls).toBeLessThanOrEqual(LISTED_PER_MINUTE);
    expect(calls.held.clients).toBe(1);
    expect(await logged()).toHaveLength(LISTED_PER_MINUTE);
    probe.clock.advance(MINUTE);
    const [counted, ...listed] = await logged();
    expect(listed).toHaveLength(LISTED_PER_MINUTE);
    expect(counted).toMatchObject({
      reason: 'access_token_expired',
      requests: 480,
      explanation: { code: 'calls_counted', parameters: { requests: 480 } },
    });
    expect(calls.held).toEqual({ calls: 0, clients: 0 });
    const days = await probe.app.get(RequestCounts).of(oauthClientId, '2000-01-01');
    const expired = days.filter(({ reason }) => reason === 'access_token_expired');
    expect(expired).toMatchObject([{ kind: 'api', failed: true, requests: 500 }]);
  });

  it('waits for nothing, not even a database that hangs; memory stays bounded', async () => {
    let answer: () => void = () => undefined;
    const hanging = new Promise<void>((resolve) => (answer = resolve));
    const add = jest.spyOn(probe.app.get(RequestLog), 'add').mockReturnValue(hanging);
    const token = issueToken('read');
    await post(token);
    const writing = calls.write();
    for (let minute = 0; minute < 5; minute++) {
      probe.clock.advance(MINUTE);
      for (let n = 0; n < 30; n++) expect((await post(token)).status).toBe(403);
    }
    expect(add).toHaveBeenCalledTimes(1);
    expect(calls.held.calls).toBeLessThanOrEqual(5 * (LISTED_PER_MINUTE + 1));
    answer();
    await writing;
  });

  it('is lost while the database is away, which a metric says', async () => {
    const lost = async () =>
      Number(
        /^oauth_request_log_lost_total (\d+)$/m.exec(await probe.app.get(Metrics).text())?.[1],
      );
    const before = await lost();
    jest.spyOn(probe.app.get(AppLogger), 'warn').mockImplementation(() => undefined);
    jest
      .spyOn(probe.app.get(DataSource), 'query')
      .mockRejectedValueOnce(new Error('the database is away'));
    expect((await post(issueToken('read'))).status).toBe(403);
    await calls.write();
    expect(await lost()).toBe(before + 1);
    await post(issueToken('read'));
    expect(await logged()).toHaveLength(1);
  });

  it('is written when the program stops', async () => {
    await post(issueToken('read'));
    await calls.onApplicationShutdown();
    expect((await probe.app.get(RequestLog).list(oauthClientId, {})).resources).toHaveLength(1);
  });
});

it('a call that is accepted sends no statement, and is not noted', async () => {
  const token = issueToken();
  await call(token);
  const note = jest.spyOn(calls, 'note');
  const statements = [
    jest.spyOn(probe.app.get(DataSource), 'query'),
    jest.spyOn(probe.app.get(StatementPool), 'query'),
  ];
  for (let n = 0; n < 10; n++) expect((await call(token)).status).toBe(200);
  const bearer = statements.flatMap(({ mock }) => mock.calls.map(([sql]) => String(sql)));
  // The use of the connection is counted in the background, and may be due.
  expect(bearer.filter((sql) => !/connection_usage|used_connections|background/.test(sql))).toEqual(
    [],
  );
  expect(note).not.toHaveBeenCalled();
});
