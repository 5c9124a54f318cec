import { expect, fillSignIn, OPERATOR, portalUrl, signIn, test } from './harness/fixtures';

const PASSWORD = 'drei-blaue-elefanten';

test('an operator makes a company, its first admin joins, and closing it keeps everybody out', async ({
  page,
  browser,
}) => {
  // Companies stay, and nobody counts them.
  const made = Date.now();
  const name = `Neukunde ${made} GmbH`;
  const email = `chefin.${made}@neukunde.example`;
  await signIn(page, OPERATOR);
  await page.goto(`${portalUrl()}/portal/settings/companies`);
  await page.getByRole('link', { name: 'Unternehmen anlegen' }).click();
  const named = page.getByLabel('Name des Unternehmens');
  await named.fill('ü'.repeat(112));
  await page.getByRole('button', { name: 'Anlegen und einladen' }).click();
  await expect(named).toBeFocused();
  await expect(named).toHaveAccessibleDescription(
    /Bitte kürzen: Es sind 112 Zeichen, höchstens 100 sind möglich\./,
  );
  await named.fill(name);
  await page.getByLabel('E-Mail-Adresse des Administrators').fill(OPERATOR);
  await page.getByRole('button', { name: 'Anlegen und einladen' }).click();
  await expect(page.getByText('gehört zu einer Person eines anderen Unternehmens')).toBeVisible();
  await page.getByLabel('E-Mail-Adresse des Administrators').fill(email);
  await page.getByRole('button', { name: 'Anlegen und einladen' }).click();
  await expect(page.getByRole('heading', { level: 1 })).toHaveText(name);
  await expect(page.getByRole('listitem').filter({ hasText: email })).toContainText('Gilt bis');

  const theirs = await browser.newPage();
  await theirs.goto(await invitationLink(email));
  await theirs.getByLabel('Vorname').fill('Nora');
  await theirs.getByLabel('Nachname').fill('Neu');
  await theirs.getByLabel('Passwort', { exact: true }).fill(PASSWORD);
  await theirs.getByRole('button', { name: 'Einladung annehmen' }).click();
  await expect(theirs.getByRole('heading', { level: 1 })).toHaveText('Verbindungen');
  await theirs.goto(`${portalUrl()}/portal/settings/team`);
  await expect(theirs.getByRole('row').filter({ hasText: email })).toContainText('Administrator');

  await page.getByRole('button', { name: 'Schließen …' }).click();
  const dialog = page.getByRole('alertdialog');
  await expect(dialog).toContainText('1 Person wird überall abgemeldet');
  const close = dialog.getByRole('button', { name: 'Unternehmen schließen' });
  await close.click();
  await expect(dialog.getByText('Das ist nicht der Name des Unternehmens.')).toBeVisible();
  await dialog.getByLabel(`Geben Sie zur Bestätigung den Namen ein: ${name}`).fill(name);
  await close.click();
  await expect(page.getByText(`${name} ist geschlossen.`)).toBeVisible();
  await theirs.reload();
  await fillSignIn(theirs, email, PASSWORD);
  await expect(theirs.getByRole('main').getByRole('alert')).toContainText('stimmt');
  await theirs.close();
});

async function invitationLink(email: string): Promise<string> {
  let link: string | undefined;
  await expect(async () => {
    const answer = await fetch(`${portalUrl()}/guest/v7/demo-mails`);
    const { resources } = (await answer.json()) as { resources: { to: string; text: string }[] };
    const mail = resources.find(({ to }) => to === email);
    link = /\S+\/portal\/invitation#\S+/.exec(mail?.text ?? '')?.[0];
    expect(link).toBeDefined();
  }).toPass();
  return link ?? '';
}
