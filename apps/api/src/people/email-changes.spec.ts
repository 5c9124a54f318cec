import { call, PortalUser } from '@flixcheck/test-harness';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { BackgroundWork } from '../background/background-work.js';
import { MINUTE } from '../config/clock.js';
import { DEMO_PASSWORD } from '../database/demo-data.js';
import { demoMails } from '../testing/demo-mails.js';
import { createTestApp, type TestApp } from '../testing/test-app.js';
import { untilBlocked } from '../testing/until-blocked.js';
import { MAX_EMAIL_CHANGES } from './email-changes.js';
import { PasswordsService } from './passwords.service.js';

const CHANGES = '/user/v7/users/me/email-changes';
const USER = 'user@musterhaus.example';
const NEW = 'uwe@musterhaus.example';
const TAKEN = 'admin@beispiel.example';

let test: TestApp;
let mails: Awaited<ReturnType<typeof demoMails>>;
let user: PortalUser;
let userId: string;
let hash: string;
beforeAll(async () => {
  test = await createTestApp({ env: { DEMO_DATA: 'on' } });
  mails = await demoMails(test);
  const [row] = await test.dataSource.query(
    'SELECT id, password_hash AS hash FROM users WHERE email = $1',
    [USER],
  );
  userId = row.id;
  hash = row.hash;
});
afterAll(() => test.close());
beforeEach(async () => {
  for (const table of ['email_changes', 'sign_in_failures', 'sessions']) {
    await test.dataSource.query(`DELETE FROM ${table}`);
  }
  await test.dataSource.query('UPDATE users SET email = $2, password_hash = $3 WHERE id = $1', [
    userId,
    USER,
    hash,
  ]);
  await mails.forget();
  user = await PortalUser.signIn(test.url, USER);
});

const ask = (more: Record<string, unknown> = {}) =>
  user.call('POST', CHANGES, {
    resource: { newEmail: NEW, currentPassword: DEMO_PASSWORD, ...more },
  });
const complete = (token: string, who = user) =>
  who.call('POST', `${CHANGES}/completions`, { resource: { token } });
const tokenTo = async (email = NEW): Promise<string> => {
  const { text } = await mails.next(email, /Bestätigen Sie/);
  return /\/portal\/settings\/security\/email#(\S+)/.exec(text)?.[1] ?? 'none';
};
const link = async (): Promise<string> => {
  await ask();
  return tokenTo();
};
/** Without what keeps mail programs from making a link of an address. */
const readable = (text: string) => text.replaceAll('\u2060', '');
/** What has been asked for, and how many mails have been written about it. */
const written = async () =>
  test.dataSource.query(
    `SELECT (SELECT count(*) FROM email_changes) AS asked,
            (SELECT count(*) FROM mails WHERE kind LIKE 'email-change%') AS mails`,
  );
const errorOf = ({ status, body }: Awaited<ReturnType<typeof ask>>) => [
  status,
  body.errors?.[0]?.field,
  body.errors?.[0]?.code,
];
const signsIn = async (email: string) => {
  const resource = { email, password: DEMO_PASSWORD };
  return (await call(test.url, 'POST', '/guest/v7/sessions', { resource })).status === 201;
};
const address = async () => {
  const [row] = await test.dataSource.query('SELECT email FROM users WHERE id = $1', [userId]);
  return row.email;
};

describe('another e-mail address', () => {
  it('is asked for with a link to it, and the present one is told at once', async () => {
    expect((await ask({ newEmail: 'Uwe@Musterhaus.example' })).status).toBe(204);
    expect(await tokenTo()).toMatch(/^[\w-]{43}$/);
    const told = await mails.next(USER, /soll geändert werden/);
    expect(readable(told.text)).toContain(NEW);
    expect(told.text).toContain('/portal/forgot-password');
    expect(await address()).toBe(USER);
  });

  it('counts once the link is used: sign-in takes it and no longer the one before, which is told', async () => {
    const token = await link();
    expect((await complete(token)).status).toBe(204);
    expect([await signsIn(NEW), await signsIn(USER)]).toEqual([true, false]);
    expect(readable((await mails.next(USER, /wurde geändert/)).text)).toContain(NEW);
    expect(errorOf(await complete(token))).toEqual([400, 'token', 'link_invalid']);
  });

  it('ends all sessions but the one that takes it, and links to set a new password', async () => {
    const token = await link();
    const other = await PortalUser.signIn(test.url, USER);
    await call(test.url, 'POST', '/guest/v7/password-recoveries', { resource: { email: USER } });
    const { text } = await mails.next(USER, /Neues Passwort/);
    const recovery = /\/portal\/reset-password#(\S+)/.exec(text)?.[1];
    await complete(token);
    expect((await user.call('GET', '/user/v7/users/me')).body.resource.email).toBe(NEW);
    expect((await other.call('GET', '/user/v7/users/me')).status).toBe(401);
    const late = await call(test.url, 'POST', '/guest/v7/password-recoveries/completions', {
      resource: { token: recovery, newPassword: 'drei-blaue-elefanten' },
    });
    expect(errorOf(late)).toEqual([400, 'token', 'link_invalid']);
  });

  it('leaves audit records, in which no address stands', async () => {
    await complete(await link());
    const records = await test.dataSource.query(
      `SELECT action, actor_id, detail FROM audit_records
        WHERE subject_id = $1 AND action LIKE 'email_change%' ORDER BY id DESC LIMIT 2`,
      [userId],
    );
    expect(records).toEqual(
      ['email_changed', 'email_change_requested'].map((action) => ({
        ...{ action, actor_id: userId, detail: { ip: expect.any(String) } },
      })),
    );
  });

  it.each([
    ['a wrong password', { currentPassword: 'wrong' }, 'currentPassword', 'wrong_password'],
    ['no password', { currentPassword: undefined }, 'currentPassword', expect.any(String)],
    ['what is no address', { newEmail: 'uwe' }, 'newEmail', expect.any(String)],
    ['the present one', { newEmail: USER.toUpperCase() }, 'newEmail', 'same_as_current'],
  ])('is refused with %s, and nothing is sent', async (_, more, field, code) => {
    const before = await written();
    expect(errorOf(await ask(more))).toEqual([400, field, code]);
    expect(await written()).toEqual(before);
  });

  it('is asked for at most 5 times an hour, then 429', async () => {
    for (let n = 0; n < MAX_EMAIL_CHANGES; n += 1) {
      expect((await ask({ newEmail: `uwe${n}@musterhaus.example` })).status).toBe(204);
    }
    const { status, headers } = await ask();
    expect([status, Number(headers['retry-after']) <= 3600]).toEqual([429, true]);
  });
});

describe('an address that somebody else has', () => {
  it('is answered like any other; its owner alone is told, without a link', async () => {
    const free = await ask();
    await mails.next(USER, /soll geändert werden/);
    await mails.forget();
    const taken = await ask({ newEmail: TAKEN });
    expect([taken.status, taken.text]).toEqual([free.status, free.text]);
    const { text } = await mails.next(TAKEN, /anderes Konto/);
    expect(text).not.toContain('/portal/settings/security/email');
    const told = await mails.next(USER, /soll geändert werden/);
    expect(readable(told.text)).toContain(TAKEN);
  });

  it('is not taken where they have got it since the link was sent', async () => {
    const token = await link();
    await test.dataSource.query('UPDATE users SET email = $1 WHERE email = $2', [NEW, TAKEN]);
    expect(errorOf(await complete(token))).toEqual([400, 'token', 'address_taken']);
    expect(await address()).toBe(USER);
    await test.dataSource.query('UPDATE users SET email = $2 WHERE email = $1', [NEW, TAKEN]);
  });

  it('is not taken where they get it at the same moment', async () => {
    const token = await link();
    const other = test.dataSource.createQueryRunner();
    await other.startTransaction();
    await other.query('UPDATE users SET email = $1 WHERE email = $2', [NEW, TAKEN]);
    const completing = complete(token);
    await untilBlocked(test.dataSource);
    await other.commitTransaction();
    await other.release();
    expect(errorOf(await completing)).toEqual([400, 'token', 'address_taken']);
    expect(await address()).toBe(USER);
    await test.dataSource.query('UPDATE users SET email = $2 WHERE email = $1', [NEW, TAKEN]);
  });
});

describe('the link to a new address', () => {
  it('is stored as a hash only', async () => {
    const token = await link();
    const rows = await test.dataSource.query('SELECT * FROM email_changes');
    expect(JSON.stringify(rows)).not.toContain(token);
  });

  it('says which address it is about, to who asked and as long as it works', async () => {
    const lookUp = (token: string, who = user) =>
      who.call('POST', '/user/v7/users/me/email-changes/lookups', { resource: { token } });
    const token = await link();
    const other = await PortalUser.signIn(test.url, TAKEN);
    expect(errorOf(await lookUp(token, other))).toEqual([400, 'token', 'link_invalid']);
    const { status, body } = await lookUp(token);
    expect([status, body.resource]).toEqual([
      200,
      { newEmail: NEW, expiresAt: expect.any(String) },
    ]);
    expect((await complete(token)).status).toBe(204);
    for (const useless of [token, 'made-up']) {
      expect(errorOf(await lookUp(useless))).toEqual([400, 'token', 'link_invalid']);
    }
  });

  it('works for 60 minutes, and then goes', async () => {
    const token = await link();
    test.clock.advance(60 * MINUTE);
    user = await PortalUser.signIn(test.url, USER);
    expect(errorOf(await complete(token))).toEqual([400, 'token', 'link_invalid']);
    await test.app.get(BackgroundWork).run('people.email-changes');
    expect(await test.dataSource.query('SELECT * FROM email_changes')).toEqual([]);
  });

  it('is of no use to anybody but who asked', async () => {
    const token = await link();
    const other = await PortalUser.signIn(test.url, TAKEN);
    expect(errorOf(await complete(token, other))).toEqual([400, 'token', 'link_invalid']);
    expect((await complete(token)).status).toBe(204);
  });

  it('ends with the next one', async () => {
    const first = await link();
    await mails.forget();
    const second = await link();
    expect(errorOf(await complete(first))).toEqual([400, 'token', 'link_invalid']);
    expect((await complete(second)).status).toBe(204);
  });

  it('ends with a new password, so that its owner can stop a thief', async () => {
    const token = await link();
    await test.app
      .get(PasswordsService)
      .reset(userId, { newPassword: 'drei-blaue-elefanten', keep: true });
    user = await PortalUser.signIn(test.url, USER, 'drei-blaue-elefanten');
    expect(errorOf(await complete(token))).toEqual([400, 'token', 'link_invalid']);
    expect(await address()).toBe(USER);
  });
});
