import { expect, type Page } from '@playwright/test';
import { OPERATOR } from './fixtures';
import { adminInvitation } from './invitation-states';
import { type PortalState, settings, show } from './portal-state';

const COMPANY = {
  ...{ id: 'b3c5d7e9-1f2a-4b6c-8d0e-2f4a6b8c0d1e', name: 'Neukunde Versicherungsmakler GmbH' },
  ...{ status: 'active', createdAt: '2026-11-25T08:30:00.000Z', closedAt: null, keptUntil: null },
  ...{ keptDays: 90, people: 12, activeConnections: 34 },
};
const CLOSED = {
  ...{ ...COMPANY, id: 'c3c5d7e9-1f2a-4b6c-8d0e-2f4a6b8c0d1f', name: 'Altkunde AG' },
  ...{ status: 'closed', closedAt: '2026-11-26T08:30:00.000Z' },
  ...{ keptUntil: '2027-02-24T08:30:00.000Z', people: 1, activeConnections: 0 },
};

/** Two companies, one of which is closed, whatever other tests make. */
export async function companies(page: Page, change: (value: unknown) => unknown = (v) => v) {
  await page.route(/\/admin\/v7\/accounts(\?.*)?$/, (route) =>
    route.fulfill({ json: change({ resources: [CLOSED, COMPANY], meta: { total: 2 } }) }),
  );
  await page.goto(settings('companies'));
}

/** One of them, nobody of which has joined, or which is closed. */
export async function company(
  page: Page,
  state: 'new' | 'used' | 'closed',
  change: (value: unknown) => unknown = (v) => v,
) {
  const open = state === 'new' ? { ...COMPANY, people: 0, activeConnections: 0 } : COMPANY;
  const resource = state === 'closed' ? CLOSED : open;
  await page.route(`**/admin/v7/accounts/${resource.id}`, (route) =>
    route.fulfill({ json: change({ resource }) }),
  );
  await page.route('**/admin/v7/accounts/*/invitations', (route) =>
    route.fulfill({
      json: change({ resources: state === 'new' ? [adminInvitation()] : [], meta: {} }),
    }),
  );
  await show(page, settings(`companies/${resource.id}`));
}

export async function openClosing(page: Page, change?: (value: unknown) => unknown) {
  await company(page, 'used', change);
  await page.getByRole('button', { name: /^(Schließen|Close) …$/ }).click();
  await expect(page.getByRole('alertdialog')).toBeVisible();
}

/** What operators see of companies. */
export const companiesStates: PortalState[] = [
  {
    name: 'companies',
    who: OPERATOR,
    open: async (page) => {
      await companies(page);
      await expect(page.getByText('Altkunde AG')).toBeVisible();
    },
  },
  {
    name: 'company-new-mistakes',
    who: OPERATOR,
    open: async (page) => {
      await show(page, settings('companies/new'));
      await page.locator('button[type=submit]').click();
      await expect(page.locator('#company-name')).toBeFocused();
    },
  },
  { name: 'company', who: OPERATOR, open: (page) => company(page, 'new') },
  { name: 'company-close-dialog', who: OPERATOR, open: (page) => openClosing(page) },
  { name: 'company-closed', who: OPERATOR, open: (page) => company(page, 'closed') },
];
