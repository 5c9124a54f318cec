import { expect, type Page } from '@playwright/test';
import { ADMIN, OTHER_ADMIN } from './fixtures';
import { type PortalState, settings, show } from './portal-state';

/** The form for another address, with what is wrong with it. */
export async function emailMistakes(page: Page): Promise<void> {
  await show(page, settings('security'));
  await page.getByRole('button', { name: /^(Adresse ändern|Change address)$/ }).click();
  await page.getByRole('button', { name: /^(Link senden|Send link)$/ }).click();
  await expect(page.locator('#new-email')).toHaveAttribute('aria-invalid', 'true');
}

/** Another address has been asked for; no mail goes out, and whom it would come from is as given. */
async function emailSent(page: Page): Promise<void> {
  await page.route('**/user/v7/users/me/email-changes', (route) => route.fulfill({ status: 204 }));
  await page.route('**/guest/v7/mail-origin', (route) =>
    route.fulfill({
      json: { resource: { from: 'Flixcheck <connect@flixcheck.example>', mailbox: true } },
    }),
  );
  await show(page, settings('security'));
  await page.getByRole('button', { name: /^(Adresse ändern|Change address)$/ }).click();
  await page.locator('#new-email').fill('neu@musterhaus.example');
  await page.locator('#email-change-password').fill('sieben-lila-regenschirme');
  await page.getByRole('button', { name: /^(Link senden|Send link)$/ }).click();
  await expect(page.getByRole('link', { name: /(Demo ansehen|demo)/ })).toBeVisible();
}

/** The link to this address can still be used. */
export async function newAddress(page: Page, newEmail = 'neu@musterhaus.example'): Promise<void> {
  await page.route('**/user/v7/users/me/email-changes/lookups', (route) =>
    route.fulfill({ json: { resource: { newEmail, expiresAt: '2026-11-25T20:34:00.000Z' } } }),
  );
}

export const emailStates: PortalState[] = [
  { name: 'security-email', who: OTHER_ADMIN, open: emailMistakes },
  { name: 'security-email-sent', who: OTHER_ADMIN, open: emailSent },
  {
    name: 'security-email-confirm',
    who: ADMIN,
    open: async (page) => {
      await newAddress(page);
      await show(page, `${settings('security/email')}#${'t'.repeat(43)}`);
    },
  },
  {
    name: 'security-email-confirm-used',
    who: ADMIN,
    open: (page) => show(page, `${settings('security/email')}#${'t'.repeat(43)}`),
  },
];
