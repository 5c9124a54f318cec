import {
  authorizeUrl,
  demoUrl,
  expect,
  expectAccessible,
  expectNoSidewaysScroll,
  fillSignIn,
  MEMBER,
  portalUrl,
  test,
} from './harness/fixtures';

test('the documented flow: sign-in in the middle, grant, callback with code, state and iss', async ({
  page,
  member: _,
}) => {
  const callback = page.waitForRequest((request) =>
    request.url().startsWith(`${demoUrl()}/callback`),
  );
  await page.goto(authorizeUrl({ state: 'a state with ümlauts & signs' }));

  await expect(page.getByText('Maklerwelt CRM bittet um Zugriff')).toBeVisible();
  await expectAccessible(page);
  await expectNoSidewaysScroll(page);
  await fillSignIn(page, MEMBER);

  await expect(page.getByRole('heading', { level: 1 })).toContainText('Maklerwelt CRM');
  await expect(page.getByText('Musterhaus Versicherungsmakler GmbH')).toBeVisible();
  await expect(page.getByText(MEMBER)).toBeVisible();
  await expect(page.getByRole('button', { name: 'Ablehnen' })).toBeVisible();
  await expectAccessible(page);
  await expectNoSidewaysScroll(page);
  await page.getByRole('button', { name: 'Zugriff erlauben' }).click();

  const { searchParams } = new URL((await callback).url());
  expect(searchParams.get('code')).toMatch(/^[\w-]{43}$/);
  expect(searchParams.get('state')).toBe('a state with ümlauts & signs');
  expect(searchParams.get('iss')).toBe(portalUrl());
});

test('refusing sends access_denied and grants nothing', async ({ page, member }) => {
  const callback = page.waitForRequest((request) =>
    request.url().startsWith(`${demoUrl()}/callback`),
  );
  await page.goto(authorizeUrl());
  await fillSignIn(page, MEMBER);
  await page.getByRole('button', { name: 'Ablehnen' }).click();
  const { searchParams } = new URL((await callback).url());
  expect(searchParams.get('error')).toBe('access_denied');
  expect(searchParams.get('state')).toBe('open');
  expect(await member.connections()).toEqual([]);
});

test('the demo third party connects, works in the user’s name, and learns of the end', async ({
  page,
  member,
}) => {
  await page.goto(demoUrl());
  await page
    .getByRole('link', { name: 'Mit Flixcheck verbinden' })
    .or(page.getByRole('button', { name: 'Mit Flixcheck verbinden' }))
    .first()
    .click();
  await fillSignIn(page, MEMBER);
  await page.getByRole('button', { name: 'Zugriff erlauben' }).click();
  await page.waitForURL(`${demoUrl()}/**`);
  await expect(page.getByText(MEMBER).first()).toBeVisible();
  await expectAccessible(page);
  expect(await member.connections()).toHaveLength(1);

  // The user ends the connection in the portal, in another tab.
  const portal = await page.context().newPage();
  await portal.goto(`${portalUrl()}/portal/settings/connections`);
  await portal.getByRole('button', { name: 'Verbindung zu Maklerwelt CRM beenden' }).click();
  const dialog = portal.getByRole('dialog').or(portal.getByRole('alertdialog'));
  await expect(dialog).toBeVisible();
  await expectAccessible(portal);
  await dialog.getByRole('button', { name: /beenden/i }).click();
  await expect(dialog).toBeHidden();
  await expect(portal.getByText('Noch keine Verbindung')).toBeVisible();

  await page.reload();
  await expect(page.getByRole('heading', { name: /Verbindung ist beendet/ })).toBeVisible();
});
