import type { Browser, BrowserContext, Page } from '@playwright/test';
import { authorizeUrl, MEMBER, signIn, test } from '../src/harness/fixtures';
import { median, report, ROUNDS } from './figures';

/** What Lighthouse's preset takes for a phone, in the browser's own terms: 150 ms there and back, 1.6 Mbit/s. */
const SLOW_4G = {
  offline: false,
  latency: 150 * 3.75,
  downloadThroughput: (1.6 * 1024 * 1024 * 0.9) / 8,
  uploadThroughput: (750 * 1024 * 0.9) / 8,
};
const SLOWDOWN = 4;

test('the authorize page on a phone, until access can be allowed', async ({
  browser,
  member: _,
}) => {
  const cold: number[] = [];
  const warm: number[] = [];
  for (let round = 0; round <= ROUNDS; round++) {
    const context = await phone(browser);
    const page = await context.newPage();
    await signIn(page, MEMBER);
    const times = [await open(page), await open(page)];
    if (round > 0) {
      cold.push(times[0] ?? NaN);
      warm.push(times[1] ?? NaN);
    }
    await context.close();
  }
  for (const [cache, times] of Object.entries({ empty: cold, full: warm })) {
    await report('Authorize page, from the address to a button that works', {
      'browser’s cache': cache,
      'median, ms': Math.round(median(times)),
      'least, ms': Math.round(Math.min(...times)),
      'greatest, ms': Math.round(Math.max(...times)),
    });
  }
});

const phone = (browser: Browser): Promise<BrowserContext> =>
  browser.newContext({ viewport: { width: 412, height: 823 }, deviceScaleFactor: 1.75 });

/** @returns ms from the navigation to the first frame with the button */
async function open(page: Page): Promise<number> {
  const session = await page.context().newCDPSession(page);
  await session.send('Network.enable');
  await session.send('Network.emulateNetworkConditions', SLOW_4G);
  await session.send('Emulation.setCPUThrottlingRate', { rate: SLOWDOWN });
  await page.goto(authorizeUrl(), { waitUntil: 'commit' });
  const usable = await page.waitForFunction(() => {
    const allow = [...document.querySelectorAll('button')].find(
      ({ textContent }) => textContent?.trim() === 'Zugriff erlauben',
    );
    return allow && !allow.disabled && performance.now();
  });
  const time = Number(await usable.jsonValue());
  // The rest comes when the page can be used already; the next opening must not wait for it.
  await page.waitForLoadState('networkidle');
  await page.goto('about:blank');
  await session.detach();
  return time;
}
