import { call, DEMO_CLIENTS, PortalUser, ThirdParty } from '@flixcheck/test-harness';
import { afterAll, beforeAll, beforeEach, describe, expect, it, jest } from '@jest/globals';
import type { EntityManager } from 'typeorm';
import { DAY, SECOND } from '../config/clock.js';
import { RETENTION_PERIODS } from '../config/retention-periods.js';
import { DEMO_PASSWORD } from '../database/demo-data.js';
import { demoMails } from '../testing/demo-mails.js';
import { invite, invited, invitedPerson } from '../testing/invitations.js';
import { createTestApp, type TestApp } from '../testing/test-app.js';
import { untilBlocked } from '../testing/until-blocked.js';
import { UserErasure } from '../users/user-erasure.js';
import { UsersService } from '../users/users.service.js';
import { CompaniesRetention } from './companies-retention.js';

const COMPANIES = '/admin/v7/accounts';
const ADMIN = 'admin@musterhaus.example';
const CLOSED_KEPT_MS = RETENTION_PERIODS.closedCompanies.days * DAY;
const NEW_ADMIN = 'chefin@neukunde.example';

let test: TestApp;
let mails: Awaited<ReturnType<typeof demoMails>>;
let person: ReturnType<typeof invitedPerson>;
let operator: PortalUser;
beforeAll(async () => {
  test = await createTestApp({ env: { DEMO_DATA: 'on' } });
  mails = await demoMails(test);
  person = invitedPerson(test, mails);
  operator = await PortalUser.signIn(test.url, 'operator@flixcheck.example');
});
afterAll(() => test.close());
beforeEach(async () => {
  await test.dataSource.query('UPDATE accounts SET closed_at = NULL');
  for (const table of ['invitations', 'invitation_mails']) {
    await test.dataSource.query(`DELETE FROM ${table}`);
  }
  // Whom an audit record names cannot be deleted.
  await test.dataSource.query(`UPDATE users SET email = id || '@gone.example' WHERE email = $1`, [
    NEW_ADMIN,
  ]);
  await mails.forget();
});

const create = (more: Record<string, unknown> = {}) =>
  operator.call('POST', COMPANIES, {
    resource: { name: 'Neukunde GmbH', admin: { email: NEW_ADMIN, locale: 'de' }, ...more },
  });
const made = async (): Promise<string> => (await create()).body.resource.id;
const get = async (id: string) => (await operator.call('GET', `${COMPANIES}/${id}`)).body.resource;
const setStatus = (id: string, status: unknown) =>
  operator.call('PATCH', `${COMPANIES}/${id}`, { resource: { status } });
const invitationsOf = async (id: string) =>
  (await operator.call('GET', `${COMPANIES}/${id}/invitations`)).body.resources;
const names = async (query: string) =>
  (await operator.call('GET', `${COMPANIES}?${query}`)).body.resources.map(({ name }) => name);
const errorOf = ({ status, body }: Awaited<ReturnType<typeof create>>) => [
  status,
  body.errors[0]?.field,
  body.errors[0]?.code,
];
const signIn = (email: string) =>
  call(test.url, 'POST', '/guest/v7/sessions', { resource: { email, password: DEMO_PASSWORD } });

describe('an operator makes a company', () => {
  it('and invites its first admin, who joins it as its admin', async () => {
    const { status, body } = await create({ name: ' Neukunde GmbH ' });
    expect([status, body.resource]).toEqual([
      201,
      {
        ...{ id: expect.any(String), name: 'Neukunde GmbH', status: 'active' },
        ...{ createdAt: expect.any(String), closedAt: null, keptUntil: null },
        ...{ keptDays: 90, people: 0, activeConnections: 0 },
      },
    ]);
    const { id } = body.resource;
    expect(await invitationsOf(id)).toMatchObject([
      { email: NEW_ADMIN, role: 'admin', status: 'open', invitedBy: { id: operator.id } },
    ]);
    const token = await person.token(NEW_ADMIN);
    const seen = await person.lookUp(token);
    expect(seen.body.resource).toMatchObject({ company: 'Neukunde GmbH', role: 'admin' });
    const joined = await person.accept(token);
    expect([joined.status, joined.body.resource.user.role, joined.body.resource.account]).toEqual([
      201,
      'admin',
      { id, name: 'Neukunde GmbH', kind: 'company' },
    ]);
    expect(await get(id)).toMatchObject({ people: 1 });
    expect(await invitationsOf(id)).toEqual([]);
  });

  it('or does not where the address belongs to somebody of another company, and says so', async () => {
    const answer = await create({ name: 'Nirgends GmbH', admin: { email: ADMIN, locale: 'de' } });
    expect(errorOf(answer)).toEqual([400, 'admin.email', 'taken']);
    expect(await names('q=Nirgends')).toEqual([]);
  });

  it.each([
    ['no name', { name: ' ' }, 'name'],
    ['a name of several lines', { name: 'Neukunde\nGmbH' }, 'name'],
    ['no admin', { admin: undefined }, 'admin'],
    ['no address', { admin: { email: 'chefin', locale: 'de' } }, 'admin.email'],
    ['an unknown language', { admin: { email: NEW_ADMIN, locale: 'fr' } }, 'admin.locale'],
    ['an unknown field', { role: 'operator' }, 'role'],
  ])('not with %s', async (_, more, field) => {
    const answer = await create({ name: 'Nirgends GmbH', ...more });
    expect(errorOf(answer).slice(0, 2)).toEqual([400, field]);
    expect(await names('q=Nirgends')).toEqual([]);
  });
});

describe('the invitation of a company’s admin', () => {
  it('is sent again with another link, and taken back', async () => {
    const id = await made();
    const [{ id: invitationId }] = await invitationsOf(id);
    const first = await person.token(NEW_ADMIN);
    await mails.forget();
    const path = `${COMPANIES}/${id}/invitations`;
    const again = await operator.call('POST', `${path}/links`, { resource: { invitationId } });
    expect(again.status).toBe(201);
    const second = await person.token(NEW_ADMIN);
    expect(errorOf(await person.lookUp(first))).toEqual([400, 'token', 'link_invalid']);
    expect((await operator.call('DELETE', `${path}/${invitationId}`)).status).toBe(204);
    expect(errorOf(await person.lookUp(second))).toEqual([400, 'token', 'link_invalid']);
    expect((await operator.call('DELETE', `${path}/${invitationId}`)).status).toBe(404);
  });

  it('can be made for a company that has lost its own, once for an address', async () => {
    const { accountId } = await PortalUser.signIn(test.url, 'admin@beispiel.example');
    const again = () =>
      operator.call('POST', `${COMPANIES}/${accountId}/invitations`, {
        resource: { email: NEW_ADMIN, locale: 'en' },
      });
    expect((await again()).status).toBe(201);
    expect(errorOf(await again())).toEqual([400, 'email', 'already_invited']);
    expect(await invitationsOf(accountId)).toMatchObject([{ email: NEW_ADMIN, role: 'admin' }]);
  });

  it('is another company’s: 404', async () => {
    const id = await made();
    const [{ id: invitationId }] = await invitationsOf(id);
    const path = `${COMPANIES}/${operator.accountId}/invitations`;
    expect((await operator.call('DELETE', `${path}/${invitationId}`)).status).toBe(404);
    const link = await operator.call('POST', `${path}/links`, { resource: { invitationId } });
    expect(link.status).toBe(404);
    expect(await invitationsOf(id)).toHaveLength(1);
  });
});

describe('closing a company', () => {
  const connected = async () => {
    const admin = await PortalUser.signIn(test.url, ADMIN);
    const crm = new ThirdParty(test.url, DEMO_CLIENTS.crm);
    return { admin, crm, tokens: await crm.connect(admin), pending: await crm.code(admin) };
  };

  it('ends its sessions, tokens, codes and invitations at once, and refuses sign-ins', async () => {
    const { admin, crm, tokens, pending } = await connected();
    await invite(admin, invited({ email: NEW_ADMIN }));
    const token = await person.token(NEW_ADMIN);
    expect(await get(admin.accountId)).toMatchObject({ people: 2, activeConnections: 1 });
    const { status, body } = await setStatus(admin.accountId, 'closed');
    expect([status, body.resource]).toEqual([
      200,
      expect.objectContaining({ status: 'closed', activeConnections: 0 }),
    ]);
    expect((await admin.call('GET', '/user/v7/users/me')).status).toBe(401);
    expect(await crm.use(tokens.access_token)).toBe(401);
    expect((await crm.refresh(tokens.refresh_token)).body.error).toBe('invalid_grant');
    expect((await crm.exchange(pending.code)).body.error).toBe('invalid_grant');
    expect(errorOf(await person.lookUp(token))).toEqual([400, 'token', 'link_invalid']);
    const refused = await signIn(ADMIN);
    expect([refused.status, refused.body.code]).toEqual([401, 'invalid_credentials']);
    const other = await PortalUser.signIn(test.url, 'admin@beispiel.example');
    expect((await other.call('GET', '/user/v7/users/me')).status).toBe(200);
    const [record] = await test.dataSource.query(
      `SELECT actor_id, detail FROM audit_records
        WHERE action = 'connections_revoked' AND subject_id = $1`,
      [admin.accountId],
    );
    expect(record).toEqual({
      actor_id: operator.id,
      detail: { connections: 1, reason: 'account_closed', accountId: admin.accountId },
    });
  });

  it('is on record with who did it, and says until when the data is kept', async () => {
    const id = await made();
    const { body } = await setStatus(id, 'closed');
    const { closedAt, keptUntil } = body.resource;
    expect(Date.parse(keptUntil) - Date.parse(closedAt)).toBe(90 * 24 * 60 * 60 * 1000);
    await setStatus(id, 'closed');
    await setStatus(id, 'active');
    const records = await test.dataSource.query(
      `SELECT action, actor_id, detail ->> 'name' AS name FROM audit_records
        WHERE subject_id = $1 ORDER BY id`,
      [id],
    );
    expect(records).toEqual(
      ['account_created', 'account_closed', 'account_reopened'].map((action) => ({
        ...{ action, actor_id: operator.id, name: 'Neukunde GmbH' },
      })),
    );
  });

  it('can be taken back: people sign in again, and nothing else comes back', async () => {
    const { admin, crm, tokens } = await connected();
    await setStatus(admin.accountId, 'closed');
    expect(await names('status=closed')).toEqual(['Musterhaus Versicherungsmakler GmbH']);
    expect(await names('status=active')).not.toContain('Musterhaus Versicherungsmakler GmbH');
    await setStatus(admin.accountId, 'active');
    expect((await signIn(ADMIN)).status).toBe(201);
    expect((await admin.call('GET', '/user/v7/users/me')).status).toBe(401);
    expect(await crm.use(tokens.access_token)).toBe(401);
    expect((await crm.refresh(tokens.refresh_token)).body.error).toBe('invalid_grant');
  });

  it('is told to its admins, with until when the data is kept, and so is opening it again', async () => {
    const { accountId } = await PortalUser.signIn(test.url, ADMIN);
    await mails.forget();
    await setStatus(accountId, 'closed');
    const closed = await mails.next(ADMIN, /geschlossen/);
    expect(closed.subject).toContain('Musterhaus Versicherungsmakler GmbH');
    const keptUntil = new Date((await get(accountId)).keptUntil);
    const day = new Intl.DateTimeFormat('de-DE', {
      ...{ day: 'numeric', month: 'long', year: 'numeric', timeZone: 'Europe/Berlin' },
    }).format(keptUntil);
    expect(closed.text).toContain(day);
    expect(closed.text).toContain('Ansprechperson bei Flixcheck');
    await setStatus(accountId, 'active');
    expect((await mails.next(ADMIN, /wieder geöffnet/)).text).toContain('/portal/sign-in');
    const told = await test.dataSource.query(
      `SELECT m.kind, u.role FROM mails m JOIN users u ON u.id = m.user_id
        WHERE m.kind LIKE 'company-%' AND u.account_id = $1 AND m.id = ANY ($2) ORDER BY m.kind`,
      [accountId, (await mails.all()).map(({ id }) => id)],
    );
    expect(told).toEqual([
      { kind: 'company-closed', role: 'admin' },
      { kind: 'company-reopened', role: 'admin' },
    ]);
  });

  it('says until when it can be opened again, and how long that is', async () => {
    const id = await made();
    expect(await get(id)).toMatchObject({ keptDays: 90, keptUntil: null });
    const { body } = await setStatus(id, 'closed');
    const { closedAt, keptUntil } = body.resource;
    expect(Date.parse(keptUntil) - Date.parse(closedAt)).toBe(CLOSED_KEPT_MS);
  });

  it('has its people erased after 90 days, and cannot be opened any more', async () => {
    const id = await made();
    await person.accept(await person.token(NEW_ADMIN));
    await setStatus(id, 'closed');
    const erase = () => test.app.get(CompaniesRetention).eraseDue(new AbortController().signal);
    test.clock.advance(CLOSED_KEPT_MS - SECOND);
    expect(await erase()).toBe(0);
    test.clock.advance(SECOND);
    expect(await erase()).toBe(1);
    expect(await erase()).toBe(0);
    const people = await test.dataSource.query(
      'SELECT first_name AS "firstName" FROM users WHERE account_id = $1',
      [id],
    );
    expect(people).toEqual([{ firstName: 'Person' }]);
    operator = await PortalUser.signIn(test.url, 'operator@flixcheck.example');
    const { status, body } = await setStatus(id, 'active');
    expect([status, body.code]).toEqual([409, 'conflict']);
  });

  it('has everybody else erased where the erasure of one fails, which is told', async () => {
    const id = await made();
    await person.accept(await person.token(NEW_ADMIN));
    await test.dataSource.query(
      `INSERT INTO users (id, account_id, email, first_name, last_name, role, locale, status,
         password_hash, created_at, updated_at)
       SELECT gen_random_uuid(), account_id, 'zweite@neukunde.example', 'Zweite', 'Neukunde', 'member',
         locale, status, password_hash, created_at, updated_at
       FROM users WHERE account_id = $1`,
      [id],
    );
    await setStatus(id, 'closed');
    test.clock.advance(CLOSED_KEPT_MS);
    const erasure = test.app.get(UserErasure);
    const erase = jest.spyOn(erasure, 'erase').mockRejectedValueOnce(new Error('made to fail'));
    const { signal } = new AbortController();
    await expect(test.app.get(CompaniesRetention).eraseDue(signal)).rejects.toThrow('made to fail');
    erase.mockRestore();
    const left = await test.dataSource.query(
      'SELECT FROM users WHERE account_id = $1 AND erased_at IS NULL',
      [id],
    );
    expect(left).toHaveLength(1);
    operator = await PortalUser.signIn(test.url, 'operator@flixcheck.example');
  });

  it('waits for a consent that came first', async () => {
    const { admin } = await connected();
    const granting = test.dataSource.createQueryRunner();
    await granting.startTransaction();
    expect(await lockActive(granting.manager, admin)).not.toBeNull();
    const closing = setStatus(admin.accountId, 'closed');
    await untilBlocked(test.dataSource);
    expect(await get(admin.accountId)).toMatchObject({ status: 'active' });
    await granting.commitTransaction();
    await granting.release();
    expect((await closing).body.resource).toMatchObject({ status: 'closed', activeConnections: 0 });
  });

  it('comes before a consent that waits for it', async () => {
    const { admin } = await connected();
    const closing = test.dataSource.createQueryRunner();
    await closing.startTransaction();
    await closing.query('UPDATE accounts SET closed_at = now() WHERE id = $1', [admin.accountId]);
    const granting = test.dataSource.transaction((tx) => lockActive(tx, admin));
    await untilBlocked(test.dataSource);
    await closing.commitTransaction();
    await closing.release();
    expect(await granting).toBeNull();
  });

  it('comes before a sign-in that waits for it', async () => {
    const { admin } = await connected();
    const closing = test.dataSource.createQueryRunner();
    await closing.startTransaction();
    await closing.query('UPDATE accounts SET closed_at = now() WHERE id = $1', [admin.accountId]);
    const signingIn = signIn(ADMIN);
    await untilBlocked(test.dataSource);
    await closing.commitTransaction();
    await closing.release();
    expect((await signingIn).status).toBe(401);
  });

  it('is refused for the company of the operators, who would shut themselves out', async () => {
    const { status, body } = await setStatus(operator.accountId, 'closed');
    expect([status, body.code]).toEqual([409, 'conflict']);
    expect(await get(operator.accountId)).toMatchObject({ status: 'active' });
  });

  it.each([['gone'], [null], [undefined]])('takes no other state: %s', async (status) => {
    const id = await made();
    expect(errorOf(await setStatus(id, status)).slice(0, 2)).toEqual([400, 'status']);
  });
});

/** As whatever is issued in somebody's name begins. */
const lockActive = (tx: EntityManager, { id }: PortalUser) =>
  test.app.get(UsersService).lockActive(tx, id);
