import { PortalUser, ThirdParty } from '@flixcheck/test-harness';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { MINUTE } from '../config/clock.js';
import { CODE_LIFETIME_MS } from '../oauth-codes/code-rules.js';
import { StoppedClock } from '../testing/stopped-clock.js';
import { createTestApp, type TestApp } from '../testing/test-app.js';
import type { FindingDto } from './client-diagnosis.dto.js';

let api: TestApp;
let user: PortalUser;
let operator: PortalUser;
let crm: ThirdParty;
let scanner: ThirdParty;
let id: string;

beforeAll(async () => {
  api = await createTestApp({ clock: new StoppedClock() });
  user = await PortalUser.signIn(api.url);
  operator = await PortalUser.signIn(api.url, 'operator@flixcheck.example');
  crm = new ThirdParty(api.url);
  scanner = crm.with({
    clientId: 'belegscanner',
    redirectUri: 'https://belegscanner.example/oauth/callback',
    pkce: true,
  });
  [{ id }] = await api.dataSource.query(
    `SELECT id FROM oauth_clients WHERE client_id = 'maklerwelt-crm'`,
  );
});
afterAll(() => api.close());
beforeEach(() => api.dataSource.query('TRUNCATE oauth_requests, connections CASCADE'));

async function found(): Promise<FindingDto | undefined> {
  const path = `/admin/v7/oauth-clients/${id}/diagnosis`;
  const { body } = await operator.send<{ resource: { findings: FindingDto[] } }>(path);
  return body.resource.findings.find(({ code }) => code === 'codes_not_exchanged');
}

describe('the doctor', () => {
  it('finds that users have agreed and nobody has exchanged the codes, once they are of no use', async () => {
    await crm.code(user);
    expect(await found()).toBeUndefined();
    api.clock.advance(CODE_LIFETIME_MS + 1);
    expect(await found()).toMatchObject({
      severity: 'critical',
      parameters: { granted: 1, notExchanged: 1 },
    });
  });

  it('takes single ones for what they are, and others’ codes for theirs', async () => {
    await crm.connect(user);
    await crm.code(user);
    await scanner.code(user);
    await scanner.code(user);
    api.clock.advance(MINUTE + 1);
    expect(await found()).toBeUndefined();
    await crm.code(user);
    await crm.code(user);
    api.clock.advance(MINUTE + 1);
    expect(await found()).toMatchObject({
      severity: 'warning',
      parameters: { granted: 4, notExchanged: 3 },
    });
  });
});
