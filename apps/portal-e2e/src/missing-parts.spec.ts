import type { Page } from '@playwright/test';
import { expect, expectAccessible, MEMBER, portalUrl, signIn, test } from './harness/fixtures';

const settings = (path: string): string => `${portalUrl()}/portal/settings/${path}`;
const notice = (page: Page) => page.getByRole('alert').filter({ hasText: 'konnte nicht geladen' });

/** As after a deployment that has taken this page's files away. */
async function withoutScripts(page: Page): Promise<() => Promise<void>> {
  const gone = /\/portal\/.*\.js$/;
  await page.route(gone, (route) => route.fulfill({ status: 404 }));
  return () => page.unroute(gone);
}

test.beforeEach(async ({ page, member: _ }) => signIn(page, MEMBER).then(() => undefined));

test('a page whose script has gone says so, and reloads where the reader wanted to be', async ({
  page,
}) => {
  await page.goto(settings('connections'));
  await expect(page.getByRole('heading', { level: 1 })).toHaveText('Verbindungen');
  const restore = await withoutScripts(page);
  await page.getByRole('link', { name: 'Sicherheit' }).click();
  await expect(notice(page)).toContainText('Bitte laden Sie die Seite neu.');
  await expect(page).toHaveURL(/connections$/);
  await expectAccessible(page);
  await restore();
  await notice(page).getByRole('link', { name: 'Neu laden' }).click();
  await expect(page).toHaveURL(/settings\/security$/);
  await expect(page.getByRole('heading', { level: 1 })).toHaveText('Konto und Sicherheit');
  await expect(notice(page)).toHaveCount(0);
});

test('without a network it says that, and goes with the next page that comes', async ({ page }) => {
  await page.goto(settings('connections'));
  await expect(page.getByRole('heading', { level: 1 })).toHaveText('Verbindungen');
  await page.context().setOffline(true);
  await page.getByRole('link', { name: 'Sicherheit' }).click();
  await expect(notice(page)).toContainText('weil Ihr Gerät offline ist');
  await page.context().setOffline(false);
  await expect(notice(page)).toContainText('weil Ihr Gerät offline war');
  await expect(notice(page)).toContainText('Bitte laden Sie die Seite neu.');
});

test('a dialog whose script has gone says so', async ({ page, member }) => {
  const restore = await withoutDialogs(page);
  await member.connect();
  await page.goto(settings('connections'));
  await page.getByRole('button', { name: 'Verbindung zu Maklerwelt CRM beenden' }).click();
  await expect(notice(page)).toContainText('Bitte laden Sie die Seite neu.');
  await restore();
  await notice(page).getByRole('link', { name: 'Neu laden' }).click();
  await page.getByRole('button', { name: 'Verbindung zu Maklerwelt CRM beenden' }).click();
  await expect(page.getByRole('dialog')).toBeVisible();
});

/** All scripts but those that the page itself needs, which come first. */
async function withoutDialogs(page: Page): Promise<() => Promise<void>> {
  await page.goto(settings('connections'));
  await page.waitForLoadState('networkidle');
  const needed = await page.evaluate(() =>
    [...document.querySelectorAll('link[rel=modulepreload], script')].map(
      (element) => element.getAttribute('href') ?? element.getAttribute('src') ?? '',
    ),
  );
  const gone = (url: URL) =>
    /\/portal\/.*\.js$/.test(url.pathname) && !needed.some((file) => url.pathname.endsWith(file));
  await page.route(gone, (route) => route.fulfill({ status: 404 }));
  return () => page.unroute(gone);
}
