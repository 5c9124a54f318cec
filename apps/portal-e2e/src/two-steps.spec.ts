import { sql } from '@flixcheck/test-harness';
import { Secret, TOTP } from 'otpauth';
import {
  ADMIN,
  authorizeUrl,
  expect,
  fillSignIn,
  MEMBER,
  OTHER_ADMIN,
  PASSWORD,
  portalUrl,
  signIn,
  test,
} from './harness/fixtures';
import { owed } from './harness/factor-states';
import { databaseUrl } from './harness/place';

const security = (): string => `${portalUrl()}/portal/settings/security`;
/** The next code of the app, which counts already, so that no test waits for half a minute. */
const nextCode = (secret: string): string =>
  new TOTP({ secret: Secret.fromBase32(secret) }).generate({ timestamp: Date.now() + 30_000 });

test('two steps: set up, sign in with a code or a recovery code, and switched off again', async ({
  page,
}) => {
  await signIn(page, OTHER_ADMIN);
  await page.goto(security());
  const section = page.getByRole('region', { name: 'Anmeldung in zwei Schritten' });
  await section.getByRole('button', { name: 'Einrichten' }).click();
  const password = section.getByLabel('Ihr Passwort');
  await expect(password).toBeFocused();
  await password.fill('nicht das Passwort');
  await section.getByRole('button', { name: 'Weiter' }).click();
  await expect(section.getByText('Das ist nicht Ihr Passwort.')).toBeVisible();
  await password.fill(PASSWORD);
  await section.getByRole('button', { name: 'Weiter' }).click();

  await expect(section.getByRole('img', { name: 'QR-Code' })).toBeVisible();
  await expect(section.locator('p:focus')).toContainText('scannen Sie dieses Bild');
  const secret = (await section.locator('code').textContent())?.replaceAll(' ', '') ?? '';
  const code = section.getByLabel('Code aus der App');
  await code.fill('000000');
  await section.getByRole('button', { name: 'Einschalten' }).click();
  await expect(section.getByText('Dieser Code stimmt nicht')).toBeVisible();
  await code.fill(new TOTP({ secret: Secret.fromBase32(secret) }).generate());
  await section.getByRole('button', { name: 'Einschalten' }).click();
  await expect(
    section.getByRole('heading', { name: 'Ihre Wiederherstellungscodes' }),
  ).toBeFocused();
  const [first = '', second = '', ...others] = await section.locator('li code').allTextContents();
  expect(others).toHaveLength(8);
  const saved = page.waitForEvent('download');
  await section.getByRole('button', { name: 'Als Datei speichern' }).click();
  expect((await saved).suggestedFilename()).toBe('flixcheck-wiederherstellungscodes.txt');
  await section.getByRole('button', { name: 'Ich habe die Codes aufgehoben' }).click();
  await expect(section.getByText('noch 10 Wiederherstellungscodes')).toBeVisible();

  await page.context().clearCookies();
  await page.goto(security());
  await fillSignIn(page, OTHER_ADMIN);
  const asked = page.getByLabel('Code aus der App');
  await expect(asked).toBeFocused();
  await asked.fill('000000');
  await page.keyboard.press('Enter');
  await expect(page.getByText('Dieser Code stimmt nicht')).toBeVisible();
  await asked.fill(nextCode(secret));
  await page.keyboard.press('Enter');
  await expect(page.getByRole('heading', { level: 1 })).toHaveText('Konto und Sicherheit');

  await page.context().clearCookies();
  await page.goto(security());
  await fillSignIn(page, OTHER_ADMIN);
  await page.getByRole('button', { name: 'Wiederherstellungscode verwenden' }).click();
  await page.getByLabel('Wiederherstellungscode').fill(first);
  await page.keyboard.press('Enter');
  await expect(section.getByText('noch 9 Wiederherstellungscodes')).toBeVisible();

  await section.getByRole('button', { name: 'Ausschalten' }).click();
  await password.fill(PASSWORD);
  await section.getByLabel('Code aus der App oder Wiederherstellungscode').fill(second);
  await section.getByRole('button', { name: 'Ausschalten' }).click();
  await expect(page.getByText('in zwei Schritten ist ausgeschaltet')).toBeVisible();
  await expect(section.getByRole('button', { name: 'Einrichten' })).toBeVisible();
});

test('lost the phone: an admin resets the sign-in, its owner may stop that, and signs in once it is due', async ({
  page,
}) => {
  await sql(
    databaseUrl(),
    `INSERT INTO second_factors (user_id, sealed_secret, created_at, confirmed_at)
     SELECT id, '', now(), now() FROM users WHERE email = '${MEMBER}'`,
  );
  await signIn(page, ADMIN);
  // Also pressed before the page itself has learnt how long there is time.
  let asked = 0;
  let answerPage = (): void => undefined;
  const dialogIsThere = new Promise<void>((resolve) => (answerPage = resolve));
  await page.route('**/second-factor-requirement', async (route) => {
    if ((asked += 1) === 1) await dialogIsThere;
    await route.fallback();
  });
  await page.goto(`${portalUrl()}/portal/settings/team`);
  const row = page.getByRole('row').filter({ hasText: MEMBER });
  await row.getByRole('button', { name: /^Anmeldung zurücksetzen/ }).click();
  const dialog = page.getByRole('alertdialog');
  await expect(dialog).toContainText('Fragen Sie persönlich nach');
  await expect(dialog).toContainText('24 Stunden Zeit zu widersprechen');
  answerPage();
  await dialog.getByRole('button', { name: 'Zurücksetzen' }).click();
  await expect(page.getByText('ist angekündigt')).toBeVisible();
  await expect(
    row.getByText(/Anmeldung wird zurückgesetzt am .* Veranlasst von Admin/),
  ).toBeVisible();
  await expect(row.getByText('User Musterhaus', { exact: true })).toBeFocused();
  await row.getByRole('button', { name: /^Zurücksetzung absagen/ }).click();
  await dialog.getByRole('button', { name: 'Absagen' }).click();
  await expect(row.getByText('Wird zurückgesetzt')).toHaveCount(0);

  await row.getByRole('button', { name: /^Anmeldung zurücksetzen/ }).click();
  await dialog.getByRole('button', { name: 'Zurücksetzen' }).click();
  await expect(row.getByText('Wird zurückgesetzt')).toBeVisible();
  const token = 'stop'.repeat(10);
  await sql(databaseUrl(), `UPDATE factor_resets SET token_hash = sha256('${token}')`);
  await page.goto(`${portalUrl()}/portal/keep-factor#${token}`);
  await page.getByRole('button', { name: 'Nicht zurücksetzen' }).click();
  await expect(page.getByRole('heading', { level: 1 })).toHaveText(
    'Ihre Anmeldung bleibt, wie sie ist',
  );
  await page.goto(`${portalUrl()}/portal/settings/team`);
  await row.getByRole('button', { name: /^Anmeldung zurücksetzen/ }).click();
  await dialog.getByRole('button', { name: 'Zurücksetzen' }).click();
  await expect(row.getByText('Wird zurückgesetzt')).toBeVisible();
  await sql(databaseUrl(), 'UPDATE factor_resets SET due_at = now()');
  await signIn(page, MEMBER);
});

test('an admin requires secure sign-in; who has none, or a password from somebody else, sets it up first, and goes on where they were', async ({
  page,
  member: _,
}) => {
  const give = `INSERT INTO passkeys
    (id, user_id, credential_id, public_key, transports, counter, name, synced, created_at)
    SELECT gen_random_uuid(), id, 'required', '', '{}', 0, 'Laptop', false, now()
      FROM users WHERE email = '${ADMIN}'`;
  await sql(databaseUrl(), give);
  await signIn(page, ADMIN);
  await page.goto(`${portalUrl()}/portal/settings/team`);
  const card = page.getByRole('region', { name: 'Sichere Anmeldung für alle' });
  await expect(card.getByText(/1 von \d+ Personen/)).toBeVisible();
  await card.getByLabel('Zeit zum Einrichten').selectOption('keine, gilt sofort');
  await card.getByRole('button', { name: 'Von allen verlangen' }).click();
  const dialog = page.getByRole('alertdialog');
  await expect(dialog).toContainText('bevor sie weiterarbeiten können');
  await dialog.getByRole('button', { name: 'Verlangen' }).click();
  await expect(card.getByText('Für alle verlangt seit')).toBeVisible();

  const [known] = await sql<{ before: string }>(
    databaseUrl(),
    `UPDATE users SET password_given = true WHERE email = '${MEMBER}'
     RETURNING password_hash AS before`,
  );
  await page.context().clearCookies();
  await page.goto(authorizeUrl());
  await fillSignIn(page, MEMBER);
  await expect(page.getByRole('heading', { level: 1 })).toHaveText(
    'Wählen Sie ein eigenes Passwort',
  );
  await page.getByLabel('Bisheriges Passwort').fill(PASSWORD);
  await page.getByLabel('Neues Passwort').fill('drei-blaue-elefanten');
  await page.getByRole('button', { name: 'Passwort ändern' }).click();
  await expect(page.getByRole('heading', { level: 1 })).toHaveText('Sichern Sie Ihre Anmeldung ab');
  await expect(page.getByText('Danach entscheiden Sie, was Maklerwelt CRM')).toBeVisible();
  await expect(
    page.getByText(/^Musterhaus Versicherungsmakler GmbH verlangt seit .* von allen einen Passkey/),
  ).toBeVisible();
  await expect(page.getByRole('button', { name: 'Später einrichten' })).toHaveCount(0);
  await sql(
    databaseUrl(),
    `UPDATE users SET password_hash = '${known?.before}' WHERE email = '${MEMBER}'`,
  );
  const section = page.getByRole('region', { name: 'Anmeldung in zwei Schritten' });
  await section.getByRole('button', { name: 'Einrichten' }).click();
  await section.getByLabel('Ihr Passwort').fill(PASSWORD);
  await section.getByRole('button', { name: 'Weiter' }).click();
  const secret = (await section.locator('code').textContent())?.replaceAll(' ', '') ?? '';
  const code = new TOTP({ secret: Secret.fromBase32(secret) }).generate();
  await section.getByLabel('Code aus der App').fill(code);
  await section.getByRole('button', { name: 'Einschalten' }).click();
  await expect(page.getByText('Ihre Anmeldung ist abgesichert.')).toBeVisible();
  await page.getByRole('button', { name: 'Weiter', exact: true }).click();
  await expect(page).toHaveURL(/oauth\/authorize\?/);
  await expect(page.getByRole('button', { name: 'Zugriff erlauben' })).toBeVisible();
});

test('before a required second factor is due, its page says who requires it from when on, and leads back', async ({
  page,
}) => {
  await signIn(page, MEMBER);
  await owed(page, new Date(Date.now() + 5 * 86_400_000).toISOString(), 'account');
  await page.goto(`${portalUrl()}/portal/second-factor?returnTo=%2Fsettings%2Fconnections`);
  await expect(page.getByText(/ verlangt ab .* Bis dahin arbeiten Sie wie gewohnt/)).toBeVisible();
  await page.getByRole('button', { name: 'Später einrichten' }).click();
  await expect(page).toHaveURL(`${portalUrl()}/portal/settings/connections`);
});

test.afterEach(async () => {
  await sql(
    databaseUrl(),
    `UPDATE accounts SET second_factor_from = NULL; DELETE FROM second_factors;
     DELETE FROM factor_resets;
     DELETE FROM passkeys WHERE credential_id = 'required'`,
  );
});
