import type { Page } from '@playwright/test';
import { ADMIN, expect, MEMBER, portalUrl } from './fixtures';
import { type PortalState, settings, show } from './portal-state';

/** As if the company required a second factor from then on. */
const due = (page: Page, secondFactorDueAt: string) =>
  page.route('**/user/v7/sessions/current', async (route) => {
    const response = await route.fetch();
    const { resource } = await response.json();
    await route.fulfill({
      response,
      json: { resource: { ...resource, user: { ...resource.user, secondFactorDueAt } } },
    });
  });

const team = (name: string, requirement: object): PortalState => ({
  name,
  who: ADMIN,
  open: async (page) => {
    await page.route('**/user/v7/second-factor-requirement', (route) =>
      route.fulfill({ json: { resource: { people: 62, withFactor: 12, ...requirement } } }),
    );
    await show(page, settings('team'));
    const section = page.locator('fx-required-factors');
    await expect(section.locator('.numbers')).toContainText('12');
    await section.scrollIntoViewIfNeeded();
  },
});

/** A second factor that a company requires. */
export const factors: PortalState[] = [
  team('team-factors', { requiredFrom: null, own: true }),
  team('team-factors-own-first', { requiredFrom: null, own: false }),
  team('team-factors-required', { requiredFrom: '2030-03-14T08:30:00.000Z', own: true }),
  {
    name: 'connections-factor-due',
    who: MEMBER,
    open: async (page) => {
      await due(page, '2030-03-14T08:30:00.000Z');
      await show(page, settings('connections'));
    },
  },
  {
    name: 'second-factor',
    who: MEMBER,
    open: async (page) => {
      await due(page, '2026-03-14T08:30:00.000Z');
      await show(page, `${portalUrl()}/portal/second-factor`);
    },
  },
];
