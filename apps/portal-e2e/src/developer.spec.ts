import type { Page } from '@playwright/test';
import { CLIENT, developing, openSwitchedOff } from './harness/developer-states';
import { expect, MEMBER, OPERATOR, portalUrl, signIn, test } from './harness/fixtures';
import { movedByLateParts } from './harness/late-parts';
import { settings } from './harness/portal-state';

/** From the mail to the desk, without a company at Flixcheck. */
async function becomesDeveloper(page: Page, email: string): Promise<void> {
  const mail = page.getByRole('article').filter({ hasText: email }).first();
  await expect(async () => {
    await page.goto(`${portalUrl()}/portal/demo/mail`);
    await expect(mail).toBeVisible({ timeout: 1000 });
  }).toPass();
  await mail.getByRole('link').click();
  const title = page.getByRole('heading', { level: 1 });
  await expect(title).toHaveText(/Bestandsblick/);
  await expect(page.getByText(/lädt Sie ein, Bestandsblick von Bestandsblick GmbH/)).toBeVisible();
  await page.getByLabel('Vorname').fill('Dora');
  await page.getByLabel('Nachname').fill('Entwicklerin');
  await page.getByLabel('Passwort', { exact: true }).fill('drei-blaue-elefanten');
  await button(page, 'Einladung annehmen').click();
  await expect(title).toHaveText(/Für Entwickler|For developers/);
  expect(page.url()).toBe(`${portalUrl()}/portal/settings/developer`);
  const places = page.getByRole('navigation').getByRole('link');
  await expect(places).toHaveText([
    /Entwickler|developers/,
    /Verbindungen|Connections/,
    /Konto|Account/,
  ]);
  await page.getByRole('link', { name: 'Bestandsblick' }).click();
  await expect(title).toHaveText('Bestandsblick');
  await page.close();
}

const CLIENTS = '/admin/v7/oauth-clients';
const button = (page: Page, name: string | RegExp) => page.getByRole('button', { name });

test('an operator names a developer, who sees a failed exchange appear and rotates the secret', async ({
  page,
  browser,
  request,
}, { testId }) => {
  await signIn(page, OPERATOR);
  const clientId = `desk-${testId.slice(-20)}-${Date.now()}`;
  const created = await page.request.post(`${portalUrl()}${CLIENTS}`, {
    data: {
      resource: {
        clientId,
        name: 'Bestandsblick',
        publisher: 'Bestandsblick GmbH',
        kind: 'confidential',
        redirectUris: ['https://bestandsblick.example/callback'],
        scopes: ['read'],
        requirePkce: false,
      },
    },
  });
  const { id, secret } = (await created.json()).resource;

  await page.goto(`${portalUrl()}/portal/settings/registry/${id}`);
  const address = page.getByRole('textbox', { name: 'E-Mail-Adresse des Entwicklers' });
  const dora = `dora.${Date.now()}@bestandsblick.example`;
  await address.fill(dora);
  await button(page, 'Entwickler hinzufügen').click();
  await expect(
    page.getByRole('status').filter({ hasText: 'gibt es noch kein Konto' }),
  ).toBeVisible();
  await page.getByLabel('Sprache der E-Mail und des Portals').selectOption('English');
  await button(page, 'Einladung senden').click();
  const invited = page.getByRole('listitem').filter({ hasText: dora });
  await expect(invited).toContainText('eingeladen von Operator Flixcheck');
  await becomesDeveloper(await browser.newPage(), dora);
  await page.reload();
  await expect(invited).toContainText('Dora Entwicklerin');

  await address.fill(MEMBER);
  await button(page, 'Entwickler hinzufügen').click();
  await expect(button(page, /^User .* entfernen$/)).toBeVisible();

  await signIn(page, MEMBER);
  await page.goto(`${portalUrl()}/portal/settings/security`);
  await page.getByRole('link', { name: 'Für Entwickler' }).click();
  await page.getByRole('link', { name: 'Bestandsblick' }).click();
  await expect(page.getByText(`--data-urlencode 'client_id=${clientId}'`)).toBeVisible();
  await expect(page.getByRole('main').getByRole('heading', { level: 2 }).first()).toHaveText(
    'Erste Anfrage',
  );
  await page.context().grantPermissions(['clipboard-read', 'clipboard-write']);
  await button(page, 'Beispiel kopieren').click();
  await expect(page.getByText('Das Beispiel ist in der Zwischenablage.')).toBeVisible();
  expect(await page.evaluate(() => navigator.clipboard.readText())).toContain(clientId);
  const log = page.getByRole('region', { name: 'Anfragen' });
  await expect(log.getByText('Keine Anfragen')).toBeVisible();
  const figures = page.getByRole('region', { name: 'Statistik', exact: true });
  await expect(figures.getByText('Noch keine Zahlen')).toBeVisible();
  await request.post(`${portalUrl()}/guest/v7/oauth-tokens`, {
    form: {
      grant_type: 'authorization_code',
      code: 'made-up',
      client_id: clientId,
      client_secret: `${secret.value} `,
    },
  });
  await expect(log.getByText('client_secret_wrong')).toBeVisible({ timeout: 15_000 });
  await expect(log.getByText(/Leerzeichen oder Zeilenumbruch/)).toBeVisible();
  const doctor = page.getByRole('region', { name: 'Diagnose' });
  const found = doctor.getByRole('listitem').filter({ hasText: 'pkce_not_required' });
  await expect(found).toContainText('PKCE ist für die Anwendung nicht vorgeschrieben.');
  await expect(found.getByRole('link', { name: 'Mehr zu pkce_not_required' })).toHaveAttribute(
    'href',
    '/docs/doctor#pkce_not_required',
  );
  // What has failed meanwhile is not passed over, also without a reload.
  await expect(doctor).toContainText('Letzte Anfragen: 1, davon gescheitert: 1.');
  await doctor.getByRole('button', { name: 'Gescheiterte Anfragen anzeigen' }).click();
  await expect(log.getByRole('heading', { name: 'Anfragen', exact: true })).toBeFocused();
  await expect(page).toHaveURL(/outcome=failure/);
  await figures.getByLabel('Zeitraum der Statistik').selectOption('90 Tage');
  const why = figures.getByRole('table', { name: 'Woran Anfragen gescheitert sind' });
  await expect(why.getByRole('row', { name: /^client_secret_wrong 1 / })).toBeVisible();
  await figures.getByText('Als Tabelle anzeigen').click();
  await expect(figures.getByRole('region', { name: 'Statistik als Tabelle' })).toBeVisible();

  await button(page, 'Zweites Secret anlegen').click();
  await button(page, 'Anlegen').click();
  await expect(page.getByRole('group', { name: 'Secret' }).locator('code')).toHaveText(
    /^[\w-]{43}$/,
  );
  await page.getByLabel('Website').fill('bestandsblick');
  await button(page, 'Änderungen speichern').click();
  await expect(page.getByLabel('Website')).toBeFocused();
  await page.getByLabel('Website').fill('https://bestandsblick.example');
  await button(page, 'Änderungen speichern').click();
  await expect(page.getByText('Die Änderungen sind gespeichert.')).toBeVisible();

  await button(page, 'Änderung beantragen').click();
  const uri = page.getByRole('textbox', { name: 'Weiterleitungsadresse 1' });
  await expect(uri).toBeFocused();
  await uri.fill('http://bestandsblick.example/neu');
  await button(page, 'Antrag senden').click();
  await expect(uri).toHaveAccessibleDescription(/Nur https/);
  await uri.fill('https://neu.bestandsblick.example/callback');
  await expect(page.getByText('Neuer Host')).toBeVisible();
  await button(page, 'Antrag senden').click();
  await expect(page.getByText('Offen', { exact: true })).toBeVisible();

  await signIn(page, OPERATOR);
  await page.goto(`${portalUrl()}/portal/settings/registry`);
  await expect(page.getByRole('link', { name: /^Anwendungen \d+ offene/ })).toBeVisible();
  await page
    .getByRole('link', { name: /Änderungsantr/ })
    .last()
    .click();
  const accept = button(page, /^Annehmen: Änderung an Bestandsblick/);
  await expect(accept).toBeVisible();
  await page.request.patch(`${portalUrl()}${CLIENTS}/${id}`, {
    data: { resource: { description: 'Inzwischen anders.' } },
  });
  await accept.click();
  await expect(page.getByText(/Es wurde nichts übernommen/)).toBeVisible();
  await accept.click();
  await expect(page.getByText('Die Änderung an Bestandsblick gilt ab sofort.')).toBeVisible();
  await expect(page.getByRole('heading', { level: 1 })).toBeFocused();

  await page.goto(settings(`registry/${id}`));
  await expect(uri).toHaveValue('https://neu.bestandsblick.example/callback');
  await button(page, /^User .* entfernen$/).click();
  await button(page, 'Entwickler entfernen').click();
  await expect(button(page, /^User .* entfernen$/)).toHaveCount(0);
  await signIn(page, MEMBER);
  await page.goto(`${portalUrl()}/portal/settings/developer/${id}`);
  await expect(page.getByText('Anwendung nicht gefunden')).toBeVisible();
  await expect(page.getByRole('link', { name: 'Für Entwickler' })).toHaveCount(0);

  await signIn(page, OPERATOR);
  await page.request.delete(`${portalUrl()}${CLIENTS}/${id}`);
});

test('an application that is switched off shows its requests, and offers nothing to try', async ({
  page,
}) => {
  await signIn(page, MEMBER);
  await openSwitchedOff(page);
  await expect(page.getByRole('link', { name: /^So beheben Sie/ }).first()).toBeVisible();
  await expect(page.getByRole('link', { name: /nachstellen|ausprobieren/ })).toHaveCount(0);
});

test('nothing moves on an application’s page at the desk while its parts come', async ({
  page,
}) => {
  await signIn(page, MEMBER);
  await developing(page);
  const parts = ['/change-requests', '/statistics', '/diagnosis', '/requests'];
  const moved = await movedByLateParts(page, settings(`developer/${CLIENT.id}`), parts);
  expect(moved).toEqual([]);
});
