import { readFile } from 'node:fs/promises';
import {
  ADMIN,
  expect,
  fillSignIn,
  MEMBER,
  PASSWORD,
  PortalApi,
  portalUrl,
  signIn,
  test,
} from './harness/fixtures';
import { newAddress } from './harness/email-states';

const settings = (path: string): string => `${portalUrl()}/portal/settings/${path}`;

test.describe('team', () => {
  test('disabling a person ends sessions and connections at once; enabling lets them in again', async ({
    page,
    browser,
    member,
    admin,
  }) => {
    const connection = await member.connect();
    const theirs = await browser.newPage();
    await signIn(theirs, MEMBER);
    await theirs.goto(settings('connections'));
    await expect(theirs.getByRole('heading', { level: 1 })).toHaveText('Verbindungen');

    await signIn(page, ADMIN);
    await page.goto(settings('team'));
    const row = page.getByRole('row').filter({ hasText: MEMBER });
    await expect(row).toContainText('1 aktive');
    await expect(row.getByRole('link', { name: /^1 aktive Verbindung von User/ })).toBeVisible();
    await row.getByRole('button', { name: 'Zugang von User Musterhaus sperren' }).click();
    const dialog = page.getByRole('alertdialog');
    await expect(dialog).toContainText('wird sofort auf allen Geräten abgemeldet');
    await expect(dialog).toContainText('1 aktive Verbindung wird beendet');
    try {
      await dialog.getByRole('button', { name: 'Zugang sperren' }).click();
      await expect(
        page.getByText(`Der Zugang von User Musterhaus (${MEMBER}) ist gesperrt.`),
      ).toBeVisible();
      await expect(row).toContainText('Gesperrt');
      expect(await member.use(connection)).toBe(401);
      await theirs.goto(settings('connections'));
      await fillSignIn(theirs, MEMBER);
      await expect(theirs.getByText('E-Mail-Adresse oder Passwort stimmt nicht.')).toBeVisible();

      await row.getByRole('button', { name: 'Zugang von User Musterhaus freigeben' }).click();
      await dialog.getByRole('button', { name: 'Zugang freigeben' }).click();
      await expect(row).toContainText('Aktiv');
    } finally {
      await admin.setUserStatus(member.userId, 'active');
    }
    await fillSignIn(theirs, MEMBER);
    await expect(theirs.getByText('Noch keine Verbindung')).toBeVisible();
    await theirs.close();
  });

  test('a person is signed out everywhere, whose access and connections stay', async ({
    page,
    browser,
    member,
  }) => {
    const connection = await member.connect();
    const theirs = await browser.newPage();
    await signIn(theirs, MEMBER);
    await signIn(page, ADMIN);
    await page.goto(settings('team'));
    const row = page.getByRole('row').filter({ hasText: MEMBER });
    const button = row.getByRole('button', { name: 'Überall abmelden: User Musterhaus' });
    await button.click();
    const dialog = page.getByRole('alertdialog');
    await expect(dialog).toContainText('wird sofort auf allen Geräten abgemeldet');
    await expect(dialog).toContainText('1 aktive Verbindung bleibt bestehen');
    await dialog.getByRole('button', { name: 'Überall abmelden' }).click();
    await expect(
      page.getByText(`User Musterhaus (${MEMBER}) ist auf allen Geräten abgemeldet.`),
    ).toBeVisible();
    await expect(button).toBeFocused();
    await expect(row).toContainText('Aktiv');
    expect(await member.use(connection)).toBe(200);
    await theirs.goto(settings('connections'));
    await fillSignIn(theirs, MEMBER);
    await expect(theirs.getByRole('heading', { level: 1 })).toHaveText('Verbindungen');
    await theirs.close();
  });

  test('nobody locks themselves out by accident', async ({ page }) => {
    await signIn(page, ADMIN);
    await page.goto(settings('team'));
    const own = page.getByRole('row').filter({ hasText: ADMIN });
    await expect(own).toContainText('Sie können sich nicht selbst aussperren.');
    await expect(own.getByRole('button')).toHaveCount(0);
  });
});

test.describe('security', () => {
  test('devices: this one is named, another one and all others can be signed out', async ({
    page,
    browser,
    member,
  }) => {
    await member.endOtherSessions();
    const other = await browser.newPage();
    await signIn(other, MEMBER);
    await other.goto(settings('security'));
    await signIn(page, MEMBER);
    await page.goto(settings('security'));
    const devices = page.getByRole('region', { name: 'Angemeldete Geräte' });
    const entries = devices.getByRole('listitem');
    // This one, the other one, and the test's own.
    await expect(entries).toHaveCount(3);
    await expect(entries.filter({ hasText: 'Dieses Gerät' })).toHaveCount(1);

    await devices.getByRole('button', { name: 'Alle anderen Geräte abmelden' }).click();
    const dialog = page.getByRole('alertdialog');
    await expect(dialog).toContainText('2 Geräte werden sofort abgemeldet');
    await dialog.getByRole('button', { name: 'Alle anderen abmelden' }).click();
    await expect(entries).toHaveCount(1);
    await expect(devices).toContainText('Sie sind auf keinem anderen Gerät angemeldet.');
    await other.reload();
    await expect(other.getByRole('heading', { level: 1 })).toHaveText('Anmelden');
    await other.close();
  });

  test('what is stored about oneself is one file, and which mails come is one’s own choice', async ({
    page,
    member,
  }) => {
    await signIn(page, MEMBER);
    await page.goto(settings('security'));
    const wanted = page.getByRole('checkbox', { name: 'eine Anwendung verbunden wurde' });
    await expect(wanted).toBeChecked();
    await wanted.uncheck();
    await page.getByRole('button', { name: 'Auswahl speichern' }).click();
    await expect(page.getByText('Ihre Auswahl ist gespeichert.')).toBeVisible();
    await page.reload();
    await expect(wanted).not.toBeChecked();
    await wanted.check();
    await page.getByRole('button', { name: 'Auswahl speichern' }).click();
    await expect(page.getByText('Ihre Auswahl ist gespeichert.')).toBeVisible();
    const downloading = page.waitForEvent('download');
    await page.getByRole('button', { name: 'Daten herunterladen' }).click();
    const file = await downloading;
    expect(file.suggestedFilename()).toBe('flixcheck-daten.json');
    const stored = JSON.parse(await readFile(await file.path(), 'utf8'));
    expect(stored).toMatchObject({ about: { email: MEMBER }, profile: [{ id: member.userId }] });
    await expect(page.getByText('Ihre Daten sind heruntergeladen.')).toBeVisible();
  });

  test('a new password needs the present one, and can end all connections with it', async ({
    page,
    member,
  }) => {
    const changed = 'sieben-lila-regenschirme';
    const connection = await member.connect();
    await signIn(page, MEMBER);
    await page.goto(settings('security'));
    const section = page.getByRole('region', { name: 'Passwort', exact: true });
    const current = section.getByRole('textbox', { name: 'Bisheriges Passwort' });
    const next = section.getByRole('textbox', { name: 'Neues Passwort' });
    const send = section.getByRole('button', { name: 'Passwort ändern' });

    await next.fill('kurz');
    await expect(section).toContainText('Noch zu kurz.');
    await next.fill(changed);
    await expect(section).toContainText(/(Gut|Sehr gut)\./);
    await current.fill('not my password');
    await send.click();
    await expect(section).toContainText('Das ist nicht Ihr bisheriges Passwort.');

    await current.fill(PASSWORD);
    await section.getByRole('checkbox', { name: 'Auch alle meine Verbindungen beenden' }).check();
    try {
      await send.click();
      await expect(section.getByRole('status').first()).toContainText('Ihr Passwort ist geändert.');
      expect(await member.use(connection)).toBe(401);
    } finally {
      const restored = await page
        .context()
        .request.post(`${portalUrl()}/user/v7/users/me/password`, {
          data: { resource: { currentPassword: changed, newPassword: PASSWORD } },
        });
      expect(restored.status()).toBe(204);
    }
  });

  test('a new password gives the browser another session, and every tab of it goes on', async ({
    page,
    request,
    member: _,
  }) => {
    const changed = 'sieben-lila-regenschirme';
    const { sessionId } = await signIn(page, MEMBER);
    const tab = await page.context().newPage();
    await tab.goto(settings('connections'));
    await expect(tab.getByText('Noch keine Verbindung')).toBeVisible();
    const session = async () =>
      (await page.context().cookies()).find(({ name }) => name === 'session')?.value;
    const before = await session();
    expect(before).toBeDefined();
    await page.goto(settings('security'));
    const section = page.getByRole('region', { name: 'Passwort', exact: true });
    const devices = page.getByRole('region', { name: 'Angemeldete Geräte' });
    await section.getByRole('textbox', { name: 'Bisheriges Passwort' }).fill(PASSWORD);
    await section.getByRole('textbox', { name: 'Neues Passwort' }).fill(changed);
    try {
      await section.getByRole('button', { name: 'Passwort ändern' }).click();
      await expect(section.getByRole('status').first()).toContainText('Ihr Passwort ist geändert.');
      await expect(devices.getByRole('listitem')).toHaveCount(1);
      await expect(devices.getByRole('listitem')).toContainText('Dieses Gerät');
      expect(await session()).not.toBe(before);
      const current = await page.context().request.get(`${portalUrl()}/user/v7/sessions/current`);
      expect((await current.json()).resource.id).not.toBe(sessionId);

      // The session of the fixture has ended with the others.
      const again = await PortalApi.signIn(request, MEMBER, changed);
      const { id } = await again.connect();
      const row = tab.getByRole('article').filter({ hasText: 'Noch nicht genutzt' });
      await expect(row).toContainText('Maklerwelt CRM');
      await again.endConnection(id);
      await tab.reload();
      await expect(tab.getByText('Noch keine Verbindung')).toBeVisible();
    } finally {
      const restored = await page
        .context()
        .request.post(`${portalUrl()}/user/v7/users/me/password`, {
          data: { resource: { currentPassword: changed, newPassword: PASSWORD } },
        });
      expect(restored.status()).toBe(204);
    }
  });
});

test.describe('sign-in', () => {
  test('a wrong password does not say whether the address exists', async ({ page }) => {
    await page.goto(`${portalUrl()}/portal/sign-in`);
    const password = page.getByRole('textbox', { name: 'Passwort' });
    for (const email of ['nobody@musterhaus.example', MEMBER]) {
      await fillSignIn(page, email, 'wrong');
      await expect(page.getByRole('main').getByRole('alert')).toHaveText(
        'E-Mail-Adresse oder Passwort stimmt nicht.',
      );
      await expect(password).toBeFocused();
      await page.reload();
    }
    await expect(password).toHaveAttribute('autocomplete', 'current-password');
    await expect(page.getByLabel('E-Mail-Adresse')).toHaveAttribute(
      'autocomplete',
      'username webauthn',
    );
    await password.fill('visible');
    await page.getByRole('button', { name: 'Passwort anzeigen' }).click();
    await expect(password).toHaveAttribute('type', 'text');
  });

  test('whoever opens the link to a new address signed out gets on with it after signing in', async ({
    page,
  }) => {
    const token = 'x'.repeat(43);
    await newAddress(page);
    await page.goto(`${settings('security/email')}#${token}`);
    await expect(page).not.toHaveURL(/xxx/);
    await fillSignIn(page, MEMBER);
    await expect(page.getByRole('heading', { level: 1 })).toHaveText(
      'Neue E-Mail-Adresse bestätigen',
    );
    await expect(page).toHaveURL(settings('security/email'));
    await expect(page.getByText('neu@musterhaus.example')).toBeVisible();
    const sent = page.waitForRequest(/email-changes\/completions/);
    await page.getByRole('button', { name: 'Adresse bestätigen' }).click();
    expect((await sent).postDataJSON()).toEqual({ resource: { token } });
    await expect(page.getByText('Dieser Link gilt nicht mehr')).toBeVisible();
  });

  test('after too many attempts the page says how long to wait', async ({ page, request }) => {
    // Nobody's, and not that of another run against this server either.
    const email = `somebody-${Date.now()}@nowhere.example`;
    const attempts = Array.from({ length: 10 }, () =>
      request.post(`${portalUrl()}/guest/v7/sessions`, {
        data: { resource: { email, password: 'wrong' } },
      }),
    );
    await Promise.all(attempts);
    await page.goto(`${portalUrl()}/portal/sign-in`);
    await fillSignIn(page, email, 'wrong');
    await expect(page.getByRole('main').getByRole('alert')).toContainText('Zu viele Versuche');
    await expect(page.getByRole('button', { name: /^Neuer Versuch in 1[45]/ })).toHaveAttribute(
      'aria-disabled',
      'true',
    );
  });

  test('a tab of somebody who has signed out elsewhere begins anew, for whoever signs in there', async ({
    page,
  }) => {
    await signIn(page, ADMIN);
    await page.goto(settings('connections'));
    const account = page.getByRole('button', { name: /^Konto und Einstellungen/ });
    await expect(account).toContainText('Admin Musterhaus');
    const tab = await page.context().newPage();
    await tab.goto(settings('connections'));
    await tab.getByRole('button', { name: /^Konto und Einstellungen/ }).click();
    await tab.getByRole('button', { name: 'Abmelden' }).click();
    await expect(page.getByText('in einem anderen Tab dieses Browsers abgemeldet')).toBeVisible();

    // The first tab signs in again; then somebody else does, over that session.
    await fillSignIn(page, ADMIN);
    await page.getByRole('link', { name: 'Team' }).click();
    await page.getByRole('link', { name: 'Personen einladen' }).click();
    await page.getByRole('textbox').fill('somebody@musterhaus.example');
    await fillSignIn(tab, MEMBER);
    await expect(page.getByText('jetzt als User Musterhaus angemeldet')).toBeVisible();
    await expect(account).toContainText('User Musterhaus');
    await expect(page.getByRole('link', { name: 'Team' })).toHaveCount(0);
  });

  test('never leads to another site', async ({ page, member: _ }) => {
    for (const returnTo of ['//evil.example/', 'https://evil.example/', '/\\evil.example']) {
      await page.context().clearCookies();
      await page.goto(`${portalUrl()}/portal/sign-in?returnTo=${encodeURIComponent(returnTo)}`);
      await fillSignIn(page, MEMBER);
      await expect(page.getByRole('heading', { level: 1 })).toHaveText('Verbindungen');
      expect(page.url()).toBe(settings('connections'));
    }
  });
});
