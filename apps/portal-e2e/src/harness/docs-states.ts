import { expect, type Page } from '@playwright/test';
import { developing } from './developer-states';
import { portalUrl } from './fixtures';
import type { PortalState } from './portal-state';

export const docs = (path: string): string => `${portalUrl()}/docs/${path}`;

export async function openDocs(page: Page, path: string): Promise<void> {
  await page.goto(docs(path));
  await page.evaluate(() => document.fonts.ready);
}

/** As somebody who is signed in to the portal and develops an application. */
export async function openAsDeveloper(page: Page, path: string): Promise<void> {
  await developing(page);
  await page.addInitScript(() => localStorage.setItem('flixcheck.signed-in', 'yes'));
  await openDocs(page, path);
  await expect(page.getByText('The examples on this page are about')).toBeVisible();
}

/** Looks for something in the documentation. */
export async function search(page: Page, words: string): Promise<void> {
  await page.getByRole('searchbox').fill(words);
  await expect(page.getByRole('status')).toHaveText(/results?$/);
}

/** The documentation's pages have a language of their own, whatever the browser's is. */
export const documentation = [
  { name: 'docs', open: (page: Page) => openDocs(page, 'guide') },
  { name: 'docs-quick-start', open: (page: Page) => openAsDeveloper(page, 'guide/quick-start') },
  { name: 'docs-errors', open: (page: Page) => openDocs(page, 'errors') },
  { name: 'docs-program', open: (page: Page) => openDocs(page, 'guide/php') },
  { name: 'docs-in-german', open: (page: Page) => openDocs(page, 'guide/verbindungen') },
  {
    name: 'docs-search',
    open: async (page: Page) => {
      await openDocs(page, 'guide/flow');
      await search(page, 'refresh_token_reused');
    },
  },
] satisfies PortalState[];
