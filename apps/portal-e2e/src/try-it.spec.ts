import type { Page, Response } from '@playwright/test';
import { demoUrl, expect, MEMBER, OPERATOR, portalUrl, signIn, test } from './harness/fixtures';

const CLIENTS = '/admin/v7/oauth-clients';
const button = (page: Page, name: string | RegExp) => page.getByRole('button', { name });
const region = (page: Page, name: string | RegExp) => page.getByRole('region', { name });

/** Each is the reason that the request log gives for it; what takes a minute is left out. */
const MISTAKES = [
  'redirect_uri_unregistered',
  'scope_invalid',
  'pkce_required',
  'code_challenge_method_unsupported',
  'client_secret_wrong',
  'client_secret_missing',
  'grant_type_missing',
  'parameters_in_resource',
  'code_unknown',
  'code_already_used',
  'redirect_uri_mismatch',
  'code_verifier_missing',
  'code_verifier_mismatch',
  'refresh_token_reused',
  'refresh_token_unknown',
];
const REFUSED_CALLS = [
  ['token_revoked', '401 Unauthorized', 'invalid_token'],
  ['insufficient_scope', '403 Forbidden', 'insufficient_scope'],
] as const;

/** Notes each code and token that comes; tells which of them have been kept where others find them. */
function watchSecrets(page: Page): { secrets: string[]; kept: () => Promise<string[]> } {
  const secrets: string[] = [];
  const logged: string[] = [];
  /** Settled, since each may fail long before anybody asks. */
  const reading: Promise<PromiseSettledResult<void>[]>[] = [];
  const read = async (response: Response): Promise<void> => {
    const answer = (await response.json()) as Record<string, unknown>;
    const { code } = (answer['resource'] ?? {}) as Record<string, unknown>;
    for (const value of [code, answer['access_token'], answer['refresh_token']]) {
      if (typeof value === 'string') secrets.push(value);
    }
  };
  page.on('console', (message) => logged.push(message.text()));
  page.on('response', (response) => {
    if (/oauth-(tokens|codes)$/.test(response.url()))
      reading.push(Promise.allSettled([read(response)]));
  });
  return {
    secrets,
    kept: async () => {
      const read = (await Promise.all(reading)).flat();
      expect(read.filter(({ status }) => status === 'rejected')).toEqual([]);
      const stored = await page.evaluate(() =>
        JSON.stringify([
          { ...localStorage },
          { ...sessionStorage },
          history.state,
          document.cookie,
          performance.getEntriesByType('resource').map(({ name }) => name),
        ]),
      );
      const places = [page.url(), stored, ...logged].join(' ');
      return secrets.filter((secret) => places.includes(secret));
    },
  };
}

let id: string;
let clientSecret: string;

/** A client of this test alone, and its developer. */
test.beforeEach(async ({ page }, { testId }) => {
  await signIn(page, OPERATOR);
  const created = await page.request.post(`${portalUrl()}${CLIENTS}`, {
    data: {
      resource: {
        clientId: `try-${testId.slice(-20)}-${Date.now()}`,
        name: 'Bestandsblick',
        publisher: 'Bestandsblick GmbH',
        kind: 'confidential',
        redirectUris: [`${demoUrl()}/elsewhere`, `${portalUrl()}/portal/developer/callback`],
        scopes: ['read', 'readwrite'],
      },
    },
  });
  expect(created.status()).toBe(201);
  const { resource } = await created.json();
  id = resource.id;
  clientSecret = resource.secret.value;
  const named = await page.request.post(`${portalUrl()}${CLIENTS}/${id}/developers`, {
    data: { resource: { email: MEMBER } },
  });
  expect(named.status()).toBe(201);
});
test.afterEach(async ({ page }) => {
  await signIn(page, OPERATOR);
  await page.request.delete(`${portalUrl()}${CLIENTS}/${id}`);
});

test('a developer goes through the whole flow with their own client, and makes each mistake on purpose', async ({
  page,
}) => {
  const { secrets, kept: keptSecrets } = watchSecrets(page);
  secrets.push(clientSecret);
  await signIn(page, MEMBER);
  await page.goto(`${portalUrl()}/portal/settings/developer/${id}`);
  await page.getByRole('link', { name: 'Ablauf Schritt für Schritt ausprobieren' }).click();
  await expect(page.getByRole('heading', { level: 1 })).toHaveText('Bestandsblick ausprobieren');
  await page.getByLabel('Secret', { exact: true }).fill(clientSecret);

  await expect(page.getByLabel('Weiterleitungsadresse')).toHaveValue(
    /\/portal\/developer\/callback$/,
  );
  const opened = page.waitForEvent('popup');
  await page.getByRole('link', { name: 'Freigabeseite in neuem Tab öffnen' }).click();
  const consent = await opened;
  await button(consent, 'Zugriff erlauben').click();
  await expect(consent.getByText('Die Antwort ist im anderen Tab angekommen.')).toBeVisible();
  expect(consent.url()).not.toContain('code=');
  await consent.close();
  await expect(page.getByText('Der Code ist da.')).toBeVisible();

  const exchange = region(page, '2. Code einlösen');
  await button(page, 'Code einlösen').click();
  await expect(exchange.getByText('200 OK')).toBeVisible();
  await expect(exchange.getByRole('term').filter({ hasText: 'connection_id' })).toBeVisible();
  const sample = exchange.getByRole('tabpanel');
  await expect(sample).toContainText('client_secret=$CLIENT_SECRET');
  await exchange.getByRole('tab', { name: 'curl' }).press('ArrowRight');
  await expect(exchange.getByRole('tab', { name: 'TypeScript' })).toBeFocused();
  await expect(sample).toContainText('process.env.CLIENT_SECRET!');
  await expect(exchange).not.toContainText(clientSecret);
  await button(page, 'Secrets und Token anzeigen').first().click();
  await expect(sample).toContainText(clientSecret);
  expect(await keptSecrets()).toEqual([]);

  await button(page, 'API aufrufen').click();
  await expect(region(page, '3. Erste Anfrage').getByText(MEMBER)).toBeVisible();
  await button(page, 'Token erneuern').click();
  await expect(region(page, '4. Erneuern').getByText('200 OK')).toBeVisible();

  const mistakes = region(page, 'Fehler zum Nachstellen');
  for (const name of MISTAKES) {
    await mistakes.getByLabel('Fehler', { exact: true }).selectOption(name);
    await button(page, 'Fehler auslösen').click();
    if (name === 'refresh_token_reused') await button(page, 'Senden').click();
    await expect(mistakes.locator('.fx-notice code')).toHaveText(name);
  }
  for (const [name, status, code] of REFUSED_CALLS) {
    await mistakes.getByLabel('Fehler', { exact: true }).selectOption(name);
    await button(page, 'Fehler auslösen').click();
    await expect(mistakes.locator('.fx-chip').last()).toHaveText(status);
    await expect(mistakes.getByRole('link', { name: new RegExp(code) })).toBeVisible();
  }

  await button(page, /^Token beenden und API/).click();
  await page.getByRole('alertdialog').getByRole('button', { name: 'Beenden' }).click();
  const end = region(page, '5. Beenden');
  await expect(end.getByText('401 Unauthorized')).toBeVisible();
  await expect(end.getByText('invalid_token').first()).toBeVisible();

  // The secret, both pairs of tokens, and what the mistakes were made with.
  expect(secrets.length).toBeGreaterThan(10);
  expect(await keptSecrets()).toEqual([]);

  await page.getByRole('link', { name: 'Zur Anwendung' }).click();
  const log = region(page, 'Anfragen');
  await log.getByRole('searchbox').fill('redirect_uri_unregistered');
  const failure = log.getByRole('listitem').filter({ hasText: 'redirect_uri_unregistered' });
  await failure.getByRole('link', { name: 'Diesen Fehler nachstellen' }).click();
  await expect(page.getByText(/^Sie wollen .Nicht registrierte/)).toBeVisible();
  const wrong = `redirect_uri=${portalUrl()}/portal/developer/callback/`;
  await expect(page.getByRole('listitem').filter({ hasText: wrong })).toBeVisible();
  await expect(mistakes.getByLabel('Fehler', { exact: true })).toHaveValue(
    'redirect_uri_unregistered',
  );
  await expect(mistakes.getByText(/^Gesendet wird, was Ihre Anwendung gesendet hat/)).toBeVisible();
});
