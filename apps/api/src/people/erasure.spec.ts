import { dump, eventually, substance } from '@flixcheck/test-harness';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { randomUUID } from 'node:crypto';
import { Credentials } from '../auth/credentials.js';
import { BackgroundWork } from '../background/background-work.js';
import { SigningKeys } from '../oauth-tokens/signing-keys.js';
import { Application } from '../testing/application.js';
import { runBeside } from '../testing/cli.js';
import { everythingAbout, MARKS } from '../testing/personal-data.js';
import { type Person, person } from '../testing/person.js';
import type { TestContext } from '../testing/test-context.js';
import { createTestModule } from '../testing/test-module.js';
import { AuditVerification } from '../users/audit-verification.js';
import { UserErasure } from '../users/user-erasure.js';
import { UsersService } from '../users/users.service.js';
import { ErasureEffects } from './erasure-effect.js';
import { PeopleModule } from './people.module.js';

const NEVER = new AbortController().signal;

let test: TestContext;
let admin: Person;
/** Somebody of whom every table has something, and their address. */
let user: Person;
let email: string;
beforeAll(async () => {
  test = await createTestModule([PeopleModule]);
  await test.app.get(SigningKeys).startSigning();
  admin = await person(test, 'admin@musterhaus.example');
});
afterAll(() => test.close());
beforeEach(async () => {
  const id = randomUUID();
  email = `erika-${id}@musterhaus.example`;
  await test.dataSource.query(
    `INSERT INTO users (id, account_id, email, first_name, last_name, role, locale, status,
                        password_hash, created_at, updated_at)
     SELECT $1, account_id, $2, 'Erika', 'Beispielhuber', role, locale, status,
            password_hash, created_at, updated_at
       FROM users WHERE email = 'user@musterhaus.example'`,
    [id, email],
  );
  user = await everythingAbout(test, email);
});

const users = () => test.app.get(UsersService);
const disable = () => users().setStatus(user.id, 'disabled', admin);
const erase = (who: Person | null = admin) => test.app.get(UserErasure).erase(user.id, who);
const row = async (id = user.id) =>
  (await test.dataSource.query('SELECT * FROM users WHERE id = $1', [id]))[0];
const everything = async () =>
  Object.values(await dump(test.config.databaseUrl))
    .flat()
    .sort()
    .join('\n');
const erasures = async (): Promise<{ actorId: string | null }[]> =>
  test.dataSource.query(
    `SELECT actor_id AS "actorId" FROM audit_records
      WHERE action = 'person_erased' AND subject_id = $1`,
    [user.id],
  );

describe('erasing somebody', () => {
  it('leaves nothing that names them, in any table', async () => {
    await disable();
    await erase();
    const text = await everything();
    const {
      audit_records: _evidence,
      checks: _ofTheCompany,
      invitations: _others,
      client_developer_invitations: _othersToo,
      ...theirs
    } = MARKS;
    for (const mark of [email, 'Erika', 'Beispielhuber', ...Object.values(theirs)]) {
      expect([mark, text.includes(mark)]).toEqual([mark, false]);
    }
    expect(await row()).toMatchObject({
      ...{ status: 'disabled', role: 'member', muted_notices: [], last_sign_in_at: null },
      email: `${user.id}@erased.invalid`,
    });
  });

  it('leaves what belongs to the company, under a pseudonym that is the same everywhere', async () => {
    await disable();
    const before = await test.app.get(ErasureEffects).of(user.id);
    await erase();
    const after = await test.app.get(ErasureEffects).of(user.id);
    expect(before).toMatchObject({ connections: 1, checks: 1 });
    expect(before.deleted).toBeGreaterThan(3);
    expect(after).toMatchObject({ connections: 1, checks: 1 });
    expect(after.auditRecords).toBe(before.auditRecords + 1);
    const named = (await users().people([user.id])).get(user.id);
    expect(named).toMatchObject({ firstName: 'Person', lastName: user.id.slice(0, 8) });
  });

  it('is done once: again changes nothing, and nobody can enable or find them any more', async () => {
    await disable();
    expect([await erase(), await erase(), await erase(null)]).toEqual([true, false, false]);
    expect(await erasures()).toEqual([{ actorId: admin.id }]);
    const gone = { code: 'not_found' };
    await expect(users().setStatus(user.id, 'active', admin)).rejects.toMatchObject(gone);
    await expect(users().findInAccount(user.accountId, user.id)).rejects.toMatchObject(gone);
    const { resources } = await users().list(user.accountId, {});
    expect(resources.map(({ id }) => id)).not.toContain(user.id);
  });

  it('leaves the audit trail as it was written: it is whole before and after', async () => {
    const { app } = test;
    await disable();
    await app.get(BackgroundWork).run('users.audit-seals');
    const { latest } = await app.get(AuditVerification).verify();
    await erase();
    await app.get(BackgroundWork).run('users.audit-seals');
    const verdict = await app.get(AuditVerification).verify(latest ?? '');
    expect(verdict).toMatchObject({ broken: null, unsealed: 0 });
  });

  it('gives the address free, with which nobody gets at what was theirs', async () => {
    await disable();
    await erase();
    const claim = { purpose: 'sign_in', ip: '203.0.113.1', deviceCookie: undefined } as const;
    for (const address of [email, `${user.id}@erased.invalid`]) {
      const rest = { email: address, password: 'demo-passwort-2026', signal: NEVER };
      expect(await test.app.get(Credentials).verify({ ...claim, ...rest })).toBeNull();
    }
    expect(await users().accountsByEmail(test.dataSource.manager, [email])).toEqual(new Map());
  });

  it('takes an admin of the same company, and somebody who has been disabled', async () => {
    const stranger = await person(test, 'admin@beispiel.example');
    await expect(erase()).rejects.toMatchObject({ code: 'conflict' });
    await disable();
    await expect(erase(stranger)).rejects.toMatchObject({ code: 'not_found' });
    await expect(erase(user)).rejects.toMatchObject({ code: 'forbidden' });
    expect(await row()).toMatchObject({ email: email, erased_at: null });
  });

  it('does all of it or nothing', async () => {
    await disable();
    // What disabling ends is carried out in the background.
    const endings = () =>
      test.dataSource.query('SELECT FROM connection_endings WHERE user_id = $1', [user.id]);
    await eventually(endings, (rows: unknown[]) => rows.length === 0);
    await test.dataSource.query('ALTER TABLE client_change_requests RENAME TO gone');
    const before = await substance(test.config.databaseUrl);
    try {
      await expect(erase()).rejects.toThrow();
      expect(await substance(test.config.databaseUrl)).toEqual(before);
    } finally {
      await test.dataSource.query('ALTER TABLE gone RENAME TO client_change_requests');
    }
  });
});

describe('people erase', () => {
  it('ends everything of somebody who is active, and says before what it does', async () => {
    const crm = new Application(test);
    const { access_token, refresh_token } = await crm.connect(user);
    const asked = await runBeside(test, ['people', 'erase', email]);
    expect([asked.exitCode, asked.error]).toEqual([1, expect.stringContaining('1 connections')]);
    expect(await row()).toMatchObject({ email: email, status: 'active' });

    const { exitCode, json } = await runBeside(test, ['people', 'erase', email, '--yes', '--json']);
    expect([exitCode, json]).toEqual([
      0,
      { id: user.id, erased: true, pseudonym: `Person ${user.id.slice(0, 8)}` },
    ]);
    expect(await crm.isAccepted(access_token)).toBe(false);
    await expect(crm.refresh(refresh_token)).rejects.toMatchObject({ error: 'invalid_grant' });
    expect(await erasures()).toEqual([{ actorId: null }]);
    const again = await runBeside(test, ['people', 'erase', user.id, '--json']);
    expect([again.exitCode, again.json.erased]).toEqual([0, false]);
  });

  it('never erases the last admin of a company', async () => {
    const { exitCode, error } = await runBeside(test, [
      ...['people', 'erase', 'admin@musterhaus.example', '--yes'],
    ]);
    expect([exitCode, error]).toEqual([1, expect.stringContaining('last admin')]);
    expect(await row(admin.id)).toMatchObject({ email: 'admin@musterhaus.example' });
  });
});
