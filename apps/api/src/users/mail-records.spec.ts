import { type SmtpServer, startSmtpServer, withoutTable } from '@flixcheck/test-harness';
import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import { Mail } from '../mail/mail.js';
import type { MailData, MailKind } from '../mail/mail-kinds.js';
import { MailModule } from '../mail/mail.module.js';
import { MailSender } from '../mail/mail-sender.js';
import type { TestContext } from '../testing/test-context.js';
import { createTestModule } from '../testing/test-module.js';
import { AuditLog } from './audit-log.js';
import { UsersModule } from './users.module.js';

const ACCOUNT = '11111111-1111-4111-8111-111111111111';
const ERIKA = '22222222-2222-4222-8222-222222222222';
const INVITATION = '33333333-3333-4333-8333-333333333333';
const EMAIL = 'erika@musterhaus.example';
const CHANGED = { at: '2026-11-25T20:04:00Z', by: 'user', connectionsEnded: false } as const;
const KNOWN = { company: 'Beispiel Assekuranz AG', inviter: 'Admin Beispiel' };
const never = new AbortController().signal;

let smtp: SmtpServer;
let test: TestContext;
beforeAll(async () => {
  smtp = await startSmtpServer();
  test = await createTestModule([MailModule, UsersModule], {
    env: { SMTP_URL: smtp.url, MAIL_FROM: 'connect@flixcheck.example' },
  });
  await test.dataSource.query(
    `INSERT INTO accounts (id, name, created_at) VALUES ($1, 'Musterhaus', now())`,
    [ACCOUNT],
  );
  await test.dataSource.query(
    `INSERT INTO users (id, account_id, email, first_name, last_name, role, locale, status, password_hash,
       created_at, updated_at)
     VALUES ($1, $2, $3, 'Erika', 'Muster', 'member', 'de', 'active', '$argon2id$', now(), now())`,
    [ERIKA, ACCOUNT, EMAIL],
  );
});
afterAll(async () => {
  await test.close();
  await smtp.close();
});
afterEach(() => smtp.accept());

const latest = async () => (await test.app.get(AuditLog).list({ limit: 1 })).resources[0];
const ofCompany = async () => (await test.app.get(AuditLog).list({ accountId: ACCOUNT })).resources;

async function enqueue<Kind extends MailKind>(
  kind: Kind,
  data: MailData[Kind],
  userId: string | null = ERIKA,
): Promise<string> {
  const to = { email: EMAIL, locale: 'de', userId } as const;
  const about = userId === null ? { id: INVITATION, accountId: ACCOUNT } : undefined;
  await test.dataSource.transaction((tx) => test.app.get(Mail).enqueue(tx, kind, to, data, about));
  const [{ id }] = await test.dataSource.query(`SELECT id FROM mails WHERE status = 'waiting'`);
  return id;
}
const send = (id: string) => test.app.get(MailSender).send(id, never);

describe('a mail in the audit trail', () => {
  it('is recorded once it is sent: of which kind, to whom, and nothing of what it says', async () => {
    const id = await enqueue('password-changed', CHANGED);
    expect(await latest()).toBeUndefined();
    await send(id);
    await send(id);
    expect(await ofCompany()).toEqual([
      expect.objectContaining({
        action: 'mail_sent',
        actor: null,
        subject: { id: ERIKA, email: EMAIL, firstName: 'Erika', lastName: 'Muster' },
        detail: { mail: 'password-changed' },
        account: { id: ACCOUNT, name: 'Musterhaus' },
      }),
    ]);
  });

  it('is recorded when it is given up, with the reason and without the address', async () => {
    smtp.refuse(`550 5.1.1 <${EMAIL}> no such user`);
    await send(await enqueue('password-changed', CHANGED));
    expect(await latest()).toMatchObject({
      action: 'mail_failed',
      subjectId: ERIKA,
      detail: { mail: 'password-changed', reason: 'EENVELOPE 550' },
    });
  });

  it('is not recorded while it waits for another try', async () => {
    const before = await latest();
    smtp.refuse('451 4.7.1 greylisted');
    const id = await enqueue('password-changed', CHANGED);
    await expect(send(id)).rejects.toThrow('451');
    expect(await latest()).toEqual(before);
    smtp.accept();
    await send(id);
    expect((await latest())?.action).toBe('mail_sent');
  });

  it('is settled with its record, or not at all', async () => {
    const id = await enqueue('password-changed', CHANGED);
    await withoutTable(test.config.databaseUrl, 'audit_records', () =>
      expect(send(id)).rejects.toThrow('audit_records'),
    );
    const [row] = await test.dataSource.query('SELECT status FROM mails WHERE id = $1', [id]);
    expect(row).toEqual({ status: 'waiting' });
    await test.dataSource.query('DELETE FROM mails WHERE id = $1', [id]);
  });

  it('that is of interest to its recipient alone is in no company’s trail', async () => {
    const before = await ofCompany();
    await send(await enqueue('invitation-known', KNOWN));
    expect(await latest()).toMatchObject({
      subjectId: ERIKA,
      detail: { mail: 'invitation-known' },
      account: null,
    });
    expect(await ofCompany()).toEqual(before);
  });

  it('to an address that belongs to nobody names the invitation, for operators alone', async () => {
    const before = await ofCompany();
    await send(await enqueue('invitation', { ...KNOWN, token: 'secret-token' }, null));
    const record = await latest();
    expect(record).toMatchObject({
      action: 'mail_sent',
      subjectId: INVITATION,
      account: { id: ACCOUNT },
    });
    expect(await ofCompany()).toEqual(before);
    expect(JSON.stringify(record)).not.toMatch(/secret-token|erika/);
  });
});
