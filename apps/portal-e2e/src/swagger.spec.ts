import { expect, fillSignIn, MEMBER, portalUrl, signIn, test } from './harness/fixtures';

test('Swagger UI’s Authorize begins with what works, in sight, and asks for nothing that cannot', async ({
  page,
}) => {
  await page.goto(`${portalUrl()}/docs`);
  await page.getByRole('button', { name: 'Authorize', exact: true }).first().click();
  const ways = page.locator('.auth-container');
  await expect(ways).toHaveCount(1);
  await expect(ways).toContainText('Act for a portal user, as an application does.');
  await expect(ways).toContainText('authorizationCode');
  await expect(ways.getByLabel('client_id')).toHaveValue('api-explorer');
  await expect(ways.locator('input[type="password"]')).toBeHidden();
  await expect(
    ways.getByRole('button', { name: 'Apply given OAuth2 credentials' }),
  ).toBeInViewport();
  // An application of one's own may have a secret.
  await ways.getByLabel('client_id').fill('maklerwelt-crm');
  await expect(ways.locator('input[type="password"]')).toBeVisible();
});

test('Swagger UI says whom its calls act for: nobody, or whoever is signed in to the portal', async ({
  page,
  member: _,
}) => {
  await page.goto(`${portalUrl()}/docs`);
  await expect(page.getByRole('status')).toContainText('not signed in to the portal');
  await signIn(page, MEMBER);
  // Only what is in sight is drawn: an operation further down is opened by its address.
  await page.goto(`${portalUrl()}/docs#/Connections/Connections_list`);
  await page.reload();
  await expect(page.getByRole('status')).toContainText(`signed in to the portal as ${MEMBER}`);
  const operation = page.locator('#operations-Connections-Connections_list');
  await operation.getByRole('button', { name: 'Execute' }).click();
  await expect(operation.locator('.live-responses-table')).toContainText('"resources"');
});

test('Swagger UI’s Authorize button completes the real flow, and its calls act for the user', async ({
  page,
  member: _,
}) => {
  await page.goto(`${portalUrl()}/docs`);
  await page.getByRole('button', { name: 'Authorize', exact: true }).first().click();
  const scheme = page.locator('.auth-container', { hasText: 'authorizationCode' });
  // The input itself is hidden behind a drawn one.
  const scope = scheme.locator('input[type="checkbox"][id^="readwrite"]');
  if (!(await scope.isChecked())) await scheme.locator('label[for^="readwrite"]').first().click();
  const popup = page.waitForEvent('popup');
  await scheme.getByRole('button', { name: 'Apply given OAuth2 credentials' }).click();

  const portal = await popup;
  await fillSignIn(portal, MEMBER);
  await expect(portal.getByRole('heading', { level: 1 })).toContainText('API Explorer');
  const closed = portal.waitForEvent('close');
  await portal.getByRole('button', { name: 'Zugriff erlauben' }).click();
  await closed;

  await expect(scheme.getByRole('button', { name: 'Remove authorization' })).toBeVisible();
  await scheme.getByRole('button', { name: 'Close' }).click();
  const operation = page.locator('#operations-OAuth_tokens-Userinfo_userinfo');
  await operation.locator('.opblock-summary-control').click();
  await operation.getByRole('button', { name: 'Execute' }).click();
  await expect(operation.locator('.live-responses-table')).toContainText(MEMBER);
});
