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
  const all = async (): Promise<DemoMail[]> => {
    const answer = await fetch(`${test.url}/guest/v7/demo-mails`);
    return ((await answer.json()) as { resources: DemoMail[] }).resources;
  };
  /** Waits for the latest mail to this address with these words in its subject. */
  const next = async (to: string, subject: RegExp): Promise<DemoMail> => {
    const found = async () =>
      (await all()).find((mail) => mail.to === to && subject.test(mail.subject));
    return (await eventually(found)) as DemoMail;
  };
  const forget = () => test.dataSource.query('DELETE FROM demo_mails');
  return { all, next, forget };
}
