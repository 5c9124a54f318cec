import type { Page } from '@playwright/test';
import { sql } from '@flixcheck/test-harness';
import { expect, MEMBER, OPERATOR, PASSWORD, portalUrl, signIn, test } from './harness/fixtures';
import { movedByLateParts } from './harness/late-parts';
import { databaseUrl } from './harness/place';
import { LOGO } from './harness/registry-states';

const CLIENTS = '/admin/v7/oauth-clients';
const registry = (path = ''): string => `${portalUrl()}/portal/settings/registry${path}`;
const button = (page: Page, name: string | RegExp) => page.getByRole('button', { name });
const field = (page: Page, name: string) => page.getByRole('textbox', { name, exact: true });
const pkce = (page: Page) => page.getByRole('checkbox', { name: 'PKCE verlangen' });

let clientId: string;
let id: string;
let firstSecret: string;

/** A client of this test alone, in whose place nobody else changes anything. */
test.beforeEach(async ({ page }, { testId }) => {
  await signIn(page, OPERATOR);
  clientId = `pages-${testId.slice(-20)}-${Date.now()}`;
  const created = await page.request.post(`${portalUrl()}${CLIENTS}`, {
    data: {
      resource: {
        clientId,
        name: 'Bestandsblick',
        publisher: 'Bestandsblick GmbH',
        kind: 'confidential',
        redirectUris: ['https://bestandsblick.example/callback'],
        scopes: ['read', 'readwrite'],
        requirePkce: false,
      },
    },
  });
  expect(created.status()).toBe(201);
  const { resource } = await created.json();
  id = resource.id;
  firstSecret = resource.secret.value;
});
test.afterEach(async ({ page }) => {
  await page.request.delete(`${portalUrl()}${CLIENTS}/${id}`);
});

const read = async (page: Page) =>
  (await (await page.request.get(`${portalUrl()}${CLIENTS}/${id}`)).json()).resource;

test('an operator registers an application; each mistake is explained where it was made', async ({
  page,
}) => {
  await page.goto(`${portalUrl()}/portal/settings/security`);
  await page.getByRole('link', { name: 'Anwendungen' }).click();
  await page.getByRole('link', { name: 'Anwendung registrieren' }).click();
  await button(page, 'Anwendung registrieren').click();
  await expect(field(page, 'Name')).toBeFocused();
  await expect(field(page, 'Name')).toHaveAccessibleDescription(/Bitte ausfüllen/);
  await field(page, 'Name').fill('Neues CRM');
  await field(page, 'Anbieter').fill('Neues CRM GmbH');

  const uri = field(page, 'Weiterleitungsadresse 1');
  await uri.fill('http://');
  await expect(uri).toHaveAccessibleDescription(/Bitte ausfüllen|https:\/\/ beginnen/);
  for (const [typed, said] of [
    ['http://crm.example/cb', /Nur https:\/\/ ist erlaubt/],
    ['https://crm.example/cb#x', /darf kein # enthalten/],
    ['https://crm.example/cb?state=1', /„state“ darf nicht/],
    ['https://*.crm.example/cb', /Platzhalter/],
    ['https://crm.example/cb', /kann registriert werden/],
  ] as const) {
    await uri.fill(typed);
    await expect(uri).toHaveAccessibleDescription(said);
  }
  await pkce(page).uncheck();
  await expect(page.getByText(/^Ohne PKCE kann/)).toBeVisible();
  await pkce(page).check();
  // Nobody is given a right that nobody has chosen.
  const viewing = page.getByRole('checkbox', { name: /^Nur ansehen/ });
  await expect(viewing).not.toBeChecked();
  await button(page, 'Anwendung registrieren').click();
  await expect(viewing).toBeFocused();
  await viewing.check();

  await button(page, 'Vorschau').click();
  const preview = page.getByRole('dialog');
  await expect(preview.getByRole('heading', { level: 1, name: /Neues CRM/ })).toBeVisible();
  await preview.getByRole('button', { name: 'Zugriff erlauben' }).click();
  await expect(preview.getByText(/In der Vorschau passiert nichts/)).toBeVisible();
  await preview.getByRole('button', { name: 'Vorschau schließen' }).click();

  // What only the API knows lands on its field, too.
  await page.getByRole('textbox', { name: /^Client-ID/ }).fill(clientId);
  await button(page, 'Anwendung registrieren').click();
  const taken = page.getByRole('textbox', { name: /^Client-ID/ });
  await expect(taken).toBeFocused();
  await expect(taken).toHaveAccessibleDescription(/ist oder war vergeben/);
  await taken.fill('');
  await button(page, 'Anwendung registrieren').click();
  await expect(
    page.getByRole('heading', { level: 1, name: 'Neues CRM ist registriert' }),
  ).toBeFocused();
  await expect(page.getByText(/nur jetzt zu sehen/)).toBeVisible();
  await page.context().grantPermissions(['clipboard-read', 'clipboard-write']);
  await button(page, 'Secret kopieren').click();
  await expect(button(page, 'Secret kopieren')).toHaveText(/Kopiert/);
  expect(await page.evaluate(() => navigator.clipboard.readText())).toMatch(/^[\w-]{43}$/);
  // Nobody has to send the secret: the developer is invited from here.
  const developer = page.getByRole('textbox', { name: 'E-Mail-Adresse des Entwicklers' });
  await button(page, 'Entwickler hinzufügen').click();
  await expect(developer).toBeFocused();
  await expect(developer).toHaveAccessibleDescription(/vollständige E-Mail-Adresse/);
  await developer.fill('neue-entwicklerin@crm.example');
  await expect(developer).not.toHaveAccessibleDescription(/vollständige/);
  await button(page, 'Entwickler hinzufügen').click();
  await button(page, 'Einladung senden').click();
  await expect(page.getByText('eingeladen von Operator Flixcheck')).toBeVisible();
  await page.getByRole('link', { name: 'Zur Anwendung' }).click();
  await expect(page.getByRole('heading', { level: 1, name: 'Neues CRM' })).toBeVisible();

  await button(page, 'Löschen …').click();
  const dialog = page.getByRole('alertdialog');
  await dialog.getByRole('button', { name: 'Für immer löschen' }).click();
  await expect(dialog.getByRole('textbox')).toHaveAccessibleDescription(/nicht der Name/);
  await dialog.getByRole('textbox').fill('Neues CRM');
  await dialog.getByRole('button', { name: 'Für immer löschen' }).click();
  await expect(page).toHaveURL(registry());
});

test('nothing moves on an application’s page while its parts come', async ({ page }) => {
  const accounts = await page.request.get(`${portalUrl()}/admin/v7/accounts?limit=1`);
  const [company] = (await accounts.json()).resources;
  const limited = await page.request.patch(`${portalUrl()}${CLIENTS}/${id}`, {
    data: { resource: { accountIds: [company.id] } },
  });
  expect(limited.status()).toBe(200);
  const invited = await page.request.post(`${portalUrl()}${CLIENTS}/${id}/developer-invitations`, {
    data: { resource: { email: 'neuer-entwickler@crm.example', locale: 'de' } },
  });
  expect(invited.status()).toBe(201);
  const parts = [
    `/${id}/connections`,
    `/${id}/developers`,
    '/developer-invitations',
    '/mail-origin',
    `/${id}/statistics`,
    `/${id}/diagnosis`,
    `/${id}/requests`,
    '/accounts',
  ];
  expect(await movedByLateParts(page, registry(`/${id}`), parts)).toEqual([]);
});

test('somebody else’s change is noticed, and neither of the two is lost', async ({ page }) => {
  await page.goto(registry(`/${id}`));
  await field(page, 'Name').fill('Bestandsblick Plus');
  await page.request.patch(`${portalUrl()}${CLIENTS}/${id}`, {
    data: { resource: { description: 'Von jemand anderem.' } },
  });
  await button(page, 'Änderungen speichern').click();
  await expect(
    page.getByText(/hat jemand anderes die Anwendung geändert: Beschreibung/),
  ).toBeVisible();
  expect((await read(page)).name).toBe('Bestandsblick');
  await expect(page.getByLabel('Beschreibung (Deutsch)')).toHaveValue('Von jemand anderem.');
  await expect(field(page, 'Name')).toHaveValue('Bestandsblick Plus');
  await button(page, 'Änderungen speichern').click();
  await expect(page.getByText('Die Änderungen sind gespeichert.')).toBeVisible();
  expect(await read(page)).toMatchObject({
    name: 'Bestandsblick Plus',
    description: 'Von jemand anderem.',
  });

  // What has been typed is not lost by a wrong click either.
  await field(page, 'Anbieter').fill('Andere GmbH');
  await page.getByRole('link', { name: 'Alle Anwendungen' }).click();
  await page.getByRole('alertdialog').getByRole('button', { name: 'Abbrechen' }).click();
  await expect(field(page, 'Anbieter')).toHaveValue('Andere GmbH');
});

test('a secret follows another in three steps, after a proof of identity; one in use is ended only after a second question', async ({
  page,
  request,
}) => {
  const authenticate = (secret: string) =>
    request.post(`${portalUrl()}/guest/v7/oauth-tokens`, {
      form: { grant_type: 'refresh_token', refresh_token: 'x' },
      headers: {
        authorization: `Basic ${Buffer.from(`${clientId}:${secret}`).toString('base64')}`,
      },
    });
  await page.goto(registry(`/${id}`));
  await button(page, 'Zweites Secret anlegen').click();
  await expect(page.getByLabel(/^Name des Secrets/)).toBeFocused();
  await page.getByLabel(/^Name des Secrets/).fill('Produktion');
  await sql(databaseUrl(), `UPDATE sessions SET created_at = created_at - interval '11 minutes'`);
  await button(page, 'Anlegen').click();
  const question = page.getByRole('dialog', { name: 'Sind Sie es?' });
  const password = question.getByLabel('Ihr Passwort');
  await expect(password).toBeFocused();
  await page.keyboard.press('Escape');
  await expect(page.getByText(/^Nichts wurde geändert/)).toBeVisible();
  await button(page, 'Anlegen').click();
  await password.fill('nicht das Passwort');
  await page.keyboard.press('Enter');
  await expect(question.getByText('Das ist nicht Ihr Passwort.')).toBeVisible();
  await password.fill(PASSWORD);
  await page.keyboard.press('Enter');
  await expect(page.getByText(/Noch nicht benutzt/)).toBeVisible();
  await expect(page.getByRole('group', { name: 'Secret' })).toBeFocused();
  const secret = await page.getByRole('group', { name: 'Secret' }).locator('code').innerText();
  expect((await authenticate(secret)).status()).toBe(400);
  await expect(page.getByText('Die Anwendung benutzt das neue Secret.')).toBeVisible({
    timeout: 15_000,
  });
  // What went wrong with it has come into the request log meanwhile.
  const requests = page.getByRole('region', { name: 'Anfragen' });
  await expect(requests.getByText(/Refresh-Token hat 1 Zeichen, ein echtes hat 86/)).toBeVisible({
    timeout: 15_000,
  });
  await requests.getByLabel('Ergebnis').selectOption('Nur gelungene');
  await expect(requests.getByRole('heading', { name: 'Keine Anfragen' })).toBeVisible();
  await requests.getByRole('button', { name: 'Alle anzeigen' }).click();
  await expect(
    requests.getByRole('link', { name: 'So beheben Sie das: refresh_token_unknown' }),
  ).toBeVisible();

  await button(page, 'Secret Produktion beenden').click();
  const dialog = page.getByRole('alertdialog');
  await expect(dialog.getByText('Secret Produktion wird noch benutzt')).toBeVisible();
  await dialog.getByRole('button', { name: 'Abbrechen' }).click();
  await button(page, 'Bisheriges Secret beenden').click();
  await dialog.getByRole('button', { name: 'Secret beenden' }).click();
  await expect(button(page, 'Zweites Secret anlegen')).toBeVisible();
  await expect(page.getByRole('heading', { name: /^Secret wechseln/ })).toBeFocused();
  expect((await read(page)).secrets).toMatchObject([{ name: 'Produktion' }]);
});

test('what narrows the request log is in the address: a reload and Back keep it', async ({
  page,
}) => {
  await page.goto(registry(`/${id}`));
  const log = page.getByRole('region', { name: 'Anfragen' });
  const outcome = log.getByLabel('Ergebnis');
  const search = log.getByRole('searchbox');
  await outcome.scrollIntoViewIfNeeded();
  const before = await page.evaluate(() => scrollY);
  await outcome.selectOption('Nur gescheiterte');
  await log.getByLabel('Zeitraum').selectOption('Letzte 24 Stunden');
  await search.fill('redirect');
  await expect(page).toHaveURL(/\?outcome=failure&hours=24&q=redirect$/);
  expect(await page.evaluate(() => scrollY)).toBe(before);
  await expect(search).toBeFocused();
  const kept = async () => {
    await expect(outcome).toHaveValue('failure');
    await expect(log.getByLabel('Zeitraum')).toHaveValue('24');
    await expect(search).toHaveValue('redirect');
    await expect(log.getByRole('heading', { name: 'Keine Anfragen' })).toBeVisible();
  };
  await page.reload();
  await kept();
  await page.getByRole('link', { name: 'Anwendungen', exact: true }).first().click();
  await expect(page.getByRole('heading', { level: 1 })).toHaveText('Registrierte Anwendungen');
  await page.goBack();
  await kept();
  await log.getByRole('button', { name: 'Alle anzeigen' }).click();
  await expect(page).toHaveURL(registry(`/${id}`));
  await page.goto(registry(`/${id}?outcome=neither&hours=5`));
  await expect(outcome).toHaveValue('');
});

test('a logo is looked at before it is saved, shown from here, and removed after a question', async ({
  page,
}) => {
  await page.goto(registry(`/${id}`));
  const section = page.getByRole('region', { name: 'Logo' });
  const picker = section.locator('input[type=file]');
  await picker.setInputFiles({
    name: 'logo.svg',
    mimeType: 'image/svg+xml',
    buffer: Buffer.from('<svg xmlns="http://www.w3.org/2000/svg"/>'),
  });
  await expect(section.getByRole('alert')).toContainText('Das ist kein PNG, JPEG oder WebP.');
  await picker.setInputFiles(LOGO);
  const save = section.getByRole('button', { name: 'Logo speichern' });
  await expect(save).toBeFocused();
  await expect(section.getByText('„logo.png“ ist noch nicht gespeichert.')).toBeVisible();
  expect((await read(page)).logoUri).toBeNull();
  await save.click();
  await expect(page.getByText('Das Logo ist gespeichert.')).toBeVisible();
  const { logoUri } = await read(page);
  expect(new URL(logoUri).origin).toBe(new URL(portalUrl()).origin);
  await expect(section.locator('img').first()).toHaveJSProperty('complete', true);

  await section.getByRole('button', { name: 'Logo entfernen' }).click();
  await page.getByRole('alertdialog').getByRole('button', { name: 'Logo entfernen' }).click();
  await expect(page.getByText('Das Logo ist entfernt.')).toBeVisible();
  expect((await read(page)).logoUri).toBeNull();
});

test('switching off says in numbers what it ends', async ({ page, member, admin }) => {
  await member.connect('read', 'maklerwelt-crm');
  await admin.connect('read', 'maklerwelt-crm');
  await page.goto(registry('?q=maklerwelt-crm'));
  await page.getByRole('link', { name: 'Maklerwelt CRM' }).click();
  const harm = 'Beendet 2 Verbindungen bei einem Unternehmen.';
  await expect(page.getByText(harm)).toBeVisible();
  await button(page, 'Abschalten').click();
  await expect(page.getByRole('alertdialog').getByText(harm)).toBeVisible();
  await page.getByRole('alertdialog').getByRole('button', { name: 'Abbrechen' }).click();

  await page.goto(registry(`/${id}`));
  await button(page, 'Abschalten').click();
  await page.getByRole('alertdialog').getByRole('button', { name: 'Abschalten' }).click();
  await expect(page.getByText('Bestandsblick ist abgeschaltet.')).toBeVisible();
  await page.goto(registry('?state=disabled'));
  await expect(page.getByRole('link', { name: 'Bestandsblick' })).toBeVisible();
  await page.goto(registry(`/${id}`));
  await button(page, 'Einschalten').click();
  await page.getByRole('alertdialog').getByRole('button', { name: 'Einschalten' }).click();
  await expect(page.getByText('Bestandsblick ist wieder eingeschaltet.')).toBeVisible();
});

test('an application for chosen companies says before saving what that ends; others read whom to ask', async ({
  page,
  member,
}) => {
  await member.connect('read', clientId, firstSecret);
  await page.goto(registry(`/${id}`));
  await page.getByRole('radio', { name: 'Ausgewählten Unternehmen' }).check();
  await button(page, 'Änderungen speichern').click();
  await expect(page.getByText('Bitte wählen Sie mindestens ein Unternehmen.')).toBeVisible();
  await page.getByRole('searchbox', { name: 'Unternehmen suchen' }).fill('beispiel');
  // It stands in the form, and saves nothing.
  await page.getByRole('searchbox', { name: 'Unternehmen suchen' }).press('Enter');
  const company = page.getByRole('checkbox', { name: 'Beispiel Assekuranz AG' });
  await company.check();
  await button(page, 'Beispiel Assekuranz AG entfernen').click();
  await expect(page.getByRole('searchbox', { name: 'Unternehmen suchen' })).toBeFocused();
  await company.check();
  await page.getByRole('searchbox', { name: 'Unternehmen suchen' }).press('Enter');
  await expect(page.getByRole('alertdialog')).toHaveCount(0);
  const harm = 'Beendet 1 Verbindung bei einem Unternehmen.';
  const visibility = page.getByRole('region', { name: 'Sichtbarkeit' });
  await expect(visibility.getByText(harm)).toBeVisible();
  await button(page, 'Änderungen speichern').click();
  const dialog = page.getByRole('alertdialog');
  await expect(dialog.getByText(harm)).toBeVisible();
  await dialog.getByRole('button', { name: 'Abbrechen' }).click();
  await expect(dialog).toBeHidden();
  expect((await read(page)).accountIds).toBeNull();
  await button(page, 'Änderungen speichern').click();
  await dialog.getByRole('button', { name: 'Speichern und Verbindungen beenden' }).click();
  await expect(page.getByText('Die Änderungen sind gespeichert.')).toBeVisible();
  expect((await read(page)).accounts).toMatchObject([{ name: 'Beispiel Assekuranz AG' }]);
  await expect(page.getByText('Zurzeit gibt es keine aktiven Verbindungen.')).toBeVisible();

  await signIn(page, MEMBER);
  await page.goto(`${portalUrl()}/portal/oauth/authorize?clientId=${clientId}&response_type=code`);
  await expect(
    page.getByRole('heading', { name: 'Bestandsblick ist für Ihr Unternehmen nicht vorgesehen' }),
  ).toBeVisible();
  await expect(page.getByText(/an den Anbieter, Bestandsblick GmbH/)).toBeVisible();
  await expect(button(page, 'Freigabe anfragen')).toHaveCount(0);
  await expect(button(page, /^Ohne Verbindung zurück/)).toBeVisible();
  await signIn(page, OPERATOR);
});

test('nobody but operators is led to the registry, or let in', async ({ page }) => {
  await page.request.delete(`${portalUrl()}${CLIENTS}/${id}`);
  await signIn(page, MEMBER);
  for (const path of ['', '/new', `/${id}`]) {
    await page.goto(registry(path));
    await expect(page.getByText('dem Flixcheck-Betrieb vorbehalten')).toBeVisible();
  }
  await expect(page.getByRole('link', { name: 'Anwendungen', exact: true })).toHaveCount(0);
});
