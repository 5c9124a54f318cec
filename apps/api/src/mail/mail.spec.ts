import { eventually, type SmtpServer, startSmtpServer } from '@flixcheck/test-harness';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { BackgroundWork } from '../background/background-work.js';
import { DAY, HOUR, MINUTE } from '../config/clock.js';
import { Metrics } from '../telemetry/metrics.js';
import type { TestContext, TestOptions } from '../testing/test-context.js';
import { createTestModule } from '../testing/test-module.js';
import { Mail } from './mail.js';
import { MailOriginController } from './mail-origin.controller.js';
import { MailModule } from './mail.module.js';
import { MailOutbox } from './mail-outbox.js';
import { MailSender } from './mail-sender.js';
import { MailboxController } from './mailbox.controller.js';

const TO = { email: 'erika@musterhaus.example', locale: 'en', userId: null } as const;
const CHANGED = { at: '2026-11-25T20:04:00Z', by: 'user', connectionsEnded: false } as const;
const never = new AbortController().signal;

const startNode = (options: TestOptions) => createTestModule([MailModule], options);

let smtp: SmtpServer;
let test: TestContext;
beforeAll(async () => {
  smtp = await startSmtpServer();
  test = await startNode({
    env: { SMTP_URL: smtp.url, MAIL_FROM: 'Flixcheck <connect@flixcheck.example>' },
  });
});
afterAll(async () => {
  await test.close();
  await smtp.close();
});
beforeEach(async () => {
  await test.dataSource.query('DELETE FROM mails');
});
afterEach(() => {
  smtp.received.splice(0);
  smtp.accept();
});

const enqueue = () =>
  test.dataSource.transaction((tx) =>
    test.app.get(Mail).enqueue(tx, 'password-changed', TO, CHANGED),
  );
const row = async () => (await test.dataSource.query('SELECT * FROM mails'))[0];
const send = async (id?: string) => test.app.get(MailSender).send(id ?? (await row()).id, never);
const messageIds = () =>
  smtp.received.map(({ data }) => /^Message-ID: (.*)$/im.exec(data)?.[1] ?? 'none');

describe('a mail', () => {
  it('is sent once, as text and HTML, when its transaction has committed', async () => {
    await enqueue();
    const { id } = await row();
    await send();
    await send(id);
    expect(smtp.received).toHaveLength(1);
    const [{ to, data }] = smtp.received as [{ to: string; data: string }];
    expect(to).toBe(TO.email);
    expect(data).toMatch(/^From: Flixcheck <connect@flixcheck.example>$/m);
    expect(data).toMatch(/^Subject: Your password was changed$/m);
    expect(data).toMatch(/^Auto-Submitted: auto-generated$/m);
    expect(data).toMatch(/^Content-Type: text\/plain/m);
    expect(data).toMatch(/^Content-Type: text\/html/m);
  });

  it('is not sent when its transaction rolls back', async () => {
    const failed = test.dataSource.transaction(async (tx) => {
      await test.app.get(Mail).enqueue(tx, 'password-changed', TO, CHANGED);
      throw new Error('rolled back');
    });
    await expect(failed).rejects.toThrow('rolled back');
    expect(await row()).toBeUndefined();
  });

  it('is sent by the program’s background work, at once', async () => {
    const other = await startNode({
      databaseUrl: test.config.databaseUrl,
      env: { SMTP_URL: smtp.url, MAIL_FROM: 'connect@flixcheck.example' },
    });
    try {
      const work = other.app.get(BackgroundWork);
      work.start();
      await work.started();
      await other.dataSource.transaction((tx) =>
        other.app.get(Mail).enqueue(tx, 'password-changed', TO, CHANGED),
      );
      while ((await row()).status === 'waiting');
      expect((await row()).status).toBe('sent');
      expect(smtp.received).toHaveLength(1);
    } finally {
      await other.close();
    }
  });

  it('can be read nowhere: encrypted in the outbox, erased once it is sent', async () => {
    await enqueue();
    const before = await row();
    expect(before).toMatchObject({ status: 'waiting', user_id: null, sealed: expect.any(Buffer) });
    expect(before.sealed.includes('erika')).toBe(false);
    const jobs = await test.dataSource.query('SELECT data::text FROM pgboss.job');
    expect(JSON.stringify(jobs)).not.toContain('erika');
    await send();
    expect(await row()).toMatchObject({ status: 'sent', sealed: null, error: null });
  });

  it('that the server does not take now is tried again, with the same Message-ID', async () => {
    await enqueue();
    const { id } = await row();
    smtp.refuse('451 4.7.1 <erika@musterhaus.example> greylisted');
    await expect(send()).rejects.toThrow('a mail (password-changed) was not sent: EENVELOPE 451');
    expect(await row()).toMatchObject({ status: 'waiting', tries: 1, error: 'EENVELOPE 451' });
    smtp.accept();
    await send();
    expect(messageIds()).toEqual([`<${id}@localhost>`]);
    expect(await row()).toMatchObject({ status: 'sent', tries: 2 });
  });

  it('that the server refuses for good is given up, and its address is in no error', async () => {
    await enqueue();
    smtp.refuse('550 5.1.1 <erika@musterhaus.example> no such user');
    await send();
    expect(await row()).toMatchObject({ status: 'failed', sealed: null, error: 'EENVELOPE 550' });
  });

  it('of a node that was killed while it sent is sent by another, which waits for it first', async () => {
    await enqueue();
    const { id } = await row();
    await test.app.get(MailOutbox).claim(id);
    await expect(send()).rejects.toThrow('another node is sending it');
    test.clock.advance(2 * MINUTE);
    await send();
    expect(messageIds()).toEqual([`<${id}@localhost>`]);
  });

  it('is sent by one node, however many try at once', async () => {
    await enqueue();
    await Promise.allSettled(Array.from({ length: 5 }, () => send()));
    expect(smtp.received).toHaveLength(1);
  });

  it('is given up when it comes too late to be of use', async () => {
    await enqueue();
    test.clock.advance(3 * DAY);
    await send();
    expect(smtp.received).toEqual([]);
    expect(await row()).toMatchObject({ status: 'failed', sealed: null, error: 'too_late' });
  });

  it('takes others along that wait, so that many do not take their turns one by one', async () => {
    for (let n = 0; n < 3; n += 1) await enqueue();
    await send();
    expect(smtp.received).toHaveLength(3);
    expect(new Set(messageIds()).size).toBe(3);
  });
});

describe('housekeeping', () => {
  const run = () => test.app.get(BackgroundWork).run('mail.outbox');

  it('takes up a mail whose tries are used up', async () => {
    await enqueue();
    const { id } = await row();
    const jobs = async () =>
      (await test.dataSource.query(`SELECT 1 FROM pgboss.job WHERE data->>'mailId' = $1`, [id]))
        .length;
    expect([await run(), await jobs()]).toEqual([0, 1]);
    test.clock.advance(2 * HOUR);
    expect([await run(), await jobs()]).toEqual([1, 2]);
  });

  it('forgets a mail 30 days after it was sent', async () => {
    await enqueue();
    await send();
    test.clock.advance(30 * DAY - HOUR);
    await run();
    expect(await row()).toBeDefined();
    test.clock.advance(HOUR);
    expect(await run()).toBe(1);
    expect(await row()).toBeUndefined();
  });
});

describe('without a mail server', () => {
  it('mails wait in the outbox, and there is no mailbox to read them', async () => {
    const other = await startNode({ databaseUrl: test.config.databaseUrl });
    try {
      await enqueue();
      await other.app.get(MailSender).send((await row()).id, never);
      expect(await row()).toMatchObject({ status: 'waiting', tries: 0 });
      for (const { app } of [other, test]) {
        await expect(app.get(MailboxController).list()).rejects.toMatchObject({ status: 404 });
      }
    } finally {
      await other.close();
    }
  });

  it('a demo shows them in its mailbox, the latest first', async () => {
    const demo = await startNode({
      databaseUrl: test.config.databaseUrl,
      env: { DEMO_DATA: 'on' },
    });
    try {
      await enqueue();
      const { id } = await row();
      await demo.app.get(MailSender).send(id, never);
      await enqueue();
      const next = (await test.dataSource.query(`SELECT id FROM mails WHERE id <> $1`, [id]))[0].id;
      await demo.app.get(MailSender).send(next, never);
      const { resources } = await demo.app.get(MailboxController).list();
      expect(resources.map((mail) => mail.id)).toEqual([next, id]);
      expect(resources[0]).toMatchObject({ to: TO.email, subject: 'Your password was changed' });
    } finally {
      await demo.close();
    }
  });
});

describe('mails', () => {
  it('say whom they come from, and whether a demo keeps them, and nothing of the mail server', async () => {
    const { databaseUrl } = test.config;
    const demo = await startNode({ databaseUrl, env: { DEMO_DATA: 'on' } });
    const silent = await startNode({ databaseUrl });
    try {
      const of = (node: TestContext) => node.app.get(MailOriginController).read().resource;
      expect(of(test)).toEqual({ from: 'Flixcheck <connect@flixcheck.example>', mailbox: false });
      expect(of(demo)).toEqual({ from: null, mailbox: true });
      expect(of(silent)).toEqual({ from: null, mailbox: false });
    } finally {
      await demo.close();
      await silent.close();
    }
  });
});

describe('the metrics', () => {
  const metrics = () => test.app.get(Metrics).registry.metrics();

  it('count what was sent, and say how long the oldest has waited', async () => {
    await enqueue();
    test.clock.advance(5 * MINUTE);
    const waiting = await eventually(metrics, (text) => text.includes('mails_waiting 1\n'));
    expect(Number(/^mails_waiting_seconds (\S+)/m.exec(waiting)?.[1])).toBeGreaterThanOrEqual(300);
    const sent = async () => Number(/mails_total{outcome="sent"} (\d+)/.exec(await metrics())?.[1]);
    const before = await sent();
    await send();
    expect(await sent()).toBe(before + 1);
  });
});
