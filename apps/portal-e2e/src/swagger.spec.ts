import { expect, fillSignIn, MEMBER, portalUrl, test } from './harness/fixtures';

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
