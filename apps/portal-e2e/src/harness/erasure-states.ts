import type { Page } from '@playwright/test';
import { ADMIN, expect } from './fixtures';
import { type PortalState, settings, show } from './portal-state';

const NORA = '00000000-0000-4000-8000-00000000000e';

/** The dialog before somebody who is shut out is erased. */
export async function eraseDialog(page: Page, change: (value: unknown) => unknown = (v) => v) {
  const nora = {
    ...{ id: NORA, email: 'nora@musterhaus.example', firstName: 'Nora', lastName: 'Neu' },
    ...{ role: 'member', status: 'disabled', lastSignInAt: '2026-10-02T08:30:00.000Z' },
    ...{ createdAt: '2026-01-07T10:00:00.000Z', activeConnections: 0 },
    ...{ secondFactor: false, passkey: false, factorReset: null },
  };
  await page.route('**/user/v7/users?*', (route) =>
    route.fulfill({ json: change({ resources: [nora], meta: { total: 1 } }) }),
  );
  await page.route(`**/user/v7/users/${NORA}/erasure`, (route) =>
    route.fulfill({
      json: { resource: { deleted: 14, connections: 3, checks: 27, auditRecords: 1265 } },
    }),
  );
  await show(page, settings('team'));
  await page.getByRole('button', { name: /^(Für immer löschen|Erase for good):/ }).click();
  await expect(page.getByRole('alertdialog')).toBeVisible();
}

export const erasureStates: PortalState[] = [
  {
    name: 'team-erase-dialog',
    who: ADMIN,
    open: async (page) => {
      await eraseDialog(page);
      await page.getByRole('button', { name: /^(Für immer löschen|Erase for good)$/ }).click();
      await expect(page.getByRole('textbox')).toHaveAttribute('aria-invalid', 'true');
    },
  },
];
