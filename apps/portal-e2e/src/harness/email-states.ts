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

export const emailStates: PortalState[] = [
  { name: 'security-email', who: OTHER_ADMIN, open: emailMistakes },
  {
    name: 'security-email-confirm',
    who: ADMIN,
    open: (page) => show(page, `${settings('security/email')}#${'t'.repeat(43)}`),
  },
];
