import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { AccountPolicies } from '../account-policy/account-policies.service.js';
import { MINUTE } from '../config/clock.js';
import { ConnectionDecisions } from '../connections/connection-decisions.js';
import type { ConnectionRecord } from '../connections/connection.js';
import { ConnectionsService } from '../connections/connections.service.js';
import { MailOutbox } from '../mail/mail-outbox.js';
import { MailWriter } from '../mail/mail-writer.js';
import { SigningKeys } from '../oauth-tokens/signing-keys.js';
import { Application } from '../testing/application.js';
import { grant } from '../testing/connections.js';
import { type Person, person } from '../testing/person.js';
import { StoppedClock } from '../testing/stopped-clock.js';
import type { TestContext } from '../testing/test-context.js';
import { createTestModule } from '../testing/test-module.js';
import { NoticeChoices } from '../users/notice-choices.js';
import { NoticesController } from './notices.controller.js';
import { PeopleModule } from './people.module.js';

const clock = new StoppedClock();

let test: TestContext;
let user: Person;
let admin: Person;
let client: Application;
beforeAll(async () => {
  test = await createTestModule([PeopleModule], { clock });
  await test.app.get(SigningKeys, { strict: false }).startSigning();
  client = new Application(test);
  user = await person(test);
  admin = await person(test, 'admin@musterhaus.example');
});
afterAll(() => test.close());
beforeEach(async () => {
  await test.dataSource.query(
    `DELETE FROM connections; DELETE FROM mails; UPDATE users SET muted_notices = '{}'`,
  );
});

const controller = () => test.app.get(NoticesController, { strict: false });
const told = async (): Promise<[string, string][]> => {
  const mails: { kind: string; user_id: string }[] = await test.dataSource.query(
    'SELECT kind, user_id FROM mails ORDER BY created_at, kind',
  );
  return mails.map(({ kind, user_id }) => [kind, user_id]);
};
const connect = async (scope = 'readwrite') => {
  clock.advance(MINUTE);
  return grant(test, user, { scope });
};
const end = (by: Person, query: object) => {
  clock.advance(MINUTE);
  return test.app.get(ConnectionDecisions, { strict: false }).endMany(by, query);
};

describe('the notices that users may do without', () => {
  it('are on until their user mutes them, and the trail says so', async () => {
    const { resource } = await controller().get(user);
    expect(resource.notices.every(({ wanted }) => wanted)).toBe(true);
    const muted = { resource: { muted: ['connection-made' as const] } };
    const { resource: chosen } = await controller().choose(user, muted);
    expect(chosen.notices.filter(({ wanted }) => !wanted)).toEqual([
      { kind: 'connection-made', wanted: false },
    ]);
    await connect();
    expect(await told()).toEqual([]);
    await controller().choose(user, muted);
    const trail = await test.dataSource.query(
      `SELECT actor_id, subject_id, detail FROM audit_records WHERE action = 'notices_changed'`,
    );
    expect(trail).toEqual([
      { actor_id: user.id, subject_id: user.id, detail: { muted: ['connection-made'] } },
    ]);
    await test.app.get(NoticeChoices, { strict: false }).mute(user.id, []);
    await test.dataSource.query('DELETE FROM connections');
    await connect();
    expect(await told()).toEqual([['connection-made', user.id]]);
  });

  it('are offered to those whom they concern', async () => {
    const offered = async (who: Person) =>
      (await controller().get(who)).resource.notices.map(({ kind }) => kind);
    const operator = await person(test, 'operator@flixcheck.example');
    expect(await offered(user)).not.toContain('approval-requested');
    expect(await offered(admin)).toContain('approval-requested');
    expect(await offered(operator)).toContain('client-change-requested');
    expect(await offered(admin)).not.toContain('client-change-decided');
  });
});

describe('a connection', () => {
  it('is told to who has made it, and again when it may do more', async () => {
    await connect('read');
    await connect('read');
    expect(await told()).toEqual([['connection-made', user.id]]);
    await connect('readwrite');
    await connect('read');
    expect(await told()).toEqual([
      ['connection-made', user.id],
      ['connection-widened', user.id],
    ]);
  });

  it('is told when an admin ends it, and not when its owner does', async () => {
    const ended = async () => (await told()).filter(([kind]) => kind === 'connection-ended');
    const { id } = await connect();
    await end(user, { ids: [id] });
    expect(await ended()).toEqual([]);
    await end(admin, { ids: [(await connect()).id] });
    await connect();
    await end(admin, { userId: user.id });
    await connect();
    await end(admin, { clientId: 'maklerwelt-crm' });
    expect(await ended()).toEqual(Array.from({ length: 3 }, () => ['connection-ended', user.id]));
  });

  it('is told to each person in one mail, however many an admin ends at once', async () => {
    const clients: { client_id: string }[] = await test.dataSource.query(
      `INSERT INTO oauth_clients (id, client_id, name, description, publisher, publisher_verified,
         kind, redirect_uris, scopes, require_pkce, status, listed, created_at, updated_at)
       SELECT gen_random_uuid(), 'many-' || n, 'Anwendung ' || lpad(n::text, 2, '0'), '', 'X', false,
         kind, redirect_uris, scopes, false, 'active', true, now(), now()
       FROM oauth_clients, generate_series(1, 22) n WHERE client_id = 'maklerwelt-crm'
       RETURNING client_id`,
    );
    const ids: string[] = [(await grant(test, admin)).id];
    for (const { client_id: clientId } of clients) {
      ids.push((await grant(test, user, { clientId })).id);
    }
    await test.dataSource.query('DELETE FROM mails');
    expect(await end(admin, { ids })).toEqual({ revoked: 23 });
    expect(await told()).toEqual([['connection-ended', user.id]]);
    const mail = await test.app.get(MailOutbox, { strict: false }).claimNext();
    const writer = test.app.get(MailWriter, { strict: false });
    const written = mail?.content && writer.write(mail.kind, mail.content);
    expect(written?.subject).toBe('22 Ihrer Verbindungen wurden beendet');
    expect(written?.text).toContain('- Anwendung 20\n- und 2 weitere\n');
    expect(written?.html).toContain('>Anwendung 20</li>');
    expect(written?.html).toContain('>und 2 weitere</li>');
    expect(written?.html).not.toContain('Anwendung 21');
  });

  it('that a company no longer allows is told with that as the reason', async () => {
    const crm = await grant(test, user);
    const scanner = await grant(test, user, { clientId: 'belegscanner' });
    const policies = test.app.get(AccountPolicies, { strict: false });
    const written = async () => {
      const mail = await test.app.get(MailOutbox, { strict: false }).claimNext();
      return (
        mail?.content && test.app.get(MailWriter, { strict: false }).write(mail.kind, mail.content)
      );
    };
    await test.dataSource.query('DELETE FROM mails');
    await policies.change(admin, { allows: 'selected', endConnections: true });
    expect((await written())?.text.replaceAll('\n', ' ')).toContain(
      'Ihr Unternehmen erlaubt 2 Anwendungen nicht mehr, mit denen Sie verbunden waren.',
    );
    await policies.change(admin, { allows: 'every' });
    expect([crm.id, scanner.id]).not.toContain((await grant(test, user)).id);
    await test.dataSource.query('DELETE FROM mails');
    const { oauthClientId } = (await test.app
      .get(ConnectionsService, { strict: false })
      .findRecord(crm.id)) as ConnectionRecord;
    await policies.decide(admin, oauthClientId, { decision: 'blocked' });
    const one = await written();
    expect(one?.subject).toBe('Ihre Verbindung zu Maklerwelt CRM wurde beendet');
    expect(one?.text.replaceAll('\n', ' ')).toContain(
      'Ihr Unternehmen erlaubt Maklerwelt CRM nicht mehr.',
    );
    await policies.decide(admin, oauthClientId, { decision: null });
  });

  it('of two is told with both names, in their order', async () => {
    const crm = await grant(test, user);
    const scanner = await grant(test, user, { clientId: 'belegscanner' });
    await test.dataSource.query('DELETE FROM mails');
    await end(admin, { ids: [crm.id, scanner.id] });
    const mail = await test.app.get(MailOutbox, { strict: false }).claimNext();
    expect(mail?.content?.data).toMatchObject({
      application: null,
      several: { names: ['Belegscanner', 'Maklerwelt CRM'], more: 0 },
    });
  });

  it('is told when a token of it is used twice', async () => {
    const { refresh_token: first } = await client.connect(user);
    const { refresh_token: second } = await client.refresh(first);
    await client.refresh(second);
    await expect(client.refresh(first)).rejects.toMatchObject({ error: 'invalid_grant' });
    expect((await told()).filter(([kind]) => kind === 'connection-reuse')).toEqual([
      ['connection-reuse', user.id],
    ]);
    await expect(client.refresh(first)).rejects.toMatchObject({ error: 'invalid_grant' });
    expect((await told()).filter(([kind]) => kind === 'connection-reuse')).toHaveLength(1);
  });
});
