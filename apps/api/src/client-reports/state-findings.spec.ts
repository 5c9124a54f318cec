import { type Parameters, PortalUser, ThirdParty } from '@flixcheck/test-harness';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { MINUTE } from '../config/clock.js';
import { StateDigests } from '../oauth-codes/state-digests.js';
import { StoppedClock } from '../testing/stopped-clock.js';
import { createTestApp, type TestApp } from '../testing/test-app.js';
import type { FindingDto } from './client-diagnosis.dto.js';
import type { FindingCode } from './diagnosis-rules.js';

let api: TestApp;
let uwe: PortalUser;
let anna: PortalUser;
let operator: PortalUser;
let crm: ThirdParty;
let withPkce: ThirdParty;
let id: string;

beforeAll(async () => {
  api = await createTestApp({ clock: new StoppedClock() });
  uwe = await PortalUser.signIn(api.url);
  anna = await PortalUser.signIn(api.url, 'admin@musterhaus.example');
  operator = await PortalUser.signIn(api.url, 'operator@flixcheck.example');
  crm = new ThirdParty(api.url);
  withPkce = crm.with({ pkce: true });
  [{ id }] = await api.dataSource.query(
    `SELECT id FROM oauth_clients WHERE client_id = 'maklerwelt-crm'`,
  );
});
afterAll(() => api.close());
beforeEach(() => api.dataSource.query('TRUNCATE oauth_requests, connections CASCADE'));

/** As the authorize page does it, which says for whom it is shown. */
const connect = (user: PortalUser, link: Parameters, client = crm) =>
  client.connect(user, { userId: user.id, ...link });

async function finding(code: FindingCode): Promise<FindingDto | undefined> {
  const path = `/admin/v7/oauth-clients/${id}/diagnosis`;
  const { body } = await operator.send<{ resource: { findings: FindingDto[] } }>(path);
  return body.resource.findings.find((each) => each.code === code);
}

describe('the doctor', () => {
  it('finds one state for all, whoever grants access', async () => {
    await connect(uwe, { state: 'open' });
    await connect(anna, { state: 'open' });
    await connect(uwe, { state: 'another' }, withPkce);
    api.clock.advance(MINUTE);
    await connect(anna, { state: 'open' }, withPkce);
    expect(await finding('state_constant')).toMatchObject({
      severity: 'warning',
      parameters: { looked: 4, repeated: 3, withoutPkce: 2 },
      seen: 'Of the last 4 authorization requests, 3 had a state that had been sent before, 2 of them without PKCE.',
      docs: '/docs/doctor#state_constant',
    });
    expect(await finding('state_missing')).toBeUndefined();
  });

  it('takes it for worth a look where all have PKCE', async () => {
    await connect(uwe, { state: 'open' }, withPkce);
    await connect(uwe, { state: 'open' }, withPkce);
    api.clock.advance(MINUTE);
    await connect(uwe, { state: 'open' }, withPkce);
    expect(await finding('state_constant')).toMatchObject({ severity: 'notice' });
  });

  it('does not take the page granted again for it, within a minute or just once', async () => {
    await connect(uwe, { state: 'first' });
    await connect(uwe, { state: 'second' });
    api.clock.advance(MINUTE - 1);
    await connect(uwe, { state: 'first' });
    await connect(uwe, { state: 'first' });
    api.clock.advance(MINUTE);
    await connect(uwe, { state: 'second' });
    expect(await finding('state_constant')).toBeUndefined();
  });

  it('finds requests with neither state nor PKCE, and none that needs neither', async () => {
    await connect(uwe, {});
    await connect(uwe, {});
    await connect(uwe, {}, withPkce);
    await connect(uwe, { state: 'random' });
    // It creates the code itself, without the page.
    await crm.connect(uwe);
    expect(await finding('state_missing')).toBeUndefined();
    await connect(anna, {});
    expect(await finding('state_missing')).toMatchObject({
      severity: 'warning',
      parameters: { looked: 5, missing: 3 },
    });
  });
});

describe('of a state', () => {
  const kept = async () => {
    const [{ digest }] = await api.dataSource.query(
      `SELECT encode(state_digest, 'hex') AS digest FROM authorization_codes`,
    );
    return digest;
  };

  it('is kept only what tells it from others of the same client', async () => {
    const digests = api.app.get(StateDigests);
    await connect(uwe, { state: 'open' });
    expect(await kept()).toBe(digests.of(id, 'open').toString('hex'));
    expect(digests.of(id, 'open')).toHaveLength(8);
    expect(digests.of(id, 'open')).not.toEqual(digests.of(uwe.id, 'open'));
    expect(digests.of(id, 'open')).not.toEqual(digests.of(id, 'Open'));
  });

  it('is kept nothing where no page has asked', async () => {
    await crm.connect(uwe, { state: 'open' });
    expect(await kept()).toBeNull();
  });
});
