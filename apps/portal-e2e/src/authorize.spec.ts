import type { Page, Request } from '@playwright/test';
import {
  ADMIN,
  authorizeUrl,
  demoUrl,
  expect,
  expectAccessible,
  fillSignIn,
  MEMBER,
  pkce,
  PortalApi,
  portalUrl,
  signIn,
  test,
} from './harness/fixtures';

const isCallback = (request: Request): boolean => request.url().startsWith(`${demoUrl()}/callback`);
const isGrant = (request: Request): boolean =>
  request.method() === 'POST' && request.url().endsWith('/user/v7/oauth-codes');

const allow = (page: Page) => page.getByRole('button', { name: 'Zugriff erlauben' });
const heading = (page: Page) => page.getByRole('heading', { level: 1 });

/** Counts what would grant something; nothing may before the click. */
function watchGrants(page: Page): Request[] {
  const grants: Request[] = [];
  page.on('request', (request) => {
    if (isGrant(request)) grants.push(request);
  });
  return grants;
}

test.describe('a request that stays on the page (RFC 6749 §4.1.2.1)', () => {
  const cases: [string, () => string, string][] = [
    [
      'unknown client',
      () => authorizeUrl({ clientId: 'nobody-knows' }),
      'Diese Anwendung kennen wir nicht',
    ],
    [
      'redirect URI that is not registered',
      () => authorizeUrl({ redirectUri: 'https://evil.example/callback' }),
      'Wir haben diese Anfrage angehalten',
    ],
    [
      'redirect URI left out where several are registered',
      () => authorizeUrl({ redirectUri: undefined }),
      'Diese Anfrage ist fehlerhaft',
    ],
    [
      'no application named',
      () => authorizeUrl({ clientId: undefined }),
      'Diese Anfrage ist fehlerhaft',
    ],
    [
      'both spellings of the client with different values',
      () => authorizeUrl({ client_id: 'belegscanner' }),
      'Diese Anfrage ist fehlerhaft',
    ],
    [
      'both spellings of the redirect URI with different values',
      () => authorizeUrl({ redirect_uri: 'http://localhost:1/callback' }),
      'Diese Anfrage ist fehlerhaft',
    ],
    [
      'the redirect URI twice',
      () => `${authorizeUrl()}&redirectUri=${encodeURIComponent('https://evil.example/callback')}`,
      'Diese Anfrage ist fehlerhaft',
    ],
  ];

  test('is explained, with nothing granted and no way to the stranger', async ({ page }) => {
    await signIn(page, MEMBER);
    const grants = watchGrants(page);
    for (const [name, url, title] of cases) {
      await test.step(name, async () => {
        await page.goto(url());
        await expect(heading(page)).toHaveText(title);
        await expect(page.getByText('Es wurde nichts freigegeben.')).toBeVisible();
        await expect(page.getByRole('link', { name: /^Zurück zu/ })).toHaveCount(0);
        await expect(allow(page)).toHaveCount(0);
        await page.getByText('Angaben für den Anbieter der Anwendung').click();
        await expect(page.getByText('Vorgangsnummer')).toBeVisible();
      });
    }
    expect(grants).toEqual([]);
  });
});

test.describe('a request whose error the client may be told', () => {
  const cases: [string, () => string, string, string][] = [
    [
      'scope that does not exist',
      () => authorizeUrl({ scope: 'everything' }),
      'So viel darf die Anwendung nicht verlangen',
      'invalid_scope',
    ],
    [
      'another response type',
      () => authorizeUrl({ response_type: 'token' }),
      'Diese Anfrage ist fehlerhaft',
      'unsupported_response_type',
    ],
    [
      'no response type',
      () => authorizeUrl({ response_type: undefined }),
      'Diese Anfrage ist fehlerhaft',
      'invalid_request',
    ],
    [
      'the scope twice',
      () => `${authorizeUrl()}&scope=read`,
      'Diese Anfrage ist fehlerhaft',
      'invalid_request',
    ],
    [
      'plain PKCE',
      () => authorizeUrl({ code_challenge: 'a'.repeat(43), code_challenge_method: 'plain' }),
      'Diese Anfrage ist fehlerhaft',
      'invalid_request',
    ],
    [
      'another service as the resource',
      () => authorizeUrl({ resource: 'https://elsewhere.example/' }),
      'Diese Anfrage gehört nicht zu Flixcheck',
      'invalid_target',
    ],
  ];

  test('is explained, with a way back that carries error, state and iss', async ({ page }) => {
    await signIn(page, MEMBER);
    const grants = watchGrants(page);
    for (const [name, url, title, error] of cases) {
      await test.step(name, async () => {
        await page.goto(url());
        await expect(heading(page)).toHaveText(title);
        await expect(page.getByText('Es wurde nichts freigegeben.')).toBeVisible();
        const link = page.getByRole('link', { name: `Zurück zu ${new URL(demoUrl()).host}` });
        const { searchParams } = new URL((await link.getAttribute('href')) ?? '');
        expect(searchParams.get('error')).toBe(error);
        expect(searchParams.get('state')).toBe('open');
        expect(searchParams.get('iss')).toBe(portalUrl());
        expect(searchParams.get('code')).toBeNull();
      });
    }
    expect(grants).toEqual([]);
  });

  test('goes back by itself, or stays where the reader wants to stay', async ({ page }) => {
    await page.clock.install();
    await signIn(page, MEMBER);
    await page.goto(authorizeUrl({ scope: 'everything' }));
    await expect(page.getByText(/Sie werden in \d+ Sekunden zurückgeleitet/)).toBeVisible();
    await page.getByRole('button', { name: 'Hier bleiben' }).click();
    await expect(page.getByText(/zurückgeleitet/)).toHaveCount(0);
    await page.clock.runFor(60_000);
    await expect(heading(page)).toHaveText('So viel darf die Anwendung nicht verlangen');

    const callback = page.waitForRequest(isCallback);
    await page.reload();
    await expect(page.getByText(/Sie werden in \d+ Sekunden zurückgeleitet/)).toBeVisible();
    await page.clock.runFor(13_000);
    expect(new URL((await callback).url()).searchParams.get('error')).toBe('invalid_scope');
  });
});

test('shows who asks, where it leads and for whom, before anything is granted', async ({
  page,
  member,
}) => {
  await signIn(page, MEMBER);
  const grants = watchGrants(page);
  await page.goto(authorizeUrl());
  await expect(heading(page)).toContainText('Maklerwelt CRM');
  await expect(page.getByText('Maklerwelt Software GmbH')).toBeVisible();
  await expect(page.getByText('von Flixcheck geprüft')).toBeVisible();
  await expect(page.getByText(new URL(demoUrl()).host)).toBeVisible();
  await expect(page.getByText(MEMBER)).toBeVisible();
  await expect(page.getByText('Flixchecks anlegen und ändern')).toBeVisible();
  await expect(page.getByText('Ihr Passwort sehen oder ändern')).toBeVisible();
  await expect(page.getByRole('link', { name: /Datenschutzhinweise/ })).toHaveAttribute(
    'href',
    'https://maklerwelt.example/datenschutz',
  );

  await page.reload();
  await expect(allow(page)).toBeVisible();
  expect(grants).toEqual([]);
  expect(await member.connections()).toEqual([]);
});

test('warns of a publisher that Flixcheck has not verified', async ({ page }) => {
  await signIn(page, MEMBER);
  await page.goto(
    authorizeUrl({
      clientId: 'assistent-desktop',
      redirectUri: 'http://127.0.0.1:51234/callback',
      code_challenge: pkce().challenge,
      code_challenge_method: 'S256',
    }),
  );
  await expect(page.getByText('Flixcheck hat Assistent Labs GmbH nicht geprüft')).toBeVisible();
  await expect(page.getByText('Assistent Desktop auf diesem Gerät')).toBeVisible();
  await expect(page.getByText('127.0.0.1')).toHaveCount(0);
});

test('a double click creates one code and one connection', async ({ page, member }) => {
  await signIn(page, MEMBER);
  const grants = watchGrants(page);
  await page.goto(authorizeUrl());
  const callback = page.waitForRequest(isCallback);
  await allow(page).dblclick();
  await callback;
  expect(grants).toHaveLength(1);
  expect(await member.connections()).toHaveLength(1);
});

test('a session that ends while the page is open leads back to the identical request', async ({
  page,
  member,
}) => {
  const { sessionId } = await signIn(page, MEMBER);
  const url = authorizeUrl({ state: 'a+b/c=ü %' });
  await page.goto(url);
  const less = page.getByRole('checkbox', { name: 'Nur das Ansehen erlauben' });
  const limit = page.getByRole('combobox', { name: 'Gültigkeit' });
  await less.check();
  await limit.selectOption({ index: 2 });
  await member.endSession(sessionId);
  await allow(page).click();
  await expect(page.getByText('Ihre Sitzung ist abgelaufen')).toBeVisible();
  await expectAccessible(page);
  expect(await member.connections()).toEqual([]);

  await page.getByRole('button', { name: 'Neu anmelden' }).click();
  await expect(page.getByText('Ihre Sitzung ist abgelaufen')).toBeVisible();
  await fillSignIn(page, MEMBER);
  await expect(allow(page)).toBeVisible();
  expect(page.url()).toBe(url);
  // Nobody grants more after the detour than they had chosen before it.
  await expect(less).toBeChecked();
  await expect(limit).toHaveValue(/^90 Tage/);
  const callback = page.waitForRequest(isCallback);
  await allow(page).click();
  expect(new URL((await callback).url()).searchParams.get('state')).toBe('a+b/c=ü %');
  const [granted] = await member.connections();
  expect(granted).toMatchObject({ scope: 'read', expiresAt: expect.any(String) });
});

test('an application that is switched off while the page is open gets nothing', async ({
  page,
  member,
  operator,
}) => {
  await signIn(page, MEMBER);
  await page.goto(authorizeUrl());
  await expect(allow(page)).toBeVisible();
  await operator.setClientStatus('maklerwelt-crm', 'disabled');
  try {
    await allow(page).click();
    await expect(heading(page)).toHaveText('Diese Anwendung wurde inzwischen abgeschaltet');
    await expect(page.getByText('Es wurde nichts freigegeben.')).toBeVisible();
    expect(await member.connections()).toEqual([]);
    await page.reload();
    await expect(heading(page)).toHaveText('Diese Anwendung kennen wir nicht');
  } finally {
    await operator.setClientStatus('maklerwelt-crm', 'active');
  }
});

test('“Anderes Konto verwenden” signs out and comes back to the same request', async ({
  page,
  member: _,
}) => {
  await signIn(page, MEMBER);
  const url = authorizeUrl();
  await page.goto(url);
  await page.getByRole('button', { name: 'Anderes Konto verwenden' }).click();
  await fillSignIn(page, ADMIN);
  await expect(page.getByText(ADMIN)).toBeVisible();
  await expect(page.getByText(MEMBER)).toHaveCount(0);
  expect(page.url()).toBe(url);
});

test('somebody else who has signed in meanwhile is noticed before the click', async ({
  page,
  member: _,
}) => {
  await signIn(page, MEMBER);
  await page.goto(authorizeUrl());
  await expect(page.getByText(MEMBER)).toBeVisible();
  await signIn(page, ADMIN);
  await page.evaluate(() => document.dispatchEvent(new Event('visibilitychange')));
  await expect(page.getByText('inzwischen jemand anderes angemeldet')).toBeVisible();
  await expect(page.getByText(ADMIN)).toBeVisible();
});

test('a click for somebody who is not signed in any more grants nothing, whoever is', async ({
  page,
  member,
}) => {
  await signIn(page, MEMBER);
  await page.goto(authorizeUrl());
  await expect(page.getByText(MEMBER)).toBeVisible();
  // Beside this window, which stays in sight: nothing tells the page.
  const admin = await PortalApi.signIn(page.context().request, ADMIN);
  await allow(page).click();
  await expect(page.getByText('inzwischen jemand anderes angemeldet')).toBeVisible();
  await expect(page.getByText(ADMIN)).toBeVisible();
  expect(await member.connections()).toEqual([]);
  const granted = (await admin.connections()).map(({ grantedBy }) => grantedBy.id);
  expect(granted).not.toContain(admin.userId);
});

test('the back button after granting shows the request anew, and what is already allowed', async ({
  page,
  member,
}) => {
  await signIn(page, MEMBER);
  const grants = watchGrants(page);
  await page.goto(authorizeUrl());
  await allow(page).click();
  await page.waitForURL(`${demoUrl()}/**`);
  await page.goBack();
  await expect(heading(page)).toHaveText('Maklerwelt CRM erneut verbinden?');
  await expect(page.getByRole('button', { name: 'Verbindung erneuern' })).toBeEnabled();
  expect(grants).toHaveLength(1);
  expect(await member.connections()).toHaveLength(1);
});

test('a lost answer is said in words and can be asked for again', async ({ page, member }) => {
  await signIn(page, MEMBER);
  await page.goto(authorizeUrl());
  await page.route('**/user/v7/oauth-codes', (route) => route.abort(), { times: 1 });
  await allow(page).click();
  await expect(page.getByText('Flixcheck hat nicht geantwortet')).toBeVisible();
  const callback = page.waitForRequest(isCallback);
  await allow(page).click();
  await callback;
  expect(await member.connections()).toHaveLength(1);
});

test('says where one is being sent after the click', async ({ page, member: _ }) => {
  await signIn(page, MEMBER);
  await page.goto(authorizeUrl());
  // The other site has nothing to show: the browser stays on the page.
  await page.route(`${demoUrl()}/callback**`, (route) => route.fulfill({ status: 204 }));
  await allow(page).click();
  await expect(heading(page)).toHaveText('Zugriff erlaubt');
  await expect(
    page.getByText(`Sie werden jetzt zu ${new URL(demoUrl()).host} geleitet.`),
  ).toBeVisible();
  await expect(page.getByRole('link', { name: 'Weiter zu Maklerwelt CRM' })).toBeVisible();
});

test('loads nothing from anywhere else, is not stored, framed or referred from', async ({
  page,
  member: _,
}) => {
  await signIn(page, MEMBER);
  const strangers: string[] = [];
  const complaints: string[] = [];
  page.on('request', (request) => {
    const { origin, protocol } = new URL(request.url());
    if (origin !== portalUrl() && protocol !== 'data:') strangers.push(request.url());
  });
  page.on('console', (message) => {
    if (message.type() === 'error') complaints.push(message.text());
  });
  const script = page.waitForResponse(/\/main-.*\.js$/);
  const response = await page.goto(authorizeUrl());
  await expect(allow(page)).toBeVisible();
  // A script by itself is no page.
  expect((await script).headers()['content-security-policy']).toBe(
    "default-src 'none';frame-ancestors 'none'",
  );
  const headers = response?.headers() ?? {};
  expect(headers['cache-control']).toContain('no-store');
  expect(headers['referrer-policy']).toBe('no-referrer');
  expect(headers['content-security-policy']).toContain("frame-ancestors 'none'");
  expect(headers['content-security-policy']).not.toMatch(/script-src[^;]*unsafe-(inline|eval)/);
  expect(headers['content-security-policy']).toContain("require-trusted-types-for 'script'");
  expect(strangers).toEqual([]);
  expect(complaints).toEqual([]);
});

test.describe('in an English browser', () => {
  test.use({ locale: 'en-GB' });

  test('the whole way is in English, and German is one choice away', async ({
    page,
    member: _,
  }) => {
    await page.goto(authorizeUrl());
    await expect(page.getByText('Maklerwelt CRM asks for access')).toBeVisible();
    await fillSignIn(page, MEMBER);
    await expect(heading(page)).toHaveText(
      'Maklerwelt CRM wants to work with Flixcheck on your behalf',
    );
    await expect(page.locator('html')).toHaveAttribute('lang', 'en');
    await expect(page.getByRole('button', { name: 'Decline' })).toBeVisible();
    await expect(page.getByRole('button', { name: 'Allow access' })).toBeVisible();
    await page.getByRole('combobox', { name: 'Language' }).selectOption('de');
    await expect(allow(page)).toBeVisible();
    await expect(page.locator('html')).toHaveAttribute('lang', 'de');
    await page.reload();
    await expect(allow(page)).toBeVisible();
  });
});
