import type { Page } from '@playwright/test';
import { expect, fillSignIn, OTHER_ADMIN, PASSWORD, portalUrl, test } from './harness/fixtures';
import { recoverySent } from './harness/recovery-states';

const NEW_PASSWORD = 'drei-blaue-elefanten';

/** Through the link in a mail, which it returns. */
async function setPassword(page: Page, password: string): Promise<string> {
  await page.goto(`${portalUrl()}/portal/sign-in`);
  await page.getByRole('link', { name: 'Passwort vergessen?' }).click();
  // The page before has a field of the same name.
  await expect(page.getByRole('heading', { level: 1 })).toHaveText('Passwort vergessen?');
  await page.getByLabel('E-Mail-Adresse').fill(OTHER_ADMIN);
  const earlier = await linksTo(page, OTHER_ADMIN);
  await page.getByRole('button', { name: 'Link anfordern' }).click();
  await expect(page.getByRole('status')).toContainText('ist der Link unterwegs');
  await expect.poll(async () => (await linksTo(page, OTHER_ADMIN)).length).toBe(earlier.length + 1);

  // As somebody does who tries the demo out.
  await page.getByRole('link', { name: 'E-Mails der Demo ansehen' }).click();
  const mail = page.getByRole('article').filter({ hasText: 'Neues Passwort' }).first();
  await expect(mail).toContainText(OTHER_ADMIN);
  const link = (await mail.getByRole('link').getAttribute('href')) ?? '';
  await mail.getByRole('link').click();
  const field = page.getByLabel('Neues Passwort', { exact: true });
  await expect(field).toBeVisible();
  expect(page.url()).toBe(`${portalUrl()}/portal/reset-password`);

  await field.fill('passwort1234');
  await page.getByRole('button', { name: 'Passwort setzen' }).click();
  await expect(page.getByText('zu leicht zu erraten')).toBeVisible();
  await field.fill(password);
  await page.getByRole('button', { name: 'Passwort setzen' }).click();
  await expect(page.getByRole('heading', { level: 1 })).toHaveText('Ihr neues Passwort gilt');
  return link;
}

async function linksTo(page: Page, email: string) {
  const answer = await page.request.get(`${portalUrl()}/guest/v7/demo-mails`);
  const { resources } = (await answer.json()) as { resources: { to: string; text: string }[] };
  return resources.filter(({ to, text }) => to === email && text.includes('/reset-password#'));
}

test('a forgotten password is replaced through the link in the mail, whose token leaves the address bar', async ({
  page,
}) => {
  const link = await setPassword(page, NEW_PASSWORD);
  try {
    await page.getByRole('link', { name: 'Zur Anmeldung' }).click();
    await fillSignIn(page, OTHER_ADMIN, NEW_PASSWORD);
    await expect(page.getByRole('heading', { level: 1 })).toHaveText('Verbindungen');

    await page.goto(link);
    await expect(page.getByRole('heading', { level: 1 })).toHaveText('Dieser Link gilt nicht mehr');
    await expect(page.getByLabel('Neues Passwort', { exact: true })).toHaveCount(0);
  } finally {
    await page.context().clearCookies();
    await setPassword(page, PASSWORD);
  }
});

test('who is told to look for a mail learns whom it comes from', async ({ page }) => {
  await recoverySent(page, 'Flixcheck <connect@flixcheck.example>');
  await expect(
    page.getByText('Die E-Mail kommt von Flixcheck <connect@flixcheck.example>.'),
  ).toBeVisible();
  await expect(page.getByRole('link', { name: 'E-Mails der Demo ansehen' })).toHaveCount(0);
});

test('who was not the one signs everybody out through the mail about a new device', async ({
  page,
}) => {
  const device = `stranger-${Date.now()}`;
  const stranger = await page.request.post(`${portalUrl()}/guest/v7/sessions`, {
    headers: { 'user-agent': device },
    data: { resource: { email: OTHER_ADMIN, password: PASSWORD } },
  });
  const [cookie = ''] = (stranger.headers()['set-cookie'] ?? '').split(';');
  await page.context().clearCookies();

  const mail = page.getByRole('article').filter({ hasText: device });
  await expect
    .poll(async () => {
      await page.goto(`${portalUrl()}/portal/demo/mail`);
      await expect(page.getByRole('article').first()).toBeVisible();
      return mail.count();
    })
    .toBe(1);
  await mail.getByRole('link', { name: '/not-me#' }).click();
  await expect(page.getByRole('heading', { level: 1 })).toHaveText('Waren Sie das nicht?');
  expect(page.url()).toBe(`${portalUrl()}/portal/not-me`);
  try {
    await page.getByRole('button', { name: 'Alle abmelden' }).click();
    await expect(page.getByRole('heading', { level: 1 })).toHaveText('Neues Passwort setzen');
    expect(page.url()).toBe(`${portalUrl()}/portal/reset-password`);
    const current = await page.request.get(`${portalUrl()}/user/v7/sessions/current`, {
      headers: { cookie },
    });
    expect(current.status()).toBe(401);
    await page.getByLabel('Neues Passwort', { exact: true }).fill(PASSWORD);
    await page.getByRole('button', { name: 'Passwort setzen' }).click();
    await expect(page.getByRole('heading', { level: 1 })).toHaveText('Ihr neues Passwort gilt');
  } catch (error) {
    // Others sign in as this person.
    await setPassword(page, PASSWORD);
    throw error;
  }
});
