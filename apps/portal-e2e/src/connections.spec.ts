import { forbiddenApps } from './harness/connections-states';
import {
  ADMIN,
  demoUrl,
  expect,
  expectAccessible,
  expectNoSidewaysScroll,
  MEMBER,
  OPERATOR,
  portalUrl,
  resize,
  setTextSize,
  signIn,
  test,
} from './harness/fixtures';

const settings = (path: string): string => `${portalUrl()}/portal/settings/${path}`;

test('ending asks once, says what stops and what stays, confirms, and is remembered', async ({
  page,
  member,
}) => {
  const connection = await member.connect();
  expect(await member.use(connection)).toBe(200);
  await signIn(page, MEMBER);
  await page.goto(settings('connections'));
  await page.getByRole('button', { name: 'Verbindung zu Maklerwelt CRM beenden' }).click();

  const dialog = page.getByRole('dialog', { name: 'Verbindung zu Maklerwelt CRM beenden?' });
  await expect(dialog).toContainText('kann nicht mehr in Ihrem Namen auf Flixcheck zugreifen');
  await expect(dialog).toContainText('Was die Anwendung schon abgerufen hat, behält ihr Anbieter');
  await dialog.getByRole('button', { name: 'Abbrechen' }).click();
  await expect(dialog).toBeHidden();
  expect(await member.use(connection)).toBe(200);

  await page.getByRole('button', { name: 'Verbindung zu Maklerwelt CRM beenden' }).click();
  await dialog.getByRole('button', { name: 'Verbindung beenden' }).click();
  await expect(page.getByText('Ihre Verbindung zu Maklerwelt CRM ist beendet.')).toBeVisible();
  await expect(page.getByText('Noch keine Verbindung')).toBeVisible();
  expect(await member.use(connection)).toBe(401);

  await page.getByRole('link', { name: 'Beendet', exact: true }).click();
  const row = page.getByRole('article').filter({ hasText: 'Maklerwelt CRM' }).first();
  await expect(row).toContainText('Von Ihnen beendet');
  await row.getByRole('link', { name: 'Maklerwelt CRM' }).click();
  await expect(page.getByRole('heading', { level: 1 })).toHaveText('Maklerwelt CRM');
  await expect(page.getByRole('button', { name: 'Verbindung beenden' })).toHaveCount(0);
});

test('an end that fails is said in the dialog, and can be tried again', async ({
  page,
  member,
}) => {
  await member.connect();
  await signIn(page, MEMBER);
  await page.goto(settings('connections'));
  await page.getByRole('button', { name: 'Verbindung zu Maklerwelt CRM beenden' }).click();
  await page.route(/\/user\/v7\/connections\/[\w-]{36}$/, (route) => route.abort(), { times: 1 });
  const dialog = page.getByRole('dialog');
  // The smallest phone, where the dialog scrolls.
  await resize(page, { width: 320, height: 480 });
  await dialog.getByRole('button', { name: 'Verbindung beenden' }).click();
  await expect(dialog.getByRole('alert')).toContainText('Flixcheck hat nicht geantwortet');
  await expect(dialog.getByRole('alert').locator('p')).toBeInViewport({ ratio: 1 });
  expect(await member.connections()).toHaveLength(1);
  await dialog.getByRole('button', { name: 'Verbindung beenden' }).click();
  await expect(dialog).toBeHidden();
  expect(await member.connections()).toEqual([]);
});

test('the detail page tells what has happened, and how often it is used', async ({
  page,
  member,
}) => {
  const connection = await member.connect();
  expect(await member.use(connection)).toBe(200);
  await signIn(page, MEMBER);
  // A use is written a moment after its request.
  await expect(async () => {
    const answer = await page.request.get(`${portalUrl()}/user/v7/connections/${connection.id}`);
    expect((await answer.json()).resource.lastUsedAt).not.toBeNull();
  }).toPass();
  await page.goto(settings('connections'));
  await page.getByRole('article').getByRole('link', { name: 'Maklerwelt CRM' }).first().click();
  await expect(page.getByRole('heading', { level: 1 })).toBeFocused();
  await expect(page.getByText('In Ordnung')).toBeVisible();

  const history = page.getByRole('region', { name: 'Verlauf' });
  await expect(history.getByRole('listitem').first()).toContainText('auf Flixcheck zugegriffen');
  await expect(history.getByRole('listitem').last()).toContainText('Sie haben den Zugriff erlaubt');

  const usage = page.getByRole('region', { name: 'Nutzung in den letzten 30 Tagen' }).first();
  await expect(usage).toContainText('1 Zugriff');
  await usage.getByText('Als Tabelle anzeigen').click();
  // The heading row, and a row for every day, the ones without use included.
  await expect(usage.getByRole('row')).toHaveCount(31);
});

test('the page updates by itself when a connection appears and ends elsewhere', async ({
  page,
  member,
}) => {
  await signIn(page, MEMBER);
  const stream = page.waitForResponse((response) =>
    response.url().endsWith('/connections/changes'),
  );
  await page.goto(settings('connections'));
  await expect(page.getByText('Noch keine Verbindung')).toBeVisible();
  await stream;

  const { id } = await member.connect();
  const row = page.getByRole('article').filter({ hasText: 'Noch nicht genutzt' });
  await expect(row).toContainText('Maklerwelt CRM');
  await member.endConnection(id);
  await expect(page.getByText('Noch keine Verbindung')).toBeVisible();

  const next = await member.connect();
  const again = page.waitForResponse((response) => response.url().endsWith('/connections/changes'));
  await page.goto(settings(`connections/${next.id}`));
  await again;
  await page.getByRole('button', { name: 'Verbindung beenden' }).focus();
  await member.endConnection(next.id);
  await expect(page.getByRole('heading', { name: 'Maklerwelt CRM', level: 1 })).toBeFocused();
});

test('available applications: search, and where connecting starts', async ({ page, member: _ }) => {
  await signIn(page, MEMBER);
  await page.goto(settings('connections'));
  await page.getByRole('link', { name: 'Verfügbare Anwendungen', exact: true }).click();
  await expect(page.getByRole('link', { name: /^Verbinden ?: Maklerwelt CRM$/ })).toHaveAttribute(
    'href',
    `${demoUrl()}/connect`,
  );
  await expect(
    page.getByText('Die Verbindung beginnen Sie in der Anwendung selbst.'),
  ).toBeVisible();
  const search = page.getByRole('searchbox', { name: 'Anwendung suchen' });
  await search.fill('beleg');
  await expect(page.getByText('1 Anwendung', { exact: true })).toBeVisible();
  await page.reload();
  await expect(search).toHaveValue('beleg');
  await expect(page.getByRole('heading', { name: 'Maklerwelt CRM' })).toHaveCount(0);
  await search.fill('nichts davon');
  await expect(page.getByRole('heading', { name: 'Keine passende Anwendung' })).toBeVisible();
});

for (const [language, width] of [
  ['de', 1280],
  ['en', 1280],
  ['de', 360],
  ['en', 360],
  ['de', 320],
] as const) {
  test(`a chosen filter or order is readable in full at ${width} px: ${language}`, async ({
    page,
  }) => {
    await signIn(page, ADMIN);
    await page.setViewportSize({ width, height: 800 });
    await page.addInitScript((to) => localStorage.setItem('flixcheck.language', to), language);
    await page.goto(settings('connections'));
    const selects = page.locator('fx-connection-filters select');
    await expect(selects).toHaveCount(3);
    if (width < 640) await page.getByRole('button', { name: /^Filter/ }).click();
    await expect(selects.last()).toBeVisible();
    const cut = await selects.evaluateAll((found) =>
      (found as HTMLSelectElement[]).flatMap((select, nth) => {
        const style = getComputedStyle(select);
        const context = document.createElement('canvas').getContext('2d')!;
        context.font = `${style.fontWeight} ${style.fontSize} ${style.fontFamily}`;
        const room =
          select.clientWidth - parseFloat(style.paddingLeft) - parseFloat(style.paddingRight);
        // What applications are called comes from outside.
        return [...select.options]
          .slice(0, nth === 0 ? 1 : undefined)
          .map(({ text }) => text.trim())
          .filter((text) => context.measureText(text).width > room);
      }),
    );
    expect(cut).toEqual([]);
  });
}

for (const [who, paths] of [
  [ADMIN, ['connections', 'connections?list=apps', 'team', 'audit']],
  [OPERATOR, ['registry', 'companies', 'audit']],
] as const) {
  test(`what can be searched for can be read in full at 320 px: ${who}`, async ({ page }) => {
    await signIn(page, who);
    await page.setViewportSize({ width: 320, height: 800 });
    for (const language of ['de', 'en']) {
      await page.addInitScript((to) => localStorage.setItem('flixcheck.language', to), language);
      for (const path of paths) {
        await page.goto(settings(path));
        const field = page.locator('fx-search-field input').first();
        await expect(field).toBeVisible();
        const cut = await field.evaluate(async (input: HTMLInputElement) => {
          await document.fonts.ready;
          const style = getComputedStyle(input);
          const context = document.createElement('canvas').getContext('2d')!;
          context.font = `${style.fontWeight} ${style.fontSize} ${style.fontFamily}`;
          const room =
            input.clientWidth - parseFloat(style.paddingLeft) - parseFloat(style.paddingRight);
          const { placeholder } = input;
          return context.measureText(placeholder).width > room ? placeholder : '';
        });
        expect(cut, `${path} in ${language}`).toBe('');
      }
    }
  });
}

test('the name of the product stays in one piece with text of 200 % on a phone', async ({
  page,
}) => {
  await signIn(page, ADMIN);
  await page.setViewportSize({ width: 360, height: 800 });
  await page.goto(settings('connections'));
  await setTextSize(page, 200);
  const name = page.locator('.fx-brand span');
  await expect(name).toBeVisible();
  const lines = await name.evaluate((element) => {
    const range = document.createRange();
    range.selectNodeContents(element);
    return range.getClientRects().length;
  });
  expect(lines).toBe(1);
  await expectNoSidewaysScroll(page);
});

test('an application that is connected but no longer allowed is named beside the available ones', async ({
  page,
  member,
}) => {
  const { id } = await member.connect();
  await signIn(page, MEMBER);
  await forbiddenApps(page, id);
  const named = page.getByRole('region', { name: 'Verbunden, aber nicht mehr erlaubt' });
  await expect(named).toContainText('Ihre Verbindungen laufen weiter');
  await expectAccessible(page);
  await expect(named.getByRole('link', { name: 'Maklerwelt CRM', exact: true })).toHaveAttribute(
    'href',
    `/portal/settings/connections/${id}`,
  );
  // Where the company is asked, the person says what for.
  await named.getByRole('link', { name: 'Freigabe anfragen: Maklerwelt CRM' }).click();
  await expect(page).toHaveURL(/\/oauth\/authorize\?.*client_id=maklerwelt-crm/);
});

test('an admin sees the account, filters it, and ends all of a person or of an application', async ({
  page,
  member,
  admin,
}) => {
  await member.connect();
  await member.connect('read', 'belegscanner');
  await admin.connect();
  await signIn(page, ADMIN);
  await page.goto(settings('connections'));
  const rows = page.getByRole('article').filter({ hasText: 'Erlaubt von' });
  await expect(rows).toHaveCount(3);

  const person = page.getByRole('combobox', { name: 'Nach Person filtern' });
  await person.fill('user muster');
  await page.getByRole('listbox').getByRole('option', { name: 'User Musterhaus' }).click();
  await expect(rows).toHaveCount(2);
  await page.getByRole('combobox', { name: 'Nach Anwendung filtern' }).selectOption('Belegscanner');
  await expect(rows).toHaveCount(1);
  // The choice is in the address: it can be kept and sent.
  await page.reload();
  await expect(rows).toHaveCount(1);
  await expect(person).toHaveValue('User Musterhaus');

  await page.getByRole('combobox', { name: 'Nach Anwendung filtern' }).selectOption('');
  await expect(rows).toHaveCount(2);
  await page.getByRole('button', { name: 'Alle beenden' }).click();
  const dialog = page.getByRole('dialog');
  await expect(dialog).toContainText('2 Verbindungen von User Musterhaus beenden?');
  await expect(dialog).toContainText(MEMBER);
  await expect(dialog).toContainText('Das betrifft Belegscanner und Maklerwelt CRM.');
  await dialog.getByRole('button', { name: 'Alle beenden' }).click();
  await expect(page.getByText('2 Verbindungen von User Musterhaus sind beendet.')).toBeVisible();
  await expect(
    page.getByRole('heading', { name: 'User Musterhaus hat keine aktive Verbindung' }),
  ).toBeVisible();
  expect(await member.connections()).toEqual([]);
  expect(await admin.connections()).toHaveLength(1);

  await member.connect();
  await page.goto(settings('connections?app=maklerwelt-crm'));
  await expect(rows).toHaveCount(2);
  await page.getByRole('button', { name: 'Alle beenden' }).click();
  await expect(dialog).toContainText('2 Verbindungen zu Maklerwelt CRM beenden?');
  await dialog.getByRole('button', { name: 'Alle beenden' }).click();
  await expect(dialog).toBeHidden();
  await expect(
    page.getByRole('heading', { name: 'Maklerwelt CRM hat keine aktive Verbindung' }),
  ).toBeVisible();
  expect(await admin.connections()).toEqual([]);
});

test('on a laptop the address of a namesake breaks before its host, and nowhere else', async ({
  page,
  member,
}) => {
  await member.connect();
  await page.route(/\/user\/v7\/connections\?/, async (route) => {
    const response = await route.fetch();
    const { resources, meta } = await response.json();
    const email = 'person57@musterhaus.example';
    const json = {
      resources: resources.map((each: { grantedBy: object }) => ({
        ...each,
        namesake: true,
        grantedBy: { ...each.grantedBy, email },
      })),
      meta,
    };
    await route.fulfill({ response, json });
  });
  await resize(page, { width: 1280, height: 800 });
  await signIn(page, ADMIN);
  await page.goto(settings('connections'));
  const address = page.getByRole('article').getByText('person57@musterhaus.example').first();
  await expect(address).toBeVisible();
  const lines = await address.evaluate((element) => {
    const words = document.createRange();
    words.selectNodeContents(element);
    return new Set([...words.getClientRects()].map(({ top }) => Math.round(top))).size;
  });
  expect(lines).toBeLessThanOrEqual(2);
  // The page may be asking for the list again.
  await page.unrouteAll({ behavior: 'ignoreErrors' });
});

test('a member sees neither a colleague’s connections nor the team nor the audit trail', async ({
  page,
  member: _,
  admin,
}) => {
  const { id } = await admin.connect();
  await signIn(page, MEMBER);
  await page.goto(settings('connections'));
  await expect(page.getByText('Noch keine Verbindung')).toBeVisible();
  await expect(page.getByRole('combobox', { name: 'Nach Person filtern' })).toHaveCount(0);
  await expect(page.getByRole('link', { name: 'Team' })).toHaveCount(0);
  await page.goto(settings(`connections/${id}`));
  await expect(page.getByRole('heading', { level: 1 })).toHaveText(
    'Diese Verbindung gibt es nicht',
  );
  for (const path of ['team', 'audit']) {
    await page.goto(settings(path));
    await expect(page.getByRole('heading', { level: 1 })).toHaveText(
      'Dafür fehlt Ihnen die Berechtigung',
    );
  }
});
