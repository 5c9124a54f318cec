import type { Page } from '@playwright/test';
import { plugIn } from './harness/authenticator';
import { expect, OTHER_ADMIN, PASSWORD, portalUrl, signIn, test } from './harness/fixtures';

const security = (): string => `${portalUrl()}/portal/settings/security`;

/** The device answers what the field offers at once, and would leave nothing to click. */
const offerNothingInFields = (page: Page) =>
  page.addInitScript(() => {
    PublicKeyCredential.isConditionalMediationAvailable = () => Promise.resolve(false);
  });

test('a passkey: made with the password, signs in without it, and no more once it is removed', async ({
  page,
}) => {
  await plugIn(page);
  await offerNothingInFields(page);
  await signIn(page, OTHER_ADMIN);
  await page.goto(security());
  const section = page.getByRole('region', { name: 'Passkeys' });
  await section.getByRole('button', { name: 'Passkey hinzufügen' }).click();
  const name = section.getByLabel('Name des Passkeys');
  await expect(name).toBeFocused();
  await section.getByRole('button', { name: 'Passkey anlegen' }).click();
  await expect(name).toHaveAccessibleDescription('Bitte geben Sie einen Namen ein.');
  await name.fill('Diensthandy');
  const password = section.getByLabel('Ihr Passwort');
  await password.fill('nicht das Passwort');
  await section.getByRole('button', { name: 'Passkey anlegen' }).click();
  await expect(section.getByText('Das ist nicht Ihr Passwort.')).toBeVisible();
  await password.fill(PASSWORD);
  await section.getByRole('button', { name: 'Passkey anlegen' }).click();
  await expect(section.getByRole('listitem')).toContainText(/Diensthandy.*Noch nicht benutzt/);

  await page.context().clearCookies();
  await page.goto(security());
  await page.getByRole('button', { name: 'Passkey verwenden' }).click();
  await expect(page).toHaveURL(security());
  await expect(section.getByRole('listitem')).toContainText('Zuletzt benutzt');

  await section.getByRole('button', { name: 'Entfernen: Diensthandy' }).click();
  // Nobody is locked out: who has no password is told where to get one.
  await expect(page.getByText('Es ist Ihr letzter Passkey')).toBeVisible();
  await page.getByRole('button', { name: 'Passkey entfernen' }).click();
  await expect(section.getByText('Sie haben noch keinen Passkey.')).toBeVisible();
  await page.context().clearCookies();
  await page.goto(security());
  await page.getByRole('button', { name: 'Passkey verwenden' }).click();
  await expect(page.getByText('Dieser Passkey wurde nicht angenommen.')).toBeVisible();
});

test('a passkey is offered in the field for the e-mail address', async ({ page }) => {
  await plugIn(page);
  await signIn(page, OTHER_ADMIN);
  await page.goto(security());
  const section = page.getByRole('region', { name: 'Passkeys' });
  await section.getByRole('button', { name: 'Passkey hinzufügen' }).click();
  await section.getByLabel('Name des Passkeys').fill('Laptop');
  await section.getByLabel('Ihr Passwort').fill(PASSWORD);
  await section.getByRole('button', { name: 'Passkey anlegen' }).click();
  await expect(section.getByRole('listitem')).toContainText('Laptop');

  await page.context().clearCookies();
  await page.goto(security());
  // Chosen in the field, which a device without a user does at once.
  await expect(page).toHaveURL(security());
  await expect(section.getByRole('listitem')).toContainText('Zuletzt benutzt');
  await section.getByRole('button', { name: 'Entfernen: Laptop' }).click();
  await page.getByRole('button', { name: 'Passkey entfernen' }).click();
  await expect(section.getByText('Sie haben noch keinen Passkey.')).toBeVisible();
});

test('a passkey proves in the middle of what one does that it is oneself, instead of the password', async ({
  page,
}) => {
  await plugIn(page);
  await offerNothingInFields(page);
  await signIn(page, OTHER_ADMIN);
  await page.goto(security());
  const section = page.getByRole('region', { name: 'Passkeys' });
  await section.getByRole('button', { name: 'Passkey hinzufügen' }).click();
  await expect(section.getByRole('button', { name: 'Stattdessen Passkey' })).toBeHidden();
  await section.getByLabel('Name des Passkeys').fill('Laptop');
  await section.getByLabel('Ihr Passwort').fill(PASSWORD);
  await section.getByRole('button', { name: 'Passkey anlegen' }).click();
  await expect(section.getByRole('listitem')).toContainText('Laptop');

  // As if the sign-in were long ago.
  await page.route(
    /\/users\/me\/passkeys\/[\w-]+$/,
    (route) =>
      route.fulfill({
        status: 403,
        contentType: 'application/problem+json',
        json: { status: 403, code: 'identity_proof_required', errors: [] },
      }),
    { times: 1 },
  );
  await section.getByRole('button', { name: 'Entfernen: Laptop' }).click();
  await page.getByRole('button', { name: 'Passkey entfernen' }).click();
  await page.getByRole('button', { name: 'Stattdessen Passkey verwenden' }).click();
  await expect(section.getByText('Sie haben noch keinen Passkey.')).toBeVisible();
});
