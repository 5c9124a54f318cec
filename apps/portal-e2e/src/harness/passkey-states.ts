import type { Page } from '@playwright/test';
import { expect, OTHER_ADMIN } from './fixtures';
import { answer, type PortalState, settings, show } from './portal-state';

/** The page "Konto und Sicherheit" of somebody who has these passkeys. */
export async function passkeys(page: Page, ...names: string[]): Promise<void> {
  const list = names.map((name, n) => ({
    id: `00000000-0000-4000-8000-00000000000${n}`,
    name,
    synced: n > 0,
    createdAt: '2026-11-03T08:30:00.000Z',
    lastUsedAt: n > 0 ? '2026-11-21T17:12:00.000Z' : null,
  }));
  await page.route('**/user/v7/users/me/passkeys', (route) =>
    route.fulfill({ json: { resource: { passkeys: list } } }),
  );
  await show(page, settings('security'));
}

/** The same of somebody who joined with the only one, has no password, and wants to remove it. */
export async function withoutPassword(page: Page, name = 'Diensthandy'): Promise<void> {
  await page.route('**/user/v7/sessions/current', async (route) => {
    const response = await route.fetch();
    const { resource } = await response.json();
    const user = { ...resource.user, passwordMissing: true };
    await route.fulfill({ response, json: { resource: { ...resource, user } } });
  });
  await passkeys(page, name);
  await page.getByRole('button', { name: /^(Entfernen|Remove): / }).click();
  await expect(page.locator('fx-passkeys').getByRole('alert')).toBeVisible();
}

export const passkeyStates: PortalState[] = [
  {
    name: 'security-passkeys',
    who: OTHER_ADMIN,
    open: (page) => passkeys(page, 'Diensthandy', 'Laptop im Büro'),
  },
  { name: 'security-no-password', who: OTHER_ADMIN, open: (page) => withoutPassword(page) },
  {
    name: 'security-passkey-new',
    who: OTHER_ADMIN,
    open: async (page) => {
      await passkeys(page);
      await page.getByRole('button', { name: /^(Passkey hinzufügen|Add a passkey)$/ }).click();
      await page.getByRole('button', { name: /^(Passkey anlegen|Make passkey)$/ }).click();
    },
  },
  {
    name: 'security-passkey-proof',
    who: OTHER_ADMIN,
    open: async (page) => {
      await passkeys(page, 'Diensthandy');
      await answer(page, /\/users\/me\/passkeys\/[\w-]+$/, 403, {
        code: 'identity_proof_required',
      });
      await answer(page, '**/user/v7/sessions/current/proofs/challenges', 503, {
        code: 'service_unavailable',
      });
      await page.getByRole('button', { name: /^(Entfernen|Remove): Diensthandy$/ }).click();
      await page.getByRole('button', { name: /^(Passkey entfernen|Remove passkey)$/ }).click();
      await page
        .getByRole('button', { name: /^(Stattdessen Passkey verwenden|Use a passkey instead)$/ })
        .click();
      await expect(page.locator('#proof-passkey-error')).toBeVisible();
    },
  },
];
