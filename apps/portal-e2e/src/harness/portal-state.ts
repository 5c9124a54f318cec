import { expect, type Page } from '@playwright/test';
import { portalUrl } from './fixtures';
import type { SampleConnections } from './sample-connections';

/** A page of the portal in one of its states, as both languages show it. */
export interface PortalState {
  name: string;
  /** Who looks at it; nobody is signed in where it is left out. */
  who?: string;
  /** It shows both themes at once. */
  bothThemes?: boolean;
  open: (page: Page, sample: SampleConnections) => Promise<void>;
}

export const settings = (path: string): string => `${portalUrl()}/portal/settings/${path}`;

export async function show(page: Page, url: string): Promise<void> {
  await page.goto(url);
  await settled(page);
}

export async function settled(page: Page): Promise<void> {
  await expect(page.getByRole('heading', { level: 1 }).first()).toBeVisible();
  await expect(page.locator('[aria-busy="true"]')).toHaveCount(0);
  await page.evaluate(() => document.fonts.ready);
}

/** What the API would answer, for states that are hard to bring about. */
export async function answer(
  page: Page,
  url: string | RegExp,
  status: number,
  problem: object,
): Promise<void> {
  await page.route(url, (route) =>
    route.fulfill({
      status,
      contentType: 'application/problem+json',
      body: JSON.stringify({
        status,
        requestId: '0f5d9c1e-7c52-4be4-a5f4-3d6f0b7f9a11',
        ...problem,
      }),
    }),
  );
}
