import { PortalUser, ThirdParty } from '@flixcheck/test-harness';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { Secret, TOTP } from 'otpauth';
import { DAY, SECOND } from '../config/clock.js';
import { DEMO_PASSWORD } from '../database/demo-data.js';
import { createTestApp, type TestApp } from '../testing/test-app.js';

const REQUIREMENT = '/user/v7/second-factor-requirement';
const CURRENT = '/user/v7/sessions/current';
const FACTOR = '/user/v7/users/me/second-factor';
const ADMIN = 'admin@musterhaus.example';
const OPERATOR = 'operator@flixcheck.example';

let test: TestApp;
let admin: PortalUser;
let member: PortalUser;

beforeAll(async () => {
  test = await createTestApp();
});
afterAll(() => test.close());
beforeEach(async () => {
  await test.dataSource.query(
    `DELETE FROM passkeys; DELETE FROM second_factors;
     UPDATE accounts SET second_factor_from = NULL`,
  );
  Object.assign(test.config, { staffNeedSecondFactor: false });
  admin = await PortalUser.signIn(test.url, ADMIN);
  member = await PortalUser.signIn(test.url);
});

const givePasskey = (email: string) =>
  test.dataSource.query(
    `INSERT INTO passkeys (id, user_id, credential_id, public_key, transports, counter, name, synced, created_at)
     SELECT gen_random_uuid(), id, 'credential', '', '{}', 0, 'Laptop', false, now()
       FROM users WHERE email = $1`,
    [email],
  );
const demand = async (graceDays: number | null) => {
  const { status, body } = await admin.call('PATCH', REQUIREMENT, { resource: { graceDays } });
  return [status, body.resource ?? body.code];
};
const due = async (user: PortalUser) =>
  (await user.call('GET', CURRENT)).body.resource.user.secondFactorDueAt ?? null;
const dueBy = async (user: PortalUser) =>
  (await user.call('GET', CURRENT)).body.resource.user.secondFactorDueBy ?? null;
const codes = async (user: PortalUser, requests: [string, string, object?][]) => {
  const heard = [];
  for (const [method, path, resource] of requests) {
    const { status, body } = await user.call(method, path, resource ? { resource } : {});
    heard.push(body?.code ?? status);
  }
  return heard;
};
const ALL: [string, string, object?][] = [
  ['GET', '/user/v7/connections'],
  ['GET', '/user/v7/users/me'],
  ['GET', '/user/v7/checks'],
  ['POST', '/user/v7/oauth-codes', { clientId: 'maklerwelt-crm' }],
];
const KEPT_OUT = ALL.map(() => 'second_factor_setup_required');

describe('a second factor', () => {
  it('is required of nobody by default', async () => {
    const { body } = await admin.call('GET', REQUIREMENT);
    expect(body.resource).toEqual({
      requiredFrom: null,
      people: 2,
      withFactor: 0,
      own: false,
      resetHours: 24,
    });
    expect(await due(member)).toBeNull();
    expect(await codes(member, ALL)).toEqual([200, 200, 200, 201]);
  });

  it('is required by an admin who has one', async () => {
    expect(await demand(14)).toEqual([409, 'conflict']);
    await givePasskey(ADMIN);
    const soon = test.clock.now().getTime() + 14 * DAY;
    const [status, resource] = await demand(14);
    expect([status, resource]).toEqual([
      200,
      {
        requiredFrom: expect.any(String),
        people: 2,
        withFactor: 1,
        own: true,
        resetHours: 24,
      },
    ]);
    const late = Date.parse(resource.requiredFrom) - soon;
    expect([late >= 0, late < 10 * SECOND]).toEqual([true, true]);
    const audited = `SELECT action, subject_id, detail FROM audit_records WHERE action LIKE 'second%'`;
    expect(await test.dataSource.query(audited)).toEqual([
      {
        action: 'second_factor_requirement_changed',
        subject_id: admin.accountId,
        detail: { from: null, to: resource.requiredFrom },
      },
    ]);
    expect(await demand(3)).toEqual([400, 'validation_failed']);
  });

  it('may be set up within the time that people have: until then everything works, and their session says how long', async () => {
    await givePasskey(ADMIN);
    const [, { requiredFrom }] = await demand(7);
    expect([await due(member), await due(admin)]).toEqual([requiredFrom, null]);
    expect([await dueBy(member), await dueBy(admin)]).toEqual(['account', null]);
    expect(await codes(member, ALL)).toEqual([200, 200, 200, 201]);
    expect(await demand(null)).toMatchObject([200, { requiredFrom: null }]);
    expect(await due(member)).toBeNull();
  });

  it('comes before everything else once the time is over, and then everything works again', async () => {
    await givePasskey(ADMIN);
    await demand(0);
    expect(await codes(member, ALL)).toEqual(KEPT_OUT);
    const again = await PortalUser.signIn(test.url);
    expect(await codes(again, ALL)).toEqual(KEPT_OUT);
    expect(await codes(admin, ALL)).toEqual([200, 200, 200, 201]);

    const currentPassword = DEMO_PASSWORD;
    expect(await codes(again, [['GET', '/user/v7/users/me/passkeys']])).toEqual([200]);
    const proven = await again.call('POST', `${CURRENT}/proofs`, { resource: { currentPassword } });
    expect(proven.status).toBe(204);
    const here = again.after(proven);
    const begun = await here.call('POST', FACTOR, { resource: { currentPassword } });
    const totp = new TOTP({ secret: Secret.fromBase32(begun.body.resource.secret) });
    const code = totp.generate({ timestamp: test.clock.now().getTime() });
    const on = await here.call('POST', `${FACTOR}/confirmations`, { resource: { code } });
    expect(on.status).toBe(201);
    expect(await codes(here.after(on), ALL)).toEqual([200, 200, 200, 201]);
  });

  it('may be a passkey', async () => {
    await givePasskey(ADMIN);
    await demand(0);
    await test.dataSource.query(`UPDATE passkeys SET user_id = $1`, [member.id]);
    expect(await codes(member, ALL)).toEqual([200, 200, 200, 201]);
    expect(await codes(admin, ALL)).toEqual(KEPT_OUT);
  });

  it('is not asked of other companies, nor of the tokens that third parties have', async () => {
    const { access_token } = await new ThirdParty(test.url).connect(member);
    const other = await PortalUser.signIn(test.url, 'admin@beispiel.example');
    await givePasskey(ADMIN);
    await demand(0);
    expect(await codes(other, ALL)).toEqual([200, 200, 200, 201]);
    const response = await fetch(`${test.url}/user/v7/users/me`, {
      headers: { authorization: `Bearer ${access_token}` },
    });
    expect(response.status).toBe(200);
  });

  it('is required at once of operators and developers where the installation says so', async () => {
    const operator = await PortalUser.signIn(test.url, OPERATOR);
    const registry: [string, string][] = [['GET', '/admin/v7/oauth-clients']];
    expect(await codes(operator, registry)).toEqual([200]);
    const { body } = await operator.call('GET', '/admin/v7/oauth-clients');
    const path = `/admin/v7/oauth-clients/${body.resources[0].id}/developers`;
    await operator.call('POST', path, { resource: { email: ADMIN } });

    Object.assign(test.config, { staffNeedSecondFactor: true });
    expect(await codes(operator, registry)).toEqual(['second_factor_setup_required']);
    expect(await codes(admin, ALL)).toEqual(KEPT_OUT);
    expect([await dueBy(admin), await dueBy(member)]).toEqual(['installation', null]);
    expect(await codes(member, ALL)).toEqual([200, 200, 200, 201]);
    await givePasskey(OPERATOR);
    expect(await codes(operator, registry)).toEqual([200]);
  });
});
