import { expect, type Page } from '@playwright/test';
import { OPERATOR } from './fixtures';
import { type PortalState, settings, settled, show } from './portal-state';

const openClient = async (page: Page, name: string): Promise<void> => {
  await show(page, settings(`registry?q=${encodeURIComponent(name)}`));
  await page.getByRole('link', { name, exact: true }).click();
  await expect(page.getByRole('heading', { level: 1, name })).toBeVisible();
  await settled(page);
};

export const registry: PortalState[] = [
  { name: 'registry', who: OPERATOR, open: (page) => show(page, settings('registry')) },
  {
    name: 'registry-new-mistakes',
    who: OPERATOR,
    open: async (page) => {
      await show(page, settings('registry/new'));
      await page.locator('#redirect-uri-0').fill('http://crm.example/callback?state=1');
      await page.locator('#client-pkce').uncheck();
      await page.locator('button[type=submit]').click();
      await expect(page.locator('#client-name')).toHaveAttribute('aria-invalid', 'true');
    },
  },
  {
    name: 'registry-created',
    who: OPERATOR,
    open: async (page) => {
      await page.route('**/admin/v7/oauth-clients', (route) =>
        route.fulfill({ status: 201, json: { resource: CREATED } }),
      );
      await show(page, settings('registry/new'));
      await page.locator('#client-name').fill(CREATED.name);
      await page.locator('#client-publisher').fill(CREATED.publisher);
      await page.locator('#redirect-uri-0').fill('https://crm.example/callback');
      await page.locator('#scope-read').check();
      await page.locator('button[type=submit]').click();
      await expect(page.getByText(CREATED.secret.value)).toBeVisible();
    },
  },
  {
    name: 'registry-rotation',
    who: OPERATOR,
    open: async (page) => {
      await page.route('**/admin/v7/oauth-clients/*/secrets', (route) =>
        route.fulfill({ status: 201, json: { resource: { ...CREATED.secret, expiresAt: null } } }),
      );
      await openClient(page, 'Maklerwelt CRM');
      await page.getByRole('button', { name: /^(Zweites Secret|Create a second)/ }).click();
      await page.locator('#secret-name').fill('Produktion');
      await page.getByRole('button', { name: /^(Anlegen|Create)$/ }).click();
      await expect(page.getByText(CREATED.secret.value)).toBeVisible();
    },
  },
  {
    name: 'registry-preview',
    who: OPERATOR,
    open: async (page) => {
      await openClient(page, 'Maklerwelt CRM');
      await page.getByRole('button', { name: /^(Vorschau|Preview)$/ }).click();
      await expect(page.getByRole('dialog')).toBeVisible();
    },
  },
];

const CREATED = {
  id: '0b8f6f8e-4a6b-4c55-9d0c-7d8b1c0c3a11',
  clientId: '0b8f6f8e-4a6b-4c55-9d0c-7d8b1c0c3a11',
  name: 'Neues CRM',
  publisher: 'Neues CRM GmbH',
  contactEmail: 'entwicklung@crm.example',
  secret: {
    id: 'd2a1b6a4-52a8-4a4c-8a5f-2b7a5c9e7f10',
    name: null,
    value: 'Zk3vQ1pX8sT0bN5yH2mJ7cR4wL9dF6gA1uE8iO3x7Qk',
    lastFour: 'x7Qk',
    createdAt: '2026-11-22T10:15:00.000Z',
  },
};
