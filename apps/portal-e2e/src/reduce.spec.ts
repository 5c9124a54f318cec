import type { Page } from '@playwright/test';
import {
  ADMIN,
  authorizeUrl,
  demoUrl,
  expect,
  expectAccessible,
  MEMBER,
  PortalApi,
  portalUrl,
  signIn,
  test,
} from './harness/fixtures';

const settings = (path: string): string => `${portalUrl()}/portal/settings/${path}`;
const history = (page: Page) => page.getByRole('region', { name: 'Verlauf' });
const reduce = (page: Page) => page.getByRole('button', { name: 'Auf das Ansehen beschränken' });
const dialog = (page: Page) =>
  page.getByRole('dialog', { name: 'Maklerwelt CRM auf das Ansehen beschränken?' });

async function openDialog(page: Page, id: string): Promise<void> {
  await page.goto(settings(`connections/${id}`));
  await reduce(page).click();
  await expect(dialog(page)).toBeVisible();
}

test('consenting to less ends what earlier tokens could do, and the connection says so', async ({
  page,
  member,
}) => {
  const wide = await member.connect();
  expect(await member.use(wide)).toBe(200);
  await signIn(page, MEMBER);
  await page.goto(authorizeUrl({ scope: 'read' }));
  await expect(page.getByText('Die Anwendung darf danach weniger als bisher.')).toBeVisible();
  await expect(
    page.getByRole('heading', { name: 'Das darf die Anwendung dann nicht mehr' }),
  ).toBeVisible();
  await page.route(`${demoUrl()}/callback**`, (route) => route.fulfill({ status: 204 }));
  await page.getByRole('button', { name: 'Verbindung erneuern' }).click();
  await expect(page.getByText('Verbindung erneuert')).toBeVisible();
  expect(await member.use(wide)).toBe(401);
  await page.goto(settings('connections'));
  await expect(page.getByRole('article').first()).toContainText('Nur ansehen');
});

test('reducing to read-only asks once, says what stops and what stays, and holds at once', async ({
  page,
  member,
}) => {
  const connection = await member.connect();
  await signIn(page, MEMBER);
  await openDialog(page, connection.id);
  await expect(dialog(page).getByRole('heading')).toBeFocused();
  await expect(dialog(page)).toContainText(
    'Das hört sofort auf Maklerwelt CRM kann in Ihrem Namen nichts mehr anlegen oder ändern',
  );
  await expect(dialog(page)).toContainText('Das bleibt bestehen Die Verbindung besteht weiter');
  await expectAccessible(page);
  await page.keyboard.press('Escape');
  await expect(reduce(page)).toBeFocused();
  expect(await member.use(connection)).toBe(200);

  await page.keyboard.press('Enter');
  await dialog(page).getByRole('button', { name: 'Auf das Ansehen beschränken' }).click();
  await expect(
    page.getByText('Maklerwelt CRM darf in Ihrem Namen nur noch ansehen.'),
  ).toBeVisible();
  await expect(reduce(page)).toHaveCount(0);
  await expect(page.getByRole('heading', { level: 1 })).toBeFocused();
  await expect(page.getByText('Flixchecks anlegen und ändern', { exact: true })).toHaveCount(0);
  await expect(history(page)).toContainText(
    /Sie haben die Rechte der Anwendung verringert, jetzt: Nur ansehen\s+Entfällt: Flixchecks anlegen und ändern/,
  );
  expect(await member.use(connection)).toBe(401);
  expect(await member.connections()).toMatchObject([{ id: connection.id, scope: 'read' }]);
});

test('an admin reduces a colleague’s connection, and is told whose it was', async ({
  page,
  member,
  admin: _,
}) => {
  const { id } = await member.connect();
  await signIn(page, ADMIN);
  await openDialog(page, id);
  await expect(dialog(page)).toContainText('im Namen von User Musterhaus');
  await dialog(page).getByRole('button', { name: 'Auf das Ansehen beschränken' }).click();
  await expect(
    page.getByText('Maklerwelt CRM darf im Namen von User Musterhaus nur noch ansehen.'),
  ).toBeVisible();
});

test('a connection that has ended meanwhile is said to have ended', async ({ page, member }) => {
  const { id } = await member.connect();
  await signIn(page, MEMBER);
  await openDialog(page, id);
  await member.endConnection(id);
  await dialog(page).getByRole('button', { name: 'Auf das Ansehen beschränken' }).click();
  await expect(dialog(page).getByRole('alert')).toContainText('wurde inzwischen beendet');
  await expectAccessible(page);
  await dialog(page).getByRole('button', { name: 'Schließen' }).click();
  await expect(page.getByText('Von Ihnen beendet').first()).toBeVisible();
});

test('a connection that another tab has reduced already is as it was asked for', async ({
  page,
  member,
  playwright,
}) => {
  const { id } = await member.connect();
  await signIn(page, MEMBER);
  await openDialog(page, id);
  const request = await playwright.request.newContext();
  await PortalApi.signIn(request, MEMBER);
  const response = await request.patch(`${portalUrl()}/user/v7/connections/${id}`, {
    data: { resource: { scope: 'read' } },
  });
  expect(response.status()).toBe(200);
  await request.dispose();
  await dialog(page).getByRole('button', { name: 'Auf das Ansehen beschränken' }).click();
  await expect(
    page.getByText('Maklerwelt CRM darf in Ihrem Namen nur noch ansehen.'),
  ).toBeVisible();
  await expect(reduce(page)).toHaveCount(0);
});

test('a reduction without an answer is said in the dialog, and can be tried again', async ({
  page,
  member,
}) => {
  const { id } = await member.connect();
  await signIn(page, MEMBER);
  await openDialog(page, id);
  await page.route(`**/user/v7/connections/${id}`, (route) => route.abort(), { times: 1 });
  await dialog(page).getByRole('button', { name: 'Auf das Ansehen beschränken' }).click();
  await expect(dialog(page).getByRole('alert')).toContainText('Flixcheck hat nicht geantwortet');
  await dialog(page).getByRole('button', { name: 'Auf das Ansehen beschränken' }).click();
  await expect(dialog(page)).toBeHidden();
  expect(await member.connections()).toMatchObject([{ scope: 'read' }]);
});
