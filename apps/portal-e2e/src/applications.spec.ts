import type { Page } from '@playwright/test';
import { sql } from '@flixcheck/test-harness';
import {
  ADMIN,
  authorizeUrl,
  demoUrl,
  expect,
  fillSignIn,
  MEMBER,
  portalUrl,
  signIn,
  test,
} from './harness/fixtures';
import { databaseUrl } from './harness/place';

const applications = (): string => `${portalUrl()}/portal/settings/applications`;

test.afterEach(async ({ page }) => {
  const { request } = page.context();
  await signIn(page, ADMIN);
  const policy = `${portalUrl()}/user/v7/account-policy`;
  const { resources } = await (await request.get(`${policy}/oauth-clients?limit=100`)).json();
  for (const { id, decision } of resources) {
    if (decision === null) continue;
    const data = { resource: { decision: null } };
    expect((await request.patch(`${policy}/oauth-clients/${id}`, { data })).status()).toBe(200);
  }
  const data = { resource: { allows: 'every' } };
  expect((await request.patch(policy, { data })).status()).toBe(200);
  // Answered ones stay for people to see, and for the tests of other pages.
  await sql(databaseUrl(), 'TRUNCATE approval_continuations, approval_requests');
});

const apply = (page: Page) => page.getByRole('button', { name: 'Änderung übernehmen' });
const row = (page: Page, app: string) =>
  page
    .getByRole('region', { name: 'Einzelne Anwendungen' })
    .getByRole('listitem')
    .filter({ hasText: app });

test('whoever may not connect an application asks for it, and goes on with the very request', async ({
  page,
  member,
}) => {
  await signIn(page, ADMIN);
  await page.goto(applications());
  await expect(page.getByText('Niemand wartet auf eine Freigabe.')).toBeVisible();
  await page.getByRole('radio', { name: 'Nur einzeln erlaubte' }).check();
  await apply(page).click();
  await expect(row(page, 'Maklerwelt CRM')).toContainText('Nicht erlaubt');

  await page.context().clearCookies();
  await page.goto(authorizeUrl({ state: 'genau diese' }));
  await fillSignIn(page, MEMBER);
  await expect(page.getByRole('heading', { level: 1 })).toHaveText(
    'Maklerwelt CRM ist in Ihrem Unternehmen nicht freigegeben',
  );
  await expect(page.getByRole('button', { name: 'Zugriff erlauben' })).toHaveCount(0);
  await page.getByRole('textbox', { name: /Nachricht/ }).fill('Für die\nSchadenmeldungen');
  await page.getByRole('button', { name: 'Freigabe anfragen' }).click();
  await expect(page.getByRole('status')).toContainText('Freigabe angefragt');
  await expect(page.getByRole('status')).toBeFocused();
  await page.reload();
  await expect(page.getByRole('status')).toContainText('Freigabe angefragt');
  await page.goto(`${portalUrl()}/portal/settings/connections`);
  const mine = page.getByRole('region', { name: 'Ihre Anfragen' });
  await expect(mine).toContainText('noch nicht beantwortet');

  await page.context().clearCookies();
  await signIn(page, ADMIN);
  await page.goto(`${portalUrl()}/portal/settings/team`);
  // Wherever an admin is, the way to the requests says how many wait.
  const way = page.getByRole('link', { name: /^Anwendungen/ });
  await expect(way).toHaveAccessibleName(/1 offene Anfrage/);
  await way.click();
  const queue = page.getByRole('region', { name: 'Offene Anfragen' });
  await expect(queue).toContainText('Für die Schadenmeldungen');
  await queue.getByRole('button', { name: /^Freigeben: Maklerwelt CRM/ }).click();
  await expect(queue.getByRole('heading', { name: 'Offene Anfragen' })).toBeFocused();
  await expect(way).toHaveAccessibleName('Anwendungen');
  await expect(queue).toContainText('Niemand wartet');
  await expect(row(page, 'Maklerwelt CRM')).toContainText('Erlaubt');

  await page.context().clearCookies();
  await signIn(page, MEMBER);
  await page.goto(`${portalUrl()}/portal/settings/connections`);
  await mine.getByText('1 freigegeben').click();
  await mine.getByRole('link', { name: 'Maklerwelt CRM weiter verbinden' }).click();
  await expect(page).toHaveURL(authorizeUrl({ state: 'genau diese' }));
  const [back] = await Promise.all([
    page.waitForRequest(/\/callback\?/),
    page.getByRole('button', { name: 'Zugriff erlauben' }).click(),
  ]);
  expect(new URL(back.url()).searchParams.get('state')).toBe('genau diese');
  // The demo's server does not know this state, and leads to a page of its own.
  await page.waitForURL(`${demoUrl()}/problem**`);
  expect(await member.connections()).toHaveLength(1);
  await page.goto(`${portalUrl()}/portal/settings/connections`);
  await expect(page.getByRole('heading', { level: 1 })).toBeVisible();
  await expect(mine).toHaveCount(0);
});

test('a person who is declined reads why, and goes back to the application with access_denied', async ({
  page,
  member: _,
}) => {
  await signIn(page, ADMIN);
  await page.goto(applications());
  await row(page, 'Maklerwelt CRM').getByRole('button', { name: 'Maklerwelt CRM sperren' }).click();
  await page.getByRole('alertdialog').getByRole('button', { name: 'Anwendung sperren' }).click();
  await expect(row(page, 'Maklerwelt CRM')).toContainText('Gesperrt');

  await page.context().clearCookies();
  await signIn(page, MEMBER);
  await page.goto(authorizeUrl());
  await page.getByRole('button', { name: 'Freigabe anfragen' }).click();
  await expect(page.getByRole('status')).toContainText('Freigabe angefragt');

  await page.context().clearCookies();
  await signIn(page, ADMIN);
  await page.goto(applications());
  const queue = page.getByRole('region', { name: 'Offene Anfragen' });
  await queue.getByRole('button', { name: /^Ablehnen: Maklerwelt CRM/ }).click();
  const answer = queue.getByRole('textbox', { name: /Antwort an User Musterhaus/ });
  await expect(answer).toBeFocused();
  await answer.fill('Erst ab Januar.');
  await queue.getByRole('button', { name: 'Anfrage ablehnen' }).click();
  await expect(queue).toContainText('Niemand wartet');

  await page.context().clearCookies();
  await signIn(page, MEMBER);
  await page.goto(authorizeUrl());
  await expect(page.getByRole('status')).toContainText('Erst ab Januar.');
  const [back] = await Promise.all([
    page.waitForRequest(/\/callback\?/),
    page.getByRole('button', { name: /^Ohne Verbindung zurück/ }).click(),
  ]);
  expect(new URL(back.url()).searchParams.get('error')).toBe('access_denied');
});

test('allowing less says in numbers what goes on, and ends it if told to', async ({
  page,
  admin: _,
  member,
}) => {
  const connection = await member.connect();
  await signIn(page, ADMIN);
  await page.goto(applications());
  await page.getByRole('radio', { name: 'Nur einzeln erlaubte' }).check();
  await apply(page).click();
  const dialog = page.getByRole('alertdialog');
  await expect(dialog).toContainText('1 bestehende Verbindung läuft weiter');
  await dialog.getByRole('button', { name: 'Abbrechen' }).click();
  // Until it has gone, the page is busy with it.
  await expect(dialog).toHaveCount(0);
  expect(await member.use(connection)).toBe(200);
  await apply(page).click();
  await dialog.getByRole('checkbox', { name: /sofort beenden \(1\)/ }).check();
  await dialog.getByRole('button', { name: 'Änderung übernehmen' }).click();
  await expect(dialog).toHaveCount(0);
  await expect(row(page, 'Maklerwelt CRM')).toContainText('Nicht erlaubt');
  expect(await member.use(connection)).toBe(401);
});

test('what an admin grants in advance is asked of nobody, until somebody has ended it', async ({
  page,
  member,
}) => {
  await signIn(page, ADMIN);
  await page.goto(applications());
  const crm = row(page, 'Maklerwelt CRM');
  await crm.getByRole('button', { name: 'Maklerwelt CRM ohne Rückfrage erlauben' }).click();
  const dialog = page.getByRole('dialog', { name: 'Maklerwelt CRM ohne Rückfrage erlauben' });
  await expect(dialog).toContainText('wird dann nicht mehr gefragt');
  await dialog.getByRole('button', { name: 'Ohne Rückfrage erlauben' }).click();
  await expect(crm).toContainText('Ohne Rückfrage erlaubt');
  await expect(crm).toContainText('für alle');

  // For chosen people instead: not for the member, and then for the member alone.
  await crm.getByRole('button', { name: /^Auswahl ändern/ }).click();
  await dialog.getByRole('radio', { name: 'Nur für ausgewählte Personen' }).check();
  await dialog.getByRole('button', { name: 'Änderung übernehmen' }).click();
  await expect(dialog.getByRole('alert').first()).toHaveText(
    'Wählen Sie mindestens eine Person aus.',
  );
  const person = dialog.getByRole('combobox', { name: 'Person hinzufügen' });
  await expect(person).toBeFocused();
  const chosen = dialog.getByRole('list', { name: 'Ausgewählte Personen' }).getByRole('listitem');
  for (const name of ['Admin Musterhaus', 'User Musterhaus']) {
    await person.fill(name);
    await expect(dialog.getByRole('option')).toHaveText([new RegExp(name)]);
    await person.press('Enter');
    await expect(chosen.filter({ hasText: name })).toBeVisible();
    await expect(person).toHaveValue('');
  }
  await dialog.getByRole('button', { name: /^Admin Musterhaus .* entfernen/ }).click();
  await expect(dialog.getByRole('button', { name: /^User Musterhaus .* entfernen/ })).toBeFocused();
  await dialog.getByRole('button', { name: 'Änderung übernehmen' }).click();
  await expect(crm).toContainText('für User Musterhaus');
  await expect(crm.getByRole('button', { name: /^Auswahl ändern/ })).toBeFocused();
  await page.goto(authorizeUrl());
  await expect(page.getByRole('button', { name: 'Zugriff erlauben' })).toBeVisible();

  await page.context().clearCookies();
  await page.goto(authorizeUrl({ state: 'ohne Frage' }));
  const back = page.waitForRequest(/\/callback\?/);
  await fillSignIn(page, MEMBER);
  expect(new URL((await back).url()).searchParams.get('state')).toBe('ohne Frage');
  await page.waitForURL(`${demoUrl()}/problem**`);
  const [connection] = await member.connections();

  // They see that it is not they who have allowed it, and that they can end it.
  const mine = `${portalUrl()}/portal/settings/connections`;
  await page.goto(mine);
  const listed = page.getByRole('article').filter({ hasText: 'Maklerwelt CRM' });
  await expect(listed.locator('dd').first()).toContainText('Ihrem Unternehmen');
  await expect(listed.locator('dd').first()).toContainText('für Sie');
  await listed.getByRole('link', { name: 'Maklerwelt CRM' }).click();
  const facts = page.getByRole('region', { name: 'Angaben zur Verbindung' });
  await expect(facts).toContainText(
    /Admin Musterhaus hat diese Anwendung am .* freigegeben\. Sie wurden deshalb nicht gefragt\. Sie können die Verbindung jederzeit beenden\./,
  );
  await expect(page.getByRole('region', { name: 'Verlauf' }).getByRole('listitem')).toContainText([
    'Ihr Unternehmen hat den Zugriff im Voraus erlaubt (Admin Musterhaus)',
  ]);

  const url = `${portalUrl()}/user/v7/connections/${connection?.id}`;
  expect((await page.context().request.delete(url)).ok()).toBe(true);
  await page.goto(authorizeUrl());
  await expect(page.getByRole('button', { name: 'Zugriff erlauben' })).toBeVisible();

  // So does the admin, of everybody's.
  await page.context().clearCookies();
  await signIn(page, ADMIN);
  await page.goto(`${mine}?list=ended`);
  await expect(listed.first().locator('dd').first()).toContainText('für User Musterhaus');
});
