import { PortalUser } from '@flixcheck/test-harness';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { MINUTE } from '../config/clock.js';
import { DEMO_PASSWORD } from '../database/demo-data.js';
import { PASSKEY_CHALLENGE_MS } from '../users/passkey-challenges.js';
import { Authenticator } from '../testing/authenticator.js';
import { authenticatorApp } from '../testing/authenticator-app.js';
import {
  fieldOf,
  ME,
  ORIGIN,
  PASSKEYS,
  PasskeyWorld,
  PROOFS,
  said,
  USER,
} from '../testing/passkeys.js';
import type { TestApp } from '../testing/test-app.js';

const NOT_ACCEPTED = [400, 'credential', 'not_accepted'];

let world: PasskeyWorld;
let test: TestApp;
beforeAll(async () => {
  world = await PasskeyWorld.start();
  ({ test } = world);
});
afterAll(() => test.close());
beforeEach(async () => {
  await world.reset();
  await test.dataSource.query('DELETE FROM audit_records');
});

const prove = (proof: object, who = world.user) => who.call('POST', PROOFS, { resource: proof });
/** Takes a fresh proof, and harms nobody. */
const delicate = (who = world.user) => who.call('GET', `${ME}/export`);
const isIn = async (who: PortalUser) => (await who.call('GET', ME)).status === 200;

describe('a fresh proof of identity by a passkey', () => {
  beforeEach(async () => {
    await world.add();
    world.clock.advance(11 * MINUTE);
    expect(said(await delicate())).toEqual([403, 'identity_proof_required']);
  });

  it('is as good as the password, and takes no code from who has two steps', async () => {
    await authenticatorApp(test, await PortalUser.signIn(test.url, USER));
    world.clock.advance(11 * MINUTE);
    const back = await world.signIn();
    world.user = world.user.after(back);
    world.clock.advance(11 * MINUTE);
    const proven = await prove(await world.proof());
    expect(proven.status).toBe(204);
    expect((await delicate(world.user.after(proven))).status).toBe(200);
  });

  it('is not limited by what others try', async () => {
    const wrong = { currentPassword: 'nicht das Passwort' };
    for (let i = 0; i < 12; i += 1) await prove(wrong);
    expect((await prove({ currentPassword: DEMO_PASSWORD })).status).toBe(429);
    expect((await prove(await world.proof())).status).toBe(204);
  });

  it('counts once, for this session, and for five minutes', async () => {
    const proof = await world.proof();
    const proven = await prove(proof);
    const after = world.user.after(proven);
    expect(fieldOf(await prove(proof, after))).toEqual(NOT_ACCEPTED);
    const other = await PortalUser.signIn(test.url, USER);
    expect(fieldOf(await prove(await world.proof(after), other))).toEqual(NOT_ACCEPTED);
    const late = await world.proof(after);
    world.clock.advance(PASSKEY_CHALLENGE_MS + 1);
    expect(fieldOf(await prove(late, after))).toEqual(NOT_ACCEPTED);
  });

  it('is none by somebody else’s passkey, nor by the answer of a sign-in; both are on record', async () => {
    const stranger = new Authenticator(ORIGIN);
    expect(fieldOf(await prove(await world.proof(world.user, stranger)))).toEqual(NOT_ACCEPTED);
    const signIn = { credential: world.authenticator.get(await world.challenge()) };
    expect(fieldOf(await prove(signIn))).toEqual(NOT_ACCEPTED);
    const records = await test.dataSource.query(
      `SELECT detail ->> 'reason' AS reason FROM audit_records WHERE action = 'identity_proof_failed'`,
    );
    expect(records).toEqual([{ reason: 'passkey_refused' }, { reason: 'passkey_refused' }]);
    expect(said(await delicate())).toEqual([403, 'identity_proof_required']);
  });

  it('signs nobody in', async () => {
    const { body } = await world.user.call('POST', `${PROOFS}/challenges`);
    const credential = world.authenticator.get(body.resource.publicKey);
    expect((await world.present(credential)).status).toBe(401);
  });

  it('lets somebody without a password add another passkey and take another address', async () => {
    const begun = await world.user.call('POST', `${PASSKEYS}/challenges`, {
      resource: await world.proof(),
    });
    const made = new Authenticator(ORIGIN).create(begun.body.resource.publicKey);
    expect((await world.finish(made)).status).toBe(201);
    const asked = await world.user.call('POST', `${ME}/email-changes`, {
      resource: {
        newEmail: 'neu@musterhaus.example',
        ...(await world.proof()),
      },
    });
    expect(asked.status).toBe(204);
  });

  it('is offered to who has a passkey alone', async () => {
    const admin = await PortalUser.signIn(test.url, 'admin@musterhaus.example');
    expect(said(await admin.call('POST', `${PROOFS}/challenges`))).toEqual([409, 'conflict']);
  });
});

describe('a session gets another id, and its cookie from before is worth nothing', () => {
  const renewedBy = async (answer: Awaited<ReturnType<typeof prove>>, before: PortalUser) => {
    const after = before.after(answer);
    expect(after.sessionCookie).not.toBe(before.sessionCookie);
    expect([await isIn(before), await isIn(after)]).toEqual([false, true]);
    return after;
  };

  it('when its user proves again who they are', async () => {
    const { user } = world;
    await renewedBy(await prove({ currentPassword: DEMO_PASSWORD }), user);
  });

  it('when a passkey is added or removed; the other devices stay signed in', async () => {
    const other = await PortalUser.signIn(test.url, USER);
    const before = world.user;
    const { body } = await world.begin();
    const added = await world.finish(world.authenticator.create(body.resource.publicKey));
    const after = await renewedBy(added, before);
    const removal = await after.call('DELETE', `${PASSKEYS}/${added.body.resource.id}`);
    await renewedBy(removal, after);
    expect(await isIn(other)).toBe(true);
  });

  it('when the authenticator app is switched on or off', async () => {
    const begun = await PortalUser.signIn(test.url, USER);
    const app = await authenticatorApp(test, begun);
    expect(await isIn(begun)).toBe(false);
    const signedIn = await world.user.call('POST', '/guest/v7/sessions', {
      resource: { email: USER, password: DEMO_PASSWORD, secondFactor: app.next() },
    });
    const user = begun.after(signedIn);
    const off = await user.call('POST', `${ME}/second-factor/removals`, {
      resource: { currentPassword: DEMO_PASSWORD, code: app.next() },
    });
    expect(off.status).toBe(204);
    await renewedBy(off, user);
  });

  it('and no other one where nothing has changed', async () => {
    const answer = await prove({ currentPassword: 'nicht das Passwort' });
    expect(answer.headers['set-cookie']).toBeUndefined();
    expect(await isIn(world.user)).toBe(true);
  });
});
