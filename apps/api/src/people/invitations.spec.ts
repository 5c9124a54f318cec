import { PortalUser } from '@flixcheck/test-harness';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { BackgroundWork } from '../background/background-work.js';
import { DAY, HOUR, MINUTE } from '../config/clock.js';
import { demoMails } from '../testing/demo-mails.js';
import {
  INVITATIONS,
  invite,
  invited,
  invitedPerson,
  NEW_COLLEAGUE,
  sendAgain,
} from '../testing/invitations.js';
import { recordStatements } from '../testing/statements.js';
import { createTestApp, type TestApp } from '../testing/test-app.js';

const ADMIN = 'admin@musterhaus.example';
const ELSEWHERE = 'admin@beispiel.example';

let test: TestApp;
let mails: Awaited<ReturnType<typeof demoMails>>;
let person: ReturnType<typeof invitedPerson>;
let admin: PortalUser;
beforeAll(async () => {
  test = await createTestApp({ env: { DEMO_DATA: 'on' } });
  mails = await demoMails(test);
  person = invitedPerson(test, mails);
});
afterAll(() => test.close());
beforeEach(async () => {
  for (const table of ['invitations', 'invitation_mails']) {
    await test.dataSource.query(`DELETE FROM ${table}`);
  }
  await mails.forget();
  admin = await PortalUser.signIn(test.url, ADMIN);
});

const list = async (query = '') => (await admin.call('GET', `${INVITATIONS}${query}`)).body;
const errorsOf = ({ body }: Awaited<ReturnType<typeof invite>>) =>
  body.errors.map(({ field, code }) => [field, code]);
const people = (count: number) =>
  Array.from({ length: count }, (_, index) => invited({ email: `p${index}@neu.example` }));
const link = (email?: string) => person.token(email);
const refusal = async (token: string) => (await person.lookUp(token)).body.errors[0]?.code;

describe('an admin', () => {
  it('invites people, who are listed with who invited them until they accept', async () => {
    const names = { firstName: 'Nora ', lastName: 'Neu', role: 'admin', locale: 'en' };
    const { status, body } = await invite(
      admin,
      invited(names),
      invited({ email: 'B@Neu.example' }),
    );
    expect(status).toBe(201);
    const { resources } = await list();
    expect(body.resource.invitations).toHaveLength(2);
    const one = resources.find(({ email }) => email === NEW_COLLEAGUE);
    expect(one).toEqual({
      ...{ id: expect.any(String), email: NEW_COLLEAGUE, firstName: 'Nora', lastName: 'Neu' },
      ...{ role: 'admin', locale: 'en', status: 'open' },
      invitedBy: { id: admin.id, email: ADMIN, firstName: 'Admin', lastName: 'Musterhaus' },
      ...{ createdAt: one.createdAt, sentAt: one.createdAt, expiresAt: expect.any(String) },
    });
    expect(Date.parse(one.expiresAt) - Date.parse(one.createdAt)).toBe(7 * DAY);
    expect(resources.map(({ email }) => email)).toContain('b@neu.example');
  });

  it('sees nobody else’s invitations, and can neither send nor revoke them', async () => {
    const { body } = await invite(admin);
    const other = await PortalUser.signIn(test.url, ELSEWHERE);
    const { id } = body.resource.invitations[0];
    const path = `${INVITATIONS}/${id}`;
    expect((await other.call('GET', INVITATIONS)).body.resources).toEqual([]);
    expect((await sendAgain(other, id)).status).toBe(404);
    expect((await other.call('DELETE', path)).status).toBe(404);
    expect((await list()).resources).toHaveLength(1);
  });

  it('reads the list page by page', async () => {
    await invite(admin, ...people(3));
    const first = await list('?limit=2');
    const second = await list(`?limit=2&cursor=${first.meta.nextCursor}`);
    const emails = [...first.resources, ...second.resources].map(({ email }) => email);
    expect(emails.sort()).toEqual(['p0@neu.example', 'p1@neu.example', 'p2@neu.example']);
  });

  it('leaves audit records of invitations, in which no address stands', async () => {
    const { body } = await invite(admin);
    const { id } = body.resource.invitations[0];
    await sendAgain(admin, id);
    await admin.call('DELETE', `${INVITATIONS}/${id}`);
    const records = await test.dataSource.query(
      `SELECT action, actor_id, detail FROM audit_records
        WHERE subject_id = $1 AND action LIKE 'invitation%' ORDER BY id`,
      [id],
    );
    expect(records.map(({ action }: { action: string }) => action)).toEqual([
      'invitation_sent',
      'invitation_resent',
      'invitation_revoked',
    ]);
    for (const { actor_id, detail } of records) {
      expect([actor_id, detail]).toEqual([
        admin.id,
        { role: 'member', accountId: admin.accountId },
      ]);
    }
  });
});

describe('each line of a list of invitations is judged on its own', () => {
  it('and all that is wrong is named, by its line, with nobody invited', async () => {
    await invite(admin);
    const answer = await invite(
      admin,
      invited({ email: 'fine@neu.example' }),
      invited({ email: ADMIN }),
      invited({ email: NEW_COLLEAGUE.toUpperCase() }),
      invited({ email: 'FINE@neu.example' }),
    );
    expect(answer.status).toBe(400);
    expect(errorsOf(answer)).toEqual([
      ['invitations.1.email', 'already_member'],
      ['invitations.2.email', 'already_invited'],
      ['invitations.3.email', 'duplicate'],
    ]);
    expect((await list()).resources).toHaveLength(1);
  });

  it.each([
    [{ email: 'no address' }, 'email', 'is_email'],
    [{ role: 'operator' }, 'role', 'is_in'],
    [{ locale: 'fr' }, 'locale', 'is_in'],
    [{ firstName: 'No\u202ERA' }, 'firstName', 'display_text'],
    [{ invitedBy: 'me' }, 'invitedBy', 'unknown_field'],
  ])('%j is refused', async (wrong, field, code) => {
    const answer = await invite(admin, invited({ email: 'fine@neu.example' }), invited(wrong));
    expect(errorsOf(answer)).toEqual([[`invitations.1.${field}`, code]]);
    expect((await list()).resources).toEqual([]);
  });

  it.each([[[]], [null], [1], ['a@neu.example']])('%j is no person', async (wrong) => {
    const answer = await admin.call('POST', INVITATIONS, {
      resource: { invitations: [invited(), wrong] },
    });
    expect(answer.status).toBe(400);
  });

  it('of which there are at most 100', async () => {
    expect(errorsOf(await invite(admin, ...people(101)))).toEqual([
      ['invitations', 'array_max_size'],
    ]);
    const none = await admin.call('POST', INVITATIONS, { resource: { invitations: [] } });
    expect(errorsOf(none)).toEqual([['invitations', 'array_min_size']]);
    expect((await invite(admin, ...people(100))).status).toBe(201);
  });
});

it('a list of invitations is written at once, however long it is, with its mails', async () => {
  const sent = await recordStatements(test.dataSource, () =>
    invite(admin, ...people(3), invited({ email: ELSEWHERE })),
  );
  const inserts = (table: string) => sent.filter((sql) => sql.includes(`INSERT INTO ${table} `));
  expect(inserts('invitations')).toHaveLength(1);
  // Those without an account here get another mail than those with one elsewhere.
  expect(inserts('mails')).toHaveLength(2);
  expect((await list()).resources).toHaveLength(4);
});

describe('an address that has an account with another company', () => {
  const shapeOf = ({ status, body }: Awaited<ReturnType<typeof invite>>) => {
    const [one] = body.resource.invitations;
    return { status, ...one, id: '', email: '', createdAt: '', sentAt: '', expiresAt: '' };
  };

  it('is invited like any other as far as the inviter can see', async () => {
    const stranger = await invite(admin);
    const known = await invite(admin, invited({ email: ELSEWHERE }));
    expect(shapeOf(known)).toEqual(shapeOf(stranger));
    const { resources } = await list();
    const again = await sendAgain(admin, resources[0].id);
    expect([again.status, again.body.resource.status]).toEqual([201, 'open']);
  });

  it('gets a mail that says so, and has no link', async () => {
    await invite(admin, invited({ email: ELSEWHERE }));
    const { text } = await mails.next(ELSEWHERE, /möchte Sie zu Flixcheck einladen/);
    expect(text).toContain('schon ein Konto');
    expect(text).not.toContain('/portal/invitation');
  });
});

describe('the link of an invitation', () => {
  it('is stored as a hash only', async () => {
    await invite(admin);
    const token = await link();
    for (const table of ['invitations', 'mails', 'pgboss.job', 'audit_records']) {
      const rows = await test.dataSource.query(`SELECT t::text FROM ${table} t`);
      expect(JSON.stringify(rows)).not.toContain(token);
    }
  });

  it('works for 7 days; then the invitation is listed as expired, and its address free', async () => {
    await invite(admin);
    const token = await link();
    test.clock.advance(7 * DAY - MINUTE);
    expect((await person.lookUp(token)).status).toBe(200);
    test.clock.advance(MINUTE);
    expect(await refusal(token)).toBe('link_invalid');
    admin = await PortalUser.signIn(test.url, ADMIN);
    expect((await list()).resources).toMatchObject([{ status: 'expired' }]);
    expect((await invite(admin)).status).toBe(201);
    expect((await list()).resources).toMatchObject([{ status: 'open' }]);
  });

  it('is replaced when it is sent again, for another 7 days', async () => {
    const { body } = await invite(admin);
    const first = await link();
    await mails.forget();
    test.clock.advance(8 * DAY);
    admin = await PortalUser.signIn(test.url, ADMIN);
    const { id } = body.resource.invitations[0];
    const again = await sendAgain(admin, id);
    expect([again.status, again.body.resource]).toMatchObject([201, { id, status: 'open' }]);
    const second = await link();
    expect(await refusal(first)).toBe('link_invalid');
    expect((await person.lookUp(second)).status).toBe(200);
  });

  it('no longer works once the invitation is taken back', async () => {
    const { body } = await invite(admin);
    const token = await link();
    const path = `${INVITATIONS}/${body.resource.invitations[0].id}`;
    expect((await admin.call('DELETE', path)).status).toBe(204);
    expect(await refusal(token)).toBe('link_invalid');
    expect((await list()).resources).toEqual([]);
    expect((await admin.call('DELETE', path)).status).toBe(404);
  });
});

describe('the mails of a company’s invitations', () => {
  it('are at most 200 an hour', async () => {
    const other = (from: number, count: number) =>
      Array.from({ length: count }, (_, n) => invited({ email: `q${from + n}@neu.example` }));
    await invite(admin, ...other(0, 100));
    await invite(admin, ...other(100, 99));
    const answer = await invite(admin, ...other(199, 2));
    expect([answer.status, Number(answer.headers['retry-after'])]).toEqual([
      429,
      expect.closeTo(3_570, -2),
    ]);
    expect((await invite(admin, ...other(199, 1))).status).toBe(201);
    test.clock.advance(HOUR);
    expect((await invite(admin, ...other(200, 2))).status).toBe(201);
  });

  it('are at most 5 an hour to one address, however the admin goes about it', async () => {
    for (let n = 0; n < 5; n += 1) {
      const { body } = await invite(admin);
      await admin.call('DELETE', `${INVITATIONS}/${body.resource.invitations[0].id}`);
    }
    expect((await invite(admin)).status).toBe(429);
    expect((await invite(admin, invited({ email: 'other@neu.example' }))).status).toBe(201);
  });
});

it('an invitation that has expired is deleted after 30 days', async () => {
  const clean = () => test.app.get(BackgroundWork).run('people.invitations');
  await invite(admin);
  test.clock.advance(37 * DAY - MINUTE);
  await clean();
  expect(await test.dataSource.query('SELECT 1 FROM invitations')).toHaveLength(1);
  expect(await test.dataSource.query('SELECT 1 FROM invitation_mails')).toHaveLength(0);
  test.clock.advance(MINUTE);
  await clean();
  expect(await test.dataSource.query('SELECT 1 FROM invitations')).toHaveLength(0);
});
