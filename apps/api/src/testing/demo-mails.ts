import { eventually } from '@flixcheck/test-harness';
import { BackgroundWork } from '../background/background-work.js';
import type { TestApp } from './test-app.js';

interface DemoMail {
  id: string;
  to: string;
  subject: string;
  text: string;
}

/** For an app with `DEMO_DATA` on: begins to send mails, and reads what has come. */
export async function demoMails(test: TestApp) {
  const work = test.app.get(BackgroundWork);
  work.start();
  await work.started();
  const forgotten = new Set<string>();
  const all = async (): Promise<DemoMail[]> => {
    const answer = await fetch(`${test.url}/guest/v7/demo-mails`);
    const { resources } = (await answer.json()) as { resources: DemoMail[] };
    return resources.filter(({ id }) => !forgotten.has(id));
  };
  /** Waits for the latest mail to this address with these words in its subject. */
  const next = async (to: string, subject: RegExp): Promise<DemoMail> => {
    const found = async () =>
      (await all()).find((mail) => mail.to === to && subject.test(mail.subject));
    return (await eventually(found)) as DemoMail;
  };
  /** Those that are still on their way, too: they are not there when they come. */
  const forget = async (): Promise<void> => {
    const waiting: { id: string }[] = await test.dataSource.query(
      `SELECT id FROM mails WHERE status = 'waiting'`,
    );
    for (const { id } of waiting) forgotten.add(id);
    await test.dataSource.query('DELETE FROM demo_mails');
  };
  return { all, next, forget };
}
