import type { Page } from '@playwright/test';
import { keepingToThePolicy, test as base } from './fixtures';
import { portalUrl } from './place';

interface Tab {
  page?: Page;
  /** What it was opened with, and cannot change. */
  options?: string;
}

/**
 * For tests that look at one state of a page after the other: those of a worker share a tab, which
 * has read and compiled the portal's scripts already. That is most of what a page costs.
 *
 * Between two tests, the tab forgets what they may do: answers of their own, cookies and storage,
 * its size, theme and place of the mouse, being offline; and it is signed out. What a test adds
 * beyond that (scripts for each page, permissions) would stay, so it belongs into a test with a
 * browser of its own.
 */
export const test = base.extend<object, { tab: Tab }>({
  tab: [
    async ({ browserName: _browserName }, use) => {
      const tab: Tab = {};
      await use(tab);
      await tab.page?.context().close();
    },
    { scope: 'worker' },
  ],
  page: async ({ browser, colorScheme, contextOptions, locale, tab, viewport }, use) => {
    const options = JSON.stringify([contextOptions, locale]);
    if (tab.options !== options) {
      await tab.page?.context().close();
      tab.page = undefined;
    }
    tab.page ??= await (await browser.newContext()).newPage();
    tab.options = options;
    const { page } = tab;
    if (viewport) await page.setViewportSize(viewport);
    await page.emulateMedia({ colorScheme });
    await keepingToThePolicy(page, () => use(page));
    if (!(await forget(page))) {
      await page.context().close();
      tab.page = undefined;
    }
  },
});

/** @returns whether nothing is left of the test; elsewhere than in the portal, that cannot be known */
async function forget(page: Page): Promise<boolean> {
  if (page.isClosed()) return false;
  await page.unrouteAll({ behavior: 'ignoreErrors' });
  await page.context().setOffline(false);
  if (new URL(page.url()).origin !== portalUrl()) return false;
  await page.evaluate(() => {
    localStorage.clear();
    sessionStorage.clear();
    // An answer that arrives yet.
    Storage.prototype.setItem = () => undefined;
    // From within, the browser keeps the process, and with it what has been compiled.
    location.replace('about:blank');
  });
  await page.waitForURL('about:blank');
  // Or lists of devices would become longer with every test.
  await page.context().request.delete(`${portalUrl()}/user/v7/sessions/current`);
  await page.context().clearCookies();
  await page.mouse.move(-1, -1);
  return true;
}
