import type { Locator, Page } from '@playwright/test';
import {
  authorizeUrl,
  demoUrl,
  expect,
  layoutShifts,
  MEMBER,
  OPERATOR,
  PASSWORD,
  portalUrl,
  recordLayoutShifts,
  signIn,
  test,
} from './harness/fixtures';

/** Presses Tab until the focus is where a sighted keyboard user would look for it. */
async function tabTo(page: Page, target: Locator): Promise<void> {
  for (let presses = 0; presses < 40; presses += 1) {
    if (await target.evaluate((element) => element === document.activeElement)) return;
    await page.keyboard.press('Tab');
  }
  throw new Error(`Tab does not lead to ${target}`);
}

const heading = (page: Page) => page.getByRole('heading', { level: 1 });

test('the whole way with the keyboard alone: sign in, allow, look it up, end it, sign out', async ({
  page,
  member,
}) => {
  await page.goto(authorizeUrl());
  // The first field has the focus: nobody has to look for it.
  await expect(page.getByLabel('E-Mail-Adresse')).toBeFocused();
  await page.keyboard.type(MEMBER);
  await tabTo(page, page.getByRole('textbox', { name: 'Passwort' }));
  await page.keyboard.type(PASSWORD);
  await page.keyboard.press('Enter');

  await expect(heading(page)).toContainText('Maklerwelt CRM');
  await expect(heading(page)).toBeFocused();
  // Refusal comes first: who tabs without reading grants nothing.
  await tabTo(page, page.getByRole('button', { name: 'Ablehnen' }));
  await tabTo(page, page.getByRole('button', { name: 'Zugriff erlauben' }));
  await page.keyboard.press('Enter');
  await page.waitForURL(`${demoUrl()}/**`);
  expect(await member.connections()).toHaveLength(1);

  await page.goto(`${portalUrl()}/portal/settings/security`);
  await expect(heading(page)).toHaveText('Konto und Sicherheit');
  await page.keyboard.press('Tab');
  await expect(page.getByRole('link', { name: 'Zum Inhalt springen' })).toBeFocused();
  await tabTo(page, page.getByRole('link', { name: 'Verbindungen', exact: true }));
  await page.keyboard.press('Enter');
  await expect(heading(page)).toHaveText('Verbindungen');
  await expect(heading(page)).toBeFocused();

  const end = page.getByRole('button', { name: 'Verbindung zu Maklerwelt CRM beenden' });
  await expect(end).toBeVisible();
  await tabTo(page, end);
  await page.keyboard.press('Enter');
  const dialog = page.getByRole('dialog');
  await expect(dialog.getByRole('heading')).toBeFocused();
  // Out again, and back to the button that has asked.
  await page.keyboard.press('Escape');
  await expect(dialog).toBeHidden();
  await expect(end).toBeFocused();
  await page.keyboard.press('Enter');
  // Until then a key would go to the page below.
  await expect(dialog.getByRole('heading')).toBeFocused();
  await tabTo(page, dialog.getByRole('button', { name: 'Verbindung beenden' }));
  await page.keyboard.press('Enter');
  await expect(dialog).toBeHidden();
  await expect(page.getByText('Noch keine Verbindung')).toBeVisible();
  expect(await member.connections()).toEqual([]);
  // The button is gone; the focus is not lost with it.
  await expect.poll(() => page.evaluate(() => document.activeElement !== document.body)).toBe(true);

  await tabBack(page, page.getByRole('button', { name: /^Konto und Einstellungen/ }));
  await page.keyboard.press('Enter');
  await tabTo(page, page.getByRole('button', { name: 'Abmelden' }));
  await page.keyboard.press('Enter');
  await expect(heading(page)).toHaveText('Anmelden');
  await expect(page.getByText('Sie sind abgemeldet.')).toBeVisible();
});

async function tabBack(page: Page, target: Locator): Promise<void> {
  for (let presses = 0; presses < 40; presses += 1) {
    if (await target.evaluate((element) => element === document.activeElement)) return;
    await page.keyboard.press('Shift+Tab');
  }
  throw new Error(`Shift+Tab does not lead to ${target}`);
}

test('a settings page without a session leads through the sign-in page, back to the same address', async ({
  page,
  member,
}) => {
  const { id } = await member.connect();
  const url = `${portalUrl()}/portal/settings/connections/${id}`;
  await page.goto(url);
  await expect(heading(page)).toHaveText('Anmelden');
  await page.getByLabel('E-Mail-Adresse').fill(MEMBER);
  await page.getByRole('textbox', { name: 'Passwort' }).fill(PASSWORD);
  await page.getByRole('button', { name: 'Anmelden' }).click();
  await expect(heading(page)).toHaveText('Maklerwelt CRM');
  expect(page.url()).toBe(url);
});

test('the focus stays with the heading when that of a loading page goes', async ({
  page,
  member,
}) => {
  const { id } = await member.connect();
  await signIn(page, MEMBER);
  await page.goto(`${portalUrl()}/portal/settings/connections`);
  let release = (): void => undefined;
  const held = new Promise<void>((resolve) => (release = resolve));
  await page.route(`**/user/v7/connections/${id}`, async (route) => {
    await held;
    await route.continue();
  });
  await page.getByRole('article').getByRole('link', { name: 'Maklerwelt CRM' }).first().click();
  await expect(heading(page)).toHaveText('Die Verbindung wird geladen …');
  await expect(heading(page)).toBeFocused();
  release();
  await expect(heading(page)).toHaveText('Maklerwelt CRM');
  await expect(heading(page)).toBeFocused();
});

test('the sign-in page tells somebody who is signed in so, and leads on or changes the account', async ({
  page,
  member: _,
}) => {
  await signIn(page, MEMBER);
  await page.goto(`${portalUrl()}/portal/settings/connections`);
  await expect(heading(page)).toHaveText('Verbindungen');
  await page.goto(`${portalUrl()}/portal/sign-in`);
  await expect(heading(page)).toHaveText('Sie sind bereits angemeldet');
  await expect(page.getByText(MEMBER)).toBeVisible();
  await page.getByRole('button', { name: 'Weiter zu den Verbindungen' }).click();
  await expect(heading(page)).toHaveText('Verbindungen');

  await page.goto(`${portalUrl()}/portal/sign-in`);
  await page.getByRole('button', { name: 'Anderes Konto verwenden' }).click();
  await expect(heading(page)).toHaveText('Anmelden');
  await expect(page.getByLabel('E-Mail-Adresse')).toBeFocused();
});

test('the sign-in page asks nobody who has not signed in before who they are', async ({ page }) => {
  const asked: string[] = [];
  page.on('request', (request) => asked.push(new URL(request.url()).pathname));
  await page.goto(`${portalUrl()}/portal/sign-in`);
  await expect(heading(page)).toHaveText('Anmelden');
  expect(asked.filter((path) => path.startsWith('/user/'))).toEqual([]);
});

test('the language and theme that were chosen stay chosen', async ({ page }) => {
  await page.goto(`${portalUrl()}/portal/sign-in`);
  await page.getByRole('combobox', { name: 'Darstellung' }).selectOption('dark');
  await page.getByRole('combobox', { name: 'Sprache' }).selectOption('en');
  await expect(heading(page)).toHaveText('Sign in');
  await page.reload();
  await expect(heading(page)).toHaveText('Sign in');
  await expect(page.locator('html')).toHaveAttribute('data-theme', 'dark');
  await expect(page.locator('html')).toHaveAttribute('lang', 'en');
  await expect(page).toHaveTitle(/Sign in/);
});

test('an answer that takes long is announced, and nothing jumps when it comes', async ({
  page,
  member: _,
}) => {
  await signIn(page, MEMBER);
  await recordLayoutShifts(page);
  let release = (): void => undefined;
  const held = new Promise<void>((resolve) => (release = resolve));
  await page.route(/oauth-authorization-request/, async (route) => {
    await held;
    await route.continue();
  });
  await page.goto(authorizeUrl());
  await expect(page.getByText('Das dauert länger als gewöhnlich')).toBeVisible();
  release();
  await expect(page.getByRole('button', { name: 'Zugriff erlauben' })).toBeVisible();
  const shifts = await layoutShifts(page);
  expect(shifts.reduce((sum, { value }) => sum + value, 0)).toBeLessThan(0.02);
});

test('offline is said in words, and mends itself', async ({ page, member: _, context }) => {
  await signIn(page, MEMBER);
  await page.goto(`${portalUrl()}/portal/settings/connections`);
  await expect(page.getByText('Noch keine Verbindung')).toBeVisible();
  await context.setOffline(true);
  await page.getByRole('link', { name: 'Beendet', exact: true }).click();
  await expect(page.getByText('wird alles Weitere von selbst geladen')).toBeVisible();
  await expect(page.getByText('letzten bekannten Stand')).toHaveCount(0);
  await expect(page.getByText(/^Keine Internetverbindung\. Bis sie wieder steht/)).toBeVisible();
  await context.setOffline(false);
  await expect(page.getByText(/^Keine Internetverbindung\. Bis sie wieder steht/)).toBeHidden();
  await expect(page.locator('fx-load-error')).toHaveCount(0);
  await expect(page.locator('.list')).not.toHaveAttribute('aria-busy');
});

test('an address that leads nowhere keeps the frame of who is signed in, with a way back', async ({
  page,
  member: _,
}) => {
  const nowhere = `${portalUrl()}/portal/nonsense/of-a-link`;
  await page.goto(nowhere);
  await expect(heading(page)).toHaveText('Diese Seite gibt es nicht');
  await expect(page.getByRole('navigation')).toHaveCount(0);
  await signIn(page, MEMBER);
  for (const address of [nowhere, `${portalUrl()}/portal/settings/nonsense`]) {
    await page.goto(`${portalUrl()}/portal/settings`);
    await expect(heading(page)).toHaveText('Verbindungen');
    await page.goto(address);
    await expect(heading(page)).toHaveText('Diese Seite gibt es nicht');
    await expect(page.getByRole('link', { name: 'Konto und Sicherheit' })).toBeVisible();
    await page.getByRole('link', { name: 'Zur Startseite', exact: true }).click();
    await expect(heading(page)).toHaveText('Verbindungen');
  }
});

test('an operator begins with the applications, and reads why there are no connections', async ({
  page,
}) => {
  await signIn(page, OPERATOR);
  await page.goto(`${portalUrl()}/portal/`);
  await expect(page).toHaveURL(/settings\/registry$/);
  await page.getByRole('link', { name: 'Verbindungen', exact: true }).click();
  await expect(page.getByText(/Was Flixcheck registriert hat, steht unter/)).toBeVisible();
});
