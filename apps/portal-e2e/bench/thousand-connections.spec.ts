import type { Page } from '@playwright/test';
import { ADMIN, portalUrl, signIn, test } from '../src/harness/fixtures';
import { manyConnections } from '../src/harness/many-connections';
import { report } from './figures';

/** So that there are 1,000 connections. */
const PEOPLE = 334;
/** What counts as a long task (Long Tasks API). */
const LONG_MS = 50;

for (const slowdown of [1, 4]) {
  test(`Verbindungen with 1,000 rows, ${slowdown} times slower`, async ({
    page,
    admin: _admin,
    member: _member,
  }) => {
    const many = await manyConnections(PEOPLE);
    try {
      await signIn(page, ADMIN);
      await page.addInitScript(() => {
        const tasks: number[] = [];
        Object.assign(window, { tasks });
        new PerformanceObserver((list) => {
          tasks.push(...list.getEntries().map(({ duration }) => duration));
        }).observe({ type: 'longtask' });
      });
      await page.goto(`${portalUrl()}/portal/settings/connections`);
      const session = await page.context().newCDPSession(page);
      await session.send('Emulation.setCPUThrottlingRate', { rate: slowdown });
      const measured = async (what: string, work: () => Promise<void>) => {
        await tasks(page);
        await work();
        await settled(page);
        const long = await tasks(page);
        await report('Verbindungen with 1,000 connections', {
          'times slower': slowdown,
          what,
          [`tasks over ${LONG_MS} ms`]: long.length,
          'longest, ms': Math.round(Math.max(0, ...long)),
        });
      };
      await measured('adding 950 rows, 50 at a time', async () => {
        for (let count = 100; count <= 1000; count += 50) {
          await page.locator('.more button:not([aria-disabled])').click();
          await rows(page, count);
        }
      });
      await measured('scrolling from the end to the beginning', () => scrollUp(page));
      await measured('typing a name, of which one is left', async () => {
        await page.locator('input[type=search]').click();
        await page.keyboard.type('aerger zoe', { delay: 100 });
        await rows(page, 1);
      });
    } finally {
      await many.remove();
    }
  });
}

/** Waits for as many without the looks at every element that Playwright's own ways take, which count. */
const rows = async (page: Page, count: number): Promise<void> => {
  await page.waitForFunction(
    (expected) => document.getElementsByTagName('fx-connection-row').length === expected,
    count,
  );
};

/** Takes what has been recorded. */
const tasks = (page: Page): Promise<number[]> =>
  page.evaluate(() => (window as unknown as { tasks: number[] }).tasks.splice(0));

/** A task is reported after it has ended, when there is time. */
const settled = (page: Page): Promise<void> =>
  page.evaluate(
    () =>
      new Promise((resolve) => {
        requestIdleCallback(() => requestIdleCallback(() => resolve()));
      }),
  );

/** As fast as a flick of the finger: 300 pixels a frame. */
const scrollUp = (page: Page): Promise<void> =>
  page.evaluate(
    () =>
      new Promise((resolve) => {
        window.scrollTo(0, document.body.scrollHeight);
        const step = () => {
          if (window.scrollY <= 0) resolve();
          else {
            window.scrollBy({ top: -300, behavior: 'instant' });
            requestAnimationFrame(step);
          }
        };
        requestAnimationFrame(step);
      }),
  );
