import { plugIn } from './harness/authenticator';
import {
  ADMIN,
  expect,
  fillSignIn,
  MEMBER,
  OTHER_ADMIN,
  portalUrl,
  signIn,
  test,
} from './harness/fixtures';

const team = () => `${portalUrl()}/portal/settings/team`;
const PASSWORD = 'drei-blaue-elefanten';

test('an invited person opens the link in the mail, chooses a password and is in, and takes another address', async ({
  page,
  browser,
}) => {
  // Users stay, and nobody counts those of this company.
  const email = `nora.${Date.now()}@neuhaus.example`;
  await signIn(page, OTHER_ADMIN);
  await page.goto(team());
  await page.getByRole('link', { name: 'Personen einladen' }).click();
  await expect(page.getByRole('heading', { level: 1 })).toHaveText('Personen einladen');
  const people = page.getByRole('textbox', { name: 'Personen' });
  const send = page.getByRole('button', { name: 'Einladungen senden' });

  await people.fill(`Nora Neu <${email}>\n${OTHER_ADMIN}\nohne Adresse`);
  await send.click();
  const errors = page.locator('#people-error');
  await expect(errors).toContainText(/Zeile 3,.*genau eine gültige/);
  await expect(people).toBeFocused();
  await people.fill(`Nora Neu <${email}>\n${OTHER_ADMIN}`);
  await send.click();
  await expect(errors).toContainText(/Zeile 2,.*gehört schon zu Ihrem Unternehmen/);
  await people.fill(`Nora Neu <${email}>`);
  // The session ends while somebody types.
  await page.context().clearCookies();
  await send.click();
  await fillSignIn(page, OTHER_ADMIN);
  await expect(people).toHaveValue(`Nora Neu <${email}>`);
  await send.click();
  const invitation = page.getByRole('listitem').filter({ hasText: email });
  await expect(invitation).toContainText('eingeladen von Admin Beispiel');
  await expect(page.getByText('1 Einladung ist unterwegs.')).toBeVisible();

  // As somebody does who tries the demo out.
  const theirs = await browser.newPage();
  const mails = async () => {
    const answer = await page.request.get(`${portalUrl()}/guest/v7/demo-mails`);
    return ((await answer.json()) as { resources: { to: string }[] }).resources;
  };
  await expect.poll(async () => (await mails()).some(({ to }) => to === email)).toBe(true);
  await theirs.goto(`${portalUrl()}/portal/demo/mail`);
  const mail = theirs.getByRole('article').filter({ hasText: email }).first();
  const link = (await mail.getByRole('link').getAttribute('href')) ?? '';
  await mail.getByRole('link').click();
  await expect(theirs.getByRole('heading', { level: 1 })).toContainText('Einladung von Beispiel');
  expect(theirs.url()).toBe(`${portalUrl()}/portal/invitation`);
  await expect(theirs.getByText('Admin Beispiel lädt Sie ein')).toBeVisible();
  await expect(theirs.getByLabel('Nachname')).toHaveValue('Neu');

  const accept = theirs.getByRole('button', { name: 'Einladung annehmen' });
  const password = theirs.getByLabel('Passwort', { exact: true });
  await password.fill('passwort1234');
  await accept.click();
  await expect(theirs.getByText('zu leicht zu erraten')).toBeVisible();
  await expect(password).toBeFocused();
  await password.fill(PASSWORD);
  await accept.click();
  await expect(theirs.getByRole('heading', { level: 1 })).toHaveText('Verbindungen');

  await theirs.context().clearCookies();
  await theirs.goto(link);
  await expect(theirs.getByRole('heading', { level: 1 })).toHaveText(
    'Diese Einladung gilt nicht mehr',
  );
  await theirs.getByRole('link', { name: 'Zur Anmeldung' }).click();
  await fillSignIn(theirs, email, PASSWORD);
  await expect(theirs.getByRole('heading', { level: 1 })).toHaveText('Verbindungen');

  const other = `neu.${email}`;
  await theirs.goto(`${portalUrl()}/portal/settings/security`);
  await theirs.getByRole('button', { name: 'Adresse ändern' }).click();
  await expect(theirs.getByLabel('Neue E-Mail-Adresse')).toBeFocused();
  await theirs.getByLabel('Neue E-Mail-Adresse').fill(other);
  await theirs.getByLabel('Ihr Passwort').fill(PASSWORD);
  await theirs.getByRole('button', { name: 'Link senden' }).click();
  await expect(theirs.getByText(`Wir haben eine E-Mail an ${other} geschickt.`)).toBeVisible();
  await expect.poll(async () => (await mails()).some(({ to }) => to === other)).toBe(true);
  await theirs.goto(`${portalUrl()}/portal/demo/mail`);
  await theirs.getByRole('article').filter({ hasText: other }).first().getByRole('link').click();
  await theirs.getByRole('button', { name: 'Adresse bestätigen' }).click();
  await expect(theirs.getByText('Ihre neue E-Mail-Adresse gilt.')).toBeVisible();
  expect(theirs.url()).toBe(`${portalUrl()}/portal/settings/security`);
  await expect(theirs.locator('fx-email-form')).toContainText(other);

  // And leaves again, for good.
  await page.reload();
  const row = page.getByRole('row').filter({ hasText: other });
  const dialog = page.getByRole('alertdialog');
  await row.getByRole('button', { name: 'Zugang von Nora Neu sperren' }).click();
  await dialog.getByRole('button', { name: 'Zugang sperren' }).click();
  await row.getByRole('button', { name: 'Für immer löschen: Nora Neu' }).click();
  await expect(dialog).toContainText(/\d+ weitere Einträge zu dieser Person werden gelöscht/);
  const erase = dialog.getByRole('button', { name: 'Für immer löschen' });
  await dialog.getByRole('textbox').fill('nora');
  await erase.click();
  await expect(dialog).toContainText('Das ist nicht die E-Mail-Adresse dieser Person.');
  await dialog.getByRole('textbox').fill(other);
  await erase.click();
  await expect(page.getByText(`Nora Neu (${other}) ist gelöscht.`)).toBeVisible();
  await expect(row).toHaveCount(0);
  await theirs.reload();
  await expect(theirs.getByRole('heading', { level: 1 })).toHaveText('Anmelden');
  await theirs.close();
});

test('an invited person chooses a passkey instead of a password, signs in with it again, and sets a password', async ({
  page,
  browser,
}) => {
  const email = `pia.${Date.now()}@neuhaus.example`;
  await signIn(page, OTHER_ADMIN);
  await page.request.post(`${portalUrl()}/user/v7/invitations`, {
    data: { resource: { invitations: [{ email, role: 'member', locale: 'de' }] } },
  });
  const theirs = await browser.newPage();
  await plugIn(theirs);
  await theirs.addInitScript(() => {
    PublicKeyCredential.isConditionalMediationAvailable = () => Promise.resolve(false);
  });
  const mail = theirs.getByRole('article').filter({ hasText: email }).first();
  await expect(async () => {
    await theirs.goto(`${portalUrl()}/portal/demo/mail`);
    await expect(mail).toBeVisible({ timeout: 1000 });
  }).toPass();
  await mail.getByRole('link').click();
  const join = theirs.getByRole('button', { name: 'Mit Passkey statt Passwort annehmen' });
  await join.click();
  await expect(theirs.getByLabel('Vorname')).toBeFocused();
  await theirs.getByLabel('Vorname').fill('Pia');
  await theirs.getByLabel('Nachname').fill('Neu');
  await join.click();
  await expect(theirs.getByRole('heading', { level: 1 })).toHaveText('Verbindungen');

  await theirs.context().clearCookies();
  await theirs.goto(`${portalUrl()}/portal/settings/security`);
  await theirs.getByRole('button', { name: 'Passkey verwenden' }).click();
  await expect(theirs.getByRole('heading', { level: 1 })).toHaveText('Konto und Sicherheit');
  await expect(theirs.locator('fx-email-form')).toContainText(email);

  await theirs.getByRole('button', { name: /^Entfernen: / }).click();
  await expect(theirs.locator('fx-passkeys').getByRole('alert')).toContainText('einziger Weg');
  const form = theirs.locator('fx-password-form');
  await expect(form.getByRole('heading', { name: 'Passwort setzen' })).toBeVisible();
  await expect(form.getByLabel('Bisheriges Passwort')).toHaveCount(0);
  await form.getByLabel('Neues Passwort', { exact: true }).fill('sieben-lila-regenschirme');
  await form.getByRole('button', { name: 'Passwort setzen' }).click();
  await expect(form.getByRole('status').first()).toContainText('Ihre Passkeys gelten weiter');
  await expect(form.getByLabel('Bisheriges Passwort')).toBeVisible();
  await theirs.context().clearCookies();
  await theirs.goto(`${portalUrl()}/portal/sign-in`);
  await fillSignIn(theirs, email, 'sieben-lila-regenschirme');
  await expect(theirs.getByRole('heading', { level: 1 })).toHaveText('Verbindungen');
  await theirs.close();
});

test('an invitation is sent again and taken back, and a colleague becomes an admin', async ({
  page,
  member,
}) => {
  const email = `uwe.${Date.now()}@neuhaus.example`;
  await signIn(page, ADMIN);
  await page.request.post(`${portalUrl()}/user/v7/invitations`, {
    data: { resource: { invitations: [{ email, role: 'member', locale: 'de' }] } },
  });
  await page.goto(team());
  const dialog = page.getByRole('alertdialog');
  const invitation = page.getByRole('listitem').filter({ hasText: email });
  await invitation.getByRole('button', { name: `Einladung an ${email} erneut senden` }).click();
  await dialog.getByRole('button', { name: 'Erneut senden' }).click();
  await expect(
    page.getByText(`Die Einladung an ${email} ist noch einmal unterwegs.`),
  ).toBeVisible();
  await invitation.getByRole('button', { name: `Einladung an ${email} zurückziehen` }).click();
  await dialog.getByRole('button', { name: 'Einladung zurückziehen' }).click();
  await expect(invitation).toHaveCount(0);
  await expect(page.locator('h1:focus, h2:focus')).toHaveText(/^(Team|Offene Einladungen)$/);

  const colleague = page.getByRole('row').filter({ hasText: MEMBER });
  const changeRole = colleague.getByRole('button', { name: 'Rolle ändern: User Musterhaus' });
  try {
    await changeRole.click();
    await expect(dialog).toContainText(`E-Mail-Adresse: ${MEMBER}`);
    await dialog.getByRole('button', { name: 'Zum Administrator machen' }).click();
    await expect(
      page.getByText(`User Musterhaus (${MEMBER}) hat jetzt Administratorrechte.`),
    ).toBeVisible();
    await expect(colleague).toContainText('Administrator');
    await changeRole.click();
    await dialog.getByRole('button', { name: 'Rechte entziehen' }).click();
    await expect(colleague).toContainText('Mitglied');
  } finally {
    await page.request.patch(`${portalUrl()}/user/v7/users/${member.userId}`, {
      data: { resource: { role: 'member' } },
    });
  }
});
