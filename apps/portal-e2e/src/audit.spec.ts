import { readFile } from 'node:fs/promises';
import { ADMIN, expect, MEMBER, OPERATOR, portalUrl, signIn, test } from './harness/fixtures';

const audit = (query = ''): string => `${portalUrl()}/portal/settings/audit${query}`;

test('an admin finds a refused sign-in in the audit trail, and takes it along as a table', async ({
  page,
  member: _,
}) => {
  const wrong = await page.context().request.post(`${portalUrl()}/guest/v7/sessions`, {
    data: { resource: { email: MEMBER, password: 'falsch' } },
  });
  expect(wrong.status()).toBe(401);
  await signIn(page, ADMIN);
  await page.goto(`${portalUrl()}/portal/settings/team`);
  await page.getByRole('link', { name: 'Protokoll' }).click();
  await expect(page.getByRole('heading', { level: 1 })).toHaveText('Protokoll');
  const records = page.getByRole('main').getByRole('listitem');
  await expect(records.first()).toContainText('hat sich angemeldet');

  await page.getByRole('combobox', { name: 'Art der Einträge' }).selectOption('failures');
  await page.getByRole('combobox', { name: 'Zeitraum' }).selectOption('1');
  await expect(records.first()).toContainText('Anmeldung als User Musterhaus fehlgeschlagen');
  await expect(records.first()).toContainText('IP-Adresse');
  await expect(page).toHaveURL(audit('?kind=failures&days=1'));
  await page.reload();
  await expect(records.first()).toContainText('fehlgeschlagen');

  const [file] = await Promise.all([
    page.waitForEvent('download'),
    page.getByRole('link', { name: 'Als CSV-Datei herunterladen' }).click(),
  ]);
  expect(file.suggestedFilename()).toBe('protokoll.csv');
  const lines = (await readFile(await file.path(), 'utf8')).trim().split('\r\n');
  expect(lines.length).toBeGreaterThan(1);
  expect(lines.slice(1).every((line) => /(_failed|_limited);/.test(line))).toBe(true);

  await page.goto(audit('?kind=connections&days=1&person=00000000-0000-4000-8000-000000000000'));
  await expect(page.getByText('Zu dieser Auswahl gibt es nichts.')).toBeVisible();
  await page.getByRole('button', { name: 'Auswahl aufheben' }).click();
  await expect(records.first()).toBeVisible();
});

test('a person is found in the audit trail, and a company by an operator, whose table names it', async ({
  page,
  member: _,
  admin: __,
}) => {
  await signIn(page, MEMBER);
  await signIn(page, ADMIN);
  await page.goto(audit('?kind=sign-ins'));
  const records = page.getByRole('main').getByRole('listitem');
  await expect(records.first()).toContainText('Admin Musterhaus hat sich angemeldet');
  await page.getByRole('searchbox', { name: /Person suchen/ }).fill('user@musterhaus');
  await expect(page).toHaveURL(/kind=sign-ins&q=user@musterhaus$/);
  await expect(
    records.filter({ hasText: 'User Musterhaus hat sich angemeldet' }).first(),
  ).toBeVisible();
  await expect(records.filter({ hasText: 'Admin Musterhaus hat sich' })).toHaveCount(0);
  await page.getByRole('searchbox').fill('gibt es nicht');
  await page.getByRole('button', { name: 'Auswahl aufheben' }).click();
  await expect(page.getByRole('searchbox')).toHaveValue('');

  await signIn(page, OPERATOR);
  await page.goto(audit('?kind=sign-ins&q=versicherungsmakler'));
  await expect(page.getByRole('searchbox', { name: /oder Unternehmen/ })).toHaveValue(
    'versicherungsmakler',
  );
  await expect(
    records.filter({ hasText: 'Admin Musterhaus hat sich angemeldet' }).first(),
  ).toBeVisible();
  const [file] = await Promise.all([
    page.waitForEvent('download'),
    page.getByRole('link', { name: 'Als CSV-Datei herunterladen' }).click(),
  ]);
  const [head, ...lines] = (await readFile(await file.path(), 'utf8')).trim().split('\r\n');
  expect(head).toContain(';Unternehmen;');
  expect(lines.length).toBeGreaterThan(0);
  for (const line of lines) expect(line).toContain(';Musterhaus Versicherungsmakler GmbH;');
});

test('mails that were sent are a choice of their own, and stay out of the way otherwise', async ({
  page,
  member: _,
}) => {
  const asked = await page.context().request.post(`${portalUrl()}/guest/v7/password-recoveries`, {
    data: { resource: { email: MEMBER } },
  });
  expect(asked.status()).toBe(204);
  await signIn(page, ADMIN);
  const records = page.getByRole('main').getByRole('listitem');
  const mail = records
    .filter({ hasText: 'E-Mail an User Musterhaus gesendet' })
    .filter({ hasText: 'Thema: Link für ein neues Passwort' });
  await expect(async () => {
    await page.goto(audit('?kind=mails'));
    await expect(mail.first()).toBeVisible({ timeout: 1000 });
  }).toPass();
  await page.getByRole('combobox', { name: 'Art der Einträge' }).selectOption('');
  await expect(records.filter({ hasText: 'hat sich angemeldet' }).first()).toBeVisible();
  await expect(records.filter({ hasText: 'E-Mail an' })).toHaveCount(0);
  await page.getByRole('combobox', { name: 'Art der Einträge' }).selectOption('all');
  await expect(mail.first()).toBeVisible();
});
